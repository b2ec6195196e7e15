package contracttest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func all(t *testing.T) []Document {
	t.Helper()
	docs, err := Documents()
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// operations calls f with every operation of the documents, named like GET /path.
func operations(t *testing.T, f func(name string, op *openapi3.Operation)) {
	t.Helper()
	count := 0
	for _, doc := range all(t) {
		for path, item := range doc.Paths.Map() {
			for method, op := range item.Operations() {
				count++
				f(method+" "+path, op)
			}
		}
	}
	if count == 0 {
		t.Fatal("the documents have no operation")
	}
}

func TestDocuments_areValid(t *testing.T) {
	var names []string
	ids := map[string]bool{}
	for _, doc := range all(t) {
		names = append(names, doc.Name)
		if (doc.Paths.Len() == 0) != (doc.Name == shared) {
			t.Errorf("%s has %d paths", doc.Name, doc.Paths.Len())
		}
		if doc.Paths.Len() > 0 && len(doc.Security) == 0 {
			t.Errorf("%s asks for no credentials", doc.Name)
		}
	}
	for _, family := range []string{"hpp.yaml", "ordermanagement.yaml", "payments.yaml"} {
		if !slices.Contains(names, family) {
			t.Errorf("there is no %s: %v", family, names)
		}
	}
	operations(t, func(name string, op *openapi3.Operation) {
		if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" || len(op.Tags) == 0 {
			t.Errorf("%s: operationId %q (each has its own), summary %q, tags %v", name, op.OperationID, op.Summary, op.Tags)
		}
		ids[op.OperationID] = true
	})
}

func TestDocuments_everyRefusalIsTheSharedObject(t *testing.T) {
	operations(t, func(name string, op *openapi3.Operation) {
		for _, status := range []string{"401", "403", "500", "503"} {
			if op.Responses.Value(status) == nil {
				t.Errorf("%s lists no %s", name, status)
			}
		}
		for status, response := range op.Responses.Map() {
			if status >= "400" && !strings.HasPrefix(response.Ref, shared+"#/components/responses/") {
				t.Errorf("%s answers %s with %q, not with a response of %s", name, status, response.Ref, shared)
			}
			if response.Value.Headers["Klarna-Correlation-Id"] == nil {
				t.Errorf("%s %s has no Klarna-Correlation-Id", name, status)
			}
		}
	})
}

func TestDocuments_answersAreClosed(t *testing.T) {
	operations(t, func(name string, op *openapi3.Operation) {
		for status, response := range op.Responses.Map() {
			for _, body := range response.Value.Content {
				for _, problem := range open(body.Schema.Value, "") {
					t.Errorf("%s %s: %s", name, status, problem)
				}
			}
		}
	})
}

// open lists where a schema lets something through that it does not describe.
func open(s *openapi3.Schema, at string) (problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, at+": "+fmt.Sprintf(format, args...)) }
	switch {
	case len(s.AllOf) == 1 && len(s.Properties) == 0: // a reference with a description beside it
		return open(s.AllOf[0].Value, at)
	case len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0:
		wrong("is put together of others, which cannot be closed")
	case s.Type.Is(openapi3.TypeObject):
		if s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has {
			wrong("takes members that are not described")
		}
		for _, name := range s.Required {
			if s.Properties[name] == nil {
				wrong("requires %s, which is not described", name)
			}
		}
		for name, member := range s.Properties {
			problems = append(problems, open(member.Value, at+"/"+name)...)
		}
	case s.Type.Is(openapi3.TypeArray):
		if s.Items == nil {
			wrong("is an array of anything")
			break
		}
		problems = append(problems, open(s.Items.Value, at+"/0")...)
	case s.Type == nil || s.Nullable:
		wrong("has no type, or may be null")
	}
	return problems
}

func TestOpen_isSeen(t *testing.T) {
	text, yes, no := openapi3.NewStringSchema(), true, false
	object := func(closed *bool, required ...string) *openapi3.Schema {
		s := openapi3.NewObjectSchema().WithProperty("a", text)
		s.AdditionalProperties.Has, s.Required = closed, required
		return s
	}
	for name, s := range map[string]*openapi3.Schema{
		"silent": object(nil), "open": object(&yes), "requires what is not there": object(&no, "b"),
		"member without a type": object(&no).WithProperty("b", &openapi3.Schema{}), "null": openapi3.NewStringSchema().WithNullable(),
		"inside an array": openapi3.NewArraySchema().WithItems(object(nil)), "array of anything": openapi3.NewArraySchema(),
		"one of": openapi3.NewOneOfSchema(text, object(&no)),
	} {
		if len(open(s, "")) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
	if got := open(object(&no, "a"), ""); len(got) > 0 {
		t.Errorf("a closed object: %v", got)
	}
}

func TestDocuments_requestsAreOpen(t *testing.T) {
	operations(t, func(name string, op *openapi3.Operation) {
		if op.RequestBody == nil {
			return
		}
		var walk func(s *openapi3.Schema, at string)
		walk = func(s *openapi3.Schema, at string) {
			if s.AdditionalProperties.Has != nil {
				t.Errorf("%s: %s says what becomes of members that are not described: they are ignored everywhere", name, at)
			}
			for _, part := range s.AllOf {
				walk(part.Value, at)
			}
			for member, p := range s.Properties {
				walk(p.Value, at+"/"+member)
			}
			if s.Items != nil {
				walk(s.Items.Value, at+"/0")
			}
		}
		walk(op.RequestBody.Value.Content["application/json"].Schema.Value, "")
	})
}
