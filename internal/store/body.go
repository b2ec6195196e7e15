package store

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"kassa/internal/pay"
)

// bodyOptions: members with their zero value are left out; they come back as zero values.
var bodyOptions = json.JoinOptions(json.OmitZeroStructFields(true), json.Deterministic(true))

// personalOptions write personal data and secrets as they are instead of as ***. What they encode is sealed at once.
var personalOptions = json.JoinOptions(bodyOptions, json.WithMarshalers(json.JoinMarshalers(
	json.MarshalToFunc(func(enc *jsontext.Encoder, p pay.Personal) error { return enc.WriteToken(jsontext.String(string(p))) }),
	json.MarshalToFunc(func(enc *jsontext.Encoder, s pay.Secret) error { return enc.WriteToken(jsontext.String(string(s))) }),
)))

// encodeBody encodes what may be read by whoever reads the database.
func encodeBody(v any) ([]byte, error) { return json.Marshal(v, bodyOptions) }

// encodePersonal encodes what must be sealed.
func encodePersonal(v any) ([]byte, error) { return json.Marshal(v, personalOptions) }

// decode is the reverse of both; members that are unknown were written by a newer version and are left alone.
func decode(data []byte, v any, what string) error {
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("decode %s: %w", what, err)
	}
	return nil
}
