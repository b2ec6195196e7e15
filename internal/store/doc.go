// Package store keeps everything that Kassa must not forget, in SQLite or in PostgreSQL. It owns every line of SQL, every
// database error code, and the sealing of personal data. It owns no rule: what it is given to save has been decided.
//
// There are typed reads ([Store.Read]: several, one round trip) and one way to write: fill a [Batch] and [Store.Commit] it, all
// or nothing, durable when it returns. No transaction is ever open while anybody thinks. Whoever reads an aggregate to decide
// something saves it: the save compares the version that was read and fails the whole Batch with [ErrConflict] when another
// save came first.
//
// Every value about a person and every secret lies sealed in a column of its own (keyring.Ring.Seal, bound to its table,
// column and row); everything that is only kept lies in one JSON column; what is searched, compared or checked has columns.
//
// The same SQL runs on both engines. Start reading at batch.go and read.go, then sqlite_writer.go and postgres.go for how a
// Batch becomes durable, then migrations/ for what the columns mean, then payment.go for a typical noun.
package store
