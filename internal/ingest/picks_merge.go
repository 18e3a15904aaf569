package ingest

import (
	"github.com/broadsheet/broadsheet/internal/article"
)

// mergePicks makes one pick of those that are the same product: a card or a
// line of a table above, and the section about it below. The one with a
// heading stays where it is and takes what it lacks from the others; two with
// headings are two sections and both stay.
func (d *draft) mergePicks() {
	first := make(map[string]*article.Pick)
	for _, b := range d.blocks {
		p, ok := b.(*article.Pick)
		if !ok {
			continue
		}
		for _, k := range pickKeys(p) {
			if o := first[k]; o == nil || o.Heading == nil && p.Heading != nil {
				first[k] = p
			}
		}
	}
	d.keep(func(_ int, b article.Block) bool {
		p, ok := b.(*article.Pick)
		if !ok || p.Heading != nil {
			return true
		}
		for _, k := range pickKeys(p) {
			if o := first[k]; o != p && o != nil {
				fill(o, p)
				return false
			}
		}
		return true
	})
}

// pickKeys are what a pick is known by: its address, its name.
func pickKeys(p *article.Pick) []string {
	keys := []string{"name:" + letters0(p.Name)}
	if p.URL != "" {
		keys = append(keys, productKey(p.URL))
	} else if p.ASIN != "" {
		keys = append(keys, "asin:"+p.ASIN)
	}
	return keys
}

// fill gives a pick what it lacks from another of the same product.
func fill(p, from *article.Pick) {
	if p.Label == "" {
		p.Label = from.Label
	}
	if len(p.Blurb) == 0 {
		p.Blurb = from.Blurb
	}
	if p.CTA == "" {
		p.CTA = from.CTA
	}
	if p.URL == "" {
		p.URL = from.URL
	} else if from.URL != "" {
		addOffer(p, from.URL, from.CTA)
	}
	for _, o := range from.Offers {
		addOffer(p, o.URL, o.CTA)
	}
	if p.Merchant == "" {
		p.Merchant = from.Merchant
	}
	if p.Image == nil {
		p.Image = from.Image
	}
	if p.ASIN == "" {
		p.ASIN, p.Marketplace = from.ASIN, from.Marketplace
	}
	for _, s := range from.Prices {
		p.Prices = addOnce(p.Prices, s)
	}
	for _, s := range from.Ratings {
		p.Ratings = addOnce(p.Ratings, s)
	}
}

// addOffer notes one more shop for a pick; the one its button leads to and
// those that are known already are none.
func addOffer(p *article.Pick, url, words string) {
	key := productKey(url)
	if key == productKey(p.URL) {
		return
	}
	for _, o := range p.Offers {
		if productKey(o.URL) == key {
			return
		}
	}
	merchant := article.Merchant(url)
	if l, ok := article.Affiliate(url); ok && l.Merchant != "" {
		merchant = l.Merchant
	}
	if merchant == "" {
		merchant = shopIn(words)
	}
	p.Offers = append(p.Offers, article.Offer{URL: url, CTA: words, Merchant: merchant})
}

// offersIn notes the shops that a line of buttons leads to.
func offersIn(p *article.Pick, t article.Text) {
	for i, s := range t {
		if s.Href == "" || i > 0 && t[i-1].Href == s.Href {
			continue
		}
		_, paid := article.Affiliate(s.Href)
		if words := linkWords(t[i:]); paid || article.Merchant(s.Href) != "" || ctaLine(words) {
			addOffer(p, s.Href, oneLine(words))
		}
	}
}
