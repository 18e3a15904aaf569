package ingest

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// A page can hold several articles: a blog's front page, a category. Each is an
// element of its own whose heading leads to the article's own page. Cards of
// products look like that too, but their headings lead to shops.

const (
	minSeveral     = 2
	severalShare   = 0.6 // of the page's text stands in the articles
	dominatesShare = 0.5 // an article with more of it is the page's
	dominatesTwo   = 0.8 // where there are but two
)

// oneOfSeveral finds out whether the page holds several articles. It leaves the
// one with the most text, takes out the others and says so; the result is the
// heading of the one that stays, nil on a page with a single article.
func (p *page) oneOfSeveral() *html.Node {
	type entry struct{ node, head *html.Node }
	var all []entry
	targets := make(map[string]bool)
	share, most := 0.0, 0
	walk(p.body, func(n *html.Node) bool {
		if n.DataAtom != atom.Article {
			return true
		}
		head, target := p.ownHeading(n)
		if head == nil || target != "" && targets[target] || holdsBuy(n) { // a card of a round-up may lead to the site's own review
			return false
		}
		targets[target] = true
		all = append(all, entry{n, head})
		share += p.share(n)
		if p.weights[n].prose > p.weights[all[most].node].prose {
			most = len(all) - 1
		}
		return false
	})
	if len(all) < minSeveral || share < severalShare {
		return nil
	}
	if top := p.share(all[most].node); top > dominatesTwo || top > dominatesShare && len(all) > minSeveral {
		return nil
	}
	for i, e := range all {
		if i != most {
			cutOut(e.node)
		}
	}
	one := all[most]
	_, p.d.canonical = p.ownHeading(one.node)
	p.d.title = wordsOfNode(one.head)
	p.d.preheader = "" // the page's own, about all of them
	p.d.note(article.Warn, lineAbove(one.node), fmt.Sprintf("The page holds %d articles; only the one with the most text, %q, was read.", len(all), clip(p.d.title, 80)),
		"Give the address of the article you mean, or the address of the site's feed.")
	p.weigh()
	return one.head
}

// ownHeading is the heading of an article's element that leads to a page of its
// own on the same site, and where.
func (p *page) ownHeading(n *html.Node) (head *html.Node, target string) {
	head = firstOf(n, func(c *html.Node) bool {
		if l := headLevel(c); l == 0 || l > 3 {
			return false
		}
		link := firstOf(c, func(a *html.Node) bool { return a.DataAtom == atom.A && attr(a, "href") != "" })
		if link == nil && c.Parent != nil && c.Parent.DataAtom == atom.A {
			link = c.Parent
		}
		if link == nil || wordsOfNodeMax(c, 300) == "" {
			return false
		}
		ref := strings.TrimSpace(attr(link, "href"))
		address, _ := p.d.resolve(ref)
		if u, err := url.Parse(ref); strings.HasPrefix(ref, "#") || err != nil || address == "" && u.Host != "" || sells(address) || address != "" && u.Host != "" && !p.d.own(address) && p.d.base != nil {
			return false
		}
		target = address
		if target == "" {
			target = ref
		}
		return true
	})
	if head != nil && !strings.HasPrefix(target, "http") {
		return head, ""
	}
	return head, target
}
