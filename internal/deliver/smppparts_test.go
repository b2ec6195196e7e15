package deliver

import (
	"strings"
	"testing"
)

// partNumbers reads which parts a centre was given of the message that ends with last.
func (s *smsc) partNumbers(n int) string {
	s.t.Helper()
	var out []string
	for range n {
		header := strings.Join(s.next("submit").UDH, "")
		out = append(out, header[len(header)-2:])
	}
	return strings.Join(out, " ")
}

// A centre that throttles (ESME_RTHROTTLED, ESME_RMSGQFUL; SMPP 3.4, 5.1.3) or goes away in the middle of a text gets the parts that it has
// not taken, at once or with the next attempt; none that it has.
func TestSMPP_goesOnWhereItStopped(t *testing.T) {
	text := strings.Repeat("a", 400) // three parts
	centre := newSMSC(t, smscOptions{Statuses: map[string]any{
		"46700000001": []any{0, statusThrottled, statusQueueFull, 0, 0},
		"46700000002": []any{0, statusThrottled, 0, statusThrottled, 0},
		"46700000003": []any{0, "drop"},
		"46700000004": []any{0, statusDestination},
		"46700000005": []any{statusThrottled, 0, 0, 0},
		"46700000006": []any{0, statusThrottled},
	}})
	s := centre.sender("")
	send := func(to, text string, ok bool) {
		t.Helper()
		if err := s.Send(t.Context(), SMS{To: "+" + to, Text: text, ID: "job-" + to}); (err == nil) != ok {
			t.Fatalf("%s: %v", to, err)
		}
	}
	send("46700000001", text, true)
	if got := centre.partNumbers(5); got != "01 02 02 02 03" {
		t.Errorf("throttled for a moment: %s", got)
	}
	s.patience = 0
	send("46700000002", text, false)
	send("46700000002", text, false)
	send("46700000002", text, true)
	if got := centre.partNumbers(5); got != "01 02 02 03 03" {
		t.Errorf("throttled for longer: %s", got)
	}
	send("46700000003", text, false)
	send("46700000003", text, true)
	if got := centre.partNumbers(4); got != "01 02 02 03" {
		t.Errorf("a connection that broke: %s", got)
	}
	send("46700000004", text, false) // for good: who tries again begins anew
	send("46700000004", text, true)
	if got := centre.partNumbers(5); got != "01 02 01 02 03" {
		t.Errorf("refused for good: %s", got)
	}
	send("46700000005", text, false)
	send("46700000005", text, true)
	if got := centre.partNumbers(4); got != "01 01 02 03" {
		t.Errorf("throttled at the first part: %s", got)
	}
	send("46700000006", text, false)
	send("46700000006", strings.Repeat("b", 400), true)
	if got := centre.partNumbers(5); got != "01 02 01 02 03" {
		t.Errorf("another text under the same id: %s", got)
	}
	if n := len(s.half.taken); n != 1 { // the text that was given up
		t.Errorf("%d texts are remembered", n)
	}
}
