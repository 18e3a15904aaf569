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
		var above article.Blocks
		for _, b := range d.blocks[:i] {
			if _, list := b.(*article.List); !list && !d.frame(said(b)) {
				above = append(above, b)
			}
		}
		d.blocks = append(above, d.blocks[end:]...)
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
		if s := blockText(b); siteLine(s) || s != "" && short(s, 60) && bylineOf(s) == "" && !metaLine(s) {
			continue // the site's name, a path, a kicker
		}
		if l, ok := b.(*article.List); ok && fewWords(l) {
			continue
		}
		above = append(above, b)
	}
	d.blocks = append(above, d.blocks[end:]...)
}

// openingHeading is the heading before any running text, if there is one. In
// marked-up formats it must be of level 1, and what stands above it may be the
// page's frame; in plain text any short line above the text may be it.
func (d *draft) openingHeading() (*article.Heading, int) {
	if d.format == Text {
		return d.textTitle()
	}
	for i, b := range d.blocks {
		switch b := b.(type) {
		case *article.Heading:
			if b.Level == 1 {
				return b, i
			}
			return nil, 0
		case *article.Paragraph, *article.Quote:
			if s := said(b).String(); !d.frame(said(b)) && !metaLine(s) && bylineOf(s) == "" {
				return nil, 0
			}
		case *article.List:
			if !d.frameList(b) {
				return nil, 0
			}
		case *article.Image, *article.Divider:
		default:
			return nil, 0
		}
	}
	return nil, 0
}

// frame: a text above the title that belongs to the page.
func (d *draft) frame(t article.Text) bool {
	s := t.String()
	return siteLine(s) || linkRow(t) || navLine(s) || short(s, 60) && leadsElsewhere(t)
}

// frameList: a list above the title that belongs to the page.
func (d *draft) frameList(l *article.List) bool {
	for _, it := range l.Items {
		if s := it.Text.String(); !short(s, 60) || !leadsElsewhere(it.Text) && !siteLine(s) {
			return false
		}
	}
	return true
}

// textTitle is the title of a plain text: of the short lines above the running
// text the one that is most like a title. Long ones are, and the one above the
// byline; the site's name, its sections and a kicker are short.
func (d *draft) textTitle() (*article.Heading, int) {
	best, score := -1, 0
	for i, b := range d.blocks {
		s := blockText(b)
		if i <= 30 && siteLine(s) {
			continue
		}
		if s == "" || i > 30 {
			if i <= 30 && aboveText(b) {
				continue
			}
			break
		}
		if h, ok := b.(*article.Heading); ok && (takeawayNames.MatchString(fold(s)) || noticeNames.MatchString(fold(s)) || next(d.blocks, i+1) == nil && best >= 0) {
			break
		} else if !ok && !short(s, 110) || !ok && strings.ContainsRune(".!…", lastRune(s)) && !short(s, 40) {
			break
		} else if ok && h.Level == 1 {
			return h, i
		}
		if n := d.titleScore(i, s); n > score {
			best, score = i, n
		}
	}
	if best < 0 {
		return nil, 0
	}
	switch b := d.blocks[best].(type) {
	case *article.Heading:
		return b, best
	case *article.Paragraph:
		return &article.Heading{Level: 1, Text: b.Text, Place: b.Place}, best
	}
	return nil, 0
}

// aboveText: the block may stand between the top of a page and its text.
func aboveText(b article.Block) bool {
	switch b := b.(type) {
	case *article.Image, *article.Divider:
		return true
	case *article.List:
		return fewWords(b)
	}
	return false
}

// titleScore says how much like the title block i is; 0 if it is none.
func (d *draft) titleScore(i int, s string) int {
	_, heading := d.blocks[i].(*article.Heading)
	if metaLine(s) || bylineOf(s) != "" || siteLine(s) || navLine(s) || teamName.MatchString(s) || kindOfNotice(s).any() || strings.ContainsRune(":,;", lastRune(s)) || !titled(s) {
		return 0
	}
	follows := blockText(next(d.blocks, i+1))
	if i > 0 && nameAlone.MatchString(s) && metaLine(follows) && len(strings.Fields(blockText(d.blocks[i-1]))) > len(strings.Fields(s))+1 {
		return 0 // who wrote it, and when
	}
	signed := follows != "" && (bylineOf(follows) != "" || metaLine(follows))
	if !heading && !signed {
		return 0 // any first line
	}
	n := min(len([]rune(s)), 70)
	if signed {
		n += 25
	}
	if heading {
		n += 15
	}
	return n
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
