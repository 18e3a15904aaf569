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
// out (standalone.go); the rest are scored by how central they are to the
// article, by where they stand and by what they say, and chosen greedily so
// that they say different things.

const (
	maxCandidates = 400 // bounds the work on very long articles
	minTakeaways  = 2   // fewer are no summary
)

// candidate is a sentence that can stand alone.
type candidate struct {
	text    string
	place   article.Place
	order   int // in the article
	section int
	item    bool // of a list
	first   bool // of its section
	last    bool
	vector  vector
	score   float64
}

// section is a stretch of blocks under one heading.
type section struct {
	heading string
	closing bool // the article's conclusion
}

// extract chooses 3 to 5 takeaways, in the order of the article; none where
// fewer than two sentences would do.
func extract(a *article.Article) []article.Takeaway {
	cs, sections := candidates(a)
	if len(cs) < minTakeaways {
		return nil
	}
	rate(cs, sections, a)
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

func howMany(words int) int {
	switch {
	case words < 250:
		return 3
	case words < 900:
		return 4
	}
	return 5
}

// candidates collects the sentences and items that can stand alone.
func candidates(a *article.Article) ([]*candidate, []section) {
	f := newFilter(a)
	sections := []section{{}}
	var out []*candidate
	opened := true // the next sentence is the first of its section
	add := func(s string, p article.Place, item bool) {
		c := &candidate{text: s, place: p, order: len(out), section: len(sections) - 1, item: item, first: opened}
		opened = false
		if len(out) < maxCandidates && f.standsAlone(s, item) {
			out = append(out, c)
		}
	}
	for _, b := range a.Blocks {
		switch b := b.(type) {
		case *article.Heading:
			sections = append(sections, section{heading: b.Text.String()})
			opened = true
		case *article.Pick:
			sections = append(sections, section{heading: b.Name})
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
	for i, c := range out {
		c.last = i+1 == len(out) || out[i+1].section != c.section
	}
	closeSections(sections)
	return out, sections
}

// closeSections marks the conclusion: the section of that name, else the last.
func closeSections(ss []section) {
	for i := range ss {
		if conclusionNames.MatchString(fold(ss[i].heading)) {
			ss[i].closing = true
			return
		}
	}
	if len(ss) > 2 {
		ss[len(ss)-1].closing = true
	}
}

var conclusionNames = words(
	`(our |my )?(final )?(verdict|thoughts|conclusion|words?|take)s?`, `(the )?bottom line`, `(in )?conclusions?`, `summary`, `wrap(ping)?[- ](up|it up)`, `(the )?takeaway`,
	`fazit`, `zusammenfassung`, `schlusswort`, `unser fazit`, `conclusion`, `en conclusion`, `notre (avis|verdict)`, `conclusi[oó]n(es)?`, `conclusão`, `considerações finais`, `conclusion[ei]`, `in conclusione`,
)

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
	adviceStarts = list(`try|choose|look for|start|use|avoid|eat|add|keep|aim|focus|limit|achte|wähle|vermeide|choisissez|évitez|elige|evita|escolha|evite|scegli|if you |wenn du |wenn sie |si vous |si tu |si tienes |si quieres |se você |se hai |se vuoi |se avete `)
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

// rate scores every candidate.
func rate(cs []*candidate, sections []section, a *article.Article) {
	centre := vectors(cs)
	title := wordSet(a.Title)
	heads := make([]map[string]bool, len(sections))
	for i, s := range sections {
		heads[i] = wordSet(s.heading)
	}
	top := 0.0
	for _, c := range cs {
		c.score = cosine(c.vector, centre)
		top = max(top, c.score)
	}
	for _, c := range cs {
		if top > 0 {
			c.score /= top
		}
		own := wordSet(c.text)
		c.score += 0.4*overlap(own, heads[c.section]) + 0.4*overlap(own, title)
		c.score += positionScore(c, sections[c.section], len(sections)) + wordingScore(c)
	}
}

func positionScore(c *candidate, s section, sections int) float64 {
	n := 0.0
	switch {
	case c.section == 0 && sections > 1 && c.last:
		n += 0.3 // the lead ends on what the article is about
	case c.section == 0:
		n += 0.1
	case c.first:
		n += 0.3
	case c.last:
		n += 0.15
	}
	if s.closing {
		n += 0.25
	}
	return n
}

func wordingScore(c *candidate) float64 {
	n := 0.0
	low := fold(c.text)
	if cued(low) {
		n += 0.25
	}
	if advises(low) {
		n += 0.25
	}
	switch w := len(strings.Fields(c.text)); {
	case w < 6:
		n -= 0.3
	case w > 26:
		n -= 0.25
	}
	if c.item {
		n -= 0.45
	}
	n -= 0.15 * float64(strings.Count(c.text, "("))
	if commas := strings.Count(c.text, ","); commas > 2 {
		n -= 0.1 * float64(commas-2)
	}
	if strings.HasPrefix(c.text, "You ") || strings.ContainsAny(firstBytes(c.text, 4), "\"“„«") {
		n -= 0.2
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
				v -= 0.8 * cosine(c.vector, o.vector) / float64(len(out))
				if o.section == c.section {
					v -= 0.6
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

// vectors gives every candidate its TF-IDF vector of length 1 and returns
// their sum, of the words that more than one of them has: what occurs once is
// about that sentence, not about the article.
func vectors(cs []*candidate) vector {
	number := make(map[string]int)
	var inHow []float64 // candidates with the word
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
	sum := make([]float64, len(inHow))
	for _, c := range cs {
		for i, w := range c.vector {
			c.vector[i].value *= math.Log(1 + float64(len(cs))/inHow[w.word])
		}
		length := math.Sqrt(dot(c.vector, c.vector))
		for i, w := range c.vector {
			c.vector[i].value = w.value / length
			if inHow[w.word] > 1 {
				sum[w.word] += w.value / length
			}
		}
	}
	var centre vector
	for n, v := range sum {
		if v > 0 {
			centre = append(centre, weight{n, v})
		}
	}
	return centre
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
