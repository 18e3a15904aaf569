package ingest

import (
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

const amount = `(?:(?:[~≈]\s?)?(?:(?:US|A|CA|R|MX)?[$£€¥]|USD|EUR|GBP|CHF)\s?\d[\d.,]*(?:\s?[–-]\s?[$£€]?\d[\d.,]*)?|(?:[~≈]\s?)?\d[\d.,]*(?:\s?[–-]\s?\d[\d.,]*)?\s?(?:€|£|USD|EUR|GBP|CHF|zł|kr|dollars|euros))`

var (
	price        = compile(amount)
	onlyPrice    = compile(`^(?i:(?:estimated |current |our |regular |sale )?(?:price|preis|prix|precio|preço|prezzo)?(?: indicativ[eo]| indicatif| estimado| estimé| aproximado| approximatif| stimato| medio| médio| moyen)?(?: approx\.?| aprox\.?| ca\.?)?\s*:?\s*(?:from |about |around |ab |ca\. |desde |à partir de )?)` + amount + `(?:\s*[*(].{0,20})?$`)
	pricedParens = compile(`\s*\([^()]*` + amount + `[^()]*\)`)
	tailPrice    = compile(`\s*[–—|:,-]?\s*\(?` + amount + `\)?$`)
	starRating   = compile(`\s*\(?(?:[★⭐]{2,5}[½☆✩]*|[★⭐]?\s?\b\d(?:[.,]\d)?\s?(?:/\s?5|out of 5|stars?\b|★|⭐))\s*(?:\(\d[\d.,+]*\))?\)?`)
)

// priceOnly: the line says nothing but a price.
func priceOnly(s string) bool { return hasPrice(s) && onlyPrice.MatchString(strings.TrimSpace(s)) }

// hasPrice: s names an amount of money.
func hasPrice(s string) bool { return mayPrice(s) && price.MatchString(s) }

// mayPrice: s holds the sign or the name of a currency, and a digit.
func mayPrice(s string) bool {
	if strings.IndexFunc(s, isDigit) < 0 {
		return false
	}
	for _, sign := range [...]string{"$", "€", "£", "¥", "USD", "EUR", "GBP", "CHF", "zł", "kr", "dollars", "euros"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// mayRating: s holds what star ratings are written with.
func mayRating(s string) bool {
	if strings.ContainsAny(s, "★⭐") {
		return true
	}
	return strings.IndexFunc(s, isDigit) >= 0 && (strings.Contains(s, "5") && strings.ContainsAny(s, "/o") || strings.Contains(s, "star"))
}

// maxRemovals bounds how many prices are cut out of one text.
const maxRemovals = 20

// asides are the prices and star ratings an author wrote beside a product,
// verbatim.
type asides struct{ prices, ratings []string }

// note keeps what a line says of either.
func (a *asides) note(s string) {
	for _, m := range price.FindAllString(clip(s, 2000), maxRemovals) {
		a.prices = addOnce(a.prices, oneLine(m))
	}
	if m := starRating.FindString(s); m != "" {
		a.ratings = addOnce(a.ratings, oneLine(strings.Trim(m, " ()")))
	} else if stars.MatchString(strings.TrimSpace(s)) {
		a.ratings = addOnce(a.ratings, oneLine(s))
	}
}

func addOnce(ss []string, s string) []string {
	if s == "" || slices.Contains(ss, s) || len(ss) >= maxRemovals {
		return ss
	}
	return append(ss, s)
}

// withoutPrices takes prices and star ratings out of a pick's text: those in
// brackets, else the sentences that name them, as long as a sentence is left.
// The asides are what was taken out.
func withoutPrices(t article.Text) (rest article.Text, out asides) {
	cut := func(re *pattern) {
		for range maxRemovals {
			s := t.String()
			m := re.FindStringIndex(s)
			if m == nil {
				break
			}
			out.note(s[m[0]:m[1]])
			t = joinTight(sliceText(t, 0, m[0]), sliceText(t, m[1], len(s)))
		}
	}
	whole := t.String()
	priced := mayPrice(whole)
	if priced {
		cut(pricedParens)
	}
	if mayRating(whole) {
		cut(starRating)
	}
	if !priced {
		return tidyText(t), out
	}
	ss := sentencesOf(t.String())
	var kept article.Text
	left := 0
	for _, x := range ss {
		if !hasPrice(x.text) {
			left++
			kept = joinRest(kept, sliceText(t, x.from, x.to))
		}
	}
	if left == 0 || left == len(ss) {
		return tidyText(t), out
	}
	for _, x := range ss {
		if hasPrice(x.text) {
			out.note(x.text)
		}
	}
	return kept, out
}

// setBlurb gives a pick its words, without the prices and ratings in them.
func (d *draft) setBlurb(p *article.Pick, t article.Text) {
	var out asides
	if p.Blurb, out = withoutPrices(t); (len(out.prices) > 0 || len(out.ratings) > 0) && len(strings.Fields(p.Blurb.String())) < 2 {
		p.Blurb = nil
	}
	d.setAside(p, out)
}

// setAside keeps prices and ratings with the pick they stood beside, apart from
// its words, and says so.
func (d *draft) setAside(p *article.Pick, out asides) {
	if len(out.prices) > 0 && len(p.Prices) == 0 {
		d.leftOut("AMZ-4", p, "A price")
	}
	if len(out.ratings) > 0 && len(p.Ratings) == 0 {
		d.leftOut("AMZ-5", p, "A star rating")
	}
	for _, s := range out.prices {
		p.Prices = addOnce(p.Prices, s)
	}
	for _, s := range out.ratings {
		p.Ratings = addOnce(p.Ratings, s)
	}
}

// asideLine: the line says nothing but a price or a rating.
func asideLine(s string) bool {
	return short(s, 90) && (priceOnly(s) || stars.MatchString(strings.TrimSpace(s)) || asideStart.MatchString(fold(s)))
}

var asideStart = compile(`^(?:(?:our |user |overall |customer |star )?(?:rating|score|price|estimated price|reviews?)|bewertung|preis|prix|precio|preço|prezzo|note|valoración|avaliação|voto|nota)\s*[:|]`)

// joinTight puts together what stood around something taken out.
func joinTight(before, after article.Text) article.Text {
	if len(after) == 0 || len(before) == 0 {
		return tidyText(append(before, after...))
	}
	if strings.ContainsAny(after[0].Text[:min(1, len(after[0].Text))], ".,;:!?)") {
		return tidyText(append(before, after...))
	}
	return joinRest(before, after)
}
