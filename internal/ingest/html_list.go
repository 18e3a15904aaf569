package ingest

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// list reads a list. Pictures in it come back, to stand below it.
func (h *htmlReader) list(n *html.Node, depth int) (*article.List, []*article.Image) {
	l := &article.List{Style: article.Bulleted, Place: at(h.line, 0)}
	if n.DataAtom == atom.Ol {
		l.Style = article.Numbered
	}
	var ticks []bool
	var images []*article.Image
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || dropped[c.DataAtom] || hidden(c) {
			continue
		}
		if s := attr(c, lineAttribute); s != "" {
			h.setLine(s)
		}
		it, subs, found := h.item(c, depth)
		images = append(images, found...)
		ticked := checkbox(c)
		if rest, ok := untick(it.Text); ok {
			it.Text, ticked = rest, true
		}
		switch {
		case len(it.Text) > 0:
			l.Items = append(l.Items, it)
			ticks = append(ticks, ticked)
		case len(l.Items) == 0 && len(subs) > 0:
			l.Items, subs = append(l.Items, subs[0].Items...), subs[1:]
			ticks = append(ticks, make([]bool, len(l.Items))...)
		}
		for _, s := range subs {
			if depth >= maxListDepth || len(l.Items) == 0 {
				l.Items = append(l.Items, s.Items...)
				ticks = append(ticks, make([]bool, len(s.Items))...)
			} else {
				addSub(&l.Items[len(l.Items)-1], s)
			}
		}
	}
	style := l.Style
	if l = finishList(l, ticks); l != nil && l.Style == article.Check && style == article.Numbered {
		l.Style = style
	}
	return l, images
}

// item reads one item: its text, the lists in it, its pictures.
func (h *htmlReader) item(n *html.Node, depth int) (it article.Item, subs []*article.List, images []*article.Image) {
	if n.DataAtom == atom.Ul || n.DataAtom == atom.Ol { // a list right in a list
		l, found := h.list(n, depth+1)
		if l != nil {
			subs = append(subs, l)
		}
		return article.Item{}, subs, found
	}
	it.Place = at(h.line, 0)
	inline, outer, look := h.inline, h.images, h.look
	h.inline, h.images = nil, nil
	h.look = h.lookOf(n)
	h.itemParts(n, depth, &subs)
	it.Text, images = tidyText(h.inline), h.images
	h.inline, h.images, h.look = inline, outer, look
	return it, subs, images
}

// itemParts reads the children of an item; paragraphs in it are set apart by
// breaks.
func (h *htmlReader) itemParts(n *html.Node, depth int, subs *[]*article.List) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.ElementNode && (c.DataAtom == atom.Ul || c.DataAtom == atom.Ol):
			l, images := h.list(c, depth+1)
			if l != nil {
				*subs = append(*subs, l)
			}
			h.images = append(h.images, images...)
		case c.Type == html.ElementNode && h.blocky[c] && !dropped[c.DataAtom]:
			h.itemParts(c, depth, subs)
		case c.Type == html.ElementNode && blockElements[c.DataAtom]:
			if len(tidyText(h.inline)) > 0 {
				h.inline = append(h.inline, article.Span{Break: true})
			}
			h.inlineNode(c)
		default:
			h.inlineNode(c)
		}
	}
}

// checkbox: the item is a task that is done.
func checkbox(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.P {
			return checkbox(c)
		}
		if c.DataAtom != atom.Input || attr(c, "type") != "checkbox" {
			continue
		}
		for _, a := range c.Attr {
			if a.Key == "checked" {
				return true
			}
		}
	}
	return false
}

// untick takes a tick off the beginning of an item.
func untick(t article.Text) (article.Text, bool) {
	s := t.String()
	m := tickMark.FindStringSubmatchIndex(s)
	if m == nil {
		return t, false
	}
	return sliceText(t, m[2], len(s)), true
}

// definitions reads a list of terms as items "Term: definition".
func (h *htmlReader) definitions(n *html.Node, place article.Place) {
	if h.questionList(n, place) {
		return
	}
	l := &article.List{Style: article.Bulleted, Place: place}
	var images []*article.Image
	term := false
	for _, c := range termsOf(n) {
		t, found := h.collect(c)
		images = append(images, found...)
		switch {
		case len(t) == 0:
		case c.DataAtom == atom.Dt:
			for i := range t {
				t[i].Bold = true
			}
			l.Items = append(l.Items, article.Item{Text: t, Place: place})
			term = true
		case term:
			it := &l.Items[len(l.Items)-1]
			it.Text = tidyText(append(append(it.Text, article.Span{Text: ": "}), t...))
			term = false
		default:
			l.Items = append(l.Items, article.Item{Text: t, Place: place})
		}
	}
	if len(l.Items) > 0 {
		h.add(l)
	}
	h.addImages(images)
}

// termsOf are the terms and definitions of a list, also of those that stand in
// boxes, in order.
func termsOf(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Dt, atom.Dd:
			out = append(out, c)
		case atom.Div:
			out = append(out, termsOf(c)...)
		}
	}
	return out
}

// maxColumns bounds a table; a wider one is no table for a mail.
const maxColumns = 40

// table reads a table of data; one of a single column, or with tables in it,
// is layout and is read as if it were not there.
func (h *htmlReader) table(n *html.Node, place article.Place) {
	trs := rowsOf(n)
	columns := 0
	for _, r := range trs {
		columns = max(columns, len(cellsOf(r)))
	}
	if columns < 2 || columns > maxColumns || holdsTable(n) {
		h.children(n)
		h.flush()
		return
	}
	t := &article.Table{Place: place, Head: make([]article.Text, columns)}
	var images []*article.Image
	for i, r := range trs {
		row := make([]article.Text, columns)
		heads := 0
		cells := cellsOf(r)
		for j, c := range cells {
			text, found := h.collect(c)
			row[j], images = text, append(images, found...)
			if c.DataAtom == atom.Th {
				heads++
			}
		}
		if i == 0 && heads == len(cells) {
			t.Head = row
		} else if len(cells) > 0 {
			t.Rows = append(t.Rows, row)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Caption {
			caption, _ := h.collect(c)
			t.Caption = caption.String()
		}
	}
	h.add(t)
	h.addImages(images)
}

func cellsOf(r *html.Node) []*html.Node {
	var out []*html.Node
	for c := r.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Th || c.DataAtom == atom.Td {
			out = append(out, c)
		}
	}
	return out
}

// rowsOf are the rows of a table, not those of tables in it.
func rowsOf(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Tr:
			out = append(out, c)
		case atom.Thead, atom.Tbody, atom.Tfoot:
			out = append(out, rowsOf(c)...)
		}
	}
	return out
}

func holdsTable(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Table || holdsTable(c) {
			return true
		}
	}
	return false
}
