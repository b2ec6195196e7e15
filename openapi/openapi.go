package openapi

import "embed"

// Files are the documents: payments.yaml, hpp.yaml, ordermanagement.yaml, and common.yaml, to which they refer.
//
//go:embed *.yaml
var Files embed.FS
