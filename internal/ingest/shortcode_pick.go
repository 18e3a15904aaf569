package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// adoptHeadings gives each pick made from a code the heading it stands below,
// if that names the same product, and the words after it, if it has none.
func (d *draft) adoptHeadings() {
	drop := make(map[int]bool)
	for i, b := range d.blocks {
		p, ok := b.(*article.Pick)
		if !ok || p.Heading != nil {
			continue
		}
		at := d.headingAbove(i, p)
		if len(p.Blurb) == 0 {
			d.wordsAbout(p, at, i, drop)
		}
		if at < 0 {
			continue
		}
		h := d.blocks[at].(*article.Heading)
		label, name := splitTitle(h.Text.String())
		if label == "" {
			label, name = splitTrailing(oneLine(unnumberedTitle(h.Text.String())))
		}
		if p.Label == "" && label != "" && sameWords(name, p.Name) {
			p.Label = label
		}
		p.Heading, p.Place = h, h.Place
		h.Text = dropLinks(h.Text)
		d.blocks[at] = p
		drop[i] = true
	}
	d.keep(func(i int, _ article.Block) bool { return !drop[i] })
}

// headingAbove is the heading of the section block i opens, -1 if that is not
// about the pick.
func (d *draft) headingAbove(i int, p *article.Pick) int {
	for j := i - 1; j >= 0 && j >= i-4; j-- {
		switch b := d.blocks[j].(type) {
		case *article.Heading:
			if sameWords(b.Text.String(), p.Name) {
				return j
			}
			return -1
		case *article.Paragraph, *article.Image:
		default:
			return -1
		}
	}
	return -1
}

// wordsAbout takes a paragraph for the pick's words: between heading and code,
// else right behind the code.
func (d *draft) wordsAbout(p *article.Pick, head, i int, drop map[int]bool) {
	j := -1
	if head >= 0 {
		j = d.firstProse(head+1, i)
	}
	if j < 0 && i+1 < len(d.blocks) {
		if q, ok := d.blocks[i+1].(*article.Paragraph); ok && d.firstProse(i+1, i+2) == i+1 && !strings.HasSuffix(q.Text.String(), ":") {
			j = i + 1
		}
	}
	if j < 0 || drop[j] {
		return
	}
	drop[j] = true
	d.setBlurb(p, d.blocks[j].(*article.Paragraph).Text)
}

// sameWords: most words of the shorter text stand in the other.
func sameWords(a, b string) bool {
	x, y := strings.Fields(fold(a)), strings.Fields(fold(b))
	if len(x) > len(y) {
		x, y = y, x
	}
	have := make(map[string]bool)
	for _, w := range y {
		have[fold(w)] = true
	}
	n := 0
	for _, w := range x {
		if have[fold(w)] {
			n++
		}
	}
	return len(x) > 0 && n*2 >= len(x)
}
