package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// questionAttribute marks an element as a question of a FAQ: a heading that
// was one in the source, or an element made one.
const (
	questionAttribute = "data-broadsheet-question"
	questionHeading   = "heading"
	questionMade      = "made"
)

// details reads an element that opens on a click: its summary names what is in
// it. A summary that asks is a question, the rest its answer.
func (h *htmlReader) details(n *html.Node) {
	level := h.level
	from := len(h.d.blocks)
	h.children(n)
	h.flush()
	h.level = level // a summary opens no section for what follows
	if head, ok := next(h.d.blocks, from).(*article.Heading); ok && h.d.has(head, isMade) && asksText(head.Text.String()) {
		h.d.markBlock(isQuestion, head)
		h.d.mark(isAnswer, from+1)
	}
}

// madeHeading makes a heading of an element that is none, below the last one.
func (h *htmlReader) madeHeading(n *html.Node, place article.Place) {
	level := h.level
	from := len(h.d.blocks)
	h.heading(min(max(level, 2)+1, 6), n, place)
	h.level = level
	h.d.mark(isMade, from)
}

func asksText(s string) bool { return strings.HasSuffix(strings.TrimRight(s, " .…"), "?") }

// questionList reads a list of terms whose terms are questions; ok is false if
// they are not.
func (h *htmlReader) questionList(n *html.Node, place article.Place) bool {
	terms, asking := 0, 0
	cs := termsOf(n)
	for _, c := range cs {
		if c.DataAtom == atom.Dt {
			terms++
			if asksText(wordsOfNodeMax(c, 300)) {
				asking++
			}
		}
	}
	if asking == 0 || 2*asking <= terms {
		return false
	}
	for _, c := range cs {
		if s := attr(c, lineAttribute); s != "" {
			h.setLine(s)
			place.Line = h.line
		}
		from := len(h.d.blocks)
		switch c.DataAtom {
		case atom.Dt:
			h.madeHeading(c, place)
			h.d.mark(isQuestion, from)
		case atom.Dd:
			h.children(c)
			h.flush()
			h.d.mark(isAnswer, from)
		}
	}
	return true
}
