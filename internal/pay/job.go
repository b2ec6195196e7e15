package pay

import "time"

// JobKind names what a job does; the server registers a handler for each.
type JobKind string

// The kinds of jobs.
const (
	// JobDeadline ends an attempt whose decision did not come back in time: it asks again with the same attempt.
	JobDeadline JobKind = "authorization.deadline"
	// JobIDCheck ends an attempt whose consumer nobody has identified in time.
	JobIDCheck JobKind = "authorization.id_check"
	// JobDecision turns a pending fraud decision into its outcome.
	JobDecision JobKind = "order.decision"
	// JobRejection ends an order that the fraud decision rejected, four hours later.
	JobRejection JobKind = "order.rejection"
	// JobExpiry ends what is left of an order's authorization.
	JobExpiry JobKind = "order.expiry"
	// JobLinkEmail and JobLinkSMS send the link of a hosted session to the consumer.
	JobLinkEmail JobKind = "message.email"
	JobLinkSMS   JobKind = "message.sms"
	// JobReceipt sends the consumer a receipt.
	JobReceipt JobKind = "message.receipt"
	// JobSendCode sends a one-time code to the consumer.
	JobSendCode JobKind = "code.send"

	// The callbacks: each is one request to a URL of the merchant.

	// JobStatusUpdate tells the merchant the status of a hosted session.
	JobStatusUpdate JobKind = "callback.status_update"
	// JobAuthorization gives the merchant an authorization token.
	JobAuthorization JobKind = "callback.authorization"
	// JobPush tells the merchant of an order until the order is acknowledged.
	JobPush JobKind = "callback.push"
	// JobNotification tells the merchant how a pending fraud decision turned out.
	JobNotification JobKind = "callback.notification"
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
	Endpoint string // host and port that it sends to, empty when it does not: what may be slow or disabled as a whole
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
