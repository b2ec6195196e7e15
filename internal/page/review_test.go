package page_test

import (
	"strings"
	"testing"

	"kassa/internal/pay"
)

func TestReview_saysWhatIsAgreedTo(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.known("kim@example.com", `"purchase_type":"BOOK"`, everyURL+`,"terms":"https://shop.example/terms?a=1&b=2","privacy_policy":"https://shop.example/privacy"`)).To("review", "pay_now")
	for _, want := range []string{
		"Way to pay Pay now, card ending 4242", "Amount £100.00 today, once", "E-mail kim@example.com", "Bill to Kim Larsen, 14 Canal Row, London N1 7AA",
		"Nordlys Cykler’s terms of sale apply. You allow Nordlys Cykler to charge £100.00 to this card, once. You pay once, even if you press twice.", "Book for £100.00",
	} {
		if !strings.Contains(words(tab.Body), want) {
			t.Errorf("not said: %q in %s", want, words(tab.Body))
		}
	}
	if !strings.Contains(tab.Body, `<a href="https://shop.example/terms?a=1&amp;b=2" rel="noopener noreferrer">terms of sale</a>`) {
		t.Error("the sentence does not lead to the terms")
	}
	if !strings.Contains(tab.Body, `<a href="https://shop.example/terms?a=1&amp;b=2" rel="noopener noreferrer">Terms</a>`+"\n"+`<a href="https://shop.example/privacy" rel="noopener noreferrer">Privacy</a>`) {
		t.Error("the footer does not lead to terms and privacy")
	}
	if place := strings.Index(tab.Body, "You pay once"); place < 0 || place > strings.Index(tab.Body, "data-primary") {
		t.Error("the terms do not stand before the button")
	}
}

// Above the pay button stands what pressing it agrees to: by market, way to pay, and what the session is for.
func TestReview_consentsOfTheMarket(t *testing.T) {
	w := open(t)
	const (
		card     = "You allow Nordlys Cykler to charge £100.00 to this card, once."
		loan     = "Paying over time is a loan. Borrow only what you can pay back in time."
		withdraw = "You can withdraw from the loan within 14 days, without giving a reason."
		once     = "You pay once, even if you press twice."
	)
	for _, tc := range []struct{ country, lang, category, plan, want string }{
		{"GB", "en-GB", "pay_now", "card", card + " " + once},
		{"GB", "en-GB", "pay_now", "bank_account", "You allow one direct debit of £100.00 from this account. The Direct Debit Guarantee protects it: if anything is wrong, your bank pays it back at once. " + once},
		{"GB", "en-GB", "pay_later", "", "You agree to pay £100.00 by 12 July, without interest or fees. Buy only what you can pay by then. " + once},
		{"GB", "en-GB", "pay_over_time", "3", loan + " " + withdraw + " " + once},
		{"GB", "en-GB", "pay_over_time", "6", loan + " " + withdraw + " " + once},
		{"IE", "en-IE", "pay_over_time", "6", "Caution: borrowing money costs money. " + loan + " " + withdraw + " " + once},
		{"IE", "en-IE", "pay_over_time", "3", loan + " " + withdraw + " " + once},
		{"NO", "en-NO", "pay_over_time", "12", loan + " " + withdraw + " " + once},
		{"NZ", "en-NZ", "pay_over_time", "6", loan + " You can cancel the loan within 5 working days, without giving a reason. " + once},
		{"US", "en-US", "pay_over_time", "6", loan + " " + once},
		{"DE", "de-DE", "direct_debit", "bank_account", "Sie ermächtigen Nordlys Cykler, 100,00 € einmal per SEPA-Lastschrift von diesem Konto einzuziehen, und weisen Ihre Bank an, die Lastschrift einzulösen. Innerhalb von acht Wochen können Sie von Ihrer Bank die Erstattung verlangen. Sie zahlen nur einmal, auch wenn Sie zweimal drücken."},
		{"BE", "fr-BE", "pay_over_time", "6", "Attention, emprunter de l’argent coûte aussi de l’argent. Le paiement en plusieurs fois est un crédit."},
		{"FR", "fr-FR", "pay_over_time", "3", "Un crédit vous engage et doit être remboursé."},
		{"SE", "sv-SE", "pay_over_time", "6", "Obs: att låna pengar kostar pengar. Delbetalning är en kredit. Låna bara det du kan betala tillbaka i tid. Betalar du inte i tid riskerar du en betalningsanmärkning."},
		{"FI", "sv-FI", "pay_over_time", "6", "Obs: att låna pengar kostar pengar. Delbetalning är en kredit."},
		{"CH", "de-CH", "pay_now", "bank_account", "Innert 30 Tagen können Sie ihr bei Ihrer Bank widersprechen."},
		{"GB", "ar", "pay_now", "bank_account", "تحميه ضمانة الخصم المباشر البريطانية (Direct Debit Guarantee)"},
		{"CH", "he", "pay_now", "bank_account", "אפשר להתנגד לו בבנק בתוך 30 ימים."},
		{"SE", "ar", "pay_over_time", "6", "إذا لم تدفع في الموعد، فقد يُسجَّل عليك تخلّف عن الدفع."},
		{"MX", "es-MX", "pay_over_time", "6", "Contratar créditos que excedan su capacidad de pago afecta su historial crediticio. Usted paga una sola vez"},
	} {
		m, ok := pay.MarketOf(tc.country)
		if !ok {
			t.Fatal(tc.country)
		}
		locale := tc.lang
		if !strings.Contains(locale, "-") {
			locale = m.Locales[0]
		}
		link := w.link(market(tc.country, m.Currency, locale), ``, everyURL)
		tab := w.Open(t, link)
		if tc.plan != "" {
			tab.To("plan", tc.category).Form().Set("plan", tc.plan).Submit()
		}
		tab.To("review", tc.category)
		if got := words(w.Open(t, inLanguage(link, tc.lang)).Body); !strings.Contains(got, tc.want) {
			t.Errorf("%s %s %s: not said: %q in %s", tc.lang, tc.category, tc.plan, tc.want, got[:min(len(got), 2400)])
		}
	}
}

// Where there are no IBANs nobody is asked for one.
func TestPlan_aCardWhereThereAreNoIBANs(t *testing.T) {
	w := open(t)
	tab := w.Open(t, w.link(market("US", "USD", "en-US"), ``, everyURL))
	if got := words(tab.Body); !strings.Contains(got, "Pay now $100.00 today Card.") {
		t.Error(got)
	}
	plan := tab.To("plan", "pay_now")
	if got := words(plan.Body); !strings.Contains(got, "Your card") || strings.Contains(got, "IBAN") {
		t.Error(got)
	}
	if again := plan.Form().Set("plan", "bank_account").Set("iban", "DE11520513735120710131").Submit(); again.Step() != "plan" {
		t.Errorf("an account is taken: step %s", again.Step())
	}
}

// A session that only makes a token says so: nothing is charged, later purchases may be.
func TestReview_ofATokenOnly(t *testing.T) {
	w := open(t)
	for category, say := range map[string]string{"pay_now": "Pay now, card ending 4242", "pay_later": "Pay later"} {
		tab := w.Open(t, w.link(british+`,"intent":"tokenize",`+kim, ``, everyURL)).To("review", category)
		for _, want := range []string{
			"Amount Order 10482, 4 items £100.00", "Step", "Check and agree",
			"Way to pay " + say + " Change Way to pay Amount Nothing today E-mail",
			"No money moves now. You allow Nordlys Cykler to charge later purchases the same way, until you tell the shop to stop. Agree",
		} {
			if got := words(tab.Body); !strings.Contains(got, want) {
				t.Errorf("%s: not said: %q in %s", category, want, got)
			}
		}
		done := tab.Form().Submit()
		if got := words(done.Body); done.Heading() != "Agreed. Thank you!" || !strings.Contains(got, "Nothing was charged. Nordlys Cykler may charge later purchases this way. Received 12 June 2026") || strings.Contains(got, "£100.00 to") || strings.Contains(got, "by 12 July") {
			t.Errorf("%s: %s", category, got)
		}
	}
	for category, want := range map[string]struct{ method, plan string }{
		"pay_now":       {"Pay now £0.00 today Card or bank account.", ""},
		"pay_later":     {"Pay later £0.00 today Pay over time £0.00 today", ""},
		"pay_over_time": {"Pay over time £0.00 today Continue", "3 payments Interest 0% 6 months Interest 9.89% APR 12 months Interest 9.96% APR Continue"},
	} {
		tab := w.Open(t, w.link(british+`,"intent":"tokenize",`+kim, ``, everyURL))
		if got := words(tab.Body); !strings.Contains(got, want.method) {
			t.Errorf("%s: not said: %q in %s", category, want.method, got)
		}
		if want.plan == "" {
			continue
		}
		if got := words(tab.To("plan", category).Body); !strings.Contains(got, want.plan) || strings.Contains(got, "Monthly plans") {
			t.Errorf("%s: not said: %q in %s", category, want.plan, got)
		}
	}
	account := w.Open(t, w.link(market("DE", "EUR", "en-DE")+`,"intent":"tokenize"`, ``, everyURL)).To("review", "direct_debit")
	if got := words(account.Body); !strings.Contains(got, "No money moves now. You allow Nordlys Cykler to collect later purchases from this account by direct debit, and your bank to pay them, until you tell the shop to stop. You can ask your bank for the money back within eight weeks. Agree") {
		t.Error(got)
	}
	bank := w.link(market("DE", "EUR", "en-DE")+`,"intent":"tokenize"`, ``, everyURL)
	w.Open(t, bank).To("review", "direct_bank_transfer")
	if got := words(w.Open(t, bank+"?bank").Body); !strings.Contains(got, "asks you to approve 0,00 €") || strings.Contains(got, "To pay") {
		t.Error(got)
	}
	both := w.Open(t, w.link(british+`,"intent":"buy_and_tokenize",`+kim, ``, everyURL)).To("review", "pay_later")
	if got := words(both.Body); !strings.Contains(got, "Buy only what you can pay by then. You allow Nordlys Cykler to charge later purchases the same way, until you tell the shop to stop. You pay once, even if you press twice.") {
		t.Error(got)
	}
}
