// Package api is the REST door: the payments, hosted page and order management APIs of the contract.
//
// It owns the routes, authentication, the decoding of bodies, the members on the wire, idempotency keys and the one table that
// turns refusals into statuses. It owns no rule (pay), no order of things (engine) and no HTML (page). Every answer is JSON, has a
// Klarna-Correlation-Id and, when it is a refusal, the error object of errors.go.
//
// Start reading at routes.go, then middleware.go, which every request goes through, then payment.go as the pattern of a handler.
// The members of each body stand in the wire_*.go files, decoding beside encoding.
package api
