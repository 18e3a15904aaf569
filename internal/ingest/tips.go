package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

const (
	maxTipTitle = 60
	maxTipText  = 160 // longer texts want a column of their own
)

var trailingNote = compile(`^(.{2,}\S)\s*\(([^()]{2,40})\)$`)

// takeTips gathers runs of short cards: a title and one short paragraph each,
// at least two in a row, below a section's own text. In plain text, where a
// card's title looks like any heading, they must stand out from the sections
// by being shorter; in marked-up formats a title is a paragraph in bold, since
// a heading there is meant as one.
func (d *draft) takeTips() {
	cards, heads := d.cards()
	if d.format == Text && len(cards)*10 > heads*6 {
		return // all sections are that short: then these are the sections
	}
	out := make(article.Blocks, 0, len(d.blocks))
	for i := 0; i < len(d.blocks); {
		n := d.runLength(i, cards)
		if n < 2 {
			out = append(out, d.blocks[i])
			i++
			continue
		}
		t := &article.Tips{Place: d.blocks[i].At()}
		for ; n > 0; n-- {
			t.Cards = append(t.Cards, card(d.blocks[i], d.blocks[i+1].(*article.Paragraph)))
			i += 2
		}
		out = append(out, t)
	}
	d.blocks = out
}

// cards finds the blocks that could be the title of a card, and counts the
// headings.
func (d *draft) cards() (at map[int]bool, heads int) {
	at = make(map[int]bool)
	for i, b := range d.blocks {
		h, isHead := b.(*article.Heading)
		if isHead {
			heads++
		}
		if i+1 >= len(d.blocks) || isHead && d.format != Text {
			continue
		}
		p, bold := b.(*article.Paragraph)
		bold = bold && allSpans(p.Text, func(s article.Span) bool { return s.Bold })
		if !bold && !isHead {
			continue
		}
		text, ok := d.blocks[i+1].(*article.Paragraph)
		if !ok || isHead && h.Level > 2 || !cardTitle(blockText(b)) || !cardText(text) || !d.cardEnds(i+2) {
			continue
		}
		at[i] = true
	}
	return at, heads
}

func cardTitle(s string) bool {
	name := s
	if m := trailingNote.FindStringSubmatch(s); m != nil {
		name = m[1]
	}
	return short(s, maxTipTitle) && len(strings.Fields(name)) <= 4 && !strings.ContainsAny(s, "?:") &&
		!strings.ContainsRune(".!", lastRune(s)) && !generalNames.MatchString(fold(s)) && !sectionNames.MatchString(fold(s))
}

func cardText(p *article.Paragraph) bool {
	s := p.Text.String()
	n := utf8.RuneCountInString(s)
	return n >= 10 && n <= maxTipText && strings.ContainsRune(".!…", lastRune(s)) && len(sentencesOf(s)) <= 3
}

// cardEnds: nothing but another title, a heading, a pick or the end follows a
// card's text; more text would make it a section.
func (d *draft) cardEnds(i int) bool {
	switch b := next(d.blocks, i).(type) {
	case nil, *article.Heading, *article.Pick, *article.Divider:
		return true
	case *article.Paragraph:
		return allSpans(b.Text, func(s article.Span) bool { return s.Bold })
	}
	return false
}

// runLength is how many cards in a row begin at block i, 0 if they do not
// belong together: they follow a section's opening paragraph, and in plain
// text their titles have a note in brackets either all or none.
func (d *draft) runLength(i int, cards map[int]bool) int {
	if !cards[i] || i < 2 {
		return 0
	}
	if _, ok := d.blocks[i-1].(*article.Paragraph); !ok {
		return 0
	}
	if _, ok := d.blocks[i-2].(*article.Heading); !ok {
		return 0
	}
	noted := trailingNote.MatchString(blockText(d.blocks[i]))
	n := 0
	for cards[i+2*n] && (d.format != Text || trailingNote.MatchString(blockText(d.blocks[i+2*n])) == noted) {
		n++
	}
	return n
}

func card(title article.Block, text *article.Paragraph) article.Tip {
	c := article.Tip{Title: blockText(title), Text: text.Text, Place: title.At()}
	if m := trailingNote.FindStringSubmatch(c.Title); m != nil {
		c.Title, c.Note = m[1], m[2]
	}
	return c
}
