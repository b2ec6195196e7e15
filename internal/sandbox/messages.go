package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// messagesKept bounds how many messages are shown.
const messagesKept = 1000

// Message is a message that a sandbox without a sender would have sent.
type Message struct {
	Method  string    `json:"method"` // email or sms
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text"`
	Link    string    `json:"link,omitempty"`
	Code    string    `json:"code,omitempty"`
	At      time.Time `json:"at"`
}

// Messages keeps the last messages, in memory.
type Messages struct {
	mu   sync.Mutex
	kept []Message
}

// Keep notes a message.
func (m *Messages) Keep(message Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept) == messagesKept {
		m.kept = m.kept[1:]
	}
	m.kept = append(m.kept, message)
}

// serve answers GET /sandbox/messages: the newest last; with ?to= only those to one receiver.
func (m *Messages) serve(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	m.mu.Lock()
	out := struct {
		Messages []Message `json:"messages"`
	}{[]Message{}}
	for _, one := range m.kept {
		if to == "" || one.To == to {
			out.Messages = append(out.Messages, one)
		}
	}
	m.mu.Unlock()
	answer(w, http.StatusOK, out)
}
