package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// shape runs the passes that turn what a reader found into an article. The
// order matters: what an earlier pass takes out, a later one never sees.
func (d *draft) shape() *article.Article {
	d.dropNoise()
	d.dropContents()
	d.takeNotices()
	d.takeTitle()
	d.takeByline()
	d.dropFurniture()
	d.eachText(dropInPage)
	d.takeTakeaways()
	d.adoptHeadings()
	d.takePicks()
	d.listPicks()
	d.mergePicks()
	d.dataPicks()
	if d.format == HTML || d.format == Markdown {
		d.inlinePicks()
	}
	d.settlePicks()
	d.takeAuthorBox()
	d.takeReviews()
	d.takeTips()
	d.trimDividers()
	d.markLabels()
	d.settleLevels()
	a := &article.Article{
		Title: d.title, Author: d.author, Published: d.published, Language: d.language,
		CanonicalURL: d.canonical, Preheader: d.preheader,
		Disclosures: d.disclosures, Disclaimers: d.disclaimers,
		Takeaways: d.takeaways, Blocks: d.blocks,
	}
	if a.Language == "" {
		a.Language = detectLanguage(a)
	}
	setPlaces(a.Blocks)
	settlePositions(a)
	if len(a.Takeaways) == 0 {
		a.Takeaways = extract(a)
		d.locate(a.Takeaways)
	}
	d.noteRelative()
	a.Diagnostics = d.diagnostics
	return a
}

// locate finds where exactly in the source each takeaway begins: so far its
// place is that of its block. What markup hides stays at the block's place.
func (d *draft) locate(ts []article.Takeaway) {
	lines := newLineIndex(d.src, 0)
	for i, t := range ts {
		p := t.Place
		if p.Line < 1 || p.Line > len(lines.starts) {
			continue
		}
		from := lines.starts[p.Line-1]
		near := d.src[from:min(len(d.src), from+maxBlock)]
		at := strings.Index(near, clip(t.Text, 40))
		if at < 0 {
			at = strings.Index(near, clip(t.Text, 16))
		}
		if at < 0 {
			continue
		}
		p.Line = lines.line(from + at)
		p.Column = utf8.RuneCountInString(d.src[lines.starts[p.Line-1]:from+at]) + 1
		ts[i].Place = p
	}
}

// maxBlock is how far into a block a sentence is looked for.
const maxBlock = 8000

// keep rebuilds the blocks from those that pass.
func (d *draft) keep(pass func(i int, b article.Block) bool) {
	out := make(article.Blocks, 0, len(d.blocks))
	for i, b := range d.blocks {
		if pass(i, b) {
			out = append(out, b)
		}
	}
	d.blocks = out
}

// eachText applies f to every text of the blocks.
func (d *draft) eachText(f func(article.Text) article.Text) {
	for _, b := range d.blocks {
		switch b := b.(type) {
		case *article.Heading:
			b.Text = f(b.Text)
		case *article.Paragraph:
			b.Text = f(b.Text)
		case *article.Image:
			b.Caption = f(b.Caption)
		case *article.Quote:
			for i := range b.Paragraphs {
				b.Paragraphs[i] = f(b.Paragraphs[i])
			}
		case *article.Table:
			for i := range b.Head {
				b.Head[i] = f(b.Head[i])
			}
			for _, r := range b.Rows {
				for i := range r {
					r[i] = f(r[i])
				}
			}
		case *article.List:
			eachItem(b, f)
		}
	}
}

func eachItem(l *article.List, f func(article.Text) article.Text) {
	for i := range l.Items {
		l.Items[i].Text = f(l.Items[i].Text)
		if l.Items[i].Sub != nil {
			eachItem(l.Items[i].Sub, f)
		}
	}
}

// authorMarks are the pictures people put above the line about the author.
const authorMarks = "✍✒🖊🖋📝👤🧑👩👨"

// dropNoise takes out what is nothing to read: lines of one emoji, links of
// navigation before the text, dates and ratings the article says about itself.
// An emoji that stands for the author stays until takeAuthorBox has seen it.
func (d *draft) dropNoise() {
	prose := false
	d.keep(func(_ int, b article.Block) bool {
		s := blockText(b)
		switch b := b.(type) {
		case *article.Paragraph:
			prose = prose || len(s) > 120 && !kindOfNotice(s).any()
			if !prose && navLine(s) || seoLine.MatchString(fold(s)) {
				return false
			}
			return hasWords(s) || authorMark(s)
		case *article.List:
			return prose || d.format != Text || !menu(b)
		case *article.Heading:
			if h, _ := headingParts(b); h == "" {
				return false
			}
			return hasWords(s) && (prose || d.format != Text || !navLine(s))
		}
		return true
	})
}

// menu: a list above the text whose items are all of three words at most.
func menu(l *article.List) bool {
	for _, it := range l.Items {
		if s := it.Text.String(); len(strings.Fields(s)) > 3 || strings.ContainsRune(".!?", lastRune(s)) || it.Sub != nil {
			return false
		}
	}
	return len(l.Items) >= 3
}

func authorMark(s string) bool {
	return s != "" && short(s, 6) && strings.ContainsAny(s, authorMarks)
}

// hasWords: s holds a letter or a digit.
func hasWords(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// headingParts is the text of a heading folded, and as the author wrote it.
func headingParts(b article.Block) (folded, text string) {
	h, ok := b.(*article.Heading)
	if !ok {
		return "", ""
	}
	text = h.Text.String()
	return fold(text), text
}

// blockText is the text of a heading or a paragraph, "" for other blocks.
func blockText(b article.Block) string {
	switch b := b.(type) {
	case *article.Heading:
		return b.Text.String()
	case *article.Paragraph:
		return b.Text.String()
	}
	return ""
}

// trimDividers drops rules that divide nothing: at the ends, doubled, beside a
// heading or a pick, which divide by themselves.
func (d *draft) trimDividers() {
	all := d.blocks
	d.keep(func(i int, b article.Block) bool {
		if _, ok := b.(*article.Divider); !ok {
			return true
		}
		return i > 0 && i+1 < len(all) && !divides(all[i-1]) && !divides(all[i+1])
	})
}

func divides(b article.Block) bool {
	switch b.(type) {
	case *article.Divider, *article.Heading, *article.Pick, *article.Tips:
		return true
	}
	return false
}

// markLabels finds short lines that name the list after them.
func (d *draft) markLabels() {
	for i, b := range d.blocks {
		p, ok := b.(*article.Paragraph)
		if !ok || i+1 == len(d.blocks) {
			continue
		}
		if _, list := d.blocks[i+1].(*article.List); !list {
			continue
		}
		s := p.Text.String()
		p.Label = short(s, 60) && len(strings.Fields(s)) <= 6 && strings.ContainsRune(":：", lastRune(s)) && !strings.Contains(s, ". ")
	}
}

// settleLevels makes heading levels start at 2 and leaves none out on the way
// down.
func (d *draft) settleLevels() {
	levels := []int{1}  // given levels of the open sections
	settled := []int{1} // what they became
	eachHeading(d.blocks, func(h *article.Heading) {
		given := max(h.Level, 2)
		for len(levels) > 1 && levels[len(levels)-1] >= given {
			levels, settled = levels[:len(levels)-1], settled[:len(settled)-1]
		}
		h.Level = min(settled[len(settled)-1]+1, 6)
		levels, settled = append(levels, given), append(settled, h.Level)
	})
}

// setPlaces writes into every place which block it belongs to.
func setPlaces(bs article.Blocks) {
	for i, b := range bs {
		placeBlock(b, i)
	}
}

func placeBlock(b article.Block, i int) {
	switch b := b.(type) {
	case *article.Heading:
		b.Place.Block = i
	case *article.Paragraph:
		b.Place.Block = i
	case *article.Quote:
		b.Place.Block = i
	case *article.Image:
		b.Place.Block = i
	case *article.Table:
		b.Place.Block = i
	case *article.Divider:
		b.Place.Block = i
	case *article.List:
		placeList(b, i)
	case *article.Tips:
		b.Place.Block = i
		for j := range b.Cards {
			b.Cards[j].Place.Block = i
		}
	case *article.Pick:
		b.Place.Block = i
		if b.Heading != nil {
			b.Heading.Place.Block = i
		}
		if b.Image != nil {
			b.Image.Place.Block = i
		}
	case *article.FAQ, *article.ProsCons, *article.Verdict:
		placeReview(b, i)
	}
}

func placeList(l *article.List, block int) {
	l.Place.Block = block
	for j := range l.Items {
		l.Items[j].Place.Block = block
		if l.Items[j].Sub != nil {
			placeList(l.Items[j].Sub, block)
		}
	}
}
