package ingest

import (
	"strings"
	"unicode"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxInline bounds the picks made of links in running text.
const maxInline = 12

// inlinePicks makes picks of paid links in running text when an article has no
// other sign of its products. Only links whose words are a name count: "The
// Ready Rocker", not "this crib". Each stands below its paragraph, which keeps
// the link.
func (d *draft) inlinePicks() {
	if d.hasPicks() {
		return
	}
	seen := make(map[string]bool)
	defer func() {
		if len(seen) == 0 {
			d.addressPicks()
		}
	}()
	var out article.Blocks
	for _, b := range d.blocks {
		out = append(out, b)
		for _, t := range proseOf(b) {
			for _, s := range t {
				l, paid := article.Affiliate(s.Href)
				key := productKey(s.Href)
				if !paid || seen[key] || len(seen) == maxInline || !properName(s.Text) {
					continue
				}
				seen[key] = true
				merchant := l.Merchant
				if merchant == "" {
					merchant = article.Merchant(s.Href)
				}
				out = append(out, &article.Pick{Name: cleanName(oneLine(s.Text)), URL: s.Href, Merchant: merchant, Place: at(b.At().Line, 0)})
			}
		}
	}
	d.blocks = out
}

// proseOf are the texts of a paragraph or list.
func proseOf(b article.Block) []article.Text {
	switch b := b.(type) {
	case *article.Paragraph:
		return []article.Text{b.Text}
	case *article.List:
		var out []article.Text
		for _, it := range b.Items {
			out = append(out, it.Text)
		}
		return out
	}
	return nil
}

// properName: at least two of the words, beyond an article, begin with a
// capital or hold a digit.
func properName(s string) bool {
	n := 0
	fields := strings.Fields(s)
	for _, w := range fields {
		r := []rune(w)[0]
		if (unicode.IsUpper(r) || unicode.IsDigit(r)) && !strings.EqualFold(w, "the") {
			n++
		}
	}
	return n >= 2 && len(fields) <= 12 && short(s, 100) && !ctaLine(s) && !strings.Contains(s, "://")
}
