package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

const (
	maxTakeaways     = 8   // explicit ones; more is no summary
	maxTakeawayRunes = 450 // longer is running text
)

// takeawayLead opens a paragraph that is itself the takeaway: "TL;DR: …".
var takeawayLead = compile(`^(?i:tl ?; ?dr|tldr|key takeaways?|in short|in a nutshell|the short version|quick summary|kurz gesagt|in kürze|das wichtigste in kürze|en bref|à retenir|l’essentiel|l'essentiel|en resumen|en pocas palabras|em resumo|in breve|in sintesi)\s*[:–—]\s*`)

// takeTakeaways takes the takeaways the author wrote, wherever they stand: the
// list or the short paragraphs under a heading, a label or in a box that bears
// one of their names. The first such place that has several counts, else the
// first; what stands there leaves the blocks.
func (d *draft) takeTakeaways() {
	if len(d.takeaways) > 0 {
		return
	}
	var found []article.Takeaway
	at, length := 0, 0
	for i := range d.blocks {
		d.takeaways = nil
		if n := d.takeawaysAt(i); n > 0 && (length == 0 || len(d.takeaways) > 1) {
			found, at, length = d.takeaways, i, n
		}
		if len(found) > 1 {
			break
		}
	}
	d.takeaways = found
	d.blocks = append(d.blocks[:at], d.blocks[at+length:]...)
}

// takeawaysAt reads the takeaways that begin with block i and says how many
// blocks they take up.
func (d *draft) takeawaysAt(i int) int {
	switch b := d.blocks[i].(type) {
	case *article.Heading:
		if strict, loose := takeawayName(b.Text.String()); strict || loose {
			return d.takeawaysUnder(i, strict)
		}
	case *article.Paragraph:
		s := b.Text.String()
		if strict, loose := takeawayName(s); short(s, 60) && (strict || loose) {
			if n := d.takeawaysUnder(i, false); n > 0 {
				return n
			}
		}
		if m := takeawayLead.FindStringIndex(s); m != nil && short(s, maxTakeawayRunes) && len(s) > m[1]+20 {
			d.addTakeaway(s[m[1]:], b.Place)
			return 1
		}
	case *article.Quote:
		return d.takeawaysIn(b)
	}
	return 0
}

// takeawayName: strict names mean takeaways whatever follows, loose ones only
// above a list. What follows a colon or a dash does not count.
func takeawayName(s string) (strict, loose bool) {
	f := fold(s)
	name := f
	if i := strings.IndexAny(f, ":|"); i > 0 {
		name = fold(f[:i])
	} else if i := strings.Index(f, " - "); i > 0 {
		name = fold(f[:i])
	}
	if !takeawayNames.MatchString(name) {
		return false, false
	}
	loose = looseTakeawayNames.MatchString(name)
	return !loose, loose
}

func (d *draft) takeawaysUnder(i int, paragraphs bool) int {
	j := i + 1
	var intro *article.Paragraph
	if j+1 < len(d.blocks) {
		if p, ok := d.blocks[j].(*article.Paragraph); ok && strings.HasSuffix(p.Text.String(), ":") {
			intro, j = p, j+1
		}
	}
	if j >= len(d.blocks) {
		return 0
	}
	if l, ok := d.blocks[j].(*article.List); ok {
		if len(l.Items) > maxTakeaways {
			return 0
		}
		for _, it := range l.Items {
			d.addTakeaway(it.Text.String(), it.Place)
		}
		return taken(j-i+1, len(d.takeaways))
	}
	if !paragraphs || intro != nil {
		return 0
	}
	for j < len(d.blocks) {
		p, ok := d.blocks[j].(*article.Paragraph)
		if !ok || j-i > 5 || !short(p.Text.String(), maxTakeawayRunes) || ctaLine(p.Text.String()) {
			break
		}
		j++
	}
	_, end := next(d.blocks, j).(*article.Heading)
	if j == i+1 || !end && !isDivider(next(d.blocks, j)) {
		if j > i+2 || j == i+1 {
			return 0 // running text goes on: where the summary ends can't be told
		}
	}
	for _, b := range d.blocks[i+1 : j] {
		d.addTakeaway(b.(*article.Paragraph).Text.String(), b.At())
	}
	return taken(j-i, len(d.takeaways))
}

// takeawaysIn reads a box that was set as a quotation.
func (d *draft) takeawaysIn(q *article.Quote) int {
	if len(q.Paragraphs) == 0 {
		return 0
	}
	first := q.Paragraphs[0].String()
	if strict, loose := takeawayName(first); (strict || loose) && short(first, 60) && len(q.Paragraphs) > 1 && len(q.Paragraphs) <= maxTakeaways {
		for _, p := range q.Paragraphs[1:] {
			d.addTakeaway(strings.TrimLeft(p.String(), "•-*– "), q.Place)
		}
		return taken(1, len(d.takeaways))
	}
	if m := takeawayLead.FindStringIndex(first); m != nil && len(q.Paragraphs) == 1 && short(first, maxTakeawayRunes) && len(first) > m[1] {
		d.addTakeaway(first[m[1]:], q.Place)
		return 1
	}
	return 0
}

func (d *draft) addTakeaway(s string, p article.Place) {
	if s = oneLine(s); s == "" || !short(s, maxTakeawayRunes) {
		return
	}
	p.Block = -1
	d.takeaways = append(d.takeaways, article.Takeaway{Text: s, Origin: article.Explicit, Place: p})
}

// taken is n blocks if anything was found in them.
func taken(n, found int) int {
	if found == 0 {
		return 0
	}
	return n
}

// next is block i, nil beyond the ends.
func next(bs article.Blocks, i int) article.Block {
	if i >= 0 && i < len(bs) {
		return bs[i]
	}
	return nil
}
