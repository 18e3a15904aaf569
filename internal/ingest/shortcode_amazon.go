package ingest

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Plugins make the address of an Amazon product of its number and of a tag that
// stands in the site's settings. The tag is not in the source, so what is known
// is kept and an editor is told what is missing.

// marketOf is the Amazon shop a code is for: the one it names, else that of the
// article's language.
func (d *draft) marketOf(m map[string]string) string {
	for _, k := range []string{"marketplace", "country", "locale", "region", "tld", "store"} {
		s := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(m[k]), "."))
		s = strings.TrimPrefix(strings.TrimPrefix(s, "www."), "amazon.")
		if shop, ok := marketplaces[s]; ok {
			return shop
		}
	}
	tag := strings.ToLower(d.language)
	if tag == "en-gb" || tag == "pt-br" || tag == "en-ca" || tag == "en-au" || tag == "es-mx" {
		return marketplaces[tag[3:]]
	}
	if len(tag) >= 2 {
		if shop, ok := marketplaces[tag[:2]]; ok {
			return shop
		}
	}
	return "amazon.com"
}

// marketplaces are Amazon's shops by country, language and the end of their
// domains.
var marketplaces = map[string]string{
	"us": "amazon.com", "com": "amazon.com", "en": "amazon.com", "uk": "amazon.co.uk", "gb": "amazon.co.uk", "co.uk": "amazon.co.uk",
	"de": "amazon.de", "fr": "amazon.fr", "it": "amazon.it", "es": "amazon.es", "nl": "amazon.nl", "se": "amazon.se", "pl": "amazon.pl",
	"ca": "amazon.ca", "au": "amazon.com.au", "com.au": "amazon.com.au", "mx": "amazon.com.mx", "com.mx": "amazon.com.mx",
	"br": "amazon.com.br", "pt": "amazon.com.br", "com.br": "amazon.com.br", "jp": "amazon.co.jp", "co.jp": "amazon.co.jp", "in": "amazon.in",
}

// tagOf is the account a code names itself.
func tagOf(m map[string]string) string {
	for _, k := range []string{"tag", "tracking_id", "trackingid", "associate", "associate_tag", "associate_id", "amazon_tag", "affiliate_id"} {
		if s := strings.TrimSpace(m[k]); s != "" && !strings.ContainsAny(s, " /?&#") {
			return s
		}
	}
	return ""
}

// numberOnly completes a pick that is known by its product number: with its
// address where the code names the tag, else with the shop and a word to the
// editor.
func (d *draft) numberOnly(p *article.Pick, m map[string]string, line int) {
	p.Marketplace, p.Merchant = d.marketOf(m), "Amazon"
	if tag := tagOf(m); tag != "" {
		p.URL = "https://www." + p.Marketplace + "/dp/" + p.ASIN + "?tag=" + tag
		return
	}
	d.note(article.Warn, line, fmt.Sprintf("The pick %q is given only by its product number %s, and its tag is known to the site's software alone, so it has no address.", p.Name, p.ASIN),
		fmt.Sprintf("Put its address with your tag into the source, as https://www.%s/dp/%s?tag=…, or correct the pick's address once the article is kept.", p.Marketplace, p.ASIN))
}

// numberTarget is where a link leads whose address is a product number.
func (w *codeWriter) numberTarget(id string, m map[string]string) string {
	address := "https://www." + w.d.marketOf(m) + "/dp/" + id
	if tag := tagOf(m); tag != "" {
		return address + "?tag=" + tag
	}
	w.d.note(article.Warn, w.line, fmt.Sprintf("A link is given only by the product number %s; its address was made of it and carries no tag.", id),
		"Put the address with your tag into the source, so that the link earns.")
	return address
}

// asidesOf are the price and the rating a code gives.
func asidesOf(m map[string]string) (out asides) {
	for _, k := range []string{"price", "sale_price", "regular_price", "cost"} {
		if s := oneLine(m[k]); s != "" && short(s, 40) && hasWords(s) {
			out.prices = addOnce(out.prices, s)
		}
	}
	for _, k := range []string{"rating", "stars", "score", "review_rating"} {
		if s := oneLine(m[k]); s != "" && short(s, 20) && hasWords(s) {
			out.ratings = addOnce(out.ratings, s)
		}
	}
	return out
}
