package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

var (
	nameHeads  = words(`(the )?(product|name|item|model|brand|title|produkt(name)?|modell|bezeichnung|produit|nom|modèle|producto|nombre|modelo|produto|nome|prodotto|modello)s?( name)?`)
	labelHeads = words(`(best for|award|category|our pick|why|badge|verdict|rating label|use case|am besten für|kategorie|idéal pour|pour|ideal para|mejor para|melhor para|ideale per|auszeichnung|urteil)`)
	rankOnly   = compile(`^(?:#\s?)?\d{1,2}[.)]?$`)
)

// tables are the article's tables of data.
func (p *page) tables() []*html.Node {
	var out []*html.Node
	walk(p.main, func(n *html.Node) bool {
		if n.Type == html.ElementNode && hidden(n) {
			return false
		}
		if n.DataAtom == atom.Table && !holdsTable(n) {
			out = append(out, n)
			return false
		}
		return true
	})
	return out
}

// productRow is a line of a comparison table, or a column where the products
// stand side by side.
type productRow struct {
	cells []*html.Node
	heads []string // of the cells, folded; "" where there is none
	buys  []buy
}

// takeTable makes picks of a table of products. A table whose products were
// all in an earlier one is the same for another screen, and goes.
func (p *page) takeTable(t *html.Node, seen map[string]bool) {
	rows := p.productRows(t)
	if len(rows) == 0 {
		return
	}
	var picks article.Blocks
	fresh := false
	plain := true // nothing in the table but what the picks hold
	for _, r := range rows {
		key := r.buys[0].key
		pick, rest := p.rowPick(r)
		plain = plain && rest == 0
		if pick == nil {
			continue
		}
		if !seen[key] {
			fresh = true
		}
		seen[key] = true
		picks = append(picks, pick)
	}
	if len(picks) == 0 {
		return
	}
	p.dropTwins(t, rows)
	if !fresh {
		cutOut(t)
		return
	}
	if plain {
		p.ready[t] = picks
		return
	}
	if t.DataAtom != atom.Table {
		p.ready[t] = append(p.gridTable(t), picks...)
		return
	}
	slot := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	t.Parent.InsertBefore(slot, t.NextSibling)
	p.ready[slot] = picks
	p.clearTable(rows)
}

// productRows finds the products of a table, in rows or else in columns.
func (p *page) productRows(t *html.Node) []productRow {
	grid := gridOf(t)
	if len(grid) < 2 || len(grid) > 200 {
		return nil
	}
	rows := p.asRows(grid)
	if len(rows) == 0 {
		rows = p.asRows(turned(grid))
	}
	return rows
}

// turned is the grid with its columns as rows.
func turned(grid [][]*html.Node) [][]*html.Node {
	columns := 0
	for _, r := range grid {
		columns = max(columns, len(r))
	}
	out := make([][]*html.Node, columns)
	for c := range out {
		for _, r := range grid {
			if c < len(r) {
				out[c] = append(out[c], r[c])
			}
		}
	}
	return out
}

// asRows are the rows with links to one product each; none unless that holds
// for all rows that have any.
func (p *page) asRows(grid [][]*html.Node) []productRow {
	var out []productRow
	var heads []string
	for i, cells := range grid {
		r := productRow{cells: cells}
		for _, c := range cells {
			r.buys = append(r.buys, p.buysIn(c)...)
		}
		if len(r.buys) == 0 {
			if i == 0 || len(out) == 0 {
				heads = heads[:0]
				for _, c := range cells {
					heads = append(heads, fold(wordsOfNodeMax(c, 60)))
				}
			}
			continue
		}
		if !oneProduct(r.buys) {
			return nil
		}
		out = append(out, r)
	}
	if len(out) < 2 && len(grid) > 2 {
		return nil
	}
	for i := range out {
		out[i].heads = make([]string, len(out[i].cells))
		copy(out[i].heads, heads)
	}
	return out
}

// oneProduct: all links lead to the same product, or to the same in several
// shops, which only the first column would tell: that is taken on trust when
// each is a button.
func oneProduct(bs []buy) bool {
	keys := make(map[string]bool)
	buttons := true
	for _, b := range bs {
		keys[b.key] = true
		buttons = buttons && b.button
	}
	return len(keys) == 1 || buttons && len(keys) <= 3
}

// rowPick makes a pick of a row; rest counts the cells that say more than the
// pick holds.
func (p *page) rowPick(r productRow) (pick *article.Pick, rest int) {
	row := rowParts{p: p, r: r, buy: r.buys[0]}
	row.readButtons()
	row.readBadges()
	for i := range r.cells {
		row.readCell(i)
	}
	if row.name == "" {
		row.name = p.altIn(r)
	}
	if row.name == "" || !product(row.name) {
		return nil, row.rest
	}
	pick = p.newPick(row.name, row.label, row.buy, row.blurb, lineAbove(r.cells[0]))
	if pick.Name == "" {
		return nil, row.rest
	}
	p.d.setAside(pick, row.kept)
	for _, o := range r.buys {
		if o.key != row.buy.key {
			addOffer(pick, o.url, o.words)
		}
	}
	for _, c := range r.cells {
		if pick.Image == nil {
			p.pictureIn(c, pick)
		}
	}
	return pick, row.rest
}

// rowParts is what a row has told so far.
type rowParts struct {
	p           *page
	r           productRow
	buy         buy
	name, label string
	blurb       article.Text
	kept        asides
	rest        int
}

// readButtons chooses the row's button; a paid link in words names the product.
func (row *rowParts) readButtons() {
	for _, o := range row.r.buys {
		if o.button && !row.buy.button {
			row.buy = o
		}
		if !o.button && row.name == "" && len(o.words) > 2 && !isLabel(o.words) {
			row.name = o.words
		}
	}
}

// readBadges looks for a label in a badge, or under a head that says it is one.
func (row *rowParts) readBadges() {
	isBadge := func(n *html.Node) bool { return badgeNames.MatchString(attr(n, "class")) }
	for i, c := range row.r.cells {
		if row.label != "" {
			return
		}
		if badge := firstOf(c, isBadge); badge != nil && badge != c {
			if s := wordsOfNodeMax(badge, 60); s != "" && !ctaLine(s) && !metaLine(s) {
				row.label = s
				return
			}
		}
		if labelHeads.MatchString(row.r.heads[i]) {
			row.label = wordsOfNodeMax(c, 60)
		}
	}
}

// readCell takes name, label or blurb of a cell, or counts it among the rest.
func (row *rowParts) readCell(i int) {
	c := row.r.cells[i]
	s := wordsOfNode(c)
	if asideLine(s) {
		row.kept.note(s)
	}
	switch {
	case row.name != "" && row.label != "" && oneLine(row.label+" "+row.name) == s, row.label != "" && s == row.label:
		return
	case row.name == "" && row.label != "" && nameHeads.MatchString(row.r.heads[i]):
		row.name = s
		return
	case s == "" || rankOnly.MatchString(s) || s == row.name || metaLine(s) || ctaLine(withoutArrows(s)) || s == row.buy.words:
		return
	case row.label == "" && isLabel(s):
		row.label = s
		return
	}
	label, name := row.p.cellParts(c, row.name, row.label != "")
	if row.label == "" {
		row.label = label
	}
	switch {
	case row.name == "" && name != "":
		row.name = name
	case label != "" && name == row.name:
	case len(row.blurb) == 0 && row.name != "" && strings.ContainsAny(s, ".!") && len(s) > 40:
		row.blurb = row.p.textOf(c)
	case !within(row.buy.node, c):
		row.rest++
	}
}

// cellParts reads the cell that names a product: the name, and a label above or
// below it.
func (p *page) cellParts(c *html.Node, known string, labelled bool) (label, name string) {
	var lines []string
	t := p.textOf(withBreaks(c))
	var b strings.Builder
	for _, s := range append(t, article.Span{Break: true}) {
		if !s.Break {
			b.WriteString(s.Text)
			continue
		}
		if l := oneLine(withoutArrows(b.String())); l != "" {
			lines = append(lines, l)
		}
		b.Reset()
	}
	for _, l := range lines {
		f := strings.Trim(l, " ():")
		switch {
		case rankOnly.MatchString(l) || metaLine(l) || ctaLine(l):
		case label == "" && !labelled && isLabel(f):
			label = f
		case name == "" && short(l, 160) && hasWords(l):
			name = l
		}
	}
	if known != "" {
		name = known
	}
	if l, n := splitTitle(name); l != "" && n != "" && label == "" {
		return l, n
	}
	return label, name
}

// withBreaks is a copy of a cell in which blocks, badges and links end lines.
func withBreaks(c *html.Node) *html.Node {
	out := &html.Node{Type: html.ElementNode, Data: "span", DataAtom: atom.Span}
	var copyIn func(n *html.Node)
	copyIn = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			out.AppendChild(&html.Node{Type: html.TextNode, Data: n.Data})
			return
		case n.Type != html.ElementNode || dropped[n.DataAtom] || hidden(n):
			return
		}
		apart := n.DataAtom == atom.Br || blockElements[n.DataAtom] || n.DataAtom == atom.Strong || n.DataAtom == atom.B || n.DataAtom == atom.A || badgeNames.MatchString(attr(n, "class"))
		if apart {
			out.AppendChild(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br})
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			copyIn(k)
		}
		if apart {
			out.AppendChild(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br})
		}
	}
	copyIn(c)
	return out
}

func (p *page) altIn(r productRow) string {
	for _, c := range r.cells {
		if img := firstOf(c, func(n *html.Node) bool { return n.DataAtom == atom.Img && hasWords(attr(n, "alt")) }); img != nil {
			return oneLine(attr(img, "alt"))
		}
	}
	return ""
}

// clearTable takes the buttons out of a table that stays.
func (p *page) clearTable(rows []productRow) {
	for _, r := range rows {
		for _, b := range r.buys {
			if b.button {
				cutOut(b.node)
			}
		}
	}
}
