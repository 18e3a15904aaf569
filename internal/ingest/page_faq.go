package ingest

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxAnswer bounds one answer of a page's own data, in bytes of HTML.
const maxAnswer = 20_000

// ownFAQ reads the FAQ a page has in its data.
func (p *page) ownFAQ() {
	for _, q := range p.about.asked {
		p.d.dataFAQ = append(p.d.dataFAQ, asked{text: unnumberedTitle(withoutQ(q.name)), answer: p.d.fragment(q.answer, 0)})
	}
	p.d.answers = make(map[string]article.Blocks)
	for _, q := range p.d.dataFAQ {
		p.d.answers[letters0(q.text)] = q.answer
	}
}

// folded: the hidden element is the answer to the question before it, which
// opens on a click.
func (p *page) folded(n *html.Node) bool {
	for range 2 {
		if n == nil || n == p.body {
			return false
		}
		if q := previousElement(n); q != nil {
			return asksText(wordsOfNodeMax(q, 250))
		}
		n = n.Parent
	}
	return false
}

// fragment reads a piece of HTML, or of plain text, that stands in a line of
// the source into blocks; nil if it cannot be read.
func (d *draft) fragment(src string, line int) article.Blocks {
	src, _ = mend(clip(src, maxAnswer))
	if !anyTag.MatchString(src) {
		src = paragraphs(src)
	}
	doc, err := html.Parse(strings.NewReader(leanPage(src).html))
	if err != nil {
		return nil
	}
	inner := &draft{base: d.base}
	h := &htmlReader{d: inner, level: 1, blocky: make(map[*html.Node]bool)}
	h.markBlocky(doc)
	h.children(doc)
	h.flush()
	inner.eachText(dropInPage)
	d.relative = append(d.relative, inner.relative...)
	var out article.Blocks
	for _, b := range inner.blocks {
		if head, ok := b.(*article.Heading); ok {
			b = &article.Paragraph{Text: head.Text}
		}
		if !isDivider(b) {
			standAt(b, line)
			out = append(out, b)
		}
	}
	return out
}

// standAt has all of a block stand in one line of the source.
func standAt(b article.Block, line int) {
	p := at(line, 0)
	switch b := b.(type) {
	case *article.Paragraph:
		b.Place = p
	case *article.Quote:
		b.Place = p
	case *article.Image:
		b.Place = p
	case *article.Table:
		b.Place = p
	case *article.List:
		b.Place = p
		for i := range b.Items {
			b.Items[i].Place = p
			if b.Items[i].Sub != nil {
				standAt(b.Items[i].Sub, line)
			}
		}
	}
}
