package pay

import (
	"strings"
	"time"
)

// DistributionMethod is how a link reaches the consumer.
type DistributionMethod string

// The methods. With token the consumer's app is told, which only an operator that has one can do.
const (
	ByEmail DistributionMethod = "email"
	BySMS   DistributionMethod = "sms"
	ByToken DistributionMethod = "token"
)

// DistributionInput is what a distribution call brings; empty means not sent. Faults are those the door found already.
type DistributionInput struct {
	Faults       []Fault
	Method       DistributionMethod
	Email, Phone Personal // the number in E.164; otherwise it is refused
	Landline     bool     // text messages do not reach the number
	PhoneCountry string
	AccessID     Secret
	Sent         *int // how often the link had been sent when the sender looked: otherwise it is stale; nil: however often
}

// Message is something to be sent to the consumer.
type Message struct {
	ID     JobID
	Hosted HostedID
	Method DistributionMethod
	To     Personal // address or number
}

// Distribute has the link of a hosted session sent to the consumer and keeps the address for the page. It returns what
// is to be sent; sending is not its business. Refusals: NOT_FOUND for a session that ran out, 400 with the documented codes.
func (p *Payment) Distribute(h *HostedSession, in DistributionInput, ids *IDs, now time.Time) (*Message, error) {
	switch {
	case h.Status == Disabled || h.Status == Cancelled || h.Status == Completed:
		return nil, refuse(Invalid, "CONSTRAINT_VIOLATION", "The session is "+string(h.Status)+": its link cannot be distributed")
	case h.Expired(now):
		return nil, NotFoundError("Session not found or expired").Ended("expires_at", h.ExpiresAt)
	}
	if len(in.Faults) > 0 {
		refusal := Invalid400(in.Faults)
		refusal.Code, refusal.Message = "CONSTRAINT_VIOLATION", strings.Replace(refusal.Message, "Bad value", "Constraint violation", 1)
		return nil, refusal
	}
	if in.Sent != nil && *in.Sent != h.Progress.Links {
		return nil, ErrStale
	}
	m := &Message{ID: JobID(ids.UUID()), Hosted: h.ID, Method: in.Method}
	switch in.Method {
	case ByEmail:
		if in.Email == "" {
			return nil, missingContact("contact_information.email")
		}
		if emailReason(string(in.Email)) != "" {
			return nil, constraint("contact_information.email", "an e-mail address")
		}
		m.To, h.Progress.Distributed.Email = in.Email, in.Email
	case BySMS:
		number, err := in.number()
		if err != nil {
			return nil, err
		}
		m.To, h.Progress.Distributed.Phone = number, number
	case ByToken:
		if in.AccessID == "" {
			return nil, missingContact("contact_information.access_id")
		}
		return nil, refuse(NotFound, "NOT_FOUND", "The access id is not known: this server has no app to tell")
	default:
		return nil, constraint("method", "one of email, sms, token")
	}
	h.Progress.Links++
	p.record(h, SessionDistributed, EventData{Status: string(h.Status), Method: string(in.Method)}, ids, now)
	return m, nil
}

// number checks a phone number and its country.
func (in *DistributionInput) number() (Personal, error) {
	switch {
	case in.Phone == "":
		return "", missingContact("contact_information.phone")
	case in.PhoneCountry == "":
		return "", missingContact("contact_information.phone_country")
	}
	country := in.PhoneCountry
	if _, ok := MarketOf(country); !ok {
		return "", &Error{Kind: Invalid, Code: "UNSUPPORTED_COUNTRY", Message: "Phone numbers of " + country + " are not served", Faults: []Fault{{Path: "contact_information.phone_country", Want: "a country that is served", Got: country}}}
	}
	if phoneReason(string(in.Phone)) != "" {
		return "", constraint("contact_information.phone", "a phone number")
	}
	if in.Landline {
		return "", constraint("contact_information.phone", "a number that text messages reach: this one is a landline's or takes calls only")
	}
	return in.Phone, nil
}

func missingContact(path string) *Error {
	return &Error{Kind: Invalid, Code: "MISSING_CONTACT_DATA", Message: "Missing: " + path, Faults: []Fault{{Path: path, Want: "a value"}}}
}

func constraint(path, want string) *Error {
	return &Error{Kind: Invalid, Code: "CONSTRAINT_VIOLATION", Message: "Constraint violation: " + path, Faults: []Fault{{Path: path, Want: want}}}
}

// BlockedContact is the refusal of a receiver that does not want to be written to.
func BlockedContact(path string) *Error {
	return &Error{Kind: Invalid, Code: "BLACKLISTED_CONTACT", Message: "This receiver is blocked", Faults: []Fault{{Path: path, Want: "another receiver"}}}
}

// MessageSent records what became of a message: sent, or failed for good.
func (p *Payment) MessageSent(h *HostedSession, method DistributionMethod, failed string, ids *IDs, now time.Time) {
	if h.OrderID != "" {
		return // the order goes on with the stream: there is nothing to tell about a link that was used
	}
	typ := MessageDelivered
	if failed != "" {
		typ = MessageFailed
	}
	p.record(h, typ, EventData{Status: string(h.Status), Method: string(method), Reason: failed}, ids, now)
}
