// Package servertest starts a whole server for tests: port 0, a database of its own, a virtual clock, and the two people who
// use it: a [Merchant] who speaks the API, and a [Consumer] who is a plain HTTP client with neither script nor cookies.
//
// Every exchange of the API is checked against the documents of openapi/. Start reading at servertest.go.
package servertest
