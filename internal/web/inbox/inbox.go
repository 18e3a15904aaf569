package inbox

import (
	"fmt"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/mailer/capture"
)

// Source is where the mails are; capture.Server is one.
type Source interface {
	Mails(limit int) []capture.Mail // newest first; 0 is all
	Get(id int) (capture.Mail, bool)
}

const pageSize = 50 // mails in a list

type site struct {
	source Source
	pages  *web.Pages
}

// Routes gives the pages of an inbox. Its error is a mistake in a template.
func Routes(source Source) ([]web.Route, error) {
	pages, err := web.ParsePages("inbox/list.html", "inbox/mail.html")
	if err != nil {
		return nil, err
	}
	s := &site{source, pages}
	return []web.Route{
		{Pattern: "GET /inbox/{$}", Handler: s.list},
		{Pattern: "GET /inbox", Handler: s.slash},
		{Pattern: "GET /inbox/{id}", Handler: s.tab("html")},
		{Pattern: "GET /inbox/{id}/text", Handler: s.tab("text")},
		{Pattern: "GET /inbox/{id}/headers", Handler: s.tab("headers")},
		{Pattern: "GET /inbox/{id}/source", Handler: s.tab("source")},
		{Pattern: "GET /inbox/{id}/html", Handler: s.frame},
		{Pattern: "GET /inbox/{id}/eml", Handler: s.eml},
	}, nil
}

func (s *site) slash(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/inbox/", http.StatusSeeOther)
	return nil
}

// mail finds the mail a path names.
func (s *site) mail(r *http.Request) (capture.Mail, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err == nil {
		if m, found := s.source.Get(id); found {
			return m, nil
		}
	}
	return capture.Mail{}, web.NotFound("This mail is not in the inbox. It keeps the newest mails only, and forgets all when it is stopped.")
}

// shell is the frame of the inbox's pages.
func shell() web.Shell { return web.Shell{Name: "Inbox", HomeURL: "/inbox/"} }

// summary is a mail as both pages name it.
type summary struct {
	ID      int
	Subject string
	From    string
	To      string
	At      time.Time
}

func summarise(m capture.Mail) summary {
	s := summary{ID: m.ID, Subject: strings.TrimSpace(m.Subject), From: sender(m), To: strings.Join(m.To, ", "), At: m.At.UTC()}
	if s.Subject == "" {
		s.Subject = "(no subject)"
	}
	return s
}

// sender is the name in the From header, else its address, else the envelope's.
func sender(m capture.Mail) string {
	a, err := mail.ParseAddress(m.Header("From"))
	switch {
	case err != nil:
		return m.From
	case a.Name != "":
		return a.Name
	}
	return a.Address
}

func size(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1000)
}
