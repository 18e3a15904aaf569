package ingest

import (
	"regexp"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

const amount = `(?:(?:[~≈]\s?)?(?:(?:US|A|CA)?[$£€¥]|USD|EUR|GBP|CHF)\s?\d[\d.,]*(?:\s?[–-]\s?[$£€]?\d[\d.,]*)?|(?:[~≈]\s?)?\d[\d.,]*(?:\s?[–-]\s?\d[\d.,]*)?\s?(?:€|£|USD|EUR|GBP|CHF|zł|kr|dollars|euros))`

var (
	price        = regexp.MustCompile(amount)
	onlyPrice    = regexp.MustCompile(`^(?i:(?:estimated |current |our |regular |sale )?(?:price|preis|prix|precio|preço|prezzo)?(?: approx\.?| aprox\.?| ca\.?)?\s*:?\s*(?:from |about |around |ab |ca\. |desde |à partir de )?)` + amount + `(?:\s*[*(].{0,20})?$`)
	pricedParens = regexp.MustCompile(`\s*\([^()]*` + amount + `[^()]*\)`)
	tailPrice    = regexp.MustCompile(`\s*[–—|:,-]?\s*\(?` + amount + `\)?$`)
	starRating   = regexp.MustCompile(`\s*\(?(?:[★⭐]{2,5}[½☆✩]*|[★⭐]?\s?\b\d(?:[.,]\d)?\s?(?:/\s?5|out of 5|stars?\b|★|⭐))\s*(?:\(\d[\d.,+]*\))?\)?`)
)

// priceOnly: the line says nothing but a price.
func priceOnly(s string) bool { return hasPrice(s) && onlyPrice.MatchString(strings.TrimSpace(s)) }

// hasPrice: s names an amount of money.
func hasPrice(s string) bool { return strings.ContainsAny(s, "0123456789") && price.MatchString(s) }

// maxRemovals bounds how many prices are cut out of one text.
const maxRemovals = 20

// withoutPrices takes prices and star ratings out of a pick's text: those in
// brackets, else the sentences that name them, as long as a sentence is left.
// The results say what was taken out.
func withoutPrices(t article.Text) (rest article.Text, priced, rated bool) {
	cut := func(re *regexp.Regexp) (found bool) {
		for range maxRemovals {
			s := t.String()
			m := re.FindStringIndex(s)
			if m == nil {
				break
			}
			found = true
			t = joinTight(sliceText(t, 0, m[0]), sliceText(t, m[1], len(s)))
		}
		return found
	}
	priced, rated = cut(pricedParens), cut(starRating)
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
		return tidyText(t), priced, rated
	}
	return kept, true, rated
}

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
