package lint

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Parts of a mail, as diagnostics name them.
const (
	inHTML    = "html"
	inText    = "text"
	inHeaders = "headers"
)

// report collects findings.
type report struct{ found []article.Diagnostic }

// add notes a breach of a rule with the rule's severity and returns the
// finding for what else there is to say about it.
func (r *report) add(rule, message, fix string) *article.Diagnostic {
	d := article.Diagnostic{Rule: rule, Severity: article.Error, Message: message, Fix: fix}
	if known, ok := Find(rule); ok {
		d.Severity = known.Severity
	}
	r.found = append(r.found, d)
	return &r.found[len(r.found)-1]
}

// at notes a breach at a place of the article.
func (r *report) at(rule string, p article.Place, message, fix string) *article.Diagnostic {
	d := r.add(rule, message, fix)
	d.Place = p
	return d
}

// in notes a breach at a byte of a part.
func (r *report) in(rule, part string, at int, message, fix string) *article.Diagnostic {
	d := r.add(rule, message, fix)
	d.Part, d.Byte = part, max(at, 0)
	return d
}

// has reports whether a rule's breach has been noted.
func (r *report) has(rule string) bool {
	return slices.ContainsFunc(r.found, func(d article.Diagnostic) bool { return d.Rule == rule })
}

// webURL parses an absolute address on the web.
func webURL(s string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false
	}
	return u, true
}

// short is a text cut for being quoted in a message.
func short(s string) string {
	const most = 60
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// host is an address's host for being named in a message.
func host(address string) string {
	if u, ok := webURL(address); ok {
		return u.Host
	}
	return short(address)
}

// partName is what people call a part.
func partName(part string) string {
	if part == inHTML {
		return "HTML part"
	}
	return "text part"
}
