// Package engine is the operations of Kassa, one method each: read the facts, ask pay, commit one Batch, tell who must know.
//
// It owns the order of things: what is read in one round trip, what is committed together, what is tried again, and that an
// authorization asks the outside world between two commits. It owns no rule (pay), no SQL (store), no status code (api) and no
// HTML (page). It holds the clock: everything below takes the time as an argument.
//
// Every refusal is a [*pay.Error]. [*Replay] is returned in place of a result when the same idempotency key was answered
// before. Start reading at operation.go, which every change goes through, then payment.go and authorization.go.
package engine
