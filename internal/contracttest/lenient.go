package contracttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// lenient rewrites a body into the spelling of its schema, undoing what common.yaml says is forgiven: a null is an absent
// member, words are taken in any case, a number is taken for a string, a number with a zero fraction is an integer, an empty array is
// an empty object where one is expected, and a byte-order mark is skipped.
func lenient(schema *openapi3.Schema, body []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, fmt.Errorf("the body was accepted and is no JSON: %w", err)
	}
	out, err := json.Marshal(spell(schema, value))
	if err != nil {
		return nil, fmt.Errorf("encode the body again: %w", err)
	}
	return out, nil
}

func spell(schema *openapi3.Schema, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if member == nil {
				delete(v, name)
			} else if s := property(schema, name); s != nil {
				v[name] = spell(s, member)
			}
		}
	case []any:
		if len(v) == 0 && isObject(schema) {
			return map[string]any{}
		}
		if s := items(schema); s != nil {
			for i := range v {
				v[i] = spell(s, v[i])
			}
		}
	case json.Number:
		if schema.Type.Is(openapi3.TypeString) {
			return v.String()
		}
		if exact, ok := new(big.Rat).SetString(v.String()); ok && exact.IsInt() && schema.Type.Is(openapi3.TypeInteger) {
			return json.Number(exact.Num().String())
		}
	case string:
		for _, word := range words(schema) {
			if w, ok := word.(string); ok && strings.EqualFold(w, v) {
				return w
			}
		}
	}
	return value
}

// property finds the schema of a member, also in those that the schema is made of.
func property(schema *openapi3.Schema, name string) *openapi3.Schema {
	if p := schema.Properties[name]; p != nil {
		return p.Value
	}
	for _, part := range schema.AllOf {
		if p := property(part.Value, name); p != nil {
			return p
		}
	}
	return nil
}

// isObject reports whether a schema is of objects, also by what it is made of.
func isObject(schema *openapi3.Schema) bool {
	return schema.Type.Is(openapi3.TypeObject) || slices.ContainsFunc(schema.AllOf, func(part *openapi3.SchemaRef) bool { return isObject(part.Value) })
}

func items(schema *openapi3.Schema) *openapi3.Schema {
	if schema.Items != nil {
		return schema.Items.Value
	}
	for _, part := range schema.AllOf {
		if s := items(part.Value); s != nil {
			return s
		}
	}
	return nil
}

func words(schema *openapi3.Schema) []any {
	if schema.Enum != nil {
		return schema.Enum
	}
	for _, part := range schema.AllOf {
		if w := words(part.Value); w != nil {
			return w
		}
	}
	return nil
}
