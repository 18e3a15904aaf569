package preview

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/web"
)

// finding is one in the list beside the mail.
type finding struct {
	newsletter.Finding
	N    int
	Name string // of its weight
	// Where says where it is; URL goes there, "" if nothing shows it.
	Where, URL string
	Why        lint.Rule
	Chosen     bool
}

// page is what the template gets.
type page struct {
	web.Shell
	look
	R        newsletter.Review
	State    string // in a word
	Told     string // in a sentence
	Findings []finding
	Errors   int
	Warnings int
	Weight   sizes
	Meter    meter
	Proof    string
	Headers  []header
	Lines    []textLine
	Until    time.Time
}

func (s *site) issue(w http.ResponseWriter, r *http.Request) error {
	review, until, err := s.open(r)
	if err != nil {
		return err
	}
	weight, err := weigh(review.Message)
	if err != nil {
		return err
	}
	p := page{Shell: web.Shell{Name: review.Newsletter.Name}, look: lookOf(r), R: review, Weight: weight, Meter: meterOf(weight), Until: until}
	p.State, p.Told = state(review)
	p.Headers, p.Lines = headers(review.Message), textLines(review.Text)
	p.list()
	if review.Receipt != nil {
		p.Proof = proofSentence(review.Receipt.Proof)
	}
	w.Header().Set("X-Robots-Tag", "noindex")
	return s.pages.Render(w, http.StatusOK, "preview/issue.html", &p, "frame-src 'self'")
}

// list numbers the findings and says where each is.
func (p *page) list() {
	shown := tokens(p.R.HTML)
	for i, f := range p.R.Findings {
		n := i + 1
		one := finding{Finding: f, N: n, Name: severityName(f), Chosen: p.At == n}
		one.Why, _ = lint.Find(f.Rule)
		switch f.Severity {
		case article.Error:
			p.Errors++
		case article.Warn:
			if f.Open() {
				p.Warnings++
			}
		}
		view := p.View
		if view != "compare" {
			view = "mail"
		}
		switch _, here := shownAt(p.R.HTML, shown, f); {
		case here:
			one.Where, one.URL = "in the mail", p.To(view, n)
		case f.Part == "html" && f.Rule == "HTML-4" && p.Weight.Cut >= 0:
			one.Where, one.URL = "where Gmail cuts", p.ToClip()
		case f.Part == "html":
			one.Where = "the HTML part as a whole"
		case f.Part == "text":
			line := p.markLine(f.Byte, n)
			one.Where, one.URL = fmt.Sprintf("line %d of the text part", line), p.To("text", n)
		case f.Part == "headers":
			one.Where, one.URL = p.markHeader(f.Byte, n)
		case f.Place.Line > 0 && f.Article > 0:
			one.Where = fmt.Sprintf("line %d of article %d’s source", f.Place.Line, f.Article)
		case f.Place.Line > 0:
			one.Where = fmt.Sprintf("line %d of the article’s source", f.Place.Line)
		case f.Article > 0:
			one.Where = fmt.Sprintf("article %d as a whole", f.Article)
		default:
			one.Where = "the article as a whole"
		}
		p.Findings = append(p.Findings, one)
	}
}

// markLine puts a finding's number beside its line and gives that.
func (p *page) markLine(at, n int) int {
	i := len(p.Lines) - 1
	for i > 0 && p.Lines[i].at > at {
		i--
	}
	p.Lines[i].Marks = append(p.Lines[i].Marks, n)
	return p.Lines[i].N
}

// markHeader puts a finding's number beside its header.
func (p *page) markHeader(at, n int) (where, url string) {
	i := slices.IndexFunc(p.Headers, func(h header) bool { return h.at <= at && at < h.end })
	if i < 0 {
		return "the headers", p.To("headers", n)
	}
	p.Headers[i].Marks = append(p.Headers[i].Marks, n)
	return "the header " + p.Headers[i].Name, p.To("headers", n)
}

// Verdict says whether the issue may be approved.
func (p *page) Verdict() string {
	switch {
	case p.R.Issue.State == newsletter.Launched:
		return "It has been launched; nothing about it can be changed."
	case p.Errors > 0:
		return plural(p.Errors, "error stands", "errors stand") + " in the way of approval."
	case p.Warnings > 0 && p.R.Newsletter.Strict && !p.R.Frozen:
		return plural(p.Warnings, "warning waits", "warnings wait") + " to be acknowledged before it can be approved."
	case p.Warnings > 0:
		return plural(p.Warnings, "warning is", "warnings are") + " not acknowledged; nothing stands in the way of approval."
	case len(p.Findings) > 0:
		return "Nothing stands in the way of approval."
	}
	return "Nothing was found."
}

func state(r newsletter.Review) (name, told string) {
	switch {
	case r.Standing == newsletter.Broken:
		return "Damaged", "The stored bytes are not those that were approved. Approve the issue again."
	case r.Issue.State == newsletter.Launched:
		return "Launched", "These are the bytes that were sent."
	case r.Frozen:
		return "Approved", "These are the bytes that will be sent."
	case r.Standing == newsletter.Void || r.Issue.State == newsletter.Approved:
		return "Edited since its approval", "The approval is void. These are the bytes that approving it again would freeze."
	}
	return "Draft", "These are the bytes that approving it now would freeze."
}

func proofSentence(p lint.Proof) string {
	n := len(p.HTML) + len(p.Text)
	switch {
	case n == 0:
		return "Nothing is paid for, so nothing has to be disclosed."
	case p.OK():
		return fmt.Sprintf("A disclosure precedes each of the %s and stands beside each pick, in both parts.", plural(n, "paid place", "paid places"))
	}
	return "Not every paid link is disclosed."
}

// meter is the drawing of the size, in thousandths of its width.
type meter struct {
	Used, Large, Clip int
	Class             string // fits, large, cut
	Told              string
}

func meterOf(s sizes) meter {
	full := max(clip*5/4, s.HTML*21/20)
	m := meter{Used: s.HTML * 1000 / full, Large: large * 1000 / full, Clip: clip * 1000 / full, Class: "fits"}
	switch {
	case s.HTML > clip:
		m.Class, m.Told = "cut", fmt.Sprintf("Gmail cuts it off %s before its end.", kB(s.HTML-clip))
	case s.HTML > large:
		m.Class, m.Told = "large", fmt.Sprintf("Gmail still shows all of it; the line where it cuts is %s away.", kB(clip-s.HTML))
	default:
		m.Told = fmt.Sprintf("Gmail shows all of it; the line where it cuts is %s away.", kB(clip-s.HTML))
	}
	return m
}

// kB is a size for people.
func kB(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1000)
}

// KB is kB for the template.
func (p *page) KB(n int) string { return kB(n) }

// Short is the beginning of a hash.
func (p *page) Short(hash string) string { return hash[:min(len(hash), 12)] }

// Approvable reports whether approving the issue would do something.
func (p *page) Approvable() bool {
	return p.R.Issue.State != newsletter.Launched && !p.R.Frozen && p.Errors == 0
}

// Stamp is a time for people.
func (p *page) Stamp(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// Simulated says what of the frame is no real mail program.
func (p *page) Simulated() string {
	switch p.Mode {
	case "dark":
		return "Simulated: the mail’s own rules for dark mode hold, as in Apple Mail. Programs that drop style blocks show it light or inverted."
	case "inverted":
		return "Simulated: every colour but those of pictures is inverted, roughly as Gmail’s app and Outlook do. Their own arithmetic differs a little."
	case "own":
		return "The HTML part unchanged, as your own browser and its colour scheme show it."
	}
	return "Simulated: the mail’s rules for dark mode are switched off, whatever your own screen prefers."
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Command is what to type to let a warning stand.
func (f finding) Command(issue int64) string {
	return strings.Join([]string{"broadsheet issue acknowledge", fmt.Sprint(issue), f.Rule, `--reason "…"`}, " ")
}
