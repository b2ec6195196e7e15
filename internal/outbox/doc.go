// Package outbox does what was promised for later: it leases due jobs, does them, and finishes them, tries them again or parks
// them. At least once, never zero: an attempt is on the disk before it is made, a job is finished only after it was done, and a
// node that dies leaves a lease that runs out. Several nodes on one database share the work.
//
// It owns when something is tried again (schedule.go, the whole schedule in one list); it knows nothing about what a job does: the
// server registers a Handler or a Sender for each kind. Jobs of one lane run one after the other, in order; lanes do not wait for
// each other, and a receiver that is slow or dead holds up nothing but what goes to it: the jobs of an endpoint that cannot take
// more wait in its own queue (queue.go) and take no slot. Start reading at runner.go.
package outbox
