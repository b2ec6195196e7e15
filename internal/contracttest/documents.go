package contracttest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"kassa/openapi"
)

// shared is the document without operations, to which the others refer.
const shared = "common.yaml"

// Document is one file of openapi/, its references resolved.
type Document struct {
	Name string
	*openapi3.T
}

// documents are the files and what is made of them once per process.
type documents struct {
	all []Document
	// elsewhere is what every address answers that belongs to no operation.
	elsewhere *routers.Route
}

// load reads and checks the documents, once per process.
var load = sync.OnceValues(readAll)

// Documents gives every file of openapi/ in the order of its names. An error says which document is not valid.
func Documents() ([]Document, error) {
	d, err := load()
	if err != nil {
		return nil, err
	}
	return d.all, nil
}

func readAll() (*documents, error) {
	names, err := fs.Glob(openapi.Files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the documents: %w", err)
	}
	d := new(documents)
	for _, name := range names {
		doc, err := parse(name)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", name, err)
		}
		d.all = append(d.all, Document{name, doc})
		if name == shared {
			d.elsewhere = elsewhere(doc)
		}
	}
	if d.elsewhere == nil {
		return nil, errors.New("there is no " + shared)
	}
	return d, nil
}

func parse(name string) (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, at *url.URL) ([]byte, error) { return openapi.Files.ReadFile(at.Path) }
	doc, err := loader.LoadFromFile(name)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
}

// elsewhere makes a route of the refusals that need no operation.
func elsewhere(doc *openapi3.T) *routers.Route {
	responses := openapi3.NewResponsesWithCapacity(6)
	for status, name := range map[string]string{
		"401": "Unauthorized", "403": "Forbidden", "404": "NotFound", "405": "MethodNotAllowed", "500": "Internal", "503": "Unavailable",
	} {
		responses.Set(status, doc.Components.Responses[name])
	}
	op := &openapi3.Operation{Responses: responses}
	return &routers.Route{Spec: doc, PathItem: &openapi3.PathItem{}, Operation: op}
}

// Operation is what a caller can do: a method and a path with {wildcards}.
type Operation struct{ Method, Path string }

// Operations lists what the documents describe, in no order.
func Operations() ([]Operation, error) {
	all, err := Documents()
	if err != nil {
		return nil, err
	}
	var out []Operation
	for _, doc := range all {
		for path, item := range doc.Paths.Map() {
			for method := range item.Operations() {
				out = append(out, Operation{method, path})
			}
		}
	}
	return out, nil
}

// find gives the operation of a request and the values of its path's wildcards. HEAD is GET without the body. What belongs to
// none is elsewhere.
func (d *documents) find(method, escaped string) (*routers.Route, map[string]string) {
	if rest, ok := strings.CutPrefix(escaped, "/credit/"); ok {
		escaped = "/payments/" + rest // the old name of the payments API
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, doc := range d.all {
		for path, item := range doc.Paths.Map() {
			op := item.GetOperation(method)
			if op == nil {
				continue
			}
			if params, ok := Match(path, escaped); ok {
				return &routers.Route{Spec: doc.T, Path: path, PathItem: item, Method: method, Operation: op}, params
			}
		}
	}
	return d.elsewhere, nil
}

// Match holds an escaped path against a pattern, segment by segment: a {wildcard} stands for one that is not empty.
func Match(pattern, escaped string) (map[string]string, bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(escaped, "/")
	if len(want) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range want {
		value, err := url.PathUnescape(have[i])
		name, wild := strings.CutPrefix(segment, "{")
		switch {
		case err != nil, wild && value == "", !wild && value != segment:
			return nil, false
		case wild:
			params[strings.TrimSuffix(name, "}")] = value
		}
	}
	return params, true
}
