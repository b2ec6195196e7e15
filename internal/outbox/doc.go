// Package outbox does what was promised for later: it leases due jobs, runs the handler of their kind, and finishes them, tries
// them again or parks them. At least once, never zero: a job is finished only after its handler has returned, and a node that
// dies leaves a lease that runs out. Several nodes on one database share the work.
//
// It owns when something is tried again; it knows nothing about what a job does: the server registers a handler for each kind.
// Jobs of one lane run one after the other, in order; lanes do not wait for each other. Start reading at runner.go.
package outbox
