package openapi

import (
	"embed"
	"io/fs"
)

// Files are the documents as they are written: one for each family, and common.yaml, to which they refer.
//
//go:embed *.yaml
var Files embed.FS

//go:embed bundled/*.yaml
var bundled embed.FS

// Bundled are the documents as they are served: each holds what it refers to. `go test ./openapi -update` writes them.
func Bundled() fs.FS {
	out, err := fs.Sub(bundled, "bundled")
	if err != nil {
		panic("openapi: " + err.Error()) // the name above is a right one
	}
	return out
}
