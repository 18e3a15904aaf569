package lint

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint/clients"
)

// Mix is how many of a hundred readers use which mail programs.
type Mix = clients.Mix

// ParseMix reads a mix such as "gmail=40,apple-mail=35"; see [clients.Parse].
func ParseMix(s string) (Mix, error) { return clients.Parse(s) }

// Support is what the mail programs make of one feature that a mail uses.
type Support struct {
	// Feature is what it is called, URL its page at caniemail.com.
	Feature string `json:"feature"`
	URL     string `json:"url"`
	// Tested is the day of caniemail's last test.
	Tested string `json:"tested"`
	// Byte is where in the HTML part it stands first, Uses how often.
	Byte int `json:"byte"`
	Uses int `json:"uses"`
	// Fallback says that something else stands ready everywhere it is used.
	Fallback bool `json:"fallback"`
	// Lost is the percentage of readers whose program doesn't know it, and
	// Programs are those programs; PartlyIn those that know it in part.
	Lost     float64  `json:"lost"`
	Programs []string `json:"programs"`
	PartlyIn []string `json:"partly_in"`
	// Instead is what those readers see.
	Instead string `json:"instead"`

	grade  grade
	source string // of a picture
}

// Programs judges every feature of a mail's HTML part, the most readers
// concerned first.
func Programs(in Input) []Support {
	m := newMail(in)
	return m.support()
}

func (m *mail) support() []Support {
	var out []Support
	shares, programs := m.in.Policy.Mix.Shares(), clients.Programs()
	for _, u := range featuresOf(m.tokens) {
		f, ok := clients.Find(u.slug)
		if !ok {
			continue
		}
		s := Support{
			Feature: f.Title, URL: f.URL, Tested: f.Tested, Byte: u.at, Uses: u.n, Fallback: u.fallback || m.standsReady(u), Instead: u.instead,
			Programs: []string{}, PartlyIn: []string{}, grade: u.grade, source: u.source,
		}
		for _, p := range programs {
			if u.notWord && p.ID == "outlook.windows" {
				continue
			}
			share := shares[p.ID]
			switch v := f.On(p.ID).Verdict; {
			case share == 0:
			case v == clients.No:
				s.Lost += share
				s.Programs = append(s.Programs, p.Name)
			case v == clients.Partly:
				s.PartlyIn = append(s.PartlyIn, p.Name)
			}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Support) int { return cmp.Compare(b.Lost, a.Lost) })
	return out
}

// standsReady reports whether the mail as a whole has a substitute: for Word,
// which knows no max-width, the tables in its own comments; for <picture> the
// <img> that everybody knows.
func (m *mail) standsReady(u *use) bool {
	switch u.slug {
	case "css-max-width":
		return slices.ContainsFunc(m.tokens, func(t token) bool { return t.word && t.name == "table" && t.attr("width") != "" })
	case "html-picture":
		return true
	}
	return false
}

// leastLost is how many of a hundred readers have to be concerned by a change
// of looks before it is worth a word.
const leastLost = 5

// programs reports the features that readers will miss (HTML-2): what a
// layout depends on, what can't be read or used without it, and what changes
// the looks for many. What has a fallback goes without saying.
func (m *mail) programs() {
	for _, s := range m.support() {
		if s.Fallback || len(s.Programs) == 0 {
			continue
		}
		fix := "Leave it out, or put something before it that every program knows."
		severity := article.Error
		switch s.grade {
		case trim:
			continue
		case visible:
			if s.Lost < leastLost {
				continue
			}
			severity, fix = article.Info, "Nothing has to be done if that will do; otherwise leave it out."
		case vital:
			severity = article.Warn
		}
		if s.source != "" {
			fix = "Give the article the picture as JPEG or PNG."
		}
		d := m.report.in("HTML-2", inHTML, s.Byte, fmt.Sprintf("%s is not known to %s: %s of readers see %s.", s.Feature, listed(s.Programs), percent(s.Lost), s.Instead), fix)
		d.Severity = severity
		if n, i, ok := m.articleImage(s.source); ok {
			m.locate(d, n, i.Place)
		}
	}
}

// listed names at most four.
func listed(names []string) string {
	const most = 4
	if len(names) > most {
		return strings.Join(names[:most-1], ", ") + fmt.Sprintf(" and %d others", len(names)-most+1)
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func percent(f float64) string {
	if f < 1 {
		return "less than 1 %"
	}
	return fmt.Sprintf("about %.0f %%", math.Round(f))
}
