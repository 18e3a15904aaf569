package lint

import (
	"fmt"
	"iter"
	"regexp"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// claim is what the regulators' guidance calls a disease or efficacy claim, by
// its words. A verb counts in the form that has the product as its subject.
var claim = regexp.MustCompile(`(?i)\b(?:` + strings.Join([]string{
	`(?:cures|cured|treats|heals)\s+(?:your|my|his|her|their|our|the|an?|acne|eczema|rosacea|psoriasis|dandruff|cancer|diabetes|wrinkles|infections?|\w+itis)\b`,
	`(?:can|will|helps?(?: to)?)\s+(?:treat|cure|heal)\b`, `cures\s+(?:all|every|any)`,
	`clinically\s+(?:proven|tested|shown)`, `(?:scientifically|medically)\s+proven`, `proven\s+to\s+(?:treat|cure|heal|prevent|reverse|reduce|boost)`,
	`detox(?:es|ify|ifies|ifying|ification)?`, `(?:cleanses?|flush(?:es)?)\s+(?:out\s+)?(?:your\s+body\s+of\s+|the\s+body\s+of\s+)?toxins`,
	`revers(?:es?|ing)\s+(?:aging|ageing|hair loss|diabetes|disease|wrinkles)`, `prevents?\s+(?:cancer|disease|infections?|diabetes|heart disease)`,
	`miracle\s+(?:cure|product|cream|pill|supplement|ingredient)s?`, `boosts?\s+(?:your\s+)?immunity`, `melts?\s+(?:away\s+)?(?:\w+\s+)?fat\b`,
	`(?:no|without|zero)\s+side[ -]effects`, `guaranteed\s+results`, `(?:doctor|dermatologist)[ -]recommended`,
	`heilt`, `klinisch\s+(?:bewiesen|erwiesen|getestet)`, `entgiftet`, `wissenschaftlich\s+bewiesen`, `ohne\s+nebenwirkungen`,
	`cliniquement\s+(?:prouvé|testé)`, `sans\s+effets?\s+secondaires`, `clínicamente\s+(?:probado|comprobado|comprovado|testado)`,
	`sin\s+efectos\s+secundarios`, `clinicamente\s+(?:testato|provato)`, `senza\s+effetti\s+collaterali`,
}, "|") + `)|\bguéri(?:t|ssent)\b`)

// denied is a denial right before a claim.
var denied = regexp.MustCompile(`(?i)(?:\bnot?|n't|n’t|\bnever|\bnothing|\bcannot|\bneither|\bnor|\bmyths?|\bhype|\bkeine?|\bnicht|\bpas|\bno)\s+(?:\S+\s+){0,3}$|\?\s*$`)

// cited is what a citation looks like where there is no link.
var cited = regexp.MustCompile(`(?i)\[\d+\]|\(\d{1,2}\)|\bdoi:|\bet al\b|\bPMID\b|\((?:[^()]{2,60}, )?(?:19|20)\d\d\)`)

// claims finds health claims without evidence (LAW-8), one for each place.
func (r *report) claims(a *article.Article) {
	last := article.Place{}
	for t, p := range claimants(a) {
		s := t.String()
		if p.Line > 0 && p == last || evidence(a, t) || cited.MatchString(s) {
			continue
		}
		for _, m := range claim.FindAllStringIndex(s, -1) {
			if denied.MatchString(s[:m[0]]) || strings.HasPrefix(strings.TrimSpace(s[m[1]:]), "?") {
				continue
			}
			r.at("LAW-8", p, fmt.Sprintf("“%s” is a health claim without a source.", short(s[m[0]:m[1]])),
				"Link the study that shows it, say less, or acknowledge it with a reason; “not medical advice” does not excuse it.")
			last = p
			break
		}
	}
}

// claimants are the texts of an article that can claim something: its
// passages, and what stands over them or in an editor's own words.
func claimants(a *article.Article) iter.Seq2[article.Text, article.Place] {
	return func(yield func(article.Text, article.Place) bool) {
		if !yield(article.Plain(a.Title), article.Place{}) || !yield(article.Plain(a.Preheader), article.Place{}) {
			return
		}
		for _, t := range a.Takeaways {
			if t.Origin != article.Extracted && !yield(article.Plain(t.Text), t.Place) {
				return
			}
		}
		for _, p := range a.Picks() {
			if !yield(article.Plain(p.Label+". "+p.CTA), p.Place) {
				return
			}
		}
		passages(a)(yield)
	}
}

// evidence reports whether a passage links to something that could be its
// source: not a shop, not the article itself.
func evidence(a *article.Article, t article.Text) bool {
	own, _ := webURL(a.CanonicalURL)
	for _, s := range t {
		u, ok := webURL(s.Href)
		if !ok || own != nil && u.Host == own.Host {
			continue
		}
		if _, paid := article.Affiliate(s.Href); !paid && article.Merchant(s.Href) == "" {
			return true
		}
	}
	return false
}
