// Package crashtest kills the real program and the database under it, and makes their disks fail, while merchants and consumers
// are at work, and then looks for what is lost or doubled. It holds only tests; it owns no rule and no part of the product.
//
// Everything that a client was answered is written down, and every call that was not answered is repeated with the same
// idempotency key, like a careful merchant does: so at the end the database must hold exactly what was written down. Start
// reading at client_test.go (who is at work), then service_test.go (what is killed), then crash_test.go.
package crashtest
