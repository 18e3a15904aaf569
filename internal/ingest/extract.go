package ingest

import (
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Extraction chooses sentences of the article that can stand alone as its key
// points. It never writes: a takeaway is a sentence or a list item as it
// stands. Sentences that lean on others, ask, sell or tell of the author are
// out (standalone.go) but vote; the rest are scored by how central they are to
// the article, by where they stand and by what they say, and chosen greedily so
// that they say different things. The weights were found on articles whose
// authors wrote takeaways of their own and are measured on others as well, in
// six languages; BenchmarkTakeaways prints how near they come.

const (
	maxCandidates = 400 // bounds the work on very long articles
	minTakeaways  = 2   // fewer are no summary
	rankRounds    = 2   // of votes; more hardly change the order
)

// candidate is a sentence, or an item of a list.
type candidate struct {
	text    string
	place   article.Place
	order   int // in the article
	section int
	item    bool // of a list
	first   bool // of its section
	last    bool
	alone   bool // it can stand alone; the others only vote
	vector  vector
	score   float64
}

// extract chooses 3 to 5 takeaways, in the order of the article; none where
// fewer than two sentences would do.
func extract(a *article.Article) []article.Takeaway {
	all, headings := candidates(a)
	rate(all, headings)
	cs := slices.DeleteFunc(all, func(c *candidate) bool { return !c.alone })
	if len(cs) < minTakeaways {
		return nil
	}
	chosen := choose(cs, howMany(a.Words()))
	if len(chosen) < minTakeaways {
		return nil
	}
	sort.Slice(chosen, func(i, j int) bool { return chosen[i].order < chosen[j].order })
	out := make([]article.Takeaway, len(chosen))
	for i, c := range chosen {
		out[i] = article.Takeaway{Text: c.text, Origin: article.Extracted, Place: c.place}
	}
	return out
}

// howMany follows what authors do: about four, also for short articles.
func howMany(words int) int {
	switch {
	case words < 150:
		return 3
	case words < 300:
		return 4
	}
	return 5
}

// candidates collects the sentences and items in order, and the headings of
// their sections; that of the lead is "".
func candidates(a *article.Article) ([]*candidate, []string) {
	f := newFilter(a)
	headings := []string{""}
	var out []*candidate
	opened := true // the next sentence is the first of its section
	add := func(s string, p article.Place, item bool) {
		c := &candidate{text: s, place: p, order: len(out), section: len(headings) - 1, item: item, first: opened}
		opened = false
		if len(out) < maxCandidates {
			c.alone = f.standsAlone(s, item)
			out = append(out, c)
		}
	}
	var blocks article.Blocks
	for _, b := range a.Blocks {
		blocks = append(blocks, partsOf(b)...)
	}
	for _, b := range blocks {
		switch b := b.(type) {
		case *article.Heading:
			headings = append(headings, b.Text.String())
			opened = true
		case *article.Pick:
			headings = append(headings, b.Name)
		case *article.Paragraph:
			if b.Label || ctaLine(b.Text.String()) {
				continue
			}
			for _, s := range sentencesOf(b.Text.String()) {
				add(s.text, b.Place, false)
			}
		case *article.List:
			if b.Style == article.Numbered {
				continue // steps, which lean on one another
			}
			for _, it := range b.Items {
				add(it.Text.String(), it.Place, true)
			}
		}
	}
	section := -1
	for _, c := range slices.Backward(out) { // the last that can stand alone
		c.last = c.alone && c.section != section
		if c.alone {
			section = c.section
		}
	}
	return out, headings
}

// cues mark sentences that state a finding, a limit or an advice.
var (
	cueWords = wordsOf(`research|study|studies|evidence|confirms|confirm|shown|shows|proven|key|important|essential|crucial|never|always|avoid|only|need|must|should|matters|best|` +
		`studie|studien|forschung|belegt|zeigt|zeigen|wichtig|wichtigste|entscheidend|niemals|immer|vermeide|vermeiden|sollte|sollten|solltest|muss|` +
		`étude|études|recherche|recherches|montre|montrent|essentiel|important|jamais|toujours|évitez|éviter|faut|doit|dépend|` +
		`estudio|estudios|investigación|muestra|muestran|importante|esencial|nunca|siempre|evita|evitar|debe|deben|depende|` +
		`estudo|estudos|pesquisa|pesquisas|mostra|mostram|essencial|sempre|evite|deve|devem|studi|studio|ricerca|ricerche|dimostra|dimostrano|fondamentale|mai|evitare|dipende`)
	cuePhrases = list(`not all |not every|instead of|start with|starts with|depends on|more than|less than|linked to|means that|nicht jede|beginnt mit|commence par|empieza|começa|inizia`)
	// adviceStarts open a sentence that tells the reader what to do; those
	// that end in a space must be followed by a comma later on.
	adviceStarts = list(`try|choose|pick|look for|start|begin|stop|use|avoid|eat|drink|add|keep|aim|focus|limit|check|measure|replace|clean|wash|store|take|wear|mix|make sure|remember to|never|always|don't|do not|` +
		`achte|achten sie|wähle|wählen sie|vermeide|vermeiden sie|verwende|verwenden sie|nutze|nutzen sie|prüfe|prüfen sie|beginne|beginnen sie|trinke|trinken sie|lass|lassen sie|` +
		`choisissez|choisis|évitez|évite|utilisez|utilise|privilégiez|préférez|commencez|buvez|gardez|vérifiez|pensez à|n'oubliez pas|il faut|mieux vaut|` +
		`elige|elija|evita|evite|usa|use|empieza|empiece|bebe|beba|guarda|guarde|comprueba|compruebe|conviene|hay que|` +
		`escolha|comece|verifique|guarde|prefira|convém|é preciso|` +
		`scegli|scegliete|evitate|usate|inizia|iniziate|bevi|bevete|controlla|controllate|bisogna|meglio|` +
		`if you |wenn du |wenn sie |si vous |si tu |si tienes |si quieres |se você |se hai |se vuoi |se avete `)
)

func cued(low string) bool {
	for _, t := range strings.FieldsFunc(low, func(r rune) bool { return !wordRune(r) }) {
		if cueWords[t] {
			return true
		}
	}
	return slices.ContainsFunc(cuePhrases, func(p string) bool { return strings.Contains(low, p) })
}

func advises(low string) bool {
	for _, p := range adviceStarts {
		rest, ok := strings.CutPrefix(low, p)
		if ok && (strings.HasSuffix(p, " ") && strings.Contains(rest, ",") || !strings.HasSuffix(p, " ") && strings.HasPrefix(rest, " ")) {
			return true
		}
	}
	return false
}

// What a sentence is rated by. Half of what fitted the articles best that the
// weights were found on: what fits a few articles best fits the next ones worse.
const (
	byCentrality = 0.7
	byHeading    = 0.1 // says what its section's heading says
	byOpening    = 0.15
	byClosing    = 0.05
	byCue        = 0.12
	byAdvice     = 0.15
	byFigure     = 0.2  // a figure is what is remembered
	byLength     = 0.15 // what is much shorter than a usual key point says little
	tooLong      = 0.15 // for every ten words more than usual
	byBracket    = 0.15
	byAddress    = 0.2 // speaks to the reader of what she knows, or quotes
	byComma      = 0.1 // every one after the second: an enumeration

	sameSection = 0.5
	alike       = 0.15

	usualWords = 14
	longWords  = 22
)

// rate scores every candidate.
func rate(cs []*candidate, headings []string) {
	centrality(cs, vectors(cs))
	heads := make([]map[string]bool, len(headings))
	for i, h := range headings {
		heads[i] = wordSet(h)
	}
	top := 0.0
	for _, c := range cs {
		if c.alone {
			top = max(top, c.score)
		}
	}
	for _, c := range cs {
		if top > 0 {
			c.score *= byCentrality / top
		}
		c.score += byHeading * overlap(wordSet(c.text), heads[c.section])
		switch {
		case c.section == 0:
		case c.first:
			c.score += byOpening
		case c.last:
			c.score += byClosing
		}
		c.score += wordingScore(c)
	}
}

func wordingScore(c *candidate) float64 {
	n := 0.0
	low := fold(c.text)
	if cued(low) {
		n += byCue
	}
	if advises(low) {
		n += byAdvice
	}
	if strings.ContainsAny(c.text, "0123456789") {
		n += byFigure
	}
	words := float64(len(strings.Fields(c.text)))
	n += byLength * min(1, words/usualWords)
	n -= tooLong * max(0, words-longWords) / 10
	n -= byBracket * float64(strings.Count(c.text, "("))
	n -= byComma * max(0, float64(strings.Count(c.text, ",")-2))
	said := c.text
	if label, rest, ok := strings.Cut(said, ": "); ok && c.item && len(strings.Fields(label)) <= 2 {
		said = rest
	}
	if strings.HasPrefix(said, "You ") || strings.ContainsAny(firstBytes(said, 4), "\"“„«") {
		n -= byAddress
	}
	return n
}

func firstBytes(s string, n int) string { return s[:min(n, len(s))] }

// choose takes k candidates one by one: each time the best that says least of
// what is said already, and rather from another section.
func choose(cs []*candidate, k int) []*candidate {
	var out []*candidate
	left := slices.Clone(cs)
	for len(out) < k && len(left) > 0 {
		best, at := math.Inf(-1), 0
		for i, c := range left {
			v := c.score
			for _, o := range out {
				v -= alike * cosine(c.vector, o.vector)
				if o.section == c.section {
					v -= sameSection
				}
			}
			if v > best {
				best, at = v, i
			}
		}
		if near(left[at], out) {
			left = slices.Delete(left, at, at+1)
			continue
		}
		out = append(out, left[at])
		left = slices.Delete(left, at, at+1)
	}
	return out
}

// near: the candidate repeats one that is chosen.
func near(c *candidate, out []*candidate) bool {
	for _, o := range out {
		if cosine(c.vector, o.vector) > 0.7 || c.text == o.text {
			return true
		}
	}
	return false
}

// vector holds the weights of words, in the order of their numbers.
type vector []weight

type weight struct {
	word  int
	value float64
}

// vectors gives every sentence its TF-IDF vector of length 1; n is the number
// of different words.
func vectors(cs []*candidate) (n int) {
	number := make(map[string]int)
	var inHow []float64 // sentences with the word
	for _, c := range cs {
		for _, w := range contentWords(c.text) {
			n, ok := number[w]
			if !ok {
				n = len(inHow)
				number[w], inHow = n, append(inHow, 0)
			}
			i, found := slices.BinarySearchFunc(c.vector, n, func(w weight, n int) int { return w.word - n })
			if !found {
				c.vector = slices.Insert(c.vector, i, weight{word: n})
				inHow[n]++
			}
			c.vector[i].value++
		}
	}
	for _, c := range cs {
		for i, w := range c.vector {
			c.vector[i].value *= math.Log(1 + float64(len(cs))/inHow[w.word])
		}
		length := math.Sqrt(dot(c.vector, c.vector))
		for i, w := range c.vector {
			c.vector[i].value = w.value / length
		}
	}
	return len(inHow)
}

// centrality scores every sentence by the sentences that resemble it, and these
// by theirs: PageRank on the graph whose edges are the cosines of sentences.
// The graph is never built: votes go to words and from there to the sentences
// that have them, which comes to the same and takes linear time.
func centrality(cs []*candidate, words int) {
	even := slices.Repeat([]float64{1}, len(cs))
	degree := votes(cs, words, even)
	rank := even
	for range rankRounds {
		share := make([]float64, len(cs))
		for i := range cs {
			if degree[i] > 0 {
				share[i] = rank[i] / degree[i]
			}
		}
		rank = votes(cs, words, share)
		for i := range rank {
			rank[i] = 0.15 + 0.85*rank[i]
		}
	}
	for i, c := range cs {
		c.score = rank[i]
	}
}

// votes is what each sentence gets when every other gives it its weight times
// their cosine.
func votes(cs []*candidate, words int, weights []float64) []float64 {
	sum := make([]float64, words)
	for i, c := range cs {
		for _, w := range c.vector {
			sum[w.word] += w.value * weights[i]
		}
	}
	out := make([]float64, len(cs))
	for i, c := range cs {
		got := -weights[i] // none for itself
		for _, w := range c.vector {
			got += w.value * sum[w.word]
		}
		if got > 1e-9 {
			out[i] = got
		}
	}
	return out
}

// contentWords are the words that carry meaning, cut to their stems' length.
func contentWords(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(fold(s), func(r rune) bool { return !wordRune(r) }) {
		if rs := []rune(w); len(rs) > 3 || len(rs) > 0 && rs[0] >= 0x2E80 {
			if len(rs) > 6 {
				rs = rs[:6]
			}
			out = append(out, string(rs))
		}
	}
	return out
}

// overlap is the share of the words of set that are in own.
func overlap(own, set map[string]bool) float64 {
	n := 0
	for w := range set {
		if own[w] {
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(n) / float64(len(set))
}

func dot(a, b vector) float64 {
	n := 0.0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].word < b[j].word:
			i++
		case a[i].word > b[j].word:
			j++
		default:
			n += a[i].value * b[j].value
			i++
			j++
		}
	}
	return n
}

func cosine(a, b vector) float64 {
	d := math.Sqrt(dot(a, a) * dot(b, b))
	if d == 0 {
		return 0
	}
	return dot(a, b) / d
}
