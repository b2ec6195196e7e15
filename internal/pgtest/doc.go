// Package pgtest gives tests a private PostgreSQL: a cluster of their own in a temporary directory, reachable by a Unix
// socket in there and by nothing else, durable like a real one (fsync and synchronous_commit are on).
//
// It owns starting, crashing and stopping clusters; it knows nothing of Kassa's tables. Only tests import it. A package whose
// tests need PostgreSQL writes func TestMain(m *testing.M) { pgtest.Main(m) } and asks [URL] for a fresh database. The
// cluster starts with the first database that is asked for and ends with the process, also when that is killed: a small shell
// holds the other end of a pipe, and takes everything down when the pipe closes. A machine without PostgreSQL fails the test
// and says what to install.
//
// Start reading at cluster.go.
package pgtest
