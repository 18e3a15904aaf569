package render

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// rich is a text of the article on its way into a template: HTML writes it for
// the mail, Web for the archive page.
type rich struct {
	c     *composer
	text  article.Text
	binds int // characters of words kept together at the end of a heading, 0 in other texts
}

func (c *composer) rich(t article.Text) rich     { return rich{c: c, text: t} }
func (c *composer) plain(s string) rich          { return rich{c: c, text: article.Plain(s)} }
func (c *composer) headline(t article.Text) rich { return rich{c: c, text: t, binds: bindAtMost} }
func (r rich) Empty() bool                       { return r.text.Empty() }

// String is the words alone, without markup.
func (r rich) String() string { return dropControls(r.text.String()) }

func (r rich) HTML() template.HTML                { return r.write(inMail) }
func (r rich) Web() template.HTML                 { return r.write(onWeb) }
func (r rich) withText(t article.Text) (out rich) { out = r; out.text = t; return out }

// smart is a string with typographic marks, for where no markup can stand.
func (c *composer) smart(s string) string {
	q := quoter{marks: c.quotes}
	return q.feed(dropControls(s), "")
}

// breakMark stands for <wbr> until the text is escaped; articles hold no
// control characters, and what does get here is dropped by escape.
const breakMark = "\x01"

func (r rich) write(m medium) template.HTML {
	spans := r.text
	if r.binds > 0 {
		spans = bound(spans, r.binds)
	}
	var b strings.Builder
	q := quoter{marks: r.c.quotes}
	for i := 0; i < len(spans); {
		from, n := i, i+1
		for n < len(spans) && spans[n].Href == spans[i].Href && spans[i].Href != "" {
			n++
		}
		var inner strings.Builder
		for ; i < n; i++ {
			inner.WriteString(r.span(spans[i], &q, spans[i+1:].String(), m))
		}
		alone := len(spans) == n && from == 0
		r.anchor(&b, spans[n-1].Href, inner.String(), m, alone)
	}
	return template.HTML(b.String())
}

// bound binds over the borders of spans: bind changes no character's position.
func bound(t article.Text, atMost int) article.Text {
	whole := []rune(bind(t.String(), atMost))
	out := make(article.Text, len(t))
	for i, s := range t {
		out[i] = s
		if s.Break {
			whole = whole[1:]
			continue
		}
		n := utf8.RuneCountInString(s.Text)
		out[i].Text, whole = string(whole[:n]), whole[n:]
	}
	return out
}

func (r rich) span(s article.Span, q *quoter, rest string, m medium) string {
	if s.Break {
		q.skip(" ")
		return "<br>"
	}
	if s.Code {
		q.skip(s.Text)
		return "<code>" + escape(s.Text) + "</code>"
	}
	out := escape(breakable(q.feed(dropControls(s.Text), rest), breakMark))
	if m == onWeb && r.binds > 0 {
		out = keepHyphenated(out)
	}
	if s.Italic {
		out = "<em>" + out + "</em>"
	}
	if s.Bold {
		out = "<strong>" + out + "</strong>"
	}
	return out
}

// anchor writes a link around already escaped content, or the content alone. A
// link that is all of its text is made tall enough for a finger (HTML-8).
func (r rich) anchor(b *strings.Builder, address, inner string, m medium, alone bool) {
	if address == "" {
		b.WriteString(inner)
		return
	}
	d := r.c.follow(address, m)
	if d.Href == "" {
		b.WriteString(inner)
		return
	}
	fmt.Fprintf(b, `<a href="%s"`, html.EscapeString(d.Href))
	switch {
	case m == inMail:
		b.WriteString(` class="ac"`)
	case alone:
		b.WriteString(` class="solo"`)
	}
	if d.Paid {
		b.WriteString(` rel="` + sponsored + `"`)
	}
	if m == inMail {
		b.WriteString(` style="`)
		if alone {
			fmt.Fprintf(b, "display:inline-block;padding:%dpx 0;", r.c.theme.tokens.soloPadding())
		}
		fmt.Fprintf(b, `color:%s;text-decoration:underline"`, r.c.theme.tokens.Color.Light["accent"])
	}
	b.WriteString(">" + inner + "</a>")
	if d.Amazon {
		b.WriteString(" " + escape(r.c.PaidLink))
	}
}

// escape makes text safe in HTML and writes what has a name by its name.
func escape(s string) string {
	s = html.EscapeString(s)
	s = strings.ReplaceAll(s, nbsp, "&nbsp;")
	return strings.ReplaceAll(s, breakMark, "<wbr>")
}

func dropControls(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || 0x7f <= r && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}

var hyphenated = regexp.MustCompile(`[\pL\pN]+(?:-[\pL\pN]+)+`)

// keepHyphenated keeps short hyphenated words of a headline on one line.
func keepHyphenated(s string) string {
	return hyphenated.ReplaceAllStringFunc(s, func(w string) string {
		if utf8.RuneCountInString(w) > bindAtMost {
			return w
		}
		return `<span class="nb">` + w + `</span>`
	})
}

// leadIn is the start of a list item up to its first colon, if that is at most
// three words and something follows it.
var leadIn = regexp.MustCompile(`^\s*[^\s:]+(?:\s+[^\s:]+){0,2}:\s`)

// strongLeadIn makes a list item's lead-in bold.
func strongLeadIn(t article.Text) article.Text {
	if len(t) == 0 || t[0].Bold || t[0].Href != "" || t[0].Code {
		return t
	}
	m := leadIn.FindString(t[0].Text + " ")
	if m == "" || len(m)-1 >= len(t.String()) {
		return t
	}
	before, after := cut(t, len(m)-1)
	for i := range before {
		before[i].Bold = true
	}
	return append(before, after...)
}
