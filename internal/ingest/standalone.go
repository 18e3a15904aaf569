package ingest

import (
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// leaning are, per language, the words that tie a sentence to others.
type leaning struct {
	// start: a sentence that begins so goes on from the one before it.
	start []string
	// anywhere: it points at something outside itself.
	anywhere map[string]bool
	// pronoun stands for something; without enough words before it in the same
	// sentence that is something outside.
	pronoun map[string]bool
	// speaker: the author speaks of herself.
	speaker map[string]bool
}

func list(s string) []string { return strings.Split(s, "|") }

func wordsOf(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range list(s) {
		m[w] = true
	}
	return m
}

var leanings = map[string]leaning{
	"en": {
		start:    list(`this|that|that's|these|those|it|it's|its|they|they're|their|them|he|she|his|her|such|here|here's|there|so|but|and|or|yet|however|therefore|thus|also|instead|otherwise|then|yes|no|ok|okay|well|now|because|which|another|both|neither|either|similarly|additionally|moreover|furthermore|finally|firstly|secondly|first|second|third|next|lastly|afterwards|meanwhile|still|even so|for example|for instance|for this|for that|for these|for those|in other words|in addition|in fact|in contrast|in turn|in this|in these|in that case|as a result|as such|as mentioned|as well|on the other hand|that said|of course|after all|of these|some of them|some of these|some of those|many of them|many of these|many of those|most of them|most of these|most of those|one of them|one of these|one of those|to do this|to do so|with this|with that|with these|with those|at this|at that|when this|when that|when these|when they|when it|if it|if they|if this|if that|if these|if so|if not|unlike it|unlike this|unlike these|think of it|think of this|not only that|hence|plus|bonus|tip|pro tip|final tip|note`),
		anywhere: wordsOf(`this|these|those|latter|former|above|below|mentioned|aforementioned`),
		pronoun:  wordsOf(`it|they|them|he|she|him|his|it's|they're`),
		speaker:  wordsOf(`i|i'm|i've|i'd|i'll|my|me|mine|myself|we|we've|we're|we'll|our|us|ours`),
	},
	"de": {
		start:    list(`dies|diese|dieser|dieses|diesem|diesen|das ist|das war|das sind|das kann|das hilft|das liegt|das bedeutet|das heißt|das macht|das gilt|das führt|es ist|es sind|es kann|es hilft|er|sie|deren|dessen|dabei|dadurch|damit|daher|deshalb|deswegen|darum|dafür|dazu|danach|dann|aber|und|oder|doch|jedoch|außerdem|zudem|auch|hier|dort|so|solche|solcher|solches|ja|nein|trotzdem|allerdings|stattdessen|beide|denn|also|zum beispiel|in diesem|bei diesem|bei dieser|einige davon|viele davon|tipp`),
		anywhere: wordsOf(`dies|diese|dieser|dieses|diesem|diesen|jene|jener|jenes|jenem|jenen|oben|unten|folgende|folgenden|folgender|genannte|genannten|davon|darin|daran`),
		pronoun:  wordsOf(`er|ihn|ihm|ihnen|seine|seinen|seiner`),
		speaker:  wordsOf(`ich|mich|mir|mein|meine|meinen|meiner|meinem|wir|uns|unser|unsere|unseren|unserer|unserem`),
	},
	"fr": {
		start:    list(`ce|cet|cette|ces|c'est|cela|ça|celui-ci|celle-ci|ceux-ci|elle|elles|ils|il a|il avait|il permet|il aide|il agit|il contient|il peut|mais|et|ou|donc|or|ni|car|ainsi|cependant|toutefois|pourtant|en effet|par exemple|de plus|enfin|oui|non|ici|là|alors|puis|ensuite|aussi|en revanche|d'ailleurs|parmi eux|parmi elles|certains d'entre|astuce`),
		anywhere: wordsOf(`cet|cette|ces|celui-ci|celle-ci|ci-dessus|ci-dessous|suivant|suivante|suivants|suivantes`),
		pronoun:  wordsOf(`elle|elles|ils|eux|lui|leur|leurs`),
		speaker:  wordsOf(`je|j'ai|mon|ma|mes|moi|nous|notre|nos`),
	},
	"es": {
		start:    list(`este|esta|estos|estas|esto|ese|esa|esos|esas|eso|aquel|él|ella|ellos|ellas|pero|y|o|así|además|también|sin embargo|entonces|luego|sí|por eso|por ello|por ejemplo|en cambio|ahí|allí|aquí|de hecho|por lo tanto|algunos de ellos|su|sus|consejo`),
		anywhere: wordsOf(`este|esta|estos|estas|esto|ese|esa|esos|esas|eso|anterior|anteriores|siguiente|siguientes`),
		pronoun:  wordsOf(`él|ella|ellos|ellas`),
		speaker:  wordsOf(`yo|mi|mis|me|nosotros|nuestro|nuestra|nuestros|nuestras`),
	},
	"pt": {
		start:    list(`este|esta|estes|estas|isto|isso|esse|essa|esses|essas|aquele|aquela|ele|ela|eles|elas|mas|e|ou|assim|além disso|também|portanto|então|por isso|por exemplo|sim|aqui|ali|no entanto|contudo|de fato|seu|sua|seus|suas|dica`),
		anywhere: wordsOf(`este|esta|estes|estas|isto|isso|esse|essa|esses|essas|acima|abaixo|seguinte|seguintes`),
		pronoun:  wordsOf(`ele|ela|eles|elas`),
		speaker:  wordsOf(`eu|meu|minha|meus|minhas|nós|nosso|nossa|nossos|nossas`),
	},
	"it": {
		start:    list(`questo|questa|questi|queste|ciò|quello|quella|quelli|quelle|esso|essa|essi|lui|lei|loro|ma|e|o|così|inoltre|anche|quindi|allora|dunque|tuttavia|però|per esempio|ad esempio|sì|qui|lì|infatti|infine|poi|consiglio`),
		anywhere: wordsOf(`questo|questa|questi|queste|ciò|sopra|sotto|seguente|seguenti`),
		pronoun:  wordsOf(`esso|essa|essi|esse|lui|lei|loro`),
		speaker:  wordsOf(`io|mio|mia|miei|mie|noi|nostro|nostra|nostri|nostre`),
	},
}

// selling marks text that asks for something instead of saying something.
var (
	sellingWords   = wordsOf(`buy|purchase|purchased|discount|coupon|promo|subscribe|newsletter|click|inbox|download|comments|comment|giveaway|kaufen|rabatt|gutschein|acheter|réduction|comprar|descuento|desconto|acquista|sconto|www|http|https`)
	sellingPhrases = list(`sign up|see also|see our|order now|order here|shop now|check price|check the price|our pick|our top pick|we recommend|read more|read our|read the full|learn more|let me know|stay tuned`)
)

const (
	minTakeawayWords = 5
	maxTakeawayWords = 34
)

// filter decides which sentences can stand alone in one article.
type filter struct {
	lean    leaning
	known   bool
	product []string // folded names and labels of the picks
	brands  map[string]bool
}

// commonStarts begin names of products without being a brand.
var commonStarts = wordsOf(`best|premium|budget|organic|natural|vitamin|magnesium|smart|classic|original|super|ultra|editor's|your|most|great|daily|probiotic|collagen|protein|green|black|white`)

func newFilter(a *article.Article) *filter {
	f := &filter{brands: make(map[string]bool)}
	base, _, _ := strings.Cut(a.Language, "-")
	if base == "" {
		base = "en"
	}
	f.lean, f.known = leanings[base]
	for _, p := range a.Picks() {
		for _, s := range []string{p.Name, p.Label} {
			if s = fold(s); len(s) >= 4 {
				f.product = append(f.product, s)
			}
		}
		if brand, _, several := strings.Cut(fold(p.Name), " "); several && len(brand) >= 4 && startsUpper(p.Name) && !commonStarts[brand] {
			f.brands[brand] = true
		}
	}
	return f
}

// standsAlone: the sentence is understood without what stands around it, and
// says something to keep.
func (f *filter) standsAlone(s string, item bool) bool {
	n := len(strings.Fields(s))
	if spaceless := n < 3 && len([]rune(s)) >= 12 && s[0] >= 0xE3; !spaceless && (n < minTakeawayWords || n > maxTakeawayWords) {
		return false
	}
	end := strings.TrimRight(s, "\"”’»)] ")
	if !strings.ContainsRune(".!。！", lastRune(end)) && !(item && n >= 6 && wordRune(lastRune(end))) {
		return false
	}
	if strings.Count(s, "(") != strings.Count(s, ")") || unbalanced(s) || strings.ContainsAny(s, "?？\uFFFD") {
		return false
	}
	if hasPrice(s) || kindOfNotice(s).any() || !titled(s) || !startsUpperOrMark(s) {
		return false
	}
	low := strings.TrimLeft(fold(s), "\"'([")
	tokens := strings.FieldsFunc(low, func(r rune) bool { return !wordRune(r) && r != '\'' && r != '-' })
	if f.sells(low, tokens) {
		return false
	}
	return !f.known || f.lean.free(low, tokens)
}

// sells: the sentence asks for something, or speaks of a pick.
func (f *filter) sells(s string, tokens []string) bool {
	for _, t := range tokens {
		if sellingWords[t] || f.brands[t] {
			return true
		}
	}
	in := func(p string) bool { return strings.Contains(s, p) }
	return slices.ContainsFunc(sellingPhrases, in) || slices.ContainsFunc(f.product, in)
}

// free reports whether a folded sentence leans on nothing around it.
func (l leaning) free(s string, tokens []string) bool {
	for _, p := range l.start {
		if rest, ok := strings.CutPrefix(s, p); ok && (rest == "" || strings.ContainsAny(rest[:1], " ,:;-") || strings.HasPrefix(rest, "…")) {
			return false
		}
	}
	for i, t := range tokens {
		if l.anywhere[t] && !governs(s, t) || l.speaker[t] {
			return false
		}
		if l.pronoun[t] && i < 6 && (i < 3 || !subordinators[tokens[i-1]]) {
			return false
		}
	}
	return !strings.Contains(s, " as follows")
}

// subordinators open a clause in which a pronoun stands for what the clause
// before it is about: "a tent fails when it is pitched badly".
var subordinators = wordsOf(`when|if|before|after|until|because|while|once|as|that|unless|wenn|weil|bevor|nachdem|bis|sobald|dass|quand|si|car|cuando|porque|se|quando|perché|finché`)

// governs reports whether a word that may point at another place of the page
// is followed by what it belongs to: "above 80 per cent", not "the list above".
func governs(s, word string) bool {
	if !places[word] {
		return false
	}
	_, rest, _ := strings.Cut(s, word+" ")
	return governed.MatchString(rest)
}

var governed = compile(`^(?:\d|(?:the|an?|all|your|il|lo|la|le|i|gli|de|da|do) |l')`)

var places = wordsOf(`above|below|sopra|sotto|acima|abaixo`)

func unbalanced(s string) bool {
	return strings.Count(s, "\"")%2 != 0 || strings.Count(s, "“") != strings.Count(s, "”") && !strings.Contains(s, "„")
}

// startsUpperOrMark: a sentence does not begin in the middle of one.
func startsUpperOrMark(s string) bool {
	for _, r := range s {
		if wordRune(r) {
			c := classOf(r)
			return c != clLower
		}
	}
	return false
}
