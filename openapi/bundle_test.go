package openapi_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"kassa/openapi"
)

var update = flag.Bool("update", false, "write the bundled documents")

// TestBundled_areWhatTheDocumentsSay: what is served is what is checked, and needs no other file.
func TestBundled_areWhatTheDocumentsSay(t *testing.T) {
	names, err := fs.Glob(openapi.Files, "*.yaml")
	if err != nil || len(names) < 6 {
		t.Fatalf("%v %v", names, err)
	}
	for _, name := range names {
		want, err := bundle(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if *update {
			if err := os.WriteFile(filepath.Join("bundled", name), []byte(want), 0o644); err != nil { //nolint:gosec // a document for everybody
				t.Fatal(err)
			}
			continue
		}
		got, err := fs.ReadFile(openapi.Bundled(), name)
		if err != nil || string(got) != want {
			t.Errorf("%s is stale: go test ./openapi -update (%v)", name, err)
		}
		doc, err := openapi3.NewLoader().LoadFromData(got) // a reference to another file is an error here
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := doc.Validate(context.Background()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if served, err := fs.Glob(openapi.Bundled(), "*.yaml"); err != nil || !slices.Equal(served, names) && !*update {
		t.Errorf("served are %v, written %v, %v", served, names, err)
	}
}

// ref finds a reference into another document: its file, and kind and name of the component.
var ref = regexp.MustCompile(`'([a-z]+\.yaml)#/components/([A-Za-z]+)/([A-Za-z]+)'`)

// own finds a reference within a document.
var own = regexp.MustCompile(`'#/components/([A-Za-z]+)/([A-Za-z]+)'`)

// component is one entry below components of a document.
type component struct{ file, kind, name string }

// bundle writes a document with everything that it refers to in its own components, in the words and the order of the files.
func bundle(name string) (string, error) {
	raw, err := openapi.Files.ReadFile(name)
	if err != nil {
		return "", err
	}
	text := string(raw)
	var brought []component
	for {
		missing := ref.FindStringSubmatch(text)
		if missing == nil {
			break
		}
		c := component{missing[1], missing[2], missing[3]}
		text = strings.ReplaceAll(text, missing[0], "'#/components/"+c.kind+"/"+c.name+"'")
		if slices.Contains(brought, c) {
			continue
		}
		if direct := "'#/components/" + c.kind + "/" + c.name + "'"; c.kind == "securitySchemes" {
			// An entry that is nothing but the reference becomes what it refers to.
			text = strings.Replace(text, "    "+c.name+": {$ref: "+direct+"}\n", "", 1)
		}
		brought = append(brought, c)
		entry, err := c.read()
		if err != nil {
			return "", err
		}
		if text, err = c.put(text, entry); err != nil {
			return "", err
		}
	}
	return text, nil
}

// read gives the lines of a component, its references written so that they say where they lead.
func (c component) read() (string, error) {
	raw, err := openapi.Files.ReadFile(c.file)
	if err != nil {
		return "", err
	}
	_, kind, found := strings.Cut(string(raw), "\n  "+c.kind+":\n")
	start := strings.Index("\n"+kind, "\n    "+c.name+":")
	if !found || start < 0 {
		return "", fmt.Errorf("%s has no %s %s", c.file, c.kind, c.name)
	}
	lines := strings.SplitAfter(kind[start:], "\n")
	end := 1
	for end < len(lines) && strings.HasPrefix(lines[end], "     ") {
		end++
	}
	return own.ReplaceAllString(strings.Join(lines[:end], ""), "'"+c.file+"#/components/$1/$2'"), nil
}

// put adds a component to its kind.
func (c component) put(text, entry string) (string, error) {
	if !strings.Contains(text, "\ncomponents:\n") {
		return "", fmt.Errorf("no components for %s", c.name)
	}
	head := "\n  " + c.kind + ":\n"
	if !strings.Contains(text, head) {
		return strings.TrimRight(text, "\n") + "\n" + head + entry, nil
	}
	before, after, _ := strings.Cut(text, head)
	lines := strings.SplitAfter(after, "\n")
	end := 0
	for end < len(lines) && (strings.HasPrefix(lines[end], "    ") || strings.TrimSpace(lines[end]) == "" && end+1 < len(lines) && strings.HasPrefix(lines[end+1], "    ")) {
		if strings.HasPrefix(lines[end], "    "+c.name+":") {
			return "", fmt.Errorf("two %s are called %s", c.kind, c.name)
		}
		end++
	}
	return before + head + strings.Join(lines[:end], "") + entry + strings.Join(lines[end:], ""), nil
}
