package page

import (
	"net/http"
	"net/url"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// act makes the one engine call of a submitted form. again, when not nil, is drawn in place of a redirect.
func (p *Page) act(r *http.Request, pg *engine.Page, step pay.Step, attempts int, v url.Values) (again *drawing, err error) {
	ctx, link := r.Context(), pg.Hosted.Link
	visitor := engine.Visitor{Address: p.clientAddress(r), Locale: p.language(r, pg, v.Get("lang")).Locale}
	switch v.Get("action") {
	case "back":
		return nil, p.engine.Back(ctx, link)
	case "cancel":
		if pg.Payment.Leave(pg.Hosted) == pay.CancelAsBack {
			return nil, p.engine.Back(ctx, link)
		}
		return &drawing{prompt: true, lang: v.Get("lang")}, nil // asks first; nothing has changed
	case "confirm_cancel":
		return nil, p.engine.Cancel(ctx, link)
	case "keep":
		return nil, nil
	case "retry":
		return nil, p.engine.Retry(ctx, link)
	case "send_code":
		return nil, p.engine.SendCode(ctx, link, visitor)
	case "change_method":
		return nil, p.engine.Edit(ctx, link, pay.StepMethod)
	case "change_contact":
		return nil, p.engine.Edit(ctx, link, pay.StepContact)
	case "change_plan":
		return nil, p.engine.Edit(ctx, link, pay.StepPlan)
	}
	switch step {
	case pay.StepMethod:
		return nil, p.engine.Choose(ctx, link, visitor, pay.Category(v.Get("category")))
	case pay.StepContact:
		contact, customer := contactOf(v)
		return nil, p.engine.Identify(ctx, link, visitor, contact, customer)
	case pay.StepCode:
		return nil, p.engine.Confirm(ctx, link, codeOf(v))
	case pay.StepPlan:
		last4, faults := instrumentOf(pg, v)
		if err := pay.Invalid400(faults); err != nil {
			return nil, err
		}
		return nil, p.engine.ChoosePlan(ctx, link, v.Get("plan"), last4)
	case pay.StepReview:
		return nil, p.engine.Authorize(ctx, link, attempts)
	}
	return nil, nil
}

// instrumentOf checks a card or an account and gives its last four digits: nothing else of it is kept, not even in memory
// beyond the request.
func instrumentOf(pg *engine.Page, v url.Values) (last4 string, faults []pay.Fault) {
	switch category := pg.Hosted.Progress.Category; {
	case category == pay.PayNow && v.Get("plan") == "card":
		return cardOf(pg, v)
	case category == pay.PayNow && v.Get("plan") == "bank_account", category == pay.DirectDebit:
		iban := strings.ToUpper(strings.ReplaceAll(v.Get("iban"), " ", ""))
		if iban == "" {
			return "", []pay.Fault{{Path: "iban", Want: string(pay.FieldMissing)}}
		}
		if !validIBAN(iban) {
			return "", []pay.Fault{{Path: "iban", Want: string(pay.FieldForm)}}
		}
		return iban[len(iban)-4:], nil
	}
	return "", nil
}

func cardOf(pg *engine.Page, v url.Values) (last4 string, faults []pay.Fault) {
	bad := func(field string, value string, ok bool) {
		switch {
		case value == "":
			faults = append(faults, pay.Fault{Path: field, Want: string(pay.FieldMissing)})
		case !ok:
			faults = append(faults, pay.Fault{Path: field, Want: string(pay.FieldForm)})
		}
	}
	number := strings.NewReplacer(" ", "", "-", "").Replace(v.Get("card_number"))
	bad("card_number", number, validCard(number))
	expiry := strings.NewReplacer(" ", "", "/", "").Replace(v.Get("card_expiry"))
	bad("card_expiry", expiry, validExpiry(expiry, pg.Now.Year(), int(pg.Now.Month())))
	cvc := v.Get("card_cvc")
	bad("card_cvc", cvc, len(cvc) >= 3 && len(cvc) <= 4 && allDigits(cvc))
	if len(faults) > 0 {
		return "", faults
	}
	return number[len(number)-4:], nil
}

func allDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// validCard checks the length and the Luhn digit of a card number.
func validCard(number string) bool {
	if len(number) < 12 || len(number) > 19 || !allDigits(number) {
		return false
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// validExpiry reads MMYY and compares with the present month.
func validExpiry(mmyy string, year, month int) bool {
	if len(mmyy) != 4 || !allDigits(mmyy) {
		return false
	}
	m := int(mmyy[0]-'0')*10 + int(mmyy[1]-'0')
	y := 2000 + int(mmyy[2]-'0')*10 + int(mmyy[3]-'0')
	return m >= 1 && m <= 12 && (y > year || y == year && m >= month)
}

// validIBAN checks length and the ISO 7064 remainder.
func validIBAN(iban string) bool {
	if len(iban) < 15 || len(iban) > 34 {
		return false
	}
	rest := 0
	for _, c := range []byte(iban[4:] + iban[:4]) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
