package lint

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// characters finds control characters and text garbled by a wrong code page in
// both parts (HTML-5).
func (m *mail) characters() {
	for _, p := range []struct{ name, source string }{{inHTML, m.htmlSource}, {inText, m.textSource}} {
		if i := firstInvalid(p.source); i >= 0 {
			m.report.in("HTML-5", p.name, i, fmt.Sprintf("The %s isn't valid UTF-8.", partName(p.name)), "Save the article as UTF-8 and add it again.")
		}
	}
	m.charsets()
	var g garbled
	for _, t := range m.tokens {
		switch t.kind {
		case html.TextToken:
			g.look(t.text, m.htmlSource, t.at, t.raw)
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range t.attrs {
				if a.Key == "alt" || a.Key == "title" || a.Key == "aria-label" {
					g.look(a.Val, m.htmlSource, t.at, t.raw)
				}
			}
		}
	}
	g.note(m, inHTML)
	g = garbled{}
	g.look(m.textSource, m.textSource, 0, len(m.textSource))
	g.note(m, inText)
}

// charsets checks that both parts say that they are UTF-8.
func (m *mail) charsets() {
	if m.msg == nil {
		return
	}
	for _, p := range []struct {
		name string
		body *body
	}{{inHTML, m.msg.html}, {inText, m.msg.text}} {
		if p.body != nil && p.body.charset != "utf-8" {
			m.report.in("HTML-5", p.name, 0, fmt.Sprintf("The %s says that its characters are %q and not utf-8.", partName(p.name), p.body.charset), "Send it as UTF-8 and say so.")
		}
	}
}

func firstInvalid(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// garbled counts what is wrong in a part and keeps the first of each kind.
type garbled struct {
	controls, mojibake     int
	control                rune
	sample, meant          string
	controlAt, mojibakedAt int
}

// look examines a text that stands, possibly with entities, in source[at:at+raw].
func (g *garbled) look(text, source string, at, raw int) {
	where := func(s string) int {
		return at + max(strings.Index(source[at:at+raw], s), 0)
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			if g.controls++; g.controls == 1 {
				g.control, g.controlAt = r, where(string(r))
			}
		}
	}
	for _, f := range findMojibake(text) {
		if g.mojibake++; g.mojibake == 1 {
			g.sample, g.meant, g.mojibakedAt = f.text, f.meant, where(f.text)
		}
	}
}

func (g *garbled) note(m *mail, part string) {
	const fix = "Correct it in the article (a text editor that saves UTF-8 will do) and add it again."
	if g.mojibake > 0 {
		m.report.in("HTML-5", part, g.mojibakedAt, fmt.Sprintf("The %s has garbled characters in %s, such as “%s” for “%s”.", partName(part), places(g.mojibake), g.sample, g.meant), fix)
	}
	if g.controls > 0 {
		m.report.in("HTML-5", part, g.controlAt, fmt.Sprintf("The %s has control characters in %s, the first U+%04X.", partName(part), places(g.controls), g.control), fix)
	}
}

func places(n int) string {
	if n == 1 {
		return "one place"
	}
	return fmt.Sprintf("%d places", n)
}
