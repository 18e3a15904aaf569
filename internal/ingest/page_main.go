package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// weighed is how much text an element holds, in bytes.
type weighed struct {
	prose int // outside links, headings counted thrice
	links int // in links
	score int // prose, and what speaks for an article: headings, paid links
}

// weigh weighs every element below the body.
func (p *page) weigh() {
	p.weights = make(map[*html.Node]weighed)
	p.weighNode(p.body, false, false)
}

func (p *page) weighNode(n *html.Node, inLink, inHead bool) weighed {
	var w weighed
	switch n.Type {
	case html.TextNode:
		s := len(strings.TrimSpace(n.Data))
		switch {
		case inLink:
			w.links = s
		case inHead:
			w.prose = 3 * s
		default:
			w.prose = s
		}
		w.score = w.prose
		return w
	case html.ElementNode, html.DocumentNode:
	default:
		return w
	}
	if dropped[n.DataAtom] {
		return w
	}
	switch n.DataAtom {
	case atom.A:
		inLink = true
		if _, paid := article.Affiliate(attr(n, "href")); paid {
			w.score += 100
		}
	case atom.H2, atom.H3, atom.H4:
		inHead = true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		cw := p.weighNode(c, inLink, inHead)
		w.prose += cw.prose
		w.links += cw.links
		w.score += cw.score
	}
	p.weights[n] = w
	return w
}

// share is how much of the page's article text stands in n, 0 to 1.
func (p *page) share(n *html.Node) float64 {
	all := p.weights[p.body].prose
	if all == 0 {
		return 0
	}
	return float64(p.weights[n].prose) / float64(all)
}

// linked is the part of the text of n that is links, 0 to 1.
func (p *page) linked(n *html.Node) float64 {
	w := p.weights[n]
	if w.prose+w.links == 0 {
		return 0
	}
	return float64(w.links) / float64(w.prose+w.links)
}

// dropUnseen takes out what no reader sees. What is hidden until a script runs
// stays when it is most of the page, and so does a form around everything.
func (p *page) dropUnseen() {
	p.weights = make(map[*html.Node]weighed)
	var out []*html.Node
	all := len(plainOf(p.body))
	walk(p.body, func(n *html.Node) bool {
		if n.Type != html.ElementNode {
			return true
		}
		switch {
		case n.DataAtom == atom.Form || n.DataAtom == atom.Nav:
			if 3*len(plainOf(n)) > all {
				n.DataAtom, n.Data = atom.Div, "div"
				return true
			}
			if n.DataAtom == atom.Form && holdsBuy(n) {
				n.DataAtom, n.Data = atom.Div, "div"
				return true
			}
			if n.DataAtom == atom.Nav && kindOfNotice(clip(plainOf(n), 6000)).any() {
				return false // until its notice is taken; nobody reads it after that
			}
			out = append(out, n)
			return false
		case hidden(n):
			if 3*len(plainOf(n)) > all || p.folded(n) {
				dropAttrs(n, "style", "hidden")
				return true
			}
			out = append(out, n)
			return false
		case n.DataAtom == atom.Figure && n.Parent != nil && (headLevel(n.Parent) > 0 || headLevel(n.Parent.Parent) > 0):
			out = append(out, n)
			return false
		case dropped[n.DataAtom] && n.DataAtom != atom.Del && n.DataAtom != atom.S && n.DataAtom != atom.Strike:
			out = append(out, n)
			return false
		}
		return true
	})
	for _, n := range out {
		cutOut(n)
	}
}

// holdsBuy: a paid link stands in n.
func holdsBuy(n *html.Node) bool {
	return firstOf(n, func(c *html.Node) bool {
		if c.DataAtom != atom.A {
			return false
		}
		_, paid := article.Affiliate(attr(c, "href"))
		return paid
	}) != nil
}

func dropAttrs(n *html.Node, names ...string) {
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		drop := false
		for _, name := range names {
			drop = drop || a.Key == name
		}
		if !drop {
			kept = append(kept, a)
		}
	}
	n.Attr = kept
}

// bodyNames are what sites and programs call the element with the text.
var bodyNames = compile(`(?i)(?:^|[\s_-])(?:entry|post|article|story|single|page|content|main|blog|rich|gh|prose|markdown|wp-block-post)[_-]*(?:content|body|text|entry|main|inner)(?:$|[\s_-])|(?:^|\s)(?:prose|rte|richtext|article|hentry)(?:$|\s)`)

// bodyOf: the element says it holds the article.
func bodyOf(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Article, atom.Main:
		return true
	case atom.Div, atom.Section, atom.Td:
	default:
		return false
	}
	return strings.Contains(strings.ToLower(attr(n, "itemprop")), "articlebody") || attr(n, "role") == "main" || attr(n, "role") == "article" ||
		bodyNames.MatchString(attr(n, "class")) || bodyNames.MatchString(attr(n, "id"))
}

const (
	// enough of the page's score for an element that says it is the article
	enoughMarked = 0.7
	// and for one that does not say so, on the way down from it.
	enoughUnmarked = 0.95
)

// chooseMain finds the smallest element that holds the article. The furniture
// that names itself is gone by then.
func (p *page) chooseMain(headline *html.Node) {
	p.dropNamed(headline)
	p.weigh()
	p.main = p.body
	marked := false
	all := float64(p.weights[p.body].score)
	walk(p.body, func(n *html.Node) bool {
		if n.Type == html.ElementNode && float64(p.weights[n].score) < enoughMarked*all {
			return false
		}
		if n.Type == html.ElementNode && bodyOf(n) {
			p.main, marked = n, true
		}
		return true
	})
	start := float64(p.weights[p.main].score)
	for !marked {
		var down *html.Node
		for c := p.main.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && blockElements[c.DataAtom] && c.DataAtom != atom.P && float64(p.weights[c].score) >= enoughUnmarked*start {
				down = c
			}
		}
		if down == nil || down.DataAtom == atom.Table || down.DataAtom == atom.Ul || down.DataAtom == atom.Ol {
			break
		}
		p.main = down
	}
	p.dropAbove(headline)
}

// dropAbove takes out what stands above the headline within the article's
// element; pictures stay.
func (p *page) dropAbove(headline *html.Node) {
	if headline == nil || !within(headline, p.main) {
		return
	}
	for n := headline; n != p.main; n = n.Parent {
		for s := n.PrevSibling; s != nil; {
			before := s.PrevSibling
			if s.Type == html.TextNode || s.Type == html.ElementNode && !(oneLine(plainOf(s)) == "" && firstOf(s, func(c *html.Node) bool { return c.DataAtom == atom.Img }) != nil) && p.share(s) < 0.2 {
				cutOut(s)
			}
			s = before
		}
	}
}
