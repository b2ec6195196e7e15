package openapi

import "embed"

// Files are the documents: one for each family, and common.yaml, to which they refer.
//
//go:embed *.yaml
var Files embed.FS
