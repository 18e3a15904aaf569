package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// notice is how a language says that a publisher is paid: a sentence discloses
// when it has a word of pay and one of what for.
type notice struct{ pay, what *regexp.Regexp }

func words(pay, what string) notice {
	return notice{regexp.MustCompile(`(?i)` + pay), regexp.MustCompile(`(?i)` + what)}
}

// notices by language. Each is tried on every sentence, whatever its language.
var notices = []notice{
	// English
	words(`\b(?:commissions?|referral fees?|kickbacks?)\b`,
		`\b(?:links?|purchas\w*|buy\w*|bought|order(?:s|ed|ing)?|shop\w*|affiliat\w*|partner\w*|sponsor\w*|qualifying|sales?|click\w*|products?)\b`),
	words(`\b(?:we|i|us|our|me|my|authors?|publishers?|editors?|site|team|company)\b.*\b(?:earn(?:s|ed|ing)?|compensat\w+|paid by|get paid|(?:are|is|am|be|being) paid|(?:receive|get|make)s? (?:a |some )?(?:\w+ )?(?:fees?|percentage|payment|money|share|cut|compensation)|sponsored by)\b`,
		`\b(?:links?|purchas\w*|buy\w*|bought|order(?:s|ed|ing)?|shop\w*|affiliat\w*|partner\w*|sponsor\w*|qualifying|sales?|brands?|compan(?:y|ies)|products?)\b`),
	// German
	words(`provision(?:en)?\b|vergütung|vermittlungsgebühr|verdien`, `kauf|käuf|bestell|werbelink|partnerlink|amazon-partner|\b(?:wir|ich|uns|mir)\b`),
	// French
	words(`\bcommission|rémunér|\bbénéfice`, `\bliens?\b|achat|ach[eè]t|affili|partenaire|command`),
	// Spanish
	words(`comisi[oó]n|\bingresos\b|remunera`, `enlaces?\b|compra|afilia`),
	// Portuguese
	words(`comiss(?:ão|ões)|remunera`, `\blinks?\b|compra|afilia|associad`),
	// Italian
	words(`\bcommission[ei]\b|provvigion|guadagn`, `\blink\b|acquist|affilia|\bcompr`),
	// Hebrew
	words(`עמל(?:ה|ות)`, `קישור|רכיש|קני|תקנו`),
	// Arabic
	words(`عمول(?:ة|ات)`, `رابط|روابط|شراء|اشتري|تشتري`),
	// Dutch
	words(`\bcommissie|vergoeding|verdien`, `\blinks?\b|aankoop|\bkoop|\bkopen\b|affiliate`),
}

// homonyms are commissions that nobody is paid.
var homonyms = regexp.MustCompile(`(?i)\bcommission\s+e\b|\b(?:european|trade|federal|royal|securities|safety|regulatory)(?:\s+\w+)?\s+commission\b|\bcommission\s+européenne\b`)

// unpaid says that nobody is paid.
var unpaid = regexp.MustCompile(`(?i)\b(?:do|does|did|are|is|will|would|can|could|may)(?:n't| not)\s+(?:\w+\s+){0,2}(?:earn|receive|get|make|paid|accept|take|compensated|sponsored)|\b(?:earn|receive|get|accept|take|make)s?\s+no\b|\bnever\s+(?:earn|receive|accept|take)|\bnot\s+(?:paid|sponsored|compensated)\b|\bkeine(?:rlei)?\s+(?:\S+\s+)?(?:provision|vergütung)|verdienen?\s+(?:\S+\s+){0,3}nichts?\b|\baucune\s+(?:commission|rémunération)|\bninguna\s+comisi|\bnessuna\s+(?:commissione|provvigione)|\bnenhuma\s+comiss`)

// bareNotice names the links without saying that money is earned (LAW-7).
var bareNotice = regexp.MustCompile(`(?i)\b(?:affiliate|partner|sponsored|paid)[ -]links?\b|\baffiliate-?links?\b|\bwerbelinks?\b|\bpartnerlinks?\b|\bliens?\s+(?:affiliés?|d'affiliation|sponsorisés?)|\benlaces?\s+(?:de\s+)?afilia|\blinks?\s+de\s+afilia|\blink\s+(?:di\s+)?affilia|\baffiliate(?:links| disclosure)`)

// associate is Amazon's own sentence, whatever the language (AMZ-2).
var associate = regexp.MustCompile(`(?i)amazon[ -](?:associate|partner)[^.]{0,40}(?:earn|verdien)|partenaire\s+amazon[^.]{0,60}(?:bénéfice|rémunér)|afiliado\s+de\s+amazon[^.]{0,60}ingresos|associados?\s+(?:da|de)\s+amazon[^.]{0,60}remunera|affiliato\s+amazon[^.]{0,60}guadagn|amazon-partner[^.]{0,60}verdien`)

// paidMark is the remark at a paid link (AMZ-2).
var paidMark = regexp.MustCompile(`(?i)\((?:(?:paid|affiliate|commissions?(?: earned)?|sponsored)(?: link)?|ad|anzeige|werbung|bezahlter link|werbelink|lien (?:rémunéré|affilié|sponsorisé)|enlace (?:pagado|de afiliado|patrocinado)|link (?:pago|de afiliado|patrocinado|a pagamento|affiliato|sponsorizzato))\)|#ad\b`)

// hints are pieces of which every sentence that discloses has one: looking for
// them is much cheaper than trying the patterns.
var hints = []string{
	"commis", "comis", "provision", "provvigion", "vergüt", "vergoed", "gebühr", "verdien", "rémun", "remun", "bénéf", "ingresos", "guadagn",
	"earn", "compensat", "paid", "fee", "kickback", "percentage", "payment", "money", "share", "cut", "sponsor", "עמל", "عمول", "affili", "afilia", "partner", "werbelink",
}

func hinted(sentence string) bool {
	sentence = strings.ToLower(sentence)
	return slices.ContainsFunc(hints, func(h string) bool { return strings.Contains(sentence, h) })
}

// statement is a sentence that discloses something.
type statement struct {
	from, to int
	money    bool // it says that money is earned
}

// statements finds what a text discloses, in order. The articles' own notices
// count also in a language that isn't known here.
func statements(text string, own []string) []statement {
	var out []statement
	for _, s := range sentences(text) {
		words := plain(text[s[0]:s[1]])
		if !hinted(words) {
			continue
		}
		money := paysFor(words)
		if (money || bareNotice.MatchString(words) && !paidMark.MatchString(words)) && !unpaid.MatchString(words) {
			out = append(out, statement{s[0], s[1], money})
		}
	}
	for _, n := range own {
		for _, m := range phrase(n).FindAllStringIndex(text, -1) {
			out = append(out, statement{m[0], m[1], true})
		}
	}
	slices.SortFunc(out, func(a, b statement) int { return a.from - b.from })
	return out
}

func paysFor(sentence string) bool {
	if homonyms.MatchString(sentence) {
		sentence = homonyms.ReplaceAllString(sentence, "")
	}
	for _, n := range notices {
		if n.pay.MatchString(sentence) && n.what.MatchString(sentence) {
			return true
		}
	}
	return false
}

// sentenceEnd is where a sentence ends for certain, or a paragraph.
var sentenceEnd = regexp.MustCompile(`[.!?…]+["')\]]*\s+|\x1d`)

// sentences cuts a text into [from, to) of its sentences.
func sentences(text string) [][2]int {
	var out [][2]int
	from := 0
	add := func(to int) {
		if strings.TrimSpace(text[from:to]) != "" {
			out = append(out, [2]int{from, to})
		}
	}
	for _, m := range sentenceEnd.FindAllStringIndex(text, -1) {
		to := m[1]
		if text[m[0]] == hardBreak {
			to = m[0]
		}
		add(to)
		from = m[1]
	}
	add(len(text))
	return out
}

// phrase is a pattern that finds a text however its spaces fell.
func phrase(s string) *regexp.Regexp {
	words := strings.Fields(plain(s))
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	return regexp.MustCompile(`(?i)` + strings.Join(words, `\s+`))
}

// ownNotices are the sentences by which the articles disclose in words that
// are not known here: the longest of each notice.
func ownNotices(articles []*article.Article, standing string) []string {
	texts := []string{standing}
	for _, a := range articles {
		for _, n := range a.Disclosures {
			texts = append(texts, n.Text.String())
		}
	}
	var out []string
	for _, t := range texts {
		t = plain(t)
		if t == "" || len(statements(t, nil)) > 0 || unpaid.MatchString(t) {
			continue
		}
		longest := ""
		for _, s := range sentences(t) {
			if one := strings.TrimSpace(t[s[0]:s[1]]); len(one) > len(longest) {
				longest = one
			}
		}
		out = append(out, longest)
	}
	return out
}
