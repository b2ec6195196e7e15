// Package contracttest holds exchanges of the API against the documents of openapi/: every answer must be described there to
// the last member and header, and every request that was accepted must be one that is allowed there.
//
// It knows no server: servertest checks what goes over the network with it, and the api package what goes through its handler.
// Start reading at check.go; documents.go finds the operation that an exchange belongs to, lenient.go is what is forgiven in
// requests.
package contracttest
