package inbox

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/mailer/capture"
)

// framePolicy is for the HTML of a mail: its own styles and pictures, and in a
// sandbox, so that it is a stranger to the page around it. Links open outside.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

const maxShown = 1 << 20 // bytes of a part shown in a page; the file has all

type mailPage struct {
	web.Shell
	summary
	Tab       string // html, text, headers, source
	Phone     bool   // the frame is 375 px wide
	HasHTML   bool
	Headers   []capture.Header
	Text      []piece
	Source    string
	Cut       bool // more than is shown
	Size      string
	Problem   string
	Author    string // the From header, as it is
	BouncesTo string // the envelope's sender
}

// piece is a stretch of text, or a link.
type piece struct {
	Text string
	Link bool
}

func (s *site) tab(name string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		m, err := s.mail(r)
		if err != nil {
			return err
		}
		page := mailPage{
			Shell: shell(), summary: summarise(m), Tab: name, Phone: r.FormValue("width") == "phone",
			HasHTML: m.HTML != "", Size: size(len(m.Raw)), Problem: m.Problem, Author: m.Header("From"), BouncesTo: m.From,
		}
		switch name {
		case "text":
			text, cut := clip(m.Text)
			page.Text, page.Cut = linked(text), cut
		case "headers":
			page.Headers = m.Headers
		case "source":
			page.Source, page.Cut = clip(string(m.Raw))
		}
		return s.pages.Render(w, http.StatusOK, "inbox/mail.html", page, "frame-src 'self'")
	}
}

func clip(s string) (text string, cut bool) {
	if len(s) > maxShown {
		return strings.ToValidUTF8(s[:maxShown], ""), true
	}
	return strings.ToValidUTF8(s, "\uFFFD"), false
}

var address = regexp.MustCompile(`https?://[^\s<>"']+[^\s<>"'.,;:!?)\]]`)

// linked finds the web addresses in a text.
func linked(s string) []piece {
	if s == "" {
		return nil
	}
	var pieces []piece
	at := 0
	for _, span := range address.FindAllStringIndex(s, -1) {
		pieces = append(pieces, piece{Text: s[at:span[0]]}, piece{Text: s[span[0]:span[1]], Link: true})
		at = span[1]
	}
	return append(pieces, piece{Text: s[at:]})
}

// frame is the HTML part itself. The element at its end opens the mail's links
// in a tab of their own: the frame may not show the pages they lead to.
func (s *site) frame(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mail(r)
	if err != nil {
		return err
	}
	if m.HTML == "" {
		return web.NotFound("This mail has no HTML part.")
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", framePolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	_, _ = w.Write([]byte(m.HTML + `<base target="_blank">`)) // the reader has gone away
	return nil
}

// eml hands the mail out as a file.
func (s *site) eml(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mail(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "message/rfc822")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=\"mail-%d.eml\"", m.ID))
	_, _ = w.Write(m.Raw) // the reader has gone away
	return nil
}
