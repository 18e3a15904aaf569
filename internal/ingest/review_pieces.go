package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Pros and cons in one piece: a list with both, a table.

// listedSides reads a list whose items are the sides: "Pros:" with a list in
// it, or with the points behind the colon.
func listedSides(l *article.List) *article.ProsCons {
	p := &article.ProsCons{Place: l.Place}
	for _, it := range l.Items {
		s := it.Text.String()
		name, rest := openedBy(s)
		if rest < 0 || it.Sub != nil && strings.TrimSpace(s[rest:]) == "" {
			name, rest = s, len(s)
		}
		side := article.Side{Title: strings.TrimRight(trimMarks(oneLine(name)), ": "), Items: splitPoints(sliceText(it.Text, rest, len(s)), it.Place)}
		if it.Sub != nil {
			side.Items = append(side.Items, unmarked(it.Sub.Items)...)
		}
		switch sg, _ := signOf(name); {
		case len(side.Items) == 0:
			return nil
		case sg == pro && len(p.Pros.Items) == 0:
			p.Pros = side
		case sg == con && len(p.Cons.Items) == 0:
			p.Cons = side
		default:
			return nil
		}
	}
	if len(p.Pros.Items) == 0 || len(p.Cons.Items) == 0 {
		return nil
	}
	return p
}

// signedLists reads lists whose items are ticked and crossed: one with both, or
// one of each in a row. Since people also set out what to do and what not to do
// so, something must say that it is about a product.
func (d *draft) signedLists(i int, l *article.List) (article.Block, int) {
	pros, cons, ok := signedItems(l)
	n := 1
	if ok && (len(pros) == 0 || len(cons) == 0) {
		if m, is := next(d.blocks, i+1).(*article.List); is {
			morePros, moreCons, more := signedItems(m)
			if more && (len(morePros) == 0) == (len(cons) == 0) && (len(moreCons) == 0) == (len(pros) == 0) {
				pros, cons, n = append(pros, morePros...), append(cons, moreCons...), 2
			}
		}
	}
	if !ok || len(pros) == 0 || len(cons) == 0 || !d.aboutProduct(i) {
		return nil, 0
	}
	return &article.ProsCons{Pros: article.Side{Items: unmarked(pros)}, Cons: article.Side{Items: unmarked(cons)}, Place: l.Place}, n
}

// signedItems parts the items of a list by their marks; ok is false if one has
// none.
func signedItems(l *article.List) (pros, cons []article.Item, ok bool) {
	if l.Style == article.Check {
		return l.Items, nil, true
	}
	for _, it := range l.Items {
		switch signOfItem(it.Text.String()) {
		case pro:
			pros = append(pros, it)
		case con:
			cons = append(cons, it)
		default:
			return nil, nil, false
		}
	}
	return pros, cons, true
}

var reviewTitle = compile(`\b(?:reviews?|reviewed|tested|tests?|im test|testbericht|vergleich|vs\.?|versus|best|beste[nr]?|avis|comparatif|meilleure?s?|análisis|reseña|opiniones|mejor(?:es)?|análise|resenha|melhor(?:es)?|recensione|opinioni|miglior[ei])\b`)

// aboutProduct: what stands above block i, or the title, says that a product
// is judged.
func (d *draft) aboutProduct(i int) bool {
	for j := i - 1; j >= 0 && j >= i-6; j-- {
		switch b := d.blocks[j].(type) {
		case *article.Pick, *article.ProsCons:
			return true
		case *article.Heading:
			return bothNames.MatchString(fold(b.Text.String())) || reviewTitle.MatchString(fold(d.title))
		case *article.Paragraph:
			if s := b.Text.String(); short(s, 90) && bothNames.MatchString(strings.TrimRight(fold(s), ": ")) {
				return true
			}
		}
	}
	return reviewTitle.MatchString(fold(d.title))
}

// tableSides reads a table of two columns, or of two rows, that are headed by
// the two sides.
func tableSides(t *article.Table) *article.ProsCons {
	if len(t.Head) != 2 {
		return nil
	}
	heads := t.Head
	rows := t.Rows
	if len(heads[0]) == 0 && len(heads[1]) == 0 && len(rows) > 1 {
		heads, rows = rows[0], rows[1:]
	}
	sides := [2]article.Side{}
	signs := [2]sign{}
	for c := range 2 {
		signs[c], _ = signOf(heads[c].String())
		sides[c].Title = strings.TrimRight(trimMarks(oneLine(heads[c].String())), ": ")
	}
	if signs[0] == unsigned || signs[1] == unsigned || signs[0] == signs[1] {
		return turnedSides(t)
	}
	for _, r := range rows {
		for c := range 2 {
			sides[c].Items = append(sides[c].Items, splitPoints(r[c], t.Place)...)
		}
	}
	if signs[0] == con {
		sides[0], sides[1] = sides[1], sides[0]
	}
	return &article.ProsCons{Pros: sides[0], Cons: sides[1], Place: t.Place}
}

// turnedSides reads a table whose first column names the sides.
func turnedSides(t *article.Table) *article.ProsCons {
	rows := t.Rows
	if len(t.Head[0]) > 0 || len(t.Head[1]) > 0 {
		rows = append([][]article.Text{t.Head}, rows...)
	}
	if len(rows) != 2 {
		return nil
	}
	p := &article.ProsCons{Place: t.Place}
	for _, r := range rows {
		side := article.Side{Title: strings.TrimRight(trimMarks(oneLine(r[0].String())), ": "), Items: splitPoints(r[1], t.Place)}
		switch sg, _ := signOf(r[0].String()); sg {
		case pro:
			p.Pros = side
		case con:
			p.Cons = side
		}
	}
	if len(p.Pros.Items) == 0 || len(p.Cons.Items) == 0 {
		return nil
	}
	return p
}
