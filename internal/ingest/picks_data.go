package ingest

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Where nothing else in an article shows its products, its own data and the
// addresses of its links may: a page's JSON-LD names products and where they
// are sold, a shop's address holds the product's name, and in a paid article
// the product is what its links lead to.

// dataPicks completes the picks from what a page says of its products, and
// makes picks of those that its headings name, or, when the article shows none
// at all, of those its text names first.
func (d *draft) dataPicks() {
	if len(d.products) == 0 {
		return
	}
	left := d.products[:0:0]
	for _, k := range d.products {
		if !d.completePick(k) && !d.headingPick(k) {
			left = append(left, k)
		}
	}
	if d.hasPicks() {
		return
	}
	for _, k := range left {
		d.namedPick(k)
	}
}

func (d *draft) hasPicks() bool {
	for _, b := range d.blocks {
		if _, ok := b.(*article.Pick); ok {
			return true
		}
	}
	return false
}

// soldAtAddress: the product's address is one it can be bought at, not that of
// the article.
func (d *draft) soldAtAddress(k known) bool {
	return strings.HasPrefix(k.url, "http") && k.url != d.canonical && sells(k.url)
}

// completePick gives a pick of the product what it lacks.
func (d *draft) completePick(k known) bool {
	found := false
	for _, b := range d.blocks {
		p, ok := b.(*article.Pick)
		if !ok || letters0(p.Name) != letters0(k.name) && (k.url == "" || p.URL == "" || productKey(p.URL) != productKey(k.url)) {
			continue
		}
		found = true
		if p.URL == "" && d.soldAtAddress(k) {
			p.URL = k.url
			if p.Merchant == "" {
				p.Merchant = article.Merchant(k.url)
			}
		}
		d.fromData(p, k)
	}
	return found
}

// fromData gives a pick its picture, price and rating, once each.
func (d *draft) fromData(p *article.Pick, k known) {
	if strings.HasPrefix(k.image, "http") {
		setImage(p, &article.Image{URL: k.image, Alt: k.name, Place: p.Place})
	}
	if k.asin != "" && p.ASIN == "" {
		p.ASIN = k.asin
	}
	d.setAside(p, k.asides)
}

// headingPick makes a pick of the heading that names the product.
func (d *draft) headingPick(k known) bool {
	name := letters0(k.name)
	for i, b := range d.blocks {
		h, ok := b.(*article.Heading)
		if !ok || utf8.RuneCountInString(name) < 4 || !product(h.Text.String()) {
			continue
		}
		text := h.Text.String()
		label, rest := splitTitle(text)
		if rest == "" {
			rest = unnumberedTitle(text)
		}
		if f := letters0(rest); f != name && !(len(name) >= 10 && strings.HasPrefix(f, name) && len(f) < len(name)*2) {
			continue
		}
		p := &article.Pick{Label: label, Name: k.name, Place: h.Place, Heading: h}
		if d.soldAtAddress(k) {
			p.URL, p.Merchant = k.url, article.Merchant(k.url)
		}
		d.fromData(p, k)
		drop := make(map[int]bool)
		end := i + 1
		for end < len(d.blocks) && !begins(d.blocks[end]) {
			end++
		}
		d.blurb(p, i, end, button{}, false, drop)
		h.Text = dropLinks(h.Text)
		d.blocks[i] = p
		d.keep(func(j int, _ article.Block) bool { return !drop[j] })
		return true
	}
	return false
}

// begins: the block begins a section.
func begins(b article.Block) bool {
	switch b.(type) {
	case *article.Heading, *article.Pick:
		return true
	}
	return false
}

// namedPick puts a pick below the first block that names the product, if it can
// be bought at the address the page gives.
func (d *draft) namedPick(k known) bool {
	if !d.soldAtAddress(k) {
		return false
	}
	name := letters0(k.name)
	for i, b := range d.blocks {
		for _, t := range proseOf(b) {
			if !strings.Contains(letters0(t.String()), name) {
				continue
			}
			p := &article.Pick{Name: k.name, URL: k.url, Merchant: article.Merchant(k.url), Place: at(b.At().Line, 0)}
			d.fromData(p, k)
			d.blocks = append(d.blocks[:i+1:i+1], append(article.Blocks{p}, d.blocks[i+1:]...)...)
			return true
		}
	}
	return false
}

// productPath: the address is that of a product in a shop, or on its maker's
// own pages.
var productPath = compile(`(?i)/(?:products?|produkte?|produits?|productos?|produtos?|prodott[oi]|dp|p|item|shop|store|details?)/`)

// addressName is the name a product's address holds: "/Neato-Signature-Robot/dp/…".
func addressName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	best := ""
	for part := range strings.SplitSeq(strings.Trim(u.Path, "/"), "/") {
		words := strings.FieldsFunc(strings.TrimSuffix(part, ".html"), func(r rune) bool { return r == '-' || r == '_' || r == '+' })
		if len(words) < 2 || len(words) > 14 || strings.Contains(part, "=") {
			continue
		}
		letters := 0
		for _, w := range words {
			if r, _ := utf8.DecodeRuneInString(w); unicode.IsLetter(r) && len(w) > 1 {
				letters++
			}
		}
		if letters < 2 {
			continue
		}
		for i, w := range words {
			if w == strings.ToLower(w) {
				r, n := utf8.DecodeRuneInString(w)
				words[i] = string(unicode.ToUpper(r)) + w[n:]
			}
		}
		best = strings.Join(words, " ")
	}
	if !utf8.ValidString(best) {
		return ""
	}
	return oneLine(best)
}

// addressPicks makes picks of links whose words are no name, by the names in
// their addresses, where an article has no other sign of its products: paid
// links to a product, and in a paid article links to a product's page.
func (d *draft) addressPicks() {
	sponsored := false
	for _, n := range d.disclosures {
		sponsored = sponsored || n.Kind == article.NoticeSponsored
	}
	seen := make(map[string]bool)
	var out article.Blocks
	for _, b := range d.blocks {
		out = append(out, b)
		for _, t := range proseOf(b) {
			for _, s := range t {
				l, paid := article.Affiliate(s.Href)
				ok := paid && l.ASIN != "" || sponsored && strings.HasPrefix(s.Href, "http") && productPath.MatchString(s.Href) && !d.own(s.Href)
				if !ok || seen[productKey(s.Href)] || len(seen) == maxInline {
					continue
				}
				name := addressName(s.Href)
				if name == "" {
					continue
				}
				seen[productKey(s.Href)] = true
				out = append(out, &article.Pick{Name: name, URL: s.Href, Merchant: article.Merchant(s.Href), Place: at(b.At().Line, 0)})
			}
		}
	}
	d.blocks = out
}

// own: the address is on the article's own site.
func (d *draft) own(address string) bool {
	u, err := url.Parse(address)
	return err == nil && d.base != nil && u.Hostname() == d.base.Hostname()
}
