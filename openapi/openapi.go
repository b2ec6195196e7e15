package openapi

import "embed"

// Files are the documents: payments.yaml, hpp.yaml, ordermanagement.yaml.
//
//go:embed *.yaml
var Files embed.FS
