package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// closingLink is a link at the end of a paragraph about a product that asks to
// buy it: "… and it folds flat. See it at the shop".
type closingLink struct {
	paragraph  *article.Paragraph
	rest       article.Text // the paragraph without it
	words, url string
}

// takeClosing takes the link a section closes with out of its paragraph.
func (d *draft) takeClosing(from, end int) closingLink {
	c, ok := d.closingLink(from, end)
	if !ok {
		return closingLink{}
	}
	c.paragraph.Text = c.rest
	return c
}

// buyVerb begins links that name what they sell: "Shop Aro lamps".
var buyVerb = compile(`^(?i:shop|buy|order|acheter|commander|comprar|compra|acquista)\s`)

// closingLink finds the link a section about one product closes a paragraph
// with. There is none where the section's shop links lead to several products.
func (d *draft) closingLink(from, end int) (out closingLink, ok bool) {
	key := ""
	for _, b := range d.blocks[from:end] {
		var ts []article.Text
		switch b := b.(type) {
		case *article.Paragraph:
			ts = append(ts, b.Text)
			if !ok {
				out, ok = closingOf(b)
			}
		case *article.List:
			for _, it := range b.Items {
				ts = append(ts, it.Text)
			}
		case *article.Table, *article.Pick:
			return closingLink{}, false
		}
		for _, s := range joinTexts(ts...) {
			if !sells(s.Href) {
				continue
			}
			if k := productKey(s.Href); key != "" && k != key {
				return closingLink{}, false
			}
			key = productKey(s.Href)
		}
	}
	return out, ok
}

// closingOf reads the end of a paragraph.
func closingOf(p *article.Paragraph) (closingLink, bool) {
	t := p.Text
	last := len(t) - 1
	for last >= 0 && t[last].Href == "" && !hasWords(t[last].Text) {
		last--
	}
	if last < 1 || !sells(t[last].Href) {
		return closingLink{}, false
	}
	first, words := last, t[last].Text
	for first > 0 && t[first-1].Href == t[last].Href {
		first--
		words = t[first].Text + words
	}
	words = oneLine(withoutArrows(words))
	before := strings.TrimRight(plainWords(t[:first]), " \u00a0👉→➜»>*")
	if first == 0 || !ctaLine(words) && !(buyVerb.MatchString(words) && short(words, 60)) || before == "" || !strings.ContainsRune(".!?", lastRune(before)) {
		return closingLink{}, false
	}
	rest := append(article.Text(nil), t[:first]...)
	rest[first-1].Text = strings.TrimRight(rest[first-1].Text, " \u00a0👉→➜»>*")
	return closingLink{p, tidyText(rest), words, t[last].Href}, true
}
