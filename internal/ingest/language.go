package ingest

import (
	"maps"
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
	size, n := 0, 0
	for ; n < len(a.Blocks) && size < sampleBytes; n++ {
		size += textSize(a.Blocks[n])
	}
	sample := clip(article.PlainText(&article.Article{Blocks: a.Blocks[:n]}), sampleBytes)
	if len(strings.Fields(sample)) < 12 && len(sample) < 120 {
		return ""
	}
	if tag := byFunctionWords(sample, 8, 4); tag != "" { // far cheaper than trigrams, and as sure
		return tag
	}
	if info := whatlanggo.Detect(sample); info.IsReliable() {
		return info.Lang.Iso6391()
	}
	return byFunctionWords(sample, 10, 3)
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

// languagesOf are the languages each function word belongs to.
var languagesOf = func() map[string][]string {
	m := make(map[string][]string)
	for _, l := range slices.Sorted(maps.Keys(functionWords)) {
		for _, w := range functionWords[l] {
			m[w] = append(m[w], l)
		}
	}
	return m
}()

// byFunctionWords tells the six languages this package knows words of: one of
// them must make up one in share of the words, and times as many as any other.
// That also settles short or technical texts, which trigrams do not.
func byFunctionWords(s string, share, times int) string {
	found := make(map[string]int)
	all := 0
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !wordRune(r) }) {
		all++
		for _, l := range languagesOf[w] {
			found[l]++
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
	if found[best]*share < all || found[best] < times*second {
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
