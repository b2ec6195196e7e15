package api

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"kassa/internal/contracttest"
)

// TestContract_requestsAreBoundAsDescribed sends, for every member of every request, values at its limits and beyond them, of
// other types, and of words in any case: the server refuses exactly what the documents do.
func TestContract_requestsAreBoundAsDescribed(t *testing.T) {
	w := newWorld(t)
	if _, err := w.engine.SetMerchantAppSchemes(t.Context(), "K000001", []string{"shopapp"}); err != nil {
		t.Fatal(err)
	}
	_, authorization := w.tokenizable("buy_and_tokenize")
	customer := w.post("/payments/v1/authorizations/"+authorization+"/customer-token", tokenBody).text("token_id")
	order := w.post("/payments/v1/authorizations/"+authorization+"/order", swedishCart).text("order_id")
	capture := w.post("/ordermanagement/v1/orders/"+order+"/captures", `{"captured_amount":10}`).header.Get("Capture-Id")
	_, unused := w.tokenizable("buy_and_tokenize")
	hosted := w.createHosted(w.createPayment(), "").text("session_id")
	fill := strings.NewReplacer("{order_id}", order, "{capture_id}", capture, "{customer_token}", customer, "{authorization_token}", unused,
		"/hpp/v1/sessions/{session_id}", "/hpp/v1/sessions/"+hosted)
	operations, err := contracttest.Operations()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, op := range operations {
		body := described(t, op.Method, op.Path).RequestBody
		if body == nil || op.Path == "/payments/v1/sessions/{session_id}" { // an update is checked as the whole session, whose members are the create's
			continue
		}
		path := fill.Replace(op.Path)
		probe := func(member string, inside func(value any) any) func(value any, refused bool) {
			return func(value any, refused bool) {
				tried++
				sent, err := json.Marshal(inside(value))
				if err != nil {
					t.Fatal(err)
				}
				got := w.send(request{method: op.Method, path: path, body: string(sent)})
				if !refused && member == "step_up_id" {
					return // its form is free, but it must be one that was given
				}
				paths := refusedPaths(t, got)
				if has := slices.Contains(paths, member) || slices.Contains(paths, ofSizes.Replace(member)); has != refused {
					t.Errorf("%s %s: refused is %v, want %v: %.200s answers %d %.300s", op.Method, op.Path, has, refused, sent, got.status, got.body)
				}
			}
		}
		object(body.Value.Content["application/json"].Schema.Value, "", func(v any) any { return v }, probe)
	}
	if tried < 1000 {
		t.Fatalf("only %d values were tried", tried)
	}
}

// ofSizes writes a path as the messages about sizes do.
var ofSizes = strings.NewReplacer("[0]", "", ".", "/")

var quoted = regexp.MustCompile(`'([^']+)'|The size of the (\S+) value`)

// refusedPaths lists the members that an answer refuses.
func refusedPaths(t *testing.T, got answer) (paths []string) {
	t.Helper()
	if got.status != 400 && got.status != 422 {
		return nil
	}
	var e errorBody
	if err := json.Unmarshal(got.body, &e); err != nil {
		t.Fatal(err)
	}
	for _, message := range e.ErrorMessages {
		if prefix, list, ok := strings.Cut(message, ": "); ok && (prefix == "Bad value" || prefix == "Constraint violation") {
			paths = append(paths, strings.Split(list, ", ")...)
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(message, -1) {
			paths = append(paths, m[1]+m[2])
		}
	}
	return paths
}

type (
	// placing puts a value where a member stands in a body.
	placing func(value any) any
	// probing gives the function that tries values of a member.
	probing func(member string, inside func(value any) any) func(value any, refused bool)
)

// object tries every member of an object schema, and that each required one is missed.
func object(s *openapi3.Schema, at string, inside placing, probe probing) {
	properties := maps.Clone(s.Properties)
	required := slices.Clone(s.Required)
	for _, part := range s.AllOf {
		if properties == nil {
			properties = openapi3.Schemas{}
		}
		maps.Copy(properties, part.Value.Properties)
		required = append(required, part.Value.Required...)
	}
	for name, p := range properties {
		member := strings.TrimPrefix(at+"."+name, ".")
		place := func(value any) any { return inside(map[string]any{name: value}) }
		if slices.Contains(required, name) {
			probe(member, inside)(map[string]any{}, true)
			probe(member, place)(nil, true)
		}
		value(p.Value, member, place, probe)
	}
}

// value tries what a schema says of a value.
func value(s *openapi3.Schema, at string, inside placing, probe probing) {
	try := probe(at, inside)
	for len(s.AllOf) == 1 && len(s.Properties) == 0 && s.Type == nil {
		s = s.AllOf[0].Value
	}
	switch {
	case s.Type.Is(openapi3.TypeObject):
		try([]any{}, false)
		try([]any{map[string]any{}}, true)
		try("x", true)
		object(s, at, inside, probe)
	case s.Type.Is(openapi3.TypeArray):
		array(s, at, inside, probe)
	case s.Type.Is(openapi3.TypeInteger):
		integers(s, try)
	case s.Type.Is(openapi3.TypeBoolean):
		for _, wrong := range []any{"true", 1, []any{}} {
			try(wrong, true)
		}
		try(true, false)
	case s.Type.Is(openapi3.TypeString):
		texts(s, try)
	default:
		for _, either := range s.OneOf {
			if either.Value.Type.Is(openapi3.TypeInteger) {
				try(1.5, true)
				try(1, false)
				try("1", false)
				try("wide", true)
			}
		}
	}
}

func array(s *openapi3.Schema, at string, inside placing, probe probing) {
	try := probe(at, inside)
	for _, wrong := range []any{"x", 1, map[string]any{}} {
		try(wrong, true)
	}
	try([]any{}, s.MinItems > 0)
	if s.MaxItems != nil {
		try(slices.Repeat([]any{sample(s.Items.Value)}, int(*s.MaxItems)), false)
		try(slices.Repeat([]any{sample(s.Items.Value)}, int(*s.MaxItems)+1), true)
	}
	value(s.Items.Value, at+"[0]", func(v any) any { return inside([]any{v}) }, probe)
}

func integers(s *openapi3.Schema, try func(value any, refused bool)) {
	most := json.Number("9223372036854775807")
	beyond := json.Number("9223372036854775808")
	switch {
	case s.Max != nil:
		most, beyond = json.Number(strconv.FormatInt(int64(*s.Max), 10)), json.Number(strconv.FormatInt(int64(*s.Max)+1, 10))
	case s.Format == "int32":
		most, beyond = "2147483647", "2147483648"
	}
	try(most, false)
	try(most+".0", false)
	try(most+"00e-2", false)
	try(beyond, true)
	try(beyond+".0", true)
	if s.Min != nil {
		try(int64(*s.Min), false)
		try(int64(*s.Min)-1, true)
	}
	for _, wrong := range []any{"1", 1.5, json.Number("1e-2"), true, []any{}, json.Number("-99999999999999999999")} {
		try(wrong, true)
	}
}

func texts(s *openapi3.Schema, try func(value any, refused bool)) {
	for _, wrong := range []any{true, []any{}, map[string]any{}} {
		try(wrong, true)
	}
	right, _ := sample(s).(string)
	try(right, false)
	switch {
	case s.Enum != nil:
		for _, word := range s.Enum {
			for _, spelled := range []string{word.(string), strings.ToLower(word.(string)), strings.ToUpper(word.(string))} {
				try(spelled, false)
			}
		}
		try("no_such_word", true)
		return
	case s.Pattern != "":
		try("!", true)
		try(right+"\x00", true)
		return
	}
	try("a\x00b", true)
	try("a\u0085b", true)
	if s.MinLength > 0 {
		try("", true)
	}
	if s.MaxLength != nil {
		long := right + strings.Repeat("x", int(*s.MaxLength)-len([]rune(right)))
		try(long, false)
		try(long+"x", true)
	}
}

// sample gives a value that a schema takes.
func sample(s *openapi3.Schema) any {
	for len(s.AllOf) == 1 && len(s.Properties) == 0 && s.Type == nil {
		s = s.AllOf[0].Value
	}
	switch {
	case s.Example != nil:
		return s.Example
	case s.Enum != nil:
		return s.Enum[0]
	case s.Format == "uri":
		return "https://x.example/"
	case s.Type.Is(openapi3.TypeObject):
		out := map[string]any{}
		for _, name := range s.Required {
			out[name] = sample(s.Properties[name].Value)
		}
		return out
	case s.Type.Is(openapi3.TypeInteger):
		return 1
	}
	return "x"
}
