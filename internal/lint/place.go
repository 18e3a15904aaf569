package lint

import (
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// locate says where in which article a finding of the mail has its cause. The
// number counts from 0.
func (m *mail) locate(d *article.Diagnostic, number int, p article.Place) {
	if p == (article.Place{}) {
		return
	}
	d.Place = p
	if len(m.in.Articles) > 1 {
		d.Article = number + 1
	}
}

// leastQuote is how many characters of a text tell it from others.
const leastQuote = 12

// sources finds for each finding in the HTML part that has no place in an
// article yet the passage whose text stands there, if there is just one.
func (m *mail) sources() {
	if m.html.broken {
		return
	}
	var known []passage
	for i := range m.found {
		d := &m.found[i]
		if d.Part != inHTML || d.Byte == 0 || d.Place.Line > 0 {
			continue
		}
		quote := m.html.quote(d.Byte)
		if len(quote) < leastQuote {
			continue
		}
		if known == nil {
			known = m.passages()
		}
		if hit, ok := only(known, quote); ok {
			m.locate(d, hit.article, hit.place)
		}
	}
}

// passage is one text of an article, as it is compared.
type passage struct {
	text    string
	article int
	place   article.Place
}

func (m *mail) passages() []passage {
	out := []passage{}
	for n, a := range m.in.Articles {
		for t, p := range passages(a) {
			if p.Line > 0 {
				out = append(out, passage{plain(t.String()), n, p})
			}
		}
	}
	return out
}

// only is the passage that a quote stands in, if there is just one.
func only(list []passage, quote string) (passage, bool) {
	var hit passage
	for _, p := range list {
		if !strings.Contains(p.text, quote) {
			continue
		}
		if hit.place.Line > 0 {
			return passage{}, false
		}
		hit = p
	}
	return hit, hit.place.Line > 0
}

// quote is the beginning of the text that stands at a byte of the source.
func (p *page) quote(at int) string {
	const most = 80
	i := slices.IndexFunc(p.anyMarks, func(m mark) bool { return m.at == at })
	if i < 0 {
		return ""
	}
	text := p.any[p.anyMarks[i].from:]
	text, _, _ = strings.Cut(strings.TrimLeft(text, " \x1d"), string(hardBreak))
	if len(text) > most {
		text = text[:strings.LastIndexByte(text[:most], ' ')+1]
	}
	return plain(text)
}
