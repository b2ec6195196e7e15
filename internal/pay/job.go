package pay

import "time"

// JobKind names what a job does; the server registers a handler for each.
type JobKind string

// The kinds of jobs.
const (
	// JobDeadline ends an attempt whose decision did not come back in time: it asks again with the same attempt.
	JobDeadline JobKind = "authorization.deadline"
	// JobDecision turns a pending fraud decision into its outcome.
	JobDecision JobKind = "order.decision"
	// JobRejection ends an order that the fraud decision rejected, four hours later.
	JobRejection JobKind = "order.rejection"
	// JobExpiry ends what is left of an order's authorization.
	JobExpiry JobKind = "order.expiry"
	// JobLinkEmail and JobLinkSMS send the link of a hosted session to the consumer.
	JobLinkEmail JobKind = "message.email"
	JobLinkSMS   JobKind = "message.sms"
	// JobSendCode sends a one-time code to the consumer.
	JobSendCode JobKind = "code.send"
)

// Job is something to be done later, at least once.
type Job struct {
	ID       JobID
	Merchant MerchantID
	Kind     JobKind
	Lane     string // jobs of one lane run one after the other, in order
	Subject  string // the hosted session, authorization or order it is about
	Payment  PaymentID
	DueAt    time.Time
	Payload  Secret // what the handler needs and must not be readable in the table
}

// Change says what a save must do with a child of an aggregate.
type Change uint8

// The changes of a child.
const (
	Unchanged Change = iota
	Inserted
	Updated
)

// touch marks a child as changed.
func (c *Change) touch() {
	if *c == Unchanged {
		*c = Updated
	}
}
