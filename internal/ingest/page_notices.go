package ingest

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// found is a notice seen on the whole page, before anything is thrown away.
type found struct {
	node  *html.Node // nil when it is taken out already
	text  article.Text
	place article.Place
	run   int // which run of text of the page it is
}

// paidLink is an affiliate link of the page.
type paidLink struct {
	node *html.Node
	run  int
}

// takePageNotices notes where notices stand; those still in the article when
// it is found are left to the shaping passes.
func (p *page) takePageNotices() {
	h := &htmlReader{d: &draft{base: p.d.base}, level: 1, blocky: make(map[*html.Node]bool), line: 1}
	h.markBlocky(p.body)
	var run []*html.Node
	flush := func() {
		if len(run) > 0 {
			p.runs++
			p.notePaid(run)
			p.noticeRun(h, run)
		}
		run = run[:0]
	}
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		if n.Type == html.ElementNode && (dropped[n.DataAtom] && n.DataAtom != atom.Nav || commentNames.MatchString(names(n)) && p.share(n) < maxCommentShare) {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && (blockElements[c.DataAtom] || h.blocky[c]) {
				flush()
				visit(c)
				flush()
				continue
			}
			run = append(run, c)
		}
		flush()
	}
	visit(p.body)
}

// noticeRun looks at a run of inline nodes.
func (p *page) noticeRun(h *htmlReader, run []*html.Node) {
	var b strings.Builder
	links := 0
	for _, n := range run {
		s := plainOf(n)
		if n.DataAtom == atom.A {
			links += len(s)
		}
		b.WriteString(s)
		b.WriteByte(' ')
		if b.Len() > 6000 {
			return
		}
	}
	s := strings.TrimSpace(b.String())
	if short(s, 24) && siteLine(s) {
		return // marks an advertisement, unless it stands above the text
	}
	if len(s) < 12 || links+2 >= len(s) && len(s) < 25 || !kindOfNotice(s).any() {
		return
	}
	h.inline, h.images = nil, nil
	if own := noticeAlone(run, len(s)); own != nil {
		h.inlineNode(own)
		p.notices = append(p.notices, found{nil, tidyText(h.inline), at(lineAbove(own), 0), p.runs})
		h.inline, h.images = nil, nil
		cutOut(own)
		cutTitle(run, own)
		return
	}
	for _, n := range run {
		h.inlineNode(n)
	}
	p.notices = append(p.notices, found{run[0], tidyText(h.inline), at(lineAbove(run[0]), 0), p.runs})
	h.inline, h.images = nil, nil
}

// notePaid notes the affiliate links of a run.
func (p *page) notePaid(run []*html.Node) {
	for _, n := range run {
		walk(n, func(c *html.Node) bool {
			if c.DataAtom == atom.A {
				if _, paid := article.Affiliate(attr(c, "href")); paid {
					p.paid = append(p.paid, paidLink{c, p.runs})
				}
			}
			return true
		})
	}
}

// cutTitle takes out what stood beside a notice and only announced it.
func cutTitle(run []*html.Node, own *html.Node) {
	for _, n := range run {
		if s := strings.Trim(plainOf(n), " \n\t:!"); n != own && n.Parent != nil && n.Type == html.ElementNode && noticeHeading(s).any() {
			cutOut(n)
		}
	}
}

// noticeAlone is the one element of a run that is a notice by itself, beside
// others that have nothing to do with it.
func noticeAlone(run []*html.Node, size int) *html.Node {
	var own *html.Node
	for _, n := range run {
		if n.DataAtom == atom.Br {
			continue
		}
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" {
			return nil
		}
		if s := plainOf(n); n.Type == html.ElementNode && len(s) > 20 && len(s) < size-4 && kindOfNotice(s).any() {
			own = n
		}
	}
	return own
}

// addNotices takes over the notices that are not in the article itself.
func (p *page) addNotices() {
	paid := slices.IndexFunc(p.paid, func(l paidLink) bool { return within(l.node, p.main) })
	for _, f := range p.notices {
		if f.node != nil && within(f.node, p.main) && !inNav(f.node) {
			continue
		}
		p.d.standing = standing{known: true, notice: spot{piece: f.run}, linked: paid >= 0}
		if paid >= 0 {
			p.d.standing.paid = spot{p.paid[paid].run, max(0, paidAt(f.text))}
		}
		p.d.noticeIn(f.text, f.place, noticeKind{})
	}
}

// inNav: the node stands among the ways around the site, which are not read.
func inNav(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.DataAtom == atom.Nav {
			return true
		}
	}
	return false
}
