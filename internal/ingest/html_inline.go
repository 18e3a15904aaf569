package ingest

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// text appends running text in the look of the elements around it.
func (h *htmlReader) text(s string) {
	span := h.look
	span.Text = s
	h.inline = append(h.inline, span)
}

// inlineNode reads a node where only running text may stand.
func (h *htmlReader) inlineNode(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		h.text(n.Data)
		return
	case n.Type != html.ElementNode || dropped[n.DataAtom] || hidden(n):
		return
	}
	switch n.DataAtom {
	case atom.Br:
		h.inline = append(h.inline, article.Span{Break: true})
		return
	case atom.Img:
		h.image(n)
		return
	case atom.A:
		if strings.Contains(attr(n, "class"), "footnote-backref") {
			return
		}
	case atom.Sup:
		if strings.HasPrefix(attr(n, "id"), "fnref") {
			h.text("[" + plainOf(n) + "]")
			return
		}
	}
	before := h.look
	h.look = h.lookOf(n)
	switch {
	case n.DataAtom == atom.Li: // a list in a cell: its items stay apart
		h.inline = append(h.inline, article.Span{Break: true})
	case blockElements[n.DataAtom]:
		h.text(" ")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		h.inlineNode(c)
	}
	if blockElements[n.DataAtom] {
		h.text(" ")
	}
	h.look = before
}

// lookOf is the look inside an element. Whatever has an address is a link,
// also elements that sites define for themselves.
func (h *htmlReader) lookOf(n *html.Node) article.Span {
	look := h.look
	switch n.DataAtom {
	case atom.B, atom.Strong:
		look.Bold = true
	case atom.I, atom.Em, atom.Cite, atom.Dfn, atom.Var:
		look.Italic = true
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		look.Code = true
	}
	if n.DataAtom == atom.A || n.DataAtom == 0 {
		if ref := strings.TrimSpace(attr(n, "href")); ref != "" {
			look.Href = h.link(ref)
		}
	}
	return look
}

// link resolves an address, and keeps one into the page or into a site unknown
// as a mark until the table of contents and the furniture are out.
func (h *htmlReader) link(ref string) string {
	if strings.HasPrefix(ref, inPageMark) {
		return inPageMark + ref[1:]
	}
	address, relative := h.d.resolve(ref)
	if relative {
		h.d.relative = append(h.d.relative, at(h.line, 0))
		return relativeMark + ref
	}
	return address
}

func plainOf(n *html.Node) string {
	var b strings.Builder
	rawText(n, &b)
	return strings.TrimSpace(b.String())
}

// collect reads an element as running text on its own.
func (h *htmlReader) collect(n *html.Node) (article.Text, []*article.Image) {
	inline, images, look := h.inline, h.images, h.look
	h.inline, h.images = nil, nil
	h.look = h.lookOf(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		h.inlineNode(c)
	}
	t, found := tidyText(h.inline), h.images
	h.inline, h.images, h.look = inline, images, look
	return t, found
}

// image notes a picture; it becomes a block after the text around it.
func (h *htmlReader) image(n *html.Node) {
	src := attr(n, "src")
	if s := attr(n, "data-src"); s != "" && (src == "" || strings.HasPrefix(src, "data:")) {
		src = s
	}
	address, relative := h.d.resolve(src)
	if relative {
		h.d.relative = append(h.d.relative, at(h.line, 0))
	}
	if !strings.HasPrefix(address, "http") || tiny(n) {
		return
	}
	h.images = append(h.images, &article.Image{
		URL: address, Alt: oneLine(attr(n, "alt")), Width: pixels(attr(n, "width")), Height: pixels(attr(n, "height")), Place: at(h.line, 0),
		Href: pictureLink(h.look.Href, address),
	})
}

// tiny: a picture nobody is meant to see, which counts readers.
func tiny(n *html.Node) bool {
	w, hgt := attr(n, "width"), attr(n, "height")
	return (w == "1" || w == "0") && (hgt == "1" || hgt == "0" || hgt == "")
}

func pixels(s string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(s), "px"))
	if err != nil || n < 0 || n > 20000 {
		return 0
	}
	return n
}

// figure reads a picture with its caption; any other figure is a box.
func (h *htmlReader) figure(n *html.Node) {
	var caption article.Text
	before := len(h.d.blocks)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Figcaption {
			caption, _ = h.collect(c)
			continue
		}
		h.node(c)
	}
	h.flush()
	if len(caption) == 0 {
		return
	}
	if len(h.d.blocks) > before {
		if i, ok := h.d.blocks[len(h.d.blocks)-1].(*article.Image); ok && len(i.Caption) == 0 {
			i.Caption = caption
			return
		}
	}
	h.add(&article.Paragraph{Text: caption, Place: at(h.line, 0)})
}
