package pay

import (
	"slices"
	"testing"
)

func TestConsents(t *testing.T) {
	const terms = "https://shop.example/terms"
	for _, tc := range []struct {
		name     string
		country  string
		category Category
		plan     string
		change   func(s *PaymentSession, h *HostedSession)
		want     []Consent
	}{
		{"card", "GB", PayNow, "card", nil, []Consent{ConsentCard, ConsentOnce}},
		{"terms come first", "GB", PayNow, "card", func(_ *PaymentSession, h *HostedSession) { h.URLs.Terms = terms }, []Consent{ConsentTermsOfSale, ConsentCard, ConsentOnce}},
		{"account in pounds", "GB", PayNow, "bank_account", nil, []Consent{ConsentDebit, ConsentRefundGB, ConsentOnce}},
		{"account in francs", "CH", PayNow, "bank_account", nil, []Consent{ConsentDebit, ConsentRefundCH, ConsentOnce}},
		{"account in euros", "NL", PayNow, "bank_account", nil, []Consent{ConsentSEPA, ConsentRefundSEPA, ConsentOnce}},
		{"account in the Union, not in euros", "PL", PayNow, "bank_account", nil, []Consent{ConsentDebit, ConsentRefund, ConsentOnce}},
		{"direct debit", "DE", DirectDebit, "bank_account", nil, []Consent{ConsentSEPA, ConsentRefundSEPA, ConsentOnce}},
		{"transfer", "DE", DirectBankTransfer, "bank", nil, []Consent{ConsentBank, ConsentOnce}},
		{"later", "US", PayLater, "", nil, []Consent{ConsentLater, ConsentOnce}},
		{"loan with interest in the Union", "DE", PayOverTime, "6", nil, []Consent{ConsentCosts, ConsentCredit, ConsentWithdraw, ConsentOnce}},
		{"loan without interest in the Union", "DE", PayOverTime, "3", nil, []Consent{ConsentCredit, ConsentWithdraw, ConsentOnce}},
		{"loan of a business", "DE", PayOverTime, "6", func(s *PaymentSession, _ *HostedSession) { s.Customer.Type = "organization" }, []Consent{ConsentCredit, ConsentOnce}},
		{"loan in Norway", "NO", PayOverTime, "6", nil, []Consent{ConsentCredit, ConsentWithdraw, ConsentOnce}},
		{"loan in New Zealand", "NZ", PayOverTime, "6", nil, []Consent{ConsentCredit, ConsentWithdrawNZ, ConsentOnce}},
		{"loan in the United States", "US", PayOverTime, "6", nil, []Consent{ConsentCredit, ConsentOnce}},
		{"loan in Sweden", "SE", PayOverTime, "6", nil, []Consent{ConsentCosts, ConsentCredit, ConsentRecordSE, ConsentWithdraw, ConsentOnce}},
		{"loan in Mexico", "MX", PayOverTime, "6", nil, []Consent{ConsentCredit, ConsentRecordMX, ConsentOnce}},
		{"loan of a Swedish business", "SE", PayOverTime, "6", func(s *PaymentSession, _ *HostedSession) { s.Customer.Type = "organization" }, []Consent{ConsentCredit, ConsentOnce}},
		{"token of a British account", "GB", PayNow, "bank_account", func(s *PaymentSession, _ *HostedSession) { s.Intent = Tokenize }, []Consent{ConsentNothingDue, ConsentTokenDebit}},
		{"token of an account", "DE", DirectDebit, "bank_account", func(s *PaymentSession, _ *HostedSession) { s.Intent = Tokenize }, []Consent{ConsentNothingDue, ConsentTokenDebit, ConsentRefundSEPA}},
		{"purchase and token of an account", "GB", PayNow, "bank_account", func(s *PaymentSession, _ *HostedSession) { s.Intent = BuyAndTokenize }, []Consent{ConsentDebit, ConsentRefundGB, ConsentTokenDebit, ConsentOnce}},
		{"token", "GB", PayOverTime, "6", func(s *PaymentSession, _ *HostedSession) { s.Intent = Tokenize }, []Consent{ConsentNothingDue, ConsentToken}},
		{"purchase and token", "GB", PayLater, "", func(s *PaymentSession, _ *HostedSession) { s.Intent = BuyAndTokenize }, []Consent{ConsentLater, ConsentToken, ConsentOnce}},
	} {
		h := &HostedSession{Progress: Progress{Category: tc.category, Plan: tc.plan}}
		p := &Payment{Session: PaymentSession{Purchase: Purchase{Country: tc.country, Amount: 10000}, Intent: Buy}, Hosted: []*HostedSession{h}}
		if tc.change != nil {
			tc.change(&p.Session, h)
		}
		if got := p.Consents(h, t0); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

// Every way to pay of every market says something of its own above the button.
func TestConsents_ofEveryWay(t *testing.T) {
	for _, m := range Markets() {
		for _, c := range CategoriesFor(m.Country) {
			p := &Payment{Session: PaymentSession{Purchase: Purchase{Country: m.Country, Amount: 10000}, Intent: Buy}}
			plans := p.Session.Plans(c)
			if len(plans) == 0 {
				plans = []string{""}
			}
			for _, plan := range plans {
				h := &HostedSession{Progress: Progress{Category: c, Plan: plan}}
				if got := p.Consents(h, t0); len(got) < 2 || got[len(got)-1] != ConsentOnce {
					t.Errorf("%s %s %s: %v", m.Country, c, plan, got)
				}
			}
		}
	}
}
