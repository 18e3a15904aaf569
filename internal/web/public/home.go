package public

import (
	"net/http"
	"time"

	"github.com/broadsheet/broadsheet/internal/web"
)

// Sent is an issue as the archive's list shows it.
type Sent struct {
	IssueID              int64
	Newsletter, Headline string
	At                   time.Time
}

// homeSize is how many issues the home page lists.
const homeSize = 50

// home lists the newest issues that have been sent.
func (s *site) home(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Issues.Latest(r.Context(), homeSize)
	if err != nil {
		return err
	}
	return s.pages.Render(w, http.StatusOK, "public/home.html", struct {
		web.Shell
		Issues []Sent
		Inbox  string
	}{web.Shell{Name: s.Name}, list, s.Inbox})
}
