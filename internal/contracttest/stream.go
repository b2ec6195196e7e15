package contracttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-json-experiment/json/jsontext"
)

// streamType is the content type of server-sent events.
const streamType = "text/event-stream"

// isStream reports whether the answer is a stream of events, or as much of one as was read.
func (x *Exchange) isStream() bool {
	return x.Status == http.StatusOK && x.AnswerHeader.Get("Content-Type") == streamType
}

// checkStream checks a stream of server-sent events: each is whole, its data is as the schema says, and its id and type are those of
// the data. What comes after the last empty line was cut off by whoever read.
func (x *Exchange) checkStream(route *routers.Route) (faults []error) {
	described := route.Operation.Responses.Status(x.Status)
	if described == nil || described.Value.Content[streamType] == nil {
		return []error{errors.New("no stream is described")}
	}
	schema := described.Value.Content[streamType].Schema.Value
	whole := string(x.Answer)
	whole = whole[:max(strings.LastIndex(whole, "\n\n"), 0)]
	for block := range strings.SplitSeq(whole, "\n\n") {
		fields := map[string]string{}
		for line := range strings.SplitSeq(block, "\n") {
			name, value, ok := strings.Cut(line, ": ")
			switch {
			case strings.HasPrefix(line, ":"): // a comment
			case !ok || fields[name] != "" || name != "id" && name != "event" && name != "data":
				faults = append(faults, fmt.Errorf("the line %q", line))
			default:
				fields[name] = value
			}
		}
		if len(fields) > 0 {
			faults = append(faults, checkStreamed(schema, fields))
		}
	}
	return faults
}

// checkStreamed checks one event of a stream.
func checkStreamed(schema *openapi3.Schema, fields map[string]string) error {
	data := []byte(fields["data"])
	var value map[string]any
	if !jsontext.Value(data).IsValid() || json.Unmarshal(data, &value) != nil {
		return fmt.Errorf("the data %q is no JSON object", data)
	}
	if err := schema.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		return fmt.Errorf("the data %s: %w", data, err)
	}
	if value["cursor"] != fields["id"] || value["type"] != fields["event"] {
		return fmt.Errorf("id %q and event %q of the data %s", fields["id"], fields["event"], data)
	}
	return nil
}
