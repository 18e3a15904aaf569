package ingest

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// htmlReader turns a tree of HTML elements into blocks.
type htmlReader struct {
	d      *draft
	line   int // of the block being read
	level  int // of the last heading
	blocky map[*html.Node]bool
	// ready are blocks that stand for whole elements; nil reads all of them.
	ready map[*html.Node]article.Blocks

	inline article.Text // running text not yet in a block
	images []*article.Image
	look   article.Span // look and link that the elements around give
}

// readHTML reads the body of an HTML document into the blocks.
func (d *draft) readHTML(r io.Reader) error {
	doc, err := html.Parse(r)
	if err != nil {
		return &Error{Message: fmt.Sprintf("%s nests its elements too deeply to be an article; make the text flatter.", d.name), err: err}
	}
	h := &htmlReader{d: d, level: 1, blocky: make(map[*html.Node]bool)}
	h.ready = d.boxedProducts(doc)
	h.markBlocky(doc)
	h.children(doc)
	h.flush()
	return nil
}

// boxedProducts makes picks of the products that stand in tables, lists and
// boxes of a document that is the article and nothing else.
func (d *draft) boxedProducts(doc *html.Node) map[*html.Node]article.Blocks {
	body := firstOf(doc, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	if body == nil || firstOf(body, func(n *html.Node) bool { return boxElements[n.DataAtom] }) == nil {
		return nil
	}
	p := &page{d: d, doc: doc, body: body, main: body}
	p.weigh()
	p.takeProducts()
	return p.ready
}

// boxElements are those that products are set in.
var boxElements = atoms(atom.Div, atom.Section, atom.Article, atom.Aside, atom.Figure, atom.Blockquote, atom.Table)

// dropped are elements whose content is no text of the article.
var dropped = atoms(atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Embed, atom.Svg, atom.Canvas,
	atom.Video, atom.Audio, atom.Form, atom.Select, atom.Textarea, atom.Input, atom.Head, atom.Nav, atom.Title, atom.Del, atom.S, atom.Strike, atom.Math, atom.Map, atom.Dialog)

// blockElements end the running text before and after them.
var blockElements = atoms(atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Aside, atom.Header, atom.Footer, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
	atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Figure, atom.Figcaption, atom.Hr, atom.Details, atom.Summary,
	atom.Center, atom.Address, atom.Fieldset, atom.Body, atom.Html, atom.Tr, atom.Td, atom.Th, atom.Tbody, atom.Thead, atom.Caption)

func atoms(as ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(as))
	for _, a := range as {
		m[a] = true
	}
	return m
}

// markBlocky notes which elements hold block elements. The parser bounds the
// depth, so recursion is safe here and below.
func (h *htmlReader) markBlocky(n *html.Node) bool {
	found := false
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		inside := h.markBlocky(c)
		found = found || inside || c.Type == html.ElementNode && blockElements[c.DataAtom]
	}
	if found {
		h.blocky[n] = true
	}
	return found
}

func (h *htmlReader) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		h.node(c)
	}
}

// node reads a node where blocks may stand.
func (h *htmlReader) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		h.text(n.Data)
		return
	case html.CommentNode:
		if h.codePickAt(n.Data) {
			return
		}
		if s, ok := strings.CutPrefix(n.Data, lineComment); ok {
			h.flush()
			h.setLine(s)
		} else if tocMark.MatchString("<!--" + n.Data + "-->") {
			h.flush()
		}
		return
	case html.ElementNode:
	default:
		h.children(n)
		return
	}
	if dropped[n.DataAtom] || hidden(n) {
		return
	}
	if bs, ok := h.ready[n]; ok {
		h.flush()
		h.d.blocks = append(h.d.blocks, bs...)
		return
	}
	if !blockElements[n.DataAtom] && !h.blocky[n] && n.DataAtom != 0 {
		h.inlineNode(n)
		return
	}
	if n.DataAtom == 0 && !h.blocky[n] && len(h.inline) > 0 {
		h.inlineNode(n) // an element of the site's own, in running text
		return
	}
	h.flush()
	if s := attr(n, lineAttribute); s != "" {
		h.setLine(s)
	}
	if s := attr(n, pickAttribute); s != "" && h.codePick(s) {
		return
	}
	h.block(n)
}

func (h *htmlReader) setLine(s string) {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		h.line = n
	}
}

// block reads a block element, and notes what its names say of what is in it.
func (h *htmlReader) block(n *html.Node) {
	r := boxRole(n)
	from := len(h.d.blocks)
	h.element(n)
	if r != 0 {
		h.flush()
		h.d.mark(r, from)
	}
}

func (h *htmlReader) element(n *html.Node) {
	place := at(h.line, 0)
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.heading(int(n.Data[1]-'0'), n, place)
	case atom.Details:
		h.details(n)
	case atom.Summary:
		h.madeHeading(n, place)
	case atom.Ul, atom.Ol:
		l, rest := h.list(n, 0)
		h.add(l)
		h.addImages(rest)
	case atom.Dl:
		h.definitions(n, place)
	case atom.Blockquote:
		h.quote(n, place)
	case atom.Table:
		h.table(n, place)
	case atom.Hr:
		h.d.blocks = append(h.d.blocks, &article.Divider{Place: place})
	case atom.Pre:
		h.pre(n, place)
	case atom.Figure:
		h.figure(n)
	default:
		before := h.look
		h.look = h.lookOf(n)
		h.children(n)
		h.flush()
		h.look = before
	}
}

func (h *htmlReader) add(b article.Block) {
	if l, ok := b.(*article.List); ok && l == nil {
		return
	}
	h.d.blocks = append(h.d.blocks, b)
}

func (h *htmlReader) addImages(images []*article.Image) {
	for _, i := range images {
		h.add(i)
	}
}

func (h *htmlReader) heading(level int, n *html.Node, place article.Place) {
	t, images := h.collect(n)
	h.level = level
	if len(t) > 0 {
		for i := range t {
			t[i].Bold = false // a heading is bold by itself
		}
		b := &article.Heading{Level: level, Text: tidyText(t), Place: place}
		h.add(b)
		switch attr(n, questionAttribute) {
		case questionHeading:
			h.d.markBlock(isQuestion, b)
		case questionMade:
			h.d.markBlock(isQuestion|isMade, b)
		}
	}
	h.addImages(images)
}

// flush makes a paragraph of the running text, and blocks of its images.
func (h *htmlReader) flush() {
	t, images := tidyText(h.inline), h.images
	h.inline, h.images = nil, nil
	if len(t) > 0 && !h.caption(t) {
		h.add(&article.Paragraph{Text: t, Place: at(h.line, 0)})
	}
	h.addImages(images)
}

// caption gives a short paragraph all in italics to the picture above it.
func (h *htmlReader) caption(t article.Text) bool {
	if len(h.d.blocks) == 0 || !short(t.String(), 160) || !allSpans(t, func(s article.Span) bool { return s.Italic }) {
		return false
	}
	i, ok := h.d.blocks[len(h.d.blocks)-1].(*article.Image)
	if !ok || len(i.Caption) > 0 || kindOfNotice(t.String()).any() {
		return false
	}
	for j := range t {
		t[j].Italic = false
	}
	i.Caption = tidyText(t)
	return true
}

func (h *htmlReader) quote(n *html.Node, place article.Place) {
	inner := &htmlReader{d: &draft{base: h.d.base}, line: h.line, blocky: h.blocky, look: h.look}
	inner.children(n)
	inner.flush()
	h.d.relative = append(h.d.relative, inner.d.relative...)
	q := &article.Quote{Place: place}
	var rest article.Blocks
	for _, b := range inner.d.blocks {
		switch b := b.(type) {
		case *article.Paragraph:
			q.Paragraphs = append(q.Paragraphs, b.Text)
		case *article.Heading:
			q.Paragraphs = append(q.Paragraphs, b.Text)
		case *article.Quote:
			q.Paragraphs = append(q.Paragraphs, b.Paragraphs...)
		case *article.List:
			for _, it := range b.Items {
				q.Paragraphs = append(q.Paragraphs, it.Text)
			}
		default:
			rest = append(rest, b)
		}
	}
	if k := len(q.Paragraphs); k > 1 {
		if s, ok := strings.CutPrefix(q.Paragraphs[k-1].String(), "—"); ok && short(s, 100) {
			q.Source, q.Paragraphs = oneLine(s), q.Paragraphs[:k-1]
		}
	}
	if len(q.Paragraphs) > 0 {
		h.add(q)
	}
	h.d.blocks = append(h.d.blocks, rest...)
}

// pre keeps the lines of code or of a poem.
func (h *htmlReader) pre(n *html.Node, place article.Place) {
	var b strings.Builder
	rawText(n, &b)
	var t article.Text
	for i, l := range strings.Split(strings.Trim(b.String(), "\n"), "\n") {
		if i > 0 {
			t = append(t, article.Span{Break: true})
		}
		t = append(t, article.Span{Text: l, Code: true})
	}
	if t = tidyText(t); len(t) > 0 {
		h.add(&article.Paragraph{Text: t, Place: place})
	}
}

func rawText(n *html.Node, b *strings.Builder) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		rawText(c, b)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// hidden: the author does not show the element.
func hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "style" && strings.Contains(strings.ReplaceAll(strings.ToLower(a.Val), " ", ""), "display:none") {
			return true
		}
	}
	return false
}
