package public

import (
	"net/http"
	"strconv"

	"github.com/broadsheet/broadsheet/internal/web"
)

// archivePolicy is for a page made of other people's content: its own style,
// pictures from anywhere, and in a sandbox, so that even what slipped through
// the renderer can run nothing and post nowhere. Links work.
const archivePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: http:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"

// archive shows the web version of an issue.
func (s *site) archive(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("issue"), 10, 64)
	if err != nil || id <= 0 {
		return errIssue
	}
	page, found, err := s.Issues.Page(r.Context(), id)
	if err != nil {
		return err
	}
	if !found {
		return errIssue
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", archivePolicy)
	h.Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write([]byte(page)) // the reader has gone away
	return nil
}

var errIssue = web.NotFound("There is no issue at this address. Perhaps it has not been sent yet.")
