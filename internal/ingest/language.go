package ingest

import (
	"slices"
	"strings"

	"github.com/abadojack/whatlanggo"
	"golang.org/x/text/language"

	"github.com/broadsheet/broadsheet/internal/article"
)

// sampleBytes is how much of a text its language is told from.
const sampleBytes = 1500

// detectLanguage is the BCP 47 tag of the language of the body, "" if it
// cannot be told reliably.
func detectLanguage(a *article.Article) string {
	sample := clip(article.PlainText(a), sampleBytes)
	if len(strings.Fields(sample)) < 12 && len(sample) < 120 {
		return ""
	}
	if info := whatlanggo.Detect(sample); info.IsReliable() {
		return info.Lang.Iso6391()
	}
	return byFunctionWords(sample)
}

// functionWords are words that hold sentences together and that the other
// languages here have not.
var functionWords = map[string][]string{
	"en": {"the", "and", "of", "to", "is", "that", "it", "with", "your", "this", "are", "from", "have", "can", "which"},
	"de": {"der", "und", "ist", "nicht", "das", "ein", "mit", "auch", "sich", "auf", "eine", "oder", "werden", "sind", "wenn"},
	"fr": {"les", "des", "est", "pour", "dans", "une", "vous", "qui", "avec", "sur", "pas", "votre", "mais", "plus", "cette"},
	"es": {"los", "las", "que", "una", "por", "con", "para", "es", "más", "como", "pero", "tu", "muy", "este", "y"},
	"pt": {"não", "uma", "os", "com", "para", "mais", "você", "dos", "das", "ao", "também", "são", "seu", "muito", "é"},
	"it": {"che", "di", "il", "per", "non", "una", "gli", "della", "sono", "più", "con", "anche", "è", "nel", "delle"},
}

// byFunctionWords tells the six languages this package knows words of, where
// the trigrams of a short or technical text do not settle it: one of them must
// make up a tenth of the words and thrice as many as any other.
func byFunctionWords(s string) string {
	found := make(map[string]int)
	all := 0
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !wordRune(r) }) {
		all++
		for l, ws := range functionWords {
			if slices.Contains(ws, w) {
				found[l]++
			}
		}
	}
	best, second := "", 0
	for l := range functionWords {
		if best == "" || found[l] > found[best] {
			second = found[best]
			best = l
		} else {
			second = max(second, found[l])
		}
	}
	if found[best]*10 < all || found[best] < 3*second {
		return ""
	}
	return best
}

// languageTag is the well-formed tag of what a source gives as its language,
// "" if it is none.
func languageTag(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "_", "-"))
	if s == "" {
		return ""
	}
	if i := strings.IndexAny(s, ".@"); i > 0 {
		s = s[:i] // a POSIX locale
	}
	t, err := language.Parse(s)
	if err != nil || t == language.Und {
		return ""
	}
	return t.String()
}
