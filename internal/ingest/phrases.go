package ingest

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// phrases is a table of short texts. It answers in the time of a look-up by
// the first word, where a regular expression of as many alternatives would
// cost more than reading the article.
//
// An entry may hold alternatives in brackets, also empty ones ("read
// [this |]next"), "#" for a number and "*" for any words up to maxWild letters.
type phrases struct {
	entries []string
	once    sync.Once // a table is made when it is first asked
	exact   map[string]bool
	// starts are the entries with a wildcard, by their first word; "" holds
	// those that begin with one.
	starts map[string][][]string
}

// maxWild bounds, in bytes, what a wildcard may stand for.
const maxWild = 80

// phrasesOf makes a table of lines of entries with commas between them.
func phrasesOf(lines ...string) *phrases { return &phrases{entries: lines} }

func (p *phrases) spellOut() {
	p.exact, p.starts = make(map[string]bool), make(map[string][][]string)
	for _, l := range p.entries {
		for e := range strings.SplitSeq(l, ",") {
			for _, s := range alternatives(e) {
				p.add(s)
			}
		}
	}
}

func (p *phrases) add(s string) {
	s = phraseKey(s)
	if !strings.ContainsAny(s, "*#") {
		p.exact[s] = true
		return
	}
	parts := strings.FieldsFunc(wildcards.Replace(s), unicode.IsSpace)
	first := parts[0]
	if first == "*" || first == "#" {
		first = ""
	}
	p.starts[first] = append(p.starts[first], parts)
}

var wildcards = strings.NewReplacer("*", " * ", "#", " # ")

// alternatives spells out the brackets of an entry.
func alternatives(s string) []string {
	from := strings.LastIndexByte(s, '[')
	if from < 0 {
		return []string{s}
	}
	to := from + strings.IndexByte(s[from:], ']')
	var out []string
	for a := range strings.SplitSeq(s[from+1:to], "|") {
		out = append(out, alternatives(s[:from]+a+s[to+1:])...)
	}
	return out
}

// has reports whether the table holds s, however it is written.
func (p *phrases) has(s string) bool { return len(s) <= 200 && p.hasKey(phraseKey(s)) }

// hasKey is has for what phraseKey made.
func (p *phrases) hasKey(k string) bool {
	if k == "" {
		return false
	}
	p.once.Do(p.spellOut)
	if p.exact[k] {
		return true
	}
	fields := strings.Fields(k)
	for _, first := range [2]string{fields[0], ""} {
		for _, parts := range p.starts[first] {
			if matches(parts, fields) {
				return true
			}
		}
	}
	return false
}

// matches a list of words with wildcards among them.
func matches(parts, words []string) bool {
	for i, w := range parts {
		switch {
		case w == "*":
			return matchesWild(parts[i+1:], words, i > 0)
		case len(words) == 0:
			return false
		case w == "#":
			if !isNumber(words[0]) {
				return false
			}
		case w != words[0]:
			return false
		}
		words = words[1:]
	}
	return len(words) == 0
}

// matchesWild matches what follows a wildcard, which may stand for no word
// where empty says so.
func matchesWild(parts, words []string, empty bool) bool {
	if len(parts) == 0 { // it takes all the rest
		length := 0
		for _, w := range words {
			length += len(w) + 1
		}
		return length <= maxWild && (empty || len(words) > 0)
	}
	length := 0
	for n := range len(words) + 1 {
		if n > 0 {
			length += len(words[n-1]) + 1
		}
		if length > maxWild {
			return false
		}
		if (n > 0 || empty) && matches(parts, words[n:]) {
			return true
		}
	}
	return false
}

// isNumber: digits, also in groups or with a fraction, also of thousands (12k).
func isNumber(s string) bool {
	s = strings.TrimRight(s, "km")
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case digit(c):
			digits++
		case c != '.' && c != ',':
			return false
		}
	}
	return digits > 0
}

// phraseKey folds a text to what tables hold: small letters without accents,
// words with single spaces, no marks but apostrophes and the dots of "t.co".
func phraseKey(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := true
	for i, r := range s {
		if r < utf8.RuneSelf {
			if c := keyBytes[r]; c != 0 {
				b.WriteByte(c)
				space = false
				continue
			}
		}
		if (r == '.' || r == ',') && i > 0 && i+1 < len(s) && digit(s[i-1]) && digit(s[i+1]) {
			b.WriteRune(r)
			continue
		}
		if r >= utf8.RuneSelf {
			r = plainLetter(r)
		}
		switch {
		case r == '’' || r == '‘' || r == '`' || r == '´':
			r = '\''
		case r < 0:
			continue
		}
		if r == '\'' || r == '©' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
			space = false
		} else if !space {
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSpace(b.String())
}

// keyBytes is what becomes of the letters, digits and marks of ASCII; 0 is for
// what separates words.
var keyBytes = func() (t [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case 'A' <= c && c <= 'Z':
			t[c] = c + 'a' - 'A'
		case 'a' <= c && c <= 'z', digit(c), strings.IndexByte("'*#&@", c) >= 0:
			t[c] = c
		}
	}
	return t
}()

func digit(c byte) bool { return c >= '0' && c <= '9' }

// plainLetter takes the accent off a letter; -1 drops marks that stand alone.
func plainLetter(r rune) rune {
	switch unicode.ToLower(r) {
	case 'á', 'à', 'â', 'ã', 'ä', 'å':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'í', 'ì', 'î', 'ï':
		return 'i'
	case 'ó', 'ò', 'ô', 'õ', 'ö':
		return 'o'
	case 'ú', 'ù', 'û', 'ü':
		return 'u'
	case 'ñ':
		return 'n'
	case 'ç':
		return 'c'
	case '\u00ad', '\u200b', '\u200d', '\ufe0f', '\ufeff':
		return -1
	}
	return r
}
