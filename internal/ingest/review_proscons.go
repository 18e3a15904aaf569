package ingest

import (
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// sign says which side of a comparison something is on.
type sign uint8

const (
	unsigned sign = iota
	pro
	con
)

func (s sign) role() role { return map[sign]role{pro: isPro, con: isCon}[s] }

const (
	maxSideTitle = 60
	maxSideText  = 700 // bytes; longer paragraphs are no points for or against
	maxSideItems = 30
)

// sideTitle is the name of one side as the source has it.
type sideTitle struct {
	sign    sign
	loose   bool // counts only beside the other side
	firm    bool // counts also without it
	side    article.Side
	rest    article.Text // what stands behind the name in the same paragraph
	place   article.Place
	written bool // the words are the author's, not only the markup's
}

// signOf tells which side a title names.
func signOf(s string) (sg sign, loose bool) {
	f := strings.TrimRight(fold(s), "?:.! ")
	switch {
	case f == "" || len(f) > 2*maxSideTitle:
		return unsigned, false
	case proNames.MatchString(f) && !conNames.MatchString(f):
		return pro, false
	case conNames.MatchString(f):
		return con, false
	case looseCons.MatchString(f):
		return con, true
	}
	return unsigned, false
}

// titleAt reads block i as the title of a side.
func (d *draft) titleAt(i int) (t sideTitle, ok bool) {
	b := next(d.blocks, i)
	s := ""
	switch b := b.(type) {
	case *article.Heading:
		s = b.Text.String()
		if !d.has(b, isMade) {
			t.side.Heading = b
		}
	case *article.Paragraph:
		s = b.Text.String()
		if name, rest := openedBy(s); rest > 0 && rest < len(s) {
			if sg, _ := signOf(name); sg != unsigned {
				s, t.rest = name, sliceText(b.Text, rest, len(b.Text.String()))
			}
		}
	default:
		return t, false
	}
	if !short(s, maxSideTitle) {
		return t, false
	}
	if t.sign, t.loose = signOf(s); t.sign == unsigned {
		return t, false
	}
	t.firm = firmSides.MatchString(strings.TrimRight(fold(s), "?:.! "))
	t.side.Title, t.place, t.written = strings.TrimRight(trimMarks(oneLine(s)), ": "), b.At(), true
	return t, true
}

// takeProsCons makes blocks of what speaks for and against something: two
// named lists or runs of short lines, a table of two columns, a list whose
// items are ticked and crossed.
func (d *draft) takeProsCons() {
	d.splitSides()
	out := make(article.Blocks, 0, len(d.blocks))
	for i := 0; i < len(d.blocks); {
		b, n := d.prosConsAt(i)
		if b == nil {
			out = append(out, d.blocks[i])
			i++
			continue
		}
		out = append(out, b)
		i += n
	}
	d.blocks = out
}

// splitSides parts paragraphs whose lines are the names of sides and their
// points: each name begins a paragraph of its own.
func (d *draft) splitSides() {
	var out article.Blocks
	for _, b := range d.blocks {
		p, ok := b.(*article.Paragraph)
		if !ok || !slices.ContainsFunc(p.Text, func(s article.Span) bool { return s.Break }) || len(p.Text) > 200 {
			out = append(out, b)
			continue
		}
		lines := linesOf(p.Text)
		if sg, _ := signOfLine(lines[0].String()); sg == unsigned {
			out = append(out, b)
			continue
		}
		var group []article.Text
		end := func() {
			if t := tidyText(joinTexts(group...)); len(t) > 0 {
				q := &article.Paragraph{Text: t, Place: p.Place}
				d.markBlock(d.roles[p], q)
				out = append(out, q)
			}
			group = nil
		}
		for _, l := range lines {
			sg, bare := signOfLine(l.String())
			if sg != unsigned {
				end()
			}
			group = append(group, l)
			if bare {
				end()
			}
		}
		end()
	}
	d.blocks = out
}

// signOfLine tells which side a line names; bare says that it says nothing else.
func signOfLine(s string) (sg sign, bare bool) {
	if sg, _ = signOf(s); sg != unsigned {
		return sg, true
	}
	if name, rest := openedBy(s); rest > 0 {
		sg, _ = signOf(name)
	}
	return sg, false
}

// prosConsAt reads a comparison that begins with block i, and how many blocks
// it takes up.
func (d *draft) prosConsAt(i int) (article.Block, int) {
	switch b := d.blocks[i].(type) {
	case *article.Table:
		if p := tableSides(b); p != nil {
			return p, 1
		}
		return nil, 0
	case *article.List:
		if p := listedSides(b); p != nil {
			return p, 1
		}
		if p, n := d.signedLists(i, b); p != nil {
			return p, n
		}
	}
	first, items, n := d.sideAt(i)
	if n == 0 {
		return d.titlesFirst(i)
	}
	second, others, m := d.sideAt(i + n)
	switch {
	case m > 0 && second.sign != first.sign && first.sign != unsigned:
	case first.firm && !first.loose:
		second, others, m = sideTitle{}, nil, 0
	default:
		return nil, 0
	}
	first.side.Items, second.side.Items = items, others
	p := &article.ProsCons{Pros: first.side, Cons: second.side, Place: first.place}
	if first.sign == con {
		p.Pros, p.Cons = second.side, first.side
	}
	return p, n + m
}

// titlesFirst reads two titles in a row and the two lists behind them, as
// boxes side by side come out.
func (d *draft) titlesFirst(i int) (article.Block, int) {
	a, ok := d.titleAt(i)
	if !ok || len(a.rest) > 0 {
		return nil, 0
	}
	b, ok := d.titleAt(i + 1)
	if !ok || len(b.rest) > 0 || b.sign == a.sign {
		return nil, 0
	}
	l, ok1 := next(d.blocks, i+2).(*article.List)
	m, ok2 := next(d.blocks, i+3).(*article.List)
	if !ok1 || !ok2 {
		return nil, 0
	}
	a.side.Items, b.side.Items = unmarked(l.Items), unmarked(m.Items)
	p := &article.ProsCons{Pros: a.side, Cons: b.side, Place: a.place}
	if a.sign == con {
		p.Pros, p.Cons = b.side, a.side
	}
	return p, 4
}

// sideAt reads one side from block i: its title, or what its box is called,
// and its points. n is 0 if there is none.
func (d *draft) sideAt(i int) (t sideTitle, items []article.Item, n int) {
	t, titled := d.titleAt(i)
	j := i
	if titled {
		j++
	} else if b := next(d.blocks, i); d.has(b, isPro|isCon) {
		t.sign, t.place, t.firm = pro, b.At(), true
		if d.has(b, isCon) {
			t.sign = con
		}
		switch b := b.(type) {
		case *article.Heading:
			t.side.Heading, t.side.Title = b, oneLine(b.Text.String())
			j++
		case *article.Paragraph: // a title in words of its own
			if _, list := next(d.blocks, i+1).(*article.List); list && isBadge(b.Text.String()) && d.has(next(d.blocks, i+1), t.sign.role()) {
				t.side.Title = strings.TrimRight(trimMarks(oneLine(b.Text.String())), ": ")
				j++
			}
		}
	}
	if t.sign == unsigned {
		return t, nil, 0
	}
	if len(t.rest) > 0 {
		return t, splitPoints(t.rest, t.place), j - i
	}
	for ; j < len(d.blocks) && len(items) < maxSideItems; j++ {
		got, ok := d.points(j, t, len(items) > 0)
		if !ok {
			break
		}
		items = append(items, got...)
		if !oneLined(d.blocks[j]) && !d.has(next(d.blocks, j+1), t.sign.role()) {
			j++
			break
		}
	}
	if len(items) == 0 {
		return t, nil, 0
	}
	return t, items, j - i
}

// oneLined: the block is a paragraph of one line, so that the next may be
// another point.
func oneLined(b article.Block) bool {
	p, ok := b.(*article.Paragraph)
	return ok && !slices.ContainsFunc(p.Text, func(s article.Span) bool { return s.Break })
}

// points reads block j as points of a side: a list, or a short line where the
// side has no list.
func (d *draft) points(j int, t sideTitle, begun bool) ([]article.Item, bool) {
	switch b := d.blocks[j].(type) {
	case *article.List:
		if _, listed := next(d.blocks, j-1).(*article.List); begun && !listed && !d.has(b, t.sign.role()) {
			return nil, false
		}
		return unmarked(b.Items), true
	case *article.Paragraph:
		s := b.Text.String()
		if _, title := d.titleAt(j); title || asksText(s) || d.has(b, inFAQ) && !d.has(b, t.sign.role()) || !short(s, maxSideText) || ctaLine(s) || strings.HasSuffix(s, ":") {
			return nil, false
		}
		for _, l := range linesOf(b.Text) {
			if s := l.String(); !d.has(b, t.sign.role()) && (!short(s, 90) || len(sentencesOf(s)) > 1) {
				return nil, false
			}
		}
		return splitPoints(b.Text, b.Place), true
	}
	return nil, false
}

var (
	crossMark = compile(`^(?:❌|✗|✘|✖|❎|🚫|⛔|👎|➖|🔴|⛌|☒)\x{fe0f}?[ \t\x{00a0}]*`)
	plusMark  = compile(`^(?:✅|✓|✔|☑|🗹|👍|➕|🟢)\x{fe0f}?[ \t\x{00a0}]*`)
	sideSigns = compile(`^[+–−-][ \t\x{00a0}]+`)
)

// signOfItem reads the mark an item begins with.
func signOfItem(s string) sign {
	switch {
	case plusMark.MatchString(s):
		return pro
	case crossMark.MatchString(s):
		return con
	}
	return unsigned
}

// unmark takes the mark off the beginning of a point.
func unmark(t article.Text) article.Text {
	s := t.String()
	for _, re := range []*pattern{plusMark, crossMark, sideSigns} {
		if m := re.FindStringIndex(s); m != nil && hasWords(s[m[1]:]) {
			return sliceText(t, m[1], len(s))
		}
	}
	return t
}

func unmarked(items []article.Item) []article.Item {
	for i := range items {
		items[i].Text = unmark(items[i].Text)
	}
	return items
}

// splitPoints makes the points of running text: its lines, else what
// semicolons or ticks set apart, else all of it.
func splitPoints(t article.Text, p article.Place) []article.Item {
	s := t.String()
	var cuts [][2]int
	at, from := 0, 0
	for _, span := range t {
		if span.Break {
			cuts = append(cuts, [2]int{from, at})
			at++
			from = at
			continue
		}
		for i, r := range span.Text {
			if r == ';' || r == '•' || r == '✓' || r == '✅' || r == '✔' || r == '❌' || r == '✗' || r == '✘' {
				cuts = append(cuts, [2]int{from, at + i})
				from = at + i + len(string(r))
			}
		}
		at += len(span.Text)
	}
	cuts = append(cuts, [2]int{from, len(s)})
	var out []article.Item
	for _, c := range cuts {
		if text := unmark(sliceText(t, c[0], c[1])); hasWords(text.String()) {
			out = append(out, article.Item{Text: text, Place: p})
		}
	}
	return out
}
