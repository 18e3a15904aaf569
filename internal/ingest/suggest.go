package ingest

import (
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxTitleRunes keeps a suggestion short enough for a subject line.
const maxTitleRunes = 90

// maxTerms bounds the names looked at for a title.
const maxTerms = 50

// term is a name in the middle of a sentence: capitalised words in a row.
var term = compile(`\p{Lu}[\p{L}\p{N}]*(?:[-‑ ]\p{Lu}[\p{L}\p{N}]*)+`)

// suggestTitle puts a title together for a text that has none: the term the
// article keeps coming back to, and its shortest takeaway. Without such a term
// the takeaway, a heading, or the name of the file must do.
func (d *draft) suggestTitle(a *article.Article) string {
	short := shortest(a.Takeaways)
	if t, article := mainTerm(a); t != "" {
		if article != "" {
			t = article + " " + t
		}
		for _, rest := range []string{short, firstHeading(a, t)} {
			if s := t + ": " + rest; rest != "" && utf8.RuneCountInString(s) <= maxTitleRunes {
				return s
			}
		}
		return t
	}
	for _, s := range []string{short, firstHeading(a, "")} {
		if s != "" && utf8.RuneCountInString(s) <= maxTitleRunes {
			return s
		}
	}
	for _, b := range a.Blocks {
		if p, ok := b.(*article.Paragraph); ok {
			if ss := sentencesOf(p.Text.String()); len(ss) > 0 {
				return cutWords(strings.TrimRight(ss[0].text, "."), maxTitleRunes)
			}
		}
	}
	return fileTitle(d.name)
}

// shortest is the shortest takeaway without its full stop.
func shortest(ts []article.Takeaway) string {
	best := ""
	for _, t := range ts {
		if best == "" || len(t.Text) < len(best) {
			best = t.Text
		}
	}
	return strings.TrimRight(best, ".!")
}

// firstHeading is the first heading that does not repeat the term.
func firstHeading(a *article.Article, term string) string {
	for _, b := range a.Blocks {
		if h, ok := b.(*article.Heading); ok && (term == "" || !similar(h.Text.String(), term)) {
			return h.Text.String()
		}
	}
	return ""
}

// mainTerm is the name that stands in most headings and paragraphs, at least
// in two, and the article before it if there is one.
func mainTerm(a *article.Article) (name, definite string) {
	names := make(map[string]bool)
	var texts []string
	for _, b := range a.Blocks {
		s := blockText(b)
		if s == "" {
			continue
		}
		texts = append(texts, s)
		if _, heading := b.(*article.Heading); heading || len(names) > maxTerms {
			continue // every word of a heading may be capitalised
		}
		for _, m := range term.FindAllStringIndex(s, -1) {
			if t := s[m[0]:m[1]]; len(t) >= 6 && !beginsSentence(s, m[0]) {
				names[t] = true
			}
		}
	}
	best, where := 1, 0
	for _, t := range slices.Sorted(maps.Keys(names)) {
		n, first, the := 0, 0, false
		for j, s := range texts {
			if i := strings.Index(s, t); i >= 0 {
				if n == 0 {
					first = j
				}
				n++
				the = the || strings.HasSuffix(strings.ToLower(s[:i]), "the ")
			}
		}
		if n > best || n == best && n > 1 && first < where {
			best, where, name, definite = n, first, t, ""
			if the {
				definite = "The"
			}
		}
	}
	return name, definite
}

func beginsSentence(s string, at int) bool {
	before := strings.TrimRightFunc(s[:at], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) && !strings.ContainsRune(".!?:", r) })
	return before == "" || strings.ContainsRune(".!?:", lastRune(before))
}

// cutWords is s cut at a word to at most n characters.
func cutWords(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	out := ""
	for _, w := range strings.Fields(s) {
		if utf8.RuneCountInString(out)+1+utf8.RuneCountInString(w) > n-1 {
			break
		}
		out = strings.TrimSpace(out + " " + w)
	}
	return strings.TrimRight(out, ",;:–— ") + "…"
}

// fileTitle makes words of a file's name.
func fileTitle(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	if !hasWords(name) {
		return ""
	}
	r, n := utf8.DecodeRuneInString(name)
	return oneLine(string(unicode.ToUpper(r)) + name[n:])
}
