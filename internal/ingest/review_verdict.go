package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

const (
	maxVerdict      = 900 // bytes; what is longer is a section of running text
	maxVerdictBox   = 1800
	maxVerdictParts = 4
)

// takeVerdicts makes blocks of the boxes, callouts and short sections in which
// a review sums itself up. The conclusion of an article in long prose stays a
// section.
func (d *draft) takeVerdicts() {
	out := make(article.Blocks, 0, len(d.blocks))
	for i := 0; i < len(d.blocks); {
		v, n := d.verdictAt(i)
		if v == nil {
			out = append(out, d.blocks[i])
			i++
			continue
		}
		out = append(out, v)
		i += n
	}
	d.blocks = out
}

func isVerdictName(s string) bool {
	return short(s, 80) && verdictNames.MatchString(strings.TrimRight(fold(s), "?:.! "))
}

// verdictAt reads a verdict that begins with block i, and how many blocks it
// takes up.
func (d *draft) verdictAt(i int) (*article.Verdict, int) {
	if d.has(d.blocks[i], isVerdict) {
		if v, n := d.verdictBox(i); v != nil {
			return v, n
		}
	}
	switch b := d.blocks[i].(type) {
	case *article.Heading:
		if s := b.Text.String(); isVerdictName(s) {
			return d.verdictUnder(i, s, b)
		}
	case *article.Paragraph:
		s := b.Text.String()
		if isVerdictName(s) && (strings.HasSuffix(s, ":") || allSpans(b.Text, func(s article.Span) bool { return s.Bold })) {
			return d.verdictUnder(i, s, nil)
		}
		if title, rest, ok := verdictLabel(b.Text); ok {
			return &article.Verdict{Title: title, Text: article.Blocks{&article.Paragraph{Text: rest, Place: b.Place}}, Place: b.Place}, 1
		}
	case *article.Quote:
		return verdictQuote(b), 1
	}
	return nil, 0
}

// verdictLabel parts a paragraph that opens with the name of a verdict.
func verdictLabel(t article.Text) (title string, rest article.Text, ok bool) {
	s := t.String()
	if len(s) > maxVerdict {
		return "", nil, false
	}
	name, at := openedBy(s)
	if at < 0 || at >= len(s) || !isVerdictName(name) {
		return "", nil, false
	}
	rest = sliceText(t, at, len(s))
	return oneLine(trimMarks(name)), rest, hasWords(rest.String())
}

// verdictUnder reads the short section a heading or a line in bold opens.
func (d *draft) verdictUnder(i int, title string, h *article.Heading) (*article.Verdict, int) {
	v := &article.Verdict{Title: strings.TrimRight(trimMarks(oneLine(title)), ": "), Place: d.blocks[i].At()}
	if h != nil && !d.has(h, isMade) {
		v.Heading = h
	}
	size, j := 0, i+1
	for ; j < len(d.blocks); j++ {
		b := d.blocks[j]
		if !verdictPart(b) || h == nil && j > i+1 && !d.has(b, isVerdict) {
			break
		}
		size += textSize(b)
		v.Text = append(v.Text, b)
	}
	switch next(d.blocks, j).(type) {
	case nil, *article.Heading, *article.Pick, *article.ProsCons, *article.Divider:
	default:
		if h != nil {
			return nil, 0 // a section with more in it than words
		}
	}
	if len(v.Text) == 0 || len(v.Text) > maxVerdictParts || size > maxVerdict {
		return nil, 0
	}
	return v, j - i
}

// verdictBox reads a box the markup calls a verdict. What is in it besides
// words and picks makes it a section.
func (d *draft) verdictBox(i int) (*article.Verdict, int) {
	v := &article.Verdict{Place: d.blocks[i].At()}
	size, j := 0, i
	for ; j < len(d.blocks) && d.has(d.blocks[j], isVerdict); j++ {
		b := d.blocks[j]
		if h, ok := b.(*article.Heading); ok && j == i {
			v.Title = strings.TrimRight(oneLine(h.Text.String()), ": ")
			if !d.has(h, isMade) {
				v.Heading = h
			}
			continue
		}
		if p, ok := b.(*article.Paragraph); ok && j == i && verdictTitle(p.Text) {
			v.Title = strings.TrimRight(trimMarks(oneLine(p.Text.String())), ": ")
			continue
		}
		if !verdictPart(b) {
			break
		}
		size += textSize(b)
		v.Text = append(v.Text, b)
	}
	if len(v.Text) == 0 || size > maxVerdictBox || len(v.Text) > 2*maxVerdictParts {
		return nil, 0
	}
	if p, ok := v.Text[0].(*article.Paragraph); ok && v.Title == "" {
		if title, rest, ok := verdictLabel(p.Text); ok {
			v.Title = title
			v.Text[0] = &article.Paragraph{Text: rest, Place: p.Place}
		}
	}
	return v, j - i
}

// verdictTitle: the line at the head of a verdict's box is its title.
func verdictTitle(t article.Text) bool {
	s := t.String()
	return isVerdictName(s) || isBadge(s) && allSpans(t, func(s article.Span) bool { return s.Bold })
}

// verdictQuote reads a callout that was set as a quotation.
func verdictQuote(q *article.Quote) *article.Verdict {
	if len(q.Paragraphs) == 0 || q.Source != "" || len(q.Paragraphs) > maxVerdictParts+1 {
		return nil
	}
	v := &article.Verdict{Place: q.Place}
	rest := q.Paragraphs
	first := rest[0]
	s := first.String()
	if isVerdictName(s) && len(rest) > 1 {
		v.Title, rest = strings.TrimRight(trimMarks(oneLine(s)), ": "), rest[1:]
	} else if line, after := firstLine(first); isVerdictName(line.String()) && len(after) > 0 {
		v.Title = strings.TrimRight(trimMarks(oneLine(line.String())), ": ")
		rest = append([]article.Text{after}, rest[1:]...)
	} else if n := boldPrefix(first); n > 0 && n < len(s) && isVerdictName(s[:n]) {
		v.Title = strings.TrimRight(trimMarks(oneLine(s[:n])), ": ")
		rest = append([]article.Text{sliceText(first, n, len(s))}, rest[1:]...)
	} else if title, after, ok := verdictLabel(first); ok {
		v.Title = title
		rest = append([]article.Text{after}, rest[1:]...)
	} else {
		return nil
	}
	size := 0
	for _, t := range rest {
		size += len(t.String())
		v.Text = append(v.Text, &article.Paragraph{Text: t, Place: q.Place})
	}
	if size > maxVerdictBox {
		return nil
	}
	return v
}

// firstLine parts a text at its first break.
func firstLine(t article.Text) (line, rest article.Text) {
	for i, s := range t {
		if s.Break {
			return tidyText(t[:i:i]), tidyText(t[i+1:])
		}
	}
	return t, nil
}

// verdictPart: the block may stand in a verdict.
func verdictPart(b article.Block) bool {
	switch b.(type) {
	case *article.Paragraph, *article.List, *article.Quote:
		return true
	}
	return false
}

// textSize is how many bytes of words a block holds.
func textSize(b article.Block) int {
	n := 0
	switch b := b.(type) {
	case *article.Paragraph:
		n = len(b.Text.String())
	case *article.Quote:
		for _, t := range b.Paragraphs {
			n += len(t.String())
		}
	case *article.List:
		for _, it := range b.Items {
			n += len(it.Text.String())
			if it.Sub != nil {
				n += textSize(it.Sub)
			}
		}
	}
	return n
}
