package shop

import (
	"context"
	"net/http"

	"kassa/client"
)

// paid is for who tries the API by hand: a success address that is no order of the shop's. It shows what the API says of the payment,
// and what to do next. The address is believed in nothing, as in comeBack.
func (s *Shop) paid(w http.ResponseWriter, r *http.Request) {
	brought := client.ParseReturn(r.URL.Query())
	token := string(brought.AuthorizationToken)
	if token == "" {
		token = r.URL.Query().Get("token")
	}
	p := resultPage{
		State: "by-hand", Icon: "tick", Tone: "good", Heading: "The payment came back", Text: "It is none of this shop's orders.", Shop: "/", ShopLabel: "To the shop",
	}
	if brought.SessionID != "" {
		s.tellSession(r.Context(), &p, brought.SessionID)
	} else {
		p.Text += " Read its hosted session to see what became of it."
	}
	if token != "" {
		p.Facts = append(p.Facts, fact{"Token in the address", token})
	}
	s.render(w, http.StatusOK, cart{market: markets[0]}, "result", p)
}

// tellSession says what the API says of a hosted session.
func (s *Shop) tellSession(ctx context.Context, p *resultPage, id client.HostedSessionID) {
	p.Facts = append(p.Facts, fact{"Hosted session", string(id)})
	now, err := s.kassa.ReadHostedSession(ctx, id)
	if err != nil {
		p.Icon, p.Tone, p.Heading, p.Text = "ask", "", "This payment cannot be read", "The session in the address is unknown to the API, or its time is over."
		return
	}
	p.Facts = append(p.Facts, fact{"Status", string(now.Status)})
	switch {
	case now.OrderID != "":
		p.Heading, p.Text = "Paid, and the order is placed", "It can be read in a moment."
	case now.AuthorizationToken != "":
		p.Heading, p.Text = "The payment is authorized", "Next: place the order with the token, within 60 minutes."
	case now.Status == client.HostedCompleted:
		p.Heading, p.Text = "The payment is completed", "Its authorization was used, or its 60 minutes are over."
	default:
		p.Icon, p.Tone, p.Heading, p.Text = "clock", "", "The payment is not completed", "The status says how far it is."
	}
	s.tellAmount(ctx, p, id)
}

// eventPages bounds how many events are looked through for an amount.
const eventPages = 10

// tellAmount finds the amount among the merchant's events.
func (s *Shop) tellAmount(ctx context.Context, p *resultPage, id client.HostedSessionID) {
	after, order := client.Cursor(""), client.OrderID("")
	for range eventPages {
		page, err := s.kassa.Events(ctx, after, 1000, 0)
		if err != nil || len(page.Events) == 0 {
			break
		}
		for _, e := range page.Events {
			if e.SessionID != string(id) {
				continue
			}
			if e.Data.Amount > 0 && e.Data.PurchaseCurrency != "" && p.Amount == "" {
				p.Amount = money(e.Data.Amount, e.Data.PurchaseCurrency)
			}
			if e.OrderID != "" {
				order = e.OrderID
			}
		}
		after = page.NextCursor
	}
	if order == "" {
		return
	}
	if now, err := s.kassa.ReadOrder(ctx, order); err == nil {
		p.Heading, p.Text = "Paid, and the order is placed", "Read, capture and refund it by its id."
		p.Facts = append(p.Facts, fact{"Order", string(order)})
		p.Amount, p.Lines = money(now.OrderAmount, now.PurchaseCurrency), linesOf(now.OrderLines, now.PurchaseCurrency)
		p.Facts = append(p.Facts, fact{"Reference", now.KlarnaReference})
	}
}
