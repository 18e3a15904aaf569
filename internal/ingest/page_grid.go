package ingest

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// gridOf are the rows and cells of a table, or of boxes that stand for one.
func gridOf(t *html.Node) [][]*html.Node {
	var grid [][]*html.Node
	rows := rowsOf(t)
	if t.DataAtom != atom.Table {
		rows = elementsIn(t)
	}
	for _, r := range rows {
		cells := cellsOf(r)
		if t.DataAtom != atom.Table {
			cells = elementsIn(r)
		}
		if len(cells) > maxColumns {
			return nil
		}
		grid = append(grid, cells)
	}
	return grid
}

func elementsIn(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && c.DataAtom != atom.Br && !dropped[c.DataAtom] && !hidden(c) {
			out = append(out, c)
		}
	}
	return out
}

// grids are boxes in rows of equal length, with the links of several products:
// tables built of other elements.
func (p *page) grids() []*html.Node {
	var out []*html.Node
	walk(p.main, func(n *html.Node) bool {
		if n.Type != html.ElementNode || !p.holds[n].several {
			return n.Type != html.ElementNode || n == p.main
		}
		if _, done := p.ready[n]; done || n.DataAtom == atom.Table {
			return false
		}
		if isGrid(n) {
			out = append(out, n)
			return false
		}
		return true
	})
	return out
}

// isGrid: n holds at least three rows, all of the same three cells or more,
// none of which holds a heading.
func isGrid(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Div, atom.Section:
	default:
		return false
	}
	rows := elementsIn(n)
	if len(rows) < 3 {
		return false
	}
	columns := len(elementsIn(rows[0]))
	if columns < 3 {
		return false
	}
	for _, r := range rows {
		if r.DataAtom != atom.Div && r.DataAtom != atom.Ul || len(elementsIn(r)) != columns {
			return false
		}
	}
	return firstOf(n, func(c *html.Node) bool { return headLevel(c) > 0 }) == nil
}

// gridTable is a grid as a table of data, without its pictures, buttons and
// prices; nil when nothing is left.
func (p *page) gridTable(g *html.Node) article.Blocks {
	t := &article.Table{Place: at(lineAbove(g), 0)}
	for i, cells := range gridOf(g) {
		row := make([]article.Text, len(cells))
		says := false
		for j, c := range cells {
			s := wordsOfNode(c)
			if ctaLine(withoutArrows(s)) || metaLine(s) {
				continue
			}
			row[j] = p.textOf(c)
			says = says || j > 0 && s != ""
		}
		switch {
		case !says:
		case i == 0:
			t.Head = row
		default:
			t.Rows = append(t.Rows, row)
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	if t.Head == nil {
		t.Head = make([]article.Text, len(t.Rows[0]))
	}
	return article.Blocks{t}
}

// maxTwinReach is how far from a table its copy for another screen may stand.
const maxTwinReach = 4

// dropTwins takes out the copy of a comparison for another screen: a box close
// by, without headings, whose products are all in the table, with a button for
// several of them.
func (p *page) dropTwins(t *html.Node, rows []productRow) {
	keys := make(map[string]bool)
	for _, r := range rows {
		for _, b := range r.buys {
			keys[b.key] = true
		}
	}
	twin := func(n *html.Node) bool {
		if n.Type != html.ElementNode || headLevel(n) > 0 || n.DataAtom == atom.P || n.DataAtom == atom.Table {
			return false
		}
		found := make(map[string]bool)
		for _, b := range p.buysIn(n) {
			if !keys[b.key] {
				return false
			}
			if b.button {
				found[b.key] = true
			}
		}
		return len(found) >= 2 && 2*len(found) >= len(keys) && p.headsIn(n) == 0
	}
	for n := t; n != nil && n != p.main; n = n.Parent {
		for _, step := range []func(*html.Node) *html.Node{nextElement, previousElement} {
			s := step(n)
			for i := 0; s != nil && i < maxTwinReach; i++ {
				next := step(s)
				if twin(s) {
					cutOut(s)
				}
				s = next
			}
		}
	}
}
