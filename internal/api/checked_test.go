package api

import (
	"net/http"
	"testing"

	"kassa/internal/contracttest"
)

// checked puts the contract's checker before a handler: every exchange of every test here is held against openapi/. The test
// that it fails is the one that has the world at that moment, which fuzzing changes.
func (w *world) checked(h http.Handler) http.Handler {
	return contracttest.Handler(func() testing.TB { return w.t }, h)
}
