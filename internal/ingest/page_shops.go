package ingest

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// joinShops gives one product's buttons for several shops one key: buttons that
// follow one another with no words, picture or heading between them, each at
// another shop.
func (p *page) joinShops() {
	var row []*buy // the buttons since the last words
	walk(p.main, func(n *html.Node) bool {
		if _, done := p.ready[n]; done {
			row = nil
			return false
		}
		switch {
		case n.Type == html.TextNode:
			if len(strings.TrimSpace(n.Data)) > 3 && hasWords(n.Data) { // more than "or"
				row = nil
			}
		case n.Type != html.ElementNode || n == p.main:
		case dropped[n.DataAtom] || hidden(n):
			return false
		case n.DataAtom == atom.A:
			b, ok := p.buyOf(n)
			if !ok || !b.button {
				row = nil
				return true
			}
			row = p.joined(row, n)
			return false
		case n.DataAtom == atom.Img || n.DataAtom == atom.Tr || headLevel(n) > 0:
			row = nil
		}
		return true
	})
}

// joined is the row with the button n in it, which takes the key of the first,
// or a new row where n leads to a shop that is in the row already.
func (p *page) joined(row []*buy, n *html.Node) []*buy {
	b := p.bought[n]
	for _, o := range row {
		if shopHost(o.url) == shopHost(b.url) {
			return []*buy{b}
		}
	}
	if len(row) > 0 {
		b.key = row[0].key
	}
	return append(row, b)
}

// shopHost tells shops apart; all of Amazon's addresses are one.
func shopHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	h := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	if strings.HasPrefix(h, "amazon.") || h == "amzn.to" || h == "amzn.eu" || h == "a.co" {
		return "amazon"
	}
	return h
}
