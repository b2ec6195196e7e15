// Package server builds a whole Kassa of its parts, starts it and stops it. cmd/kassa and the tests use the same one.
//
// It owns which parts exist, the two listeners, the kinds of jobs, metrics, and the order of starting and draining. It owns no
// rule and answers no request but health and metrics. Start reading at server.go, then build.go.
package server
