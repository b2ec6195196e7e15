package contracttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// exception is where the original's own documents and its real answers, or our decisions, differ.
type exception struct {
	path   string // of the operation, "" for all
	member string // beginning of the member's path; "" for the whole answer
	why    string
}

// exceptions are all there are. docs/api/README.md tells callers of those that matter to them.
var exceptions = []exception{
	{"/payments/v1/sessions/{session_id}", "/auto_capture", "a default for the order that may be given with the session"},
	{"/ordermanagement/v1/orders/{order_id}", "/customer/type", "real answers have it"},
	{"/customer-token/v1/tokens/{customerToken}/order", "/redirect_url", "required there; real answers leave it out where no confirmation URL is known"},
	{"/customer-token/v1/tokens/{customerToken}/order", "/step_up_id", "described for 403"},
}

// original are the documents of the original, which are not ours to publish: nil where nobody has put them beside the repository.
var original = sync.OnceValues(func() ([]*openapi3.T, error) {
	_, here, _, _ := runtime.Caller(0)
	names, err := filepath.Glob(filepath.Join(filepath.Dir(here), "../../../shared/contract/openapi/*.official.json"))
	if err != nil {
		return nil, fmt.Errorf("look for the original's documents: %w", err)
	}
	var out []*openapi3.T
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the original's documents: %w", err)
		}
		doc, err := openapi3.NewLoader().LoadFromData(body)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Base(name), err)
		}
		out = append(out, doc)
	}
	return out, nil
})

// checkOriginal holds an answer against the original's documents, when they are at hand: what they require is there, and nothing is
// told that they do not know.
func (x *Exchange) checkOriginal() error {
	docs, err := original()
	if err != nil {
		return err
	}
	for _, doc := range docs {
		for pattern, item := range doc.Paths.Map() {
			op := item.GetOperation(x.Method)
			if op == nil {
				continue
			}
			if _, ok := Match(pattern, strings.TrimSuffix(x.Path, "/")); !ok {
				continue
			}
			return x.checkAgainst(pattern, op)
		}
	}
	return nil
}

func (x *Exchange) checkAgainst(pattern string, op *openapi3.Operation) error {
	response := op.Responses.Value(strconv.Itoa(x.Status))
	if x.Status < 300 && response == nil {
		return fmt.Errorf("the original does not answer %d", x.Status)
	}
	if response == nil || response.Value == nil || len(x.Answer) == 0 {
		return nil
	}
	media := response.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil || media.Schema.Value == nil {
		return nil
	}
	var body any
	if err := json.Unmarshal(x.Answer, &body); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	var faults []error
	for _, member := range missing(media.Schema.Value, body, "") {
		faults = append(faults, excepted(pattern, member, "the original requires %s"))
	}
	for _, member := range unknown(media.Schema.Value, body, "") {
		faults = append(faults, excepted(pattern, member, "the original does not know %s"))
	}
	return errors.Join(faults...)
}

// excepted is the fault of a member, nil when there is a reason for it.
func excepted(pattern, member, format string) error {
	for _, e := range exceptions {
		if (e.path == "" || e.path == pattern) && strings.HasPrefix(member, e.member) {
			return nil
		}
	}
	return fmt.Errorf(format, member)
}

// missing lists the members that a schema requires and a value does not have.
func missing(s *openapi3.Schema, value any, at string) (out []string) {
	each(s, value, at, func(s *openapi3.Schema, object map[string]any, at string) {
		for _, name := range s.Required {
			if _, ok := object[name]; !ok {
				out = append(out, at+"/"+name)
			}
		}
	})
	return out
}

// unknown lists the members of a value that a schema does not have. A schema without properties describes nothing.
func unknown(s *openapi3.Schema, value any, at string) (out []string) {
	each(s, value, at, func(s *openapi3.Schema, object map[string]any, at string) {
		if len(s.Properties) == 0 {
			return
		}
		for name := range object {
			if s.Properties[name] == nil {
				out = append(out, at+"/"+name)
			}
		}
	})
	return out
}

// each calls do for every object of a value that has a schema.
func each(s *openapi3.Schema, value any, at string, do func(s *openapi3.Schema, object map[string]any, at string)) {
	if len(s.AllOf) == 1 && len(s.Properties) == 0 && s.AllOf[0].Value != nil {
		s = s.AllOf[0].Value
	}
	switch v := value.(type) {
	case map[string]any:
		do(s, v, at)
		for name, child := range v {
			if ref := s.Properties[name]; ref != nil && ref.Value != nil {
				each(ref.Value, child, at+"/"+name, do)
			}
		}
	case []any:
		for i, child := range v {
			if s.Items != nil && s.Items.Value != nil {
				each(s.Items.Value, child, at+"/"+strconv.Itoa(i), do)
			}
		}
	}
}
