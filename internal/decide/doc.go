// Package decide says who is approved: in the sandbox the persona that the e-mail address names, in production the rules an
// operator configured.
//
// It owns the answer and its reason; it stores nothing and knows no session. The same request with the same attempt id always
// gets the same answer. Start reading at decide.go.
package decide
