package ingest

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Products on a page stand in comparison tables, in cards, or under headings.
// The first two are found here, on the elements, and become picks at once; the
// third is left to the shaping passes, which know it from every format. The
// same product found twice is made one by mergePicks.

// buy is a link that leads to a product.
type buy struct {
	node   *html.Node
	url    string
	key    string // the same for all links to the product
	words  string
	button bool // its words, or its looks, ask to buy
}

var (
	buttonNames = compile(`(?i)(?:^|[\s_-])(?:btn|button|cta|buy|shop-?now|affiliate-?link|aawp-button)`)
	// campaign are parts of an address that say where a reader came from.
	campaign = compile(`(?i)^(?:utm_.*|ref|ref_|tag|linkcode|linkid|camp|creative.*|asc.*|pd_rd.*|psc|th|qid|sr|keywords|subscriptionid|language|ie|dchild|crid|gclid|fbclid|subid.*|clickref.*|s)$`)
)

// withoutArrows takes the arrows and bars off that set a button apart.
func withoutArrows(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("→›»▶➜➔🛒👉⟶>|*", r)
	})
}

// productKey is the same for all addresses of one product.
func productKey(address string) string {
	if l, ok := article.Affiliate(address); ok && l.ASIN != "" {
		return "asin:" + l.ASIN
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	for k := range q {
		if campaign.MatchString(k) {
			q.Del(k)
		}
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.") + strings.TrimRight(u.Path, "/") + "?" + q.Encode()
}

// buyOf reads a link; ok is false for one that sells nothing. Each is read once.
func (p *page) buyOf(n *html.Node) (buy, bool) {
	b, known := p.bought[n]
	if !known {
		if got, ok := p.readBuy(n); ok {
			b = &got
		}
		if p.bought == nil {
			p.bought = make(map[*html.Node]*buy)
		}
		p.bought[n] = b
	}
	if b == nil {
		return buy{}, false
	}
	return *b, true
}

func (p *page) readBuy(n *html.Node) (b buy, ok bool) {
	address, _ := p.d.resolve(attr(n, "href"))
	if !strings.HasPrefix(address, "http") {
		return buy{}, false
	}
	b = buy{node: n, url: address, key: productKey(address), words: withoutArrows(wordsOfNode(n))}
	rel := strings.ToLower(attr(n, "rel"))
	_, paid := article.Affiliate(address)
	shop := article.Merchant(address) != "" && !strings.Contains(strings.ToLower(b.words), "amazon associate")
	cta := ctaLine(b.words)
	looks := buttonNames.MatchString(attr(n, "class")) || n.Parent != nil && buttonNames.MatchString(attr(n.Parent, "class"))
	sponsored := strings.Contains(rel, "sponsored") || strings.Contains(rel, "nofollow") && looks
	b.button = cta || looks && (paid || shop || sponsored)
	if l, ok := article.Affiliate(address); ok && l.Amazon && l.ASIN == "" && strings.Contains(address, "prime") {
		return buy{}, false // the shop's own membership
	}
	if u, err := url.Parse(address); err == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && !sponsored {
		return buy{}, false // a front page
	}
	return b, paid || shop || sponsored || cta && address != p.d.canonical
}

// buysIn are the product links in n, in order.
func (p *page) buysIn(n *html.Node) []buy {
	var out []buy
	walk(n, func(c *html.Node) bool {
		if _, done := p.ready[c]; done {
			return false
		}
		if c.Type == html.ElementNode && (dropped[c.DataAtom] || hidden(c)) {
			return false
		}
		if c.DataAtom == atom.A {
			if b, ok := p.buyOf(c); ok {
				out = append(out, b)
			}
		}
		return true
	})
	return out
}

// takeProducts makes picks of the product tables and cards of the article.
func (p *page) takeProducts() {
	p.ready = make(map[*html.Node]article.Blocks)
	p.holds = make(map[*html.Node]keySet)
	seen := make(map[string]bool) // products of tables
	for _, t := range p.tables() {
		p.takeTable(t, seen)
	}
	buys := p.buysIn(p.main)
	p.noteHolders(buys)
	for _, g := range p.grids() {
		p.takeTable(g, seen)
	}
	p.joinShops()
	buys = p.buysIn(p.main)
	p.noteHolders(buys)
	done := make(map[*html.Node]bool)
	for _, b := range buys {
		if b.button && within(b.node, p.main) {
			p.takeCard(b, done)
		}
	}
}

// noteHolders notes whose links stand in each element.
func (p *page) noteHolders(buys []buy) {
	clear(p.holds)
	for _, b := range buys {
		for n := b.node; n != nil; n = n.Parent {
			p.holds[n] = p.holds[n].with(b.key)
			if n == p.main {
				break
			}
		}
	}
}

// keySet says whether one product's links stand in an element, or several's.
type keySet struct {
	key     string
	several bool
}

func (s keySet) with(key string) keySet {
	if s.key != "" && s.key != key {
		s.several = true
	}
	s.key = key
	return s
}

// newPick makes a pick of what is known of a product.
func (p *page) newPick(name, label string, b buy, blurb article.Text, line int) *article.Pick {
	name = shopName(oneLine(unnumberedTitle(name)))
	if label == "" {
		if l, n := splitTitle(name); l != "" && n != "" {
			label, name = l, n
		}
	}
	pick := &article.Pick{Label: trimMarks(label), URL: b.url, Place: at(line, 0)}
	p.d.setName(pick, name)
	if b.button {
		pick.CTA = b.words
	}
	p.d.setBlurb(pick, blurb)
	pick.Merchant = article.Merchant(pick.URL)
	if l, ok := article.Affiliate(pick.URL); ok && l.Merchant != "" {
		pick.Merchant = l.Merchant
	}
	if pick.Merchant == "" {
		pick.Merchant = shopIn(pick.CTA)
	}
	return pick
}

// maxName is how long a name may be that shops stuff with words for searching;
// a longer one ends at its first comma or bar.
const maxName = 90

func shopName(s string) string {
	if short(s, maxName) {
		return s
	}
	for _, sep := range []string{", ", " | ", " – ", " - ", " ("} {
		if i := strings.Index(s, sep); i >= 20 {
			return s[:i]
		}
	}
	return s
}

// textOf is an element as running text.
func (p *page) textOf(n *html.Node) article.Text {
	h := &htmlReader{d: &draft{base: p.d.base}, line: 1}
	t, _ := h.collect(n)
	return dropInPage(t)
}
