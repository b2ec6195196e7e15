package engine

import (
	"kassa/internal/pay"
	"kassa/internal/phone"
)

// readPhone makes the phone number of an address that a merchant sent E.164, once, before anything is decided on it. A national number
// is dialled in the country of the purchase. What is no number to which something can be sent is kept for the merchant alone.
func (e *Engine) readPhone(a *pay.Address, country string) {
	if a == nil {
		return
	}
	sent := a.ToldPhone()
	if sent == "" {
		return
	}
	number, fault := phone.Read(string(sent), country)
	switch {
	case fault != nil:
		a.Phone, a.PhoneAsSent = "", sent
	case e.needsTexts() && !phone.Texts(number):
		a.Phone, a.PhoneAsSent = "", pay.Personal(number)
	default:
		a.Phone, a.PhoneAsSent = pay.Personal(number), ""
	}
}

// readPhoneChange does the same for an address of which only some members are sent.
func (e *Engine) readPhoneChange(c *pay.AddressChange, country string) {
	if c == nil || c.Phone == nil {
		return
	}
	a := pay.Address{Phone: *c.Phone}
	if c.PhoneAsSent != nil {
		a.PhoneAsSent = *c.PhoneAsSent
	}
	e.readPhone(&a, country)
	c.Phone, c.PhoneAsSent = &a.Phone, &a.PhoneAsSent
}

// again has an address that was sent before read once more where the country has changed: what was no number there may be one here.
func again(sent **pay.Address, before *pay.Address, moved bool) {
	if moved && *sent == nil && before.PhoneAsSent != "" {
		address := *before
		*sent = &address
	}
}

// countryOf is the country that a call names, or else the one that was named before.
func countryOf(sent *string, before string) string {
	if sent != nil {
		return *sent
	}
	return before
}

// CodesByPhone reports whether codes go to phones that text messages reach.
func (e *Engine) CodesByPhone() bool { return e.Sandbox || e.SMS }

// needsTexts reports whether a phone is of use only when text messages reach it: codes go nowhere else.
func (e *Engine) needsTexts() bool { return e.SMS && !e.Mail && !e.Sandbox }

// TakesPhone reports whether a number in E.164 can be a consumer's here.
func (e *Engine) TakesPhone(number string) bool { return !e.needsTexts() || phone.Texts(number) }

// CodeByPhone tells where a code for this contact goes: to the phone when one is known that text messages reach and they can be sent,
// otherwise by e-mail.
func (e *Engine) CodeByPhone(contact pay.Address) bool {
	switch {
	case !contact.Callable():
		return false
	case contact.Email == "":
		return true
	}
	return e.CodesByPhone() && phone.Texts(string(contact.Phone))
}

// Landline reports whether a code goes by e-mail because text messages do not reach the phone.
func (e *Engine) Landline(contact pay.Address) bool {
	return contact.Callable() && contact.Email != "" && e.CodesByPhone() && !phone.Texts(string(contact.Phone))
}
