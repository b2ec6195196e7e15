// Package pay is the rules of Kassa: what a payment session, a hosted session, an authorization, an order, a capture and a
// refund are, what may happen to them and what follows.
//
// It owns every decision about what is allowed, every amount, every status and every deadline. It owns no clock, no
// randomness, no database and no HTTP: the time comes in as an argument, ids come from [IDs], which its caller seeds. Given
// the same facts it always answers the same.
//
// Two aggregates carry everything: [Payment] (a payment session with its hosted sessions and authorizations) and [Order]
// (with its captures and refunds). A rule changes its aggregate in place, marks the children it touched, and leaves what
// happened in Events and what must happen later in Jobs; the caller saves all of it in one batch, or drops all of it.
//
// A refusal is an [*Error]. Start reading at payment.go, then hosted.go, flow.go and authorization.go, then order.go.
package pay
