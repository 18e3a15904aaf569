package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// takeTitle settles the title: the caller's, the front matter's, or the
// heading the text opens with. The heading that is the title leaves the blocks;
// any other heading of level 1 becomes one of level 2 (settleLevels).
func (d *draft) takeTitle() {
	own, i := d.openingHeading()
	claimed := d.title
	switch {
	case d.wantTitle != "":
		d.title = oneLine(d.wantTitle)
	case d.title == "" && own != nil:
		d.title = own.Text.String()
	}
	if own == nil {
		return
	}
	text := own.Text.String()
	if d.title == text || similar(text, d.title) || claimed != "" && similar(text, claimed) || own.Level == 1 && d.wantTitle != "" && claimed == "" {
		d.dropTitle(i)
	}
}

// dropTitle takes the title at block i out, in plain text with what stands
// above it and the lines right below that are a team's name or initials.
func (d *draft) dropTitle(i int) {
	end := i + 1
	if d.format != Text {
		d.blocks = append(d.blocks[:i], d.blocks[end:]...)
		return
	}
	for end < len(d.blocks) {
		f, text := headingParts(d.blocks[end])
		if f == "" || !teamName.MatchString(text) && !(len(text) <= 4 && text == strings.ToUpper(text)) {
			break
		}
		if d.author.Name == "" && teamName.MatchString(text) {
			d.author.Name = text
		}
		end++
	}
	var above article.Blocks
	for _, b := range d.blocks[:i] {
		if s := blockText(b); s != "" && short(s, 60) && bylineOf(s) == "" {
			continue // the site's name, a path, a kicker
		}
		above = append(above, b)
	}
	d.blocks = append(above, d.blocks[end:]...)
}

// openingHeading is the heading before any running text, if there is one. In
// marked-up formats it must be of level 1; in plain text any may be it.
func (d *draft) openingHeading() (*article.Heading, int) {
	for i, b := range d.blocks {
		switch b := b.(type) {
		case *article.Heading:
			if b.Level == 1 {
				return b, i
			}
			if d.format != Text {
				return nil, 0
			}
			if takeawayNames.MatchString(fold(b.Text.String())) || noticeNames.MatchString(fold(b.Text.String())) {
				return nil, 0
			}
			return d.longestHeading(i)
		case *article.Paragraph:
			if s := b.Text.String(); !metaLine(s) && bylineOf(s) == "" && !(d.format == Text && short(s, 40)) {
				return nil, 0
			}
		case *article.Image, *article.Divider:
		default:
			return nil, 0
		}
	}
	return nil, 0
}

// longestHeading is, of the headings in a row from block i, the longest one:
// the others are the site's name, a kicker or the author.
func (d *draft) longestHeading(i int) (*article.Heading, int) {
	best := i
	for j := i + 1; j < len(d.blocks); j++ {
		h, ok := d.blocks[j].(*article.Heading)
		if !ok {
			break
		}
		if next(d.blocks, j+1) == nil || j > i+4 {
			break
		}
		if len(h.Text.String()) > len(d.blocks[best].(*article.Heading).Text.String()) {
			best = j
		}
	}
	return d.blocks[best].(*article.Heading), best
}

// similar: two titles share most of their words.
func similar(a, b string) bool {
	wa, wb := wordSet(a), wordSet(b)
	if len(wa) == 0 || len(wb) == 0 {
		return false
	}
	both := 0
	for w := range wa {
		if wb[w] {
			both++
		}
	}
	return both*3 >= 2*min(len(wa), len(wb))
}

func wordSet(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.FieldsFunc(fold(s), func(r rune) bool { return !wordRune(r) }) {
		if len(w) > 2 {
			m[w] = true
		}
	}
	return m
}
