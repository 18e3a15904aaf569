package render

import (
	"regexp"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// notice is a paragraph with a label before it; Label is "" where another
// paragraph's serves.
type notice struct {
	Label string
	Text  rich
}

// Labelled is the notice with its label as part of the text.
func (n notice) Labelled() rich {
	if n.Label == "" {
		return n.Text
	}
	return n.Text.withText(append(article.Text{{Text: n.Label + " "}}, n.Text.text...))
}

var (
	// money says that somebody is paid.
	money = regexp.MustCompile(`(?i)commission|\bearn\b|compensat|kickback|provision|vergütung|verdien|rémunér|comisi[oó]n|ingresos|comiss|remunera|guadagn|עמל|عمول`)
	// promotion says it, or at least that links are of that kind.
	promotion = regexp.MustCompile(`(?i)` + money.String()[4:] + `|affiliat|\bsponsor|werbelink|partnerlink|afiliad|affili|שותפים|ממומן|تسويق`)
	// pointer is a short sentence that sends the reader to the full notice.
	pointer = regexp.MustCompile(`(?i)disclosure|disclaimer|policy|offenlegung|transparen|hinweis|déclaration|mentions|aviso|divulga|informativa|גילוי|إفصاح`)
	// associate is Amazon's own sentence in any of its languages.
	associate = regexp.MustCompile(`(?i)amazon associate|amazon-partner|partenaire amazon|afiliado de amazon|associado.{0,12} amazon|affiliato amazon`)
	// label is a notice's own heading: at most three words and a colon.
	label = regexp.MustCompile(`^\s*[*_]*[\pL][\pL'’-]*(?:[ /][\pL][\pL'’-]*){0,2}\s?:[*_]*\s*`)
)

// longestPointer is how long a sentence that merely points elsewhere can be.
const longestPointer = 80

// disclosures is what stands above everything else of the article.
func (c *composer) disclosures(m medium) []notice {
	texts := c.disclosureTexts()
	out := make([]notice, 0, len(texts))
	for i, t := range texts {
		own, rest := cutLabel(t)
		if own == "" && i == 0 {
			own = c.Disclosure
		}
		sentences := split(rest)
		if i == len(texts)-1 {
			sentences = c.completed(sentences, texts, m)
		}
		out = append(out, notice{Label: own, Text: c.rich(join(sentences))})
	}
	return out
}

// disclosureTexts is the article's notices, or the newsletter's default where
// the article recommends something and says nothing.
func (c *composer) disclosureTexts() []article.Text {
	out := distinct(c.art.Disclosures)
	if len(out) == 0 && c.recommends() && c.issue.Newsletter.DefaultDisclosure != "" {
		out = []article.Text{article.Plain(c.issue.Newsletter.DefaultDisclosure)}
	}
	return out
}

func (c *composer) recommends() bool {
	for range c.art.Picks() {
		return true
	}
	for l := range c.art.Links() {
		if _, ok := article.Affiliate(l); ok {
			return true
		}
	}
	return false
}

// completed adds to the last notice what it lacks: Amazon's sentence where
// links lead there (AMZ-2), and the way to the publisher's full disclosure.
func (c *composer) completed(sentences []article.Text, all []article.Text, m medium) []article.Text {
	at := len(sentences) // where the pointer to the full disclosure stands
	if at > 0 && isPointer(sentences[at-1]) {
		at--
	}
	tail := sentences[at:]
	sentences = sentences[:at:at]
	if c.sellsAmazon(m) && !associate.MatchString(join(all).String()) {
		sentences = append(sentences, article.Plain(c.Associate))
	}
	full := cleanURL(c.issue.Newsletter.DisclosureURL)
	switch {
	case full == "" || linked(join(all)):
		return append(sentences, tail...)
	case len(tail) == 0:
		return append(sentences, article.Text{{Text: c.ReadDisclosure, Href: full}, {Text: "."}})
	}
	return append(sentences, linkTo(tail[0], full))
}

// sellsAmazon reports whether anything of the article leads straight to Amazon.
func (c *composer) sellsAmazon(m medium) bool {
	for l := range c.art.Links() {
		if c.follow(l, m).Amazon {
			return true
		}
	}
	return false
}

func isPointer(t article.Text) bool {
	s := t.String()
	return len(s) <= longestPointer && pointer.MatchString(s) && !money.MatchString(s)
}

// linkTo links a sentence but for the mark at its end.
func linkTo(t article.Text, href string) article.Text {
	s := t.String()
	words, end := cut(t, len(strings.TrimRight(s, ".!?…:")))
	for i := range words {
		words[i].Href = href
	}
	return append(words, end...)
}

func linked(t article.Text) bool {
	for _, s := range t {
		if s.Href != "" {
			return true
		}
	}
	return false
}

// commission is the sentence beside a pick: the article's own if it has one
// that says that money is earned, else ours. It is "" where nothing says that
// anything is.
func (c *composer) commission(o offer) string {
	texts := c.disclosureTexts()
	if len(texts) == 0 && !o.Paid {
		return ""
	}
	out := c.Commission
	for _, s := range split(join(unlabelled(texts))) {
		if money.MatchString(s.String()) && !associate.MatchString(s.String()) {
			out = s.String()
			break
		}
	}
	if o.Amazon {
		out += " " + c.Associate
	}
	return out
}

// disclaimer is the article's sentences, then the newsletter's standing one.
// Of a paragraph that is also a disclosure only the disclaimer's part stays.
func (c *composer) disclaimer() (notice, bool) {
	own := c.Disclaimer
	var sentences []article.Text
	for _, t := range distinct(c.art.Disclaimers) {
		both := false
		for _, d := range c.art.Disclosures {
			both = both || sameWords(d.Text.String(), t.String())
		}
		l, rest := cutLabel(t)
		if l != "" && !both && len(sentences) == 0 {
			own = l
		}
		for _, s := range split(rest) {
			if both && (promotion.MatchString(s.String()) || isPointer(s)) {
				continue
			}
			sentences = append(sentences, s)
		}
	}
	l, standing := cutLabel(article.Plain(c.issue.Newsletter.Disclaimer))
	if l != "" && len(sentences) == 0 {
		own = l
	}
	for _, s := range split(standing) {
		if !says(sentences, s) {
			sentences = append(sentences, s)
		}
	}
	return notice{Label: own, Text: c.rich(join(sentences))}, len(sentences) > 0
}

func says(sentences []article.Text, t article.Text) bool {
	for _, s := range sentences {
		if sameWords(s.String(), t.String()) {
			return true
		}
	}
	return false
}

// cutLabel takes a notice's own label off it, without marks of emphasis.
func cutLabel(t article.Text) (string, article.Text) {
	s := t.String()
	m := label.FindString(s)
	if m == "" || len(m) >= len(s) {
		return "", t
	}
	_, rest := cut(t, len(m))
	return strings.Trim(m, " *_"), rest
}

func unlabelled(texts []article.Text) []article.Text {
	out := make([]article.Text, len(texts))
	for i, t := range texts {
		_, out[i] = cutLabel(t)
	}
	return out
}

// distinct is the notices' texts without repetitions.
func distinct(notices []article.Notice) []article.Text {
	var out []article.Text
	for _, n := range notices {
		t := trim(n.Text)
		if len(t) > 0 && !says(out, t) {
			out = append(out, t)
		}
	}
	return out
}
