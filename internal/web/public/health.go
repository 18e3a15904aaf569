package public

import (
	"net/http"

	"github.com/broadsheet/broadsheet/internal/web"
)

// health answers 200 when this process can do its work, for load balancers.
func (s *site) health(w http.ResponseWriter, r *http.Request) error {
	if s.Health != nil {
		if err := s.Health(r.Context()); err != nil {
			return &web.Error{Status: http.StatusServiceUnavailable, Title: "Not ready", Sentence: "The service can’t do its work just now. Please try again in a minute.", Err: err}
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // the caller has gone away
	return nil
}
