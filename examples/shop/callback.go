package shop

import (
	"errors"
	"net/http"

	"kassa/client"
)

// callback is the third way to learn the outcome: Kassa calls, within the second, also when the consumer's phone has lost its network
// and while the poller sleeps. Without it everything still ends well, later.
//
// The signature says that it is Kassa who calls. Even so nothing of the body is acted on: what is told may be repeated, and older
// than what is known already. It says that now is a good time to ask. So the same callback twice, or an old one after a new one,
// changes nothing, and nobody has to remember which were seen.
func (s *Shop) callback(w http.ResponseWriter, r *http.Request) {
	told, err := s.callbacks.Read(r)
	if err != nil {
		s.log.Warn("callback", "error", err)
		status := http.StatusBadRequest
		if errors.Is(err, client.ErrCallbackRefused) {
			status = http.StatusUnauthorized
		}
		w.WriteHeader(status)
		return
	}
	o := s.book.withKey(r.PathValue("key"))
	if o == nil {
		w.WriteHeader(http.StatusNotFound) // this shop forgets when it ends; one with a database would not
		return
	}
	if err := s.settle(r.Context(), o); err != nil {
		s.log.Warn("callback: it will come again", "event", told.EventID, "attempt", told.Attempt, "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
