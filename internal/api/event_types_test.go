package api

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kassa/internal/contracttest"
	"kassa/internal/pay"
)

// constantsOf reads the values of all constants of a type in a file.
func constantsOf(t *testing.T, file, typ string) (out []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == typ {
			for _, v := range spec.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, text)
			}
		}
		return true
	})
	if slices.Sort(out); len(out) < 20 {
		t.Fatalf("only %d constants in %s", len(out), file)
	}
	return out
}

// TestEvents_everyTypeIsDescribed compares the rules, the document and the client.
func TestEvents_everyTypeIsDescribed(t *testing.T) {
	ours := constantsOf(t, "../pay/event.go", "EventType")
	docs, err := contracttest.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		if doc.Name != "events.yaml" {
			continue
		}
		var described []string
		for _, v := range doc.Components.Schemas["Event"].Value.Properties["type"].Value.Enum {
			described = append(described, v.(string))
			if !strings.Contains(doc.Info.Description, "`"+v.(string)+"`") {
				t.Errorf("nothing is said of %v", v)
			}
		}
		if slices.Sort(described); !slices.Equal(described, ours) {
			t.Errorf("events.yaml describes %v\nthere are %v", described, ours)
		}
	}
	if theirs := constantsOf(t, "../../client/event.go", "EventType"); !slices.Equal(theirs, ours) {
		t.Errorf("the client knows %v\nthere are %v", theirs, ours)
	}
}

// TestEvents_noFactIsLost fills every fact of an event: each must show on the wire.
func TestEvents_noFactIsLost(t *testing.T) {
	var d pay.EventData
	v := reflect.ValueOf(&d).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("text" + strconv.Itoa(i))
		default:
			f.SetInt(int64(1_000_000 + i))
		}
	}
	text, err := json.Marshal(&d)
	if err != nil {
		t.Fatal(err)
	}
	e, err := toEvent(&pay.Event{Type: pay.OrderCaptured, Data: text})
	if err != nil {
		t.Fatal(err)
	}
	told := string(encode(e.Data))
	for i := range v.NumField() {
		want := "text" + strconv.Itoa(i) + `"`
		switch name := v.Type().Field(i).Name; {
		case name == "ExpiresAt":
			want = `"expires_at":"1970-01-01T00:00:01.000Z"`
		case v.Field(i).Kind() != reflect.String:
			want = strconv.Itoa(1_000_000 + i)
		}
		if !strings.Contains(told, want) {
			t.Errorf("%s is not told: %s", v.Type().Field(i).Name, told)
		}
	}
}
