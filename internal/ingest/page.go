package ingest

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// HTML pages come with everything a site puts around an article. They are read
// in this order, since what an earlier step throws away a later one cannot
// find:
//
//	lean (page_lean.go)       bound the tokens and the nesting, set scripts aside
//	about (page_about.go)     what the page says of itself: JSON-LD, OpenGraph, <head>
//	headline, author          from the visible page (page_headline.go, page_author.go)
//	notices                   on the whole page: they stand in footers and bars
//	main (page_main.go)       the element that holds the article
//	furniture                 out of it, by names, words and links (page_furniture.go)
//	picks                     of tables and cards (page_table.go, page_card.go)
//	blocks                    by the block reader of html.go

// pageHead is what may stand above the first element of a page.
var pageHead = compile(`(?s)^(?:\s|<!--.*?-->|<\?xml.*?\?>)+`)

// pageStart: the text is an HTML page or a piece of one.
func pageStart(s string) bool { return htmlStart.MatchString(pageHead.ReplaceAllString(s, "")) }

// page is an HTML page being read.
type page struct {
	d    *draft
	doc  *html.Node
	body *html.Node
	main *html.Node // the element that holds the article

	about about
	// weights are how much of the article's text each element holds.
	weights map[*html.Node]weighed
	notices []found
	paid    []paidLink
	runs    int                           // of text, seen so far
	ready   map[*html.Node]article.Blocks // blocks made of whole elements
	holds   map[*html.Node]keySet         // whose links stand in an element
	bought  map[*html.Node]*buy           // links that were read; nil for those that sell nothing
}

// readPage reads an HTML page.
func readPage(d *draft) error {
	lean := leanPage(d.src)
	if lean.cut {
		d.note(article.Warn, lean.line, "The page has more elements than an article can have; only its beginning was read.", "Give the article alone, without the rest of the page.")
	}
	doc, err := html.Parse(strings.NewReader(lean.html))
	if err != nil {
		return &Error{Message: fmt.Sprintf("%s nests its elements too deeply to be an article; make the page flatter.", d.name), err: err}
	}
	p := &page{d: d, doc: doc, body: firstOf(doc, func(n *html.Node) bool { return n.DataAtom == atom.Body })}
	if p.body == nil {
		p.body = doc
	}
	d.mendTexts(doc)
	p.readAbout(lean.data)
	p.dropUnseen()
	p.weigh()
	headline := p.oneOfSeveral()
	if headline == nil {
		headline = p.takeHeadline()
	}
	p.takePageAuthor()
	p.takePageNotices()
	p.chooseMain(headline)
	p.dropFurniture()
	p.questions()
	lateImages(p.main)
	p.addNotices()
	if headline != nil {
		cutOut(headline)
	}
	p.takeProducts()
	h := &htmlReader{d: d, level: 1, blocky: make(map[*html.Node]bool), line: 1}
	h.markBlocky(p.main)
	h.ready = p.ready
	h.node(p.main)
	h.flush()
	p.ownFAQ()
	d.products = p.about.products
	if len(d.blocks) == 0 && d.title == "" && len(d.disclosures) == 0 {
		return fail("%s holds no text; give a page with an article in it.", d.name)
	}
	return nil
}

// mendTexts repairs the page's texts: damage may hide behind entities, so it
// is looked for only here.
func (d *draft) mendTexts(doc *html.Node) {
	fixed := repaired{}
	line := 1
	walk(doc, func(n *html.Node) bool {
		switch n.Type {
		case html.ElementNode:
			line = lineOf(n, line)
			for i := range n.Attr {
				switch n.Attr[i].Key {
				case "alt", "title", "content", "aria-label":
					n.Attr[i].Val, _ = mend(n.Attr[i].Val)
				}
			}
		case html.TextNode:
			if plainASCII(n.Data) {
				break
			}
			var runs int
			n.Data, runs = mend(n.Data)
			fixed.fixed += runs
			for i, l := range strings.Split(n.Data, "\n") {
				fixed.losses = append(fixed.losses, lossesIn(l, line+i)...)
			}
		}
		return true
	})
	if strings.Contains(d.src, "\uFFFD") || fixed.fixed > 0 || len(fixed.losses) > 0 {
		d.diagnostics = append(d.diagnostics, fixed.diagnostics()...)
	}
}

// mend repairs one text, which may have several lines.
func mend(s string) (string, int) {
	if plainASCII(s) {
		return s, 0
	}
	r := repair(s)
	return r.text, r.fixed
}

// lineOf is the line an element stands in, before when it does not say.
func lineOf(n *html.Node, before int) int {
	if s := attr(n, lineAttribute); s != "" {
		line := 0
		for _, c := range s {
			if c < '0' || c > '9' || line > 1<<24 {
				return before
			}
			line = line*10 + int(c-'0')
		}
		if line > 0 {
			return line
		}
	}
	return before
}

// lineAbove is the line of the closest element around n that says it.
func lineAbove(n *html.Node) int {
	for ; n != nil; n = n.Parent {
		if l := lineOf(n, 0); l > 0 {
			return l
		}
	}
	return 1
}

// walk visits n and what is in it, in the order of the page; visit says
// whether to go on into an element.
func walk(n *html.Node, visit func(*html.Node) bool) {
	if !visit(n) {
		return
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling // visit may take c out
		walk(c, visit)
		c = next
	}
}

// firstOf is the first element that passes, nil if none does.
func firstOf(n *html.Node, pass func(*html.Node) bool) (found *html.Node) {
	walk(n, func(c *html.Node) bool {
		if found == nil && c.Type == html.ElementNode && pass(c) {
			found = c
		}
		return found == nil
	})
	return found
}

func cutOut(n *html.Node) {
	if n.Parent != nil {
		n.Parent.RemoveChild(n)
	}
}

// wordsOfNode is the visible text of an element on one line.
func wordsOfNode(n *html.Node) string {
	var b strings.Builder
	walk(n, func(c *html.Node) bool {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.Type == html.ElementNode && (dropped[c.DataAtom] && c.DataAtom != atom.Title || hidden(c)):
			return false
		case c.DataAtom == atom.Br || blockElements[c.DataAtom]:
			b.WriteByte(' ')
		}
		return true
	})
	return oneLine(b.String())
}

// within: n is root or stands in it.
func within(n, root *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == root {
			return true
		}
	}
	return false
}
