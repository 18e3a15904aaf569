package lint

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

var (
	// price is an amount of money.
	price = regexp.MustCompile(`(?i)[$€£¥₹]\s?\d|\d[\d.,]*\s?[€£]|\b(?:USD|EUR|GBP|CAD|AUD|CHF)\s?\d|\d\s?(?:USD|EUR|GBP|CAD|AUD|CHF|dollars?|euros?)\b|\d+\s?%\s(?:off|discount|rabatt|de réduction|de descuento|di sconto)`)
	// availability is a word about stock or delivery.
	availability = regexp.MustCompile(`(?i)\b(?:in stock|out of stock|sold out|only \d+ left|currently unavailable|ships (?:today|tomorrow|free)|free shipping|on sale now|auf lager|ausverkauft|sofort lieferbar|en stock|rupture de stock|agotado|disponibile subito)\b`)
	// rating is a score in stars or a count of reviews.
	rating = regexp.MustCompile(`(?i)[★☆⭐]|\b\d[.,]\d\s?/\s?5\b|\b\d(?:[.,]\d)?\s?(?:out of|von|sur|su|/|de)\s?(?:5|five)\s?-?(?:stars?|sternen?|étoiles|estrellas|estrelas|stelle)|\b\d[.,]\d\s(?:out of|von|sur|su)\s(?:5|five)\b|\b\d(?:[.,]\d)?[ -]stars?\b|\b\d[\d.,]*\+?\s(?:\w+\s)?(?:ratings|reviews|bewertungen|rezensionen|reseñas|recensioni|avaliações)\b`)
)

// hiddenAmazon finds Amazon behind another address that carries it along, as
// redirectors and click counters do.
func hiddenAmazon(address string) bool {
	link, paid := article.Affiliate(address)
	if paid && link.Amazon {
		return false
	}
	u, ok := webURL(address)
	if !ok {
		return false
	}
	if paid && link.Merchant == "Amazon" {
		return true
	}
	for _, values := range u.Query() {
		for _, v := range values {
			if isAmazon(v) {
				return true
			}
		}
	}
	path, err := url.PathUnescape(u.EscapedPath())
	i := strings.Index(path, "http")
	return err == nil && i > 0 && isAmazon(strings.Replace(path[i:], ":/", "://", 1)) ||
		err == nil && i > 0 && isAmazon(path[i:])
}

func isAmazon(address string) bool {
	l, ok := article.Affiliate(address)
	return ok && l.Amazon
}

// aboutAmazon reports whether a pick is sold at Amazon as far as one can tell.
func aboutAmazon(p *article.Pick) bool {
	if _, ok := webURL(p.URL); ok {
		return isAmazon(p.URL) || hiddenAmazon(p.URL)
	}
	return p.Merchant == "" || strings.EqualFold(p.Merchant, "Amazon")
}

// amazonArticle checks what of Amazon's terms concerns the article (AMZ-1,
// AMZ-3, AMZ-4, AMZ-5, AMZ-7).
func (r *report) amazonArticle(a *article.Article, policy Policy) {
	for n, p := range a.Picks() {
		if aboutAmazon(p) {
			r.copied(n+1, p)
		}
	}
	for i := range pictures(a) {
		if article.AmazonImage(i.URL) {
			r.at("AMZ-5", i.Place, "The picture comes from Amazon's server ("+host(i.URL)+").", "Use a photograph of your own, and add the article again.")
		}
	}
	if !policy.direct() {
		return
	}
	direct := false
	for _, l := range addresses(a) {
		link, ok := article.Affiliate(l.url)
		if !ok || !link.Amazon {
			continue
		}
		switch {
		case link.Short:
			r.at("AMZ-3", l.place, "The link to "+host(l.url)+" is shortened, so readers can't see that it leads to Amazon.",
				"Put the product's full address with your tag in its place"+l.fix(".", ": %s."))
		case link.Tag == "":
			r.at("AMZ-7", l.place, "The link to "+host(l.url)+" carries no Associate's tag.",
				"Add your tag for that shop (?tag=you-20) to the address"+l.fix(".", ": %s."))
		case !tagFits(link):
			r.at("AMZ-7", l.place, fmt.Sprintf("The tag %q of the link to %s is one of another marketplace: there tags end in %s.", short(link.Tag), host(l.url), tagEnds[link.Marketplace]),
				"Use your tag for that shop"+l.fix(".", ": %s.")).Severity = article.Warn // Amazon doesn't promise the endings
		}
		direct = true
	}
	if direct && !policy.DoubleOptIn {
		r.add("AMZ-1", "The newsletter links straight to Amazon, but its list takes subscribers who have not confirmed.",
			"Let picks lead to the article (broadsheet newsletter edit NEWSLETTER --amazon via_article), or use a list with double opt-in.")
	}
}

// tagEnds are the ends of the tags that Amazon gives out, by marketplace (read
// at second hand).
var tagEnds = map[string]string{
	"amazon.com": "-20", "amazon.ca": "-20", "amazon.com.mx": "-20", "amazon.com.br": "-20",
	"amazon.co.uk": "-21", "amazon.de": "-21", "amazon.fr": "-21", "amazon.it": "-21", "amazon.es": "-21", "amazon.nl": "-21", "amazon.se": "-21",
	"amazon.pl": "-21", "amazon.com.be": "-21", "amazon.in": "-21",
	"amazon.co.jp": "-22", "amazon.com.au": "-22", "amazon.sg": "-22",
}

// tagFits reports whether a tag can be one of its link's marketplace.
func tagFits(l article.AffiliateLink) bool {
	end := tagEnds[l.Marketplace]
	return end == "" || strings.HasSuffix(l.Tag, end)
}

// copied checks that nothing of Amazon's stands in a pick (AMZ-4, AMZ-5).
func (r *report) copied(n int, p *article.Pick) {
	all := strings.Join([]string{p.Label, p.Name, p.Blurb.String(), p.CTA}, "\n")
	if m := price.FindString(all); m != "" {
		r.at("AMZ-4", p.Place, fmt.Sprintf("A price (%q) stands in the pick %s.", short(m), pickName(n, p)), "Take it out of the article and add it again: Amazon's prices change by the hour.")
	} else if m := availability.FindString(all); m != "" {
		r.at("AMZ-4", p.Place, fmt.Sprintf("“%s” stands in the pick %s.", short(m), pickName(n, p)), "Take it out of the article and add it again: what is in stock changes by the hour.")
	}
	if m := rating.FindString(all); m != "" {
		r.at("AMZ-5", p.Place, fmt.Sprintf("A rating or review count (“%s”) stands in the pick %s.", short(m), pickName(n, p)), "Take it out of the article and add it again: Amazon's ratings may not be copied.")
	}
}

// placed is an address with its place; pick is its number, 0 for other links.
type placed struct {
	url   string
	place article.Place
	pick  int
}

// fix is the end of a sentence with the command that changes a pick's
// address, or else the plain end.
func (l placed) fix(otherwise, format string) string {
	if l.pick == 0 {
		return " in the article, and add it again" + otherwise
	}
	return fmt.Sprintf(format, fmt.Sprintf("broadsheet article edit ID --pick %d --url https://…", l.pick))
}

// addresses are the article's distinct addresses in its body, picks first.
func addresses(a *article.Article) []placed {
	var out []placed
	seen := map[string]bool{"": true}
	add := func(l placed) {
		if !seen[l.url] {
			seen[l.url] = true
			out = append(out, l)
		}
	}
	for n, p := range a.Picks() {
		add(placed{p.URL, p.Place, n + 1})
	}
	for t, p := range passages(a) {
		for _, s := range t {
			add(placed{s.Href, p, 0})
		}
	}
	for i := range pictures(a) {
		add(placed{i.Href, i.Place, 0})
	}
	return out
}
