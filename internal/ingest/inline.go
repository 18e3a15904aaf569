package ingest

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxSpans bounds the spans of one text; what is longer keeps its words and
// loses its looks.
const maxSpans = 5000

// tidyText brings a text into the shape package article promises: single
// spaces, none at the ends or around breaks, no controls, neighbours of the
// same look joined.
func tidyText(t article.Text) article.Text {
	if len(t) > maxSpans {
		t = article.Plain(t.String())
	}
	out := make(article.Text, 0, len(t))
	space := true // nothing but space so far
	for _, s := range t {
		if s.Break {
			trimEnd(out)
			if out = dropEmpty(out); len(out) > 0 && !out[len(out)-1].Break {
				out = append(out, article.Span{Break: true})
			}
			space = true
			continue
		}
		var words string
		if words, space = squeeze(s.Text, space); words == "" {
			continue
		}
		s.Text = words
		if n := len(out); n > 0 && sameLook(out[n-1], s) {
			out[n-1].Text += s.Text
		} else {
			out = append(out, s)
		}
	}
	for {
		trimEnd(out)
		out = dropEmpty(out)
		if n := len(out); n == 0 || !out[n-1].Break {
			break
		}
		out = out[:len(out)-1]
	}
	for i := range out {
		out[i].Text = norm.NFC.String(out[i].Text)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func sameLook(a, b article.Span) bool {
	a.Text, b.Text = "", ""
	return a == b
}

func trimEnd(t article.Text) {
	if n := len(t); n > 0 {
		t[n-1].Text = strings.TrimRightFunc(t[n-1].Text, unicode.IsSpace)
	}
}

func dropEmpty(t article.Text) article.Text {
	for len(t) > 0 && t[len(t)-1].Text == "" && !t[len(t)-1].Break {
		t = t[:len(t)-1]
		trimEnd(t)
	}
	return t
}

// squeezed reports whether squeeze would leave s as it is, and whether it ends
// in a space.
func squeezed(s string, afterSpace bool) (space, ok bool) {
	for _, r := range s {
		switch {
		case r == ' ':
			if afterSpace {
				return false, false
			}
			afterSpace = true
			continue
		case r < ' ' || r == utf8.RuneError || r >= 0x7F && r != '\u00a0' && r != '\u202f' && (unicode.IsSpace(r) || unicode.IsControl(r)):
			return false, false
		}
		afterSpace = false
	}
	return afterSpace, true
}

// squeeze makes single spaces of white space, keeping no-break spaces, and
// drops controls; afterSpace says whether a leading space would be one too many.
func squeeze(s string, afterSpace bool) (string, bool) {
	if space, ok := squeezed(s, afterSpace); ok {
		return s, space
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '\u00a0' || r == '\u202f':
			b.WriteRune(r)
			afterSpace = false
		case unicode.IsSpace(r):
			if !afterSpace {
				b.WriteByte(' ')
			}
			afterSpace = true
		case unicode.IsControl(r):
		default:
			b.WriteRune(r)
			afterSpace = false
		}
	}
	return b.String(), afterSpace
}

// line is a string as one tidy line.
func oneLine(s string) string { return tidyText(article.Plain(s)).String() }

// sliceText is the part [from, to) of t, counted in bytes of t.String().
func sliceText(t article.Text, from, to int) article.Text {
	var out article.Text
	at := 0
	for _, s := range t {
		n := len(s.Text)
		if s.Break {
			n = 1
		}
		a, b := max(from-at, 0), min(to-at, n)
		at += n
		if a >= b {
			continue
		}
		if !s.Break {
			s.Text = s.Text[a:b]
		}
		out = append(out, s)
	}
	return tidyText(out)
}

// joinTexts puts texts one after the other with a break between them.
func joinTexts(ts ...article.Text) article.Text {
	var out article.Text
	for _, t := range ts {
		if len(out) > 0 && len(t) > 0 {
			out = append(out, article.Span{Break: true})
		}
		out = append(out, t...)
	}
	return out
}

// firstLink is the first address in t.
func firstLink(t article.Text) string {
	for _, s := range t {
		if s.Href != "" {
			return s.Href
		}
	}
	return ""
}

// allSpans reports whether t has text and every visible span of it passes.
func allSpans(t article.Text, pass func(article.Span) bool) bool {
	seen := false
	for _, s := range t {
		if s.Break || strings.TrimSpace(s.Text) == "" {
			continue
		}
		if !pass(s) {
			return false
		}
		seen = true
	}
	return seen
}

var (
	bareURL = compile(`(?i)\b(?:https?://|www\.)[^\s<>"“”«»]+`)
	entity  = compile(`&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});`)
)

// autolink makes a text of plain words in which bare addresses are links.
func autolink(s string) article.Text {
	if !strings.Contains(s, "://") && !strings.Contains(strings.ToLower(s), "www.") {
		return article.Plain(s)
	}
	var t article.Text
	at := 0
	for _, m := range bareURL.FindAllStringIndex(s, -1) {
		from, to := m[0], m[1]
		to = from + len(trimAddress(s[from:to]))
		href := s[from:to]
		if !strings.Contains(href, "://") {
			href = "https://" + href
		}
		if u, err := url.Parse(href); err != nil || !strings.Contains(u.Host, ".") && u.Hostname() != "localhost" {
			continue
		}
		if from > at {
			t = append(t, article.Span{Text: s[at:from]})
		}
		t = append(t, article.Span{Text: s[from:to], Href: href})
		at = to
	}
	if at < len(s) {
		t = append(t, article.Span{Text: s[at:]})
	}
	return t
}

// trimAddress cuts the punctuation of the sentence off an address, and a
// closing bracket that was opened before it.
func trimAddress(s string) string {
	for s != "" {
		r, n := utf8.DecodeLastRuneInString(s)
		if !strings.ContainsRune(".,;:!?'\"’”*_>", r) &&
			(r != ')' || strings.Count(s, "(") >= strings.Count(s, ")")) &&
			(r != ']' || strings.Count(s, "[") >= strings.Count(s, "]")) {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

// resolve makes an absolute address that a mail may carry of what the source
// wrote; "" if there is none to be had. relative reports that only the
// article's own address was missing.
func (d *draft) resolve(ref string) (address string, relative bool) {
	ref = strings.TrimSpace(ref)
	if ref == "" || strings.HasPrefix(ref, "#") {
		return "", false
	}
	u, err := url.Parse(ref)
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return "", false
		}
		return u.String(), false
	case "mailto", "tel":
		return u.String(), false
	case "":
	default:
		return "", false
	}
	if u.Host != "" { // "//host/path"
		u.Scheme = "https"
		return u.String(), false
	}
	if d.base == nil {
		return "", true
	}
	return d.base.ResolveReference(u).String(), false
}
