package pay

import "time"

// Consent names a sentence above the pay button: what pressing it agrees to, or what has to be known before.
type Consent string

// The consents. Which of them hold is a matter of the market, the way to pay, and what the session is for; see Consents.
const (
	ConsentCard        Consent = "card"        // one charge of this card
	ConsentDebit       Consent = "debit"       // one direct debit from this account
	ConsentSEPA        Consent = "sepa"        // the same by the SEPA core scheme
	ConsentRefund      Consent = "refund"      // a direct debit that is wrong is paid back
	ConsentRefundSEPA  Consent = "refund.sepa" // within eight weeks, whatever the reason
	ConsentRefundGB    Consent = "refund.gb"   // by the guarantee of British direct debits
	ConsentRefundCH    Consent = "refund.ch"   // it can be objected to within thirty days
	ConsentBank        Consent = "bank"        // one transfer that the consumer approved at the bank
	ConsentLater       Consent = "later"       // to pay by a day
	ConsentCosts       Consent = "costs"       // the warning of the Union's law on consumer credit, where there is interest
	ConsentCredit      Consent = "credit"      // it is a loan
	ConsentRecordSE    Consent = "record.se"   // who does not pay in time may be noted as such
	ConsentRecordMX    Consent = "record.mx"   // loans beyond one's means harm the credit history
	ConsentWithdraw    Consent = "withdraw"    // the loan can be given back, within so many days
	ConsentWithdrawNZ  Consent = "withdraw.nz" // the same in New Zealand, in working days
	ConsentToken       Consent = "token"       // later purchases are charged the same way
	ConsentTokenDebit  Consent = "token.debit" // later purchases are collected from this account
	ConsentNothingDue  Consent = "nothing"     // no money moves now
	ConsentOnce        Consent = "once"        // pressing twice pays once
	ConsentTermsOfSale Consent = "terms"       // the shop's terms
)

// OfWay reports whether it is a matter of the way to pay, which is the lender's or the bank's, and not of the shop or of the session.
func (c Consent) OfWay() bool {
	switch c {
	case ConsentTermsOfSale, ConsentNothingDue, ConsentToken, ConsentTokenDebit, ConsentOnce:
		return false
	}
	return true
}

// Withdrawal is how long a consumer may withdraw from a loan without giving a reason.
type Withdrawal struct {
	Days    int  // 0: the law of the market knows no such right
	Working bool // they are working days
}

// Withdrawal tells what the law of the market says for loans like those of pay_over_time.
//
//	members of the Union     14 days   Directive (EU) 2023/2225, article 26
//	Norway                   14 days   finansavtaleloven (2020), on angrerett
//	Switzerland              14 days   KKG, article 16
//	United Kingdom           14 days   Consumer Credit Act 1974, section 66A
//	New Zealand              5 working days   Credit Contracts and Consumer Finance Act 2003, section 27
//	others                   none that holds once the goods are paid for
func (m Market) Withdrawal() Withdrawal {
	switch {
	case m.Union(), m.Country == "NO", m.Country == "CH", m.Country == "GB":
		return Withdrawal{Days: 14}
	case m.Country == "NZ":
		return Withdrawal{Days: 5, Working: true}
	}
	return Withdrawal{}
}

// Union reports whether the market is a member of the European Union.
func (m Market) Union() bool {
	switch m.Country {
	case "AU", "CA", "CH", "GB", "MX", "NO", "NZ", "US":
		return false
	}
	return true
}

// IBAN reports whether bank accounts of the market are told by their IBAN.
func (m Market) IBAN() bool {
	switch m.Country {
	case "AU", "CA", "MX", "NZ", "US":
		return false
	}
	return true
}

// Consents lists what has to be said above the pay button of a page, in the order in which it is said: the shop's terms, what is
// agreed to, what is warned of, what rights there are.
//
//	terms of sale             where the page has their address
//	card, account, bank       what is allowed: one charge, one debit, one transfer; of a debit the right to have it back
//	pay later                 to pay by its day
//	pay over time             the warning of the Union where there is interest; that it is a loan; what a market adds; the right to withdraw
//	intent tokenize           that nothing is due now, and of what later purchases are paid; with buy_and_tokenize the latter too
//	where money moves         that pressing twice pays once
//
// A business has no right to withdraw, and the Union's warning is not meant for it.
func (p *Payment) Consents(h *HostedSession, now time.Time) []Consent {
	s, g := &p.Session, &h.Progress
	m, _ := MarketOf(s.Country)
	var out []Consent
	if h.URLs.Terms != "" {
		out = append(out, ConsentTermsOfSale)
	}
	moves, debit := s.Intent != Tokenize, g.Plan == "bank_account"
	if moves {
		out = append(out, s.paying(m, g, now)...)
	} else {
		out = append(out, ConsentNothingDue)
	}
	switch makes := s.Intent == Tokenize || s.Intent == BuyAndTokenize; {
	case makes && debit && !moves && m.Currency == "EUR": // the other rights speak of one debit
		out = append(out, ConsentTokenDebit, ConsentRefundSEPA)
	case makes && debit:
		out = append(out, ConsentTokenDebit)
	case makes:
		out = append(out, ConsentToken)
	}
	if moves {
		out = append(out, ConsentOnce)
	}
	return out
}

// refund is the right to have a direct debit back.
func (m Market) refund() Consent {
	switch {
	case m.Currency == "EUR":
		return ConsentRefundSEPA
	case m.Country == "GB":
		return ConsentRefundGB
	case m.Country == "CH":
		return ConsentRefundCH
	}
	return ConsentRefund
}

// paying lists the consents of a way to pay.
func (s *PaymentSession) paying(m Market, g *Progress, now time.Time) []Consent {
	switch {
	case g.Category == PayLater:
		return []Consent{ConsentLater}
	case g.Category == PayOverTime:
		return s.borrowing(m, g.Plan, now)
	case g.Plan == "card":
		return []Consent{ConsentCard}
	case g.Plan == "bank_account" && m.Currency == "EUR":
		return []Consent{ConsentSEPA, m.refund()}
	case g.Plan == "bank_account":
		return []Consent{ConsentDebit, m.refund()}
	case g.Plan == "bank":
		return []Consent{ConsentBank}
	}
	return nil
}

// borrowing lists the consents of a plan.
func (s *PaymentSession) borrowing(m Market, plan string, now time.Time) []Consent {
	var out []Consent
	consumer := s.Customer.Type != "organization"
	if q, ok := QuoteOf(plan, s.Amount, s.Currency, now); ok && q.APR > 0 && consumer && m.Union() {
		out = append(out, ConsentCosts)
	}
	out = append(out, ConsentCredit)
	switch {
	case !consumer:
	case m.Country == "SE":
		out = append(out, ConsentRecordSE)
	case m.Country == "MX":
		out = append(out, ConsentRecordMX)
	}
	switch w := m.Withdrawal(); {
	case w.Days == 0 || !consumer:
		return out
	case w.Working:
		return append(out, ConsentWithdrawNZ)
	}
	return append(out, ConsentWithdraw)
}
