package render

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoter turns straight quotation marks into typographic ones. It remembers
// what came before, so that a text can be fed to it span by span.
type quoter struct {
	marks       [4]string // outer and inner, opening and closing
	last        rune      // the rune before, 0 at the beginning
	open, inner bool      // which marks are open
}

// feed converts one span; rest is the text after it.
func (q *quoter) feed(s, rest string) string {
	if !strings.ContainsAny(s, `'"`) {
		q.skip(s)
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch r {
		case '"':
			b.WriteString(q.double())
		case '\'':
			b.WriteString(q.single(s[i+1:] + rest))
		default:
			b.WriteRune(r)
		}
		q.last = r
	}
	return b.String()
}

// skip passes over text that stays as it is.
func (q *quoter) skip(s string) {
	if s != "" {
		q.last, _ = utf8.DecodeLastRuneInString(s)
	}
}

func (q *quoter) double() string {
	switch {
	case q.open:
		q.open = false
		return q.marks[1]
	case unicode.IsDigit(q.last):
		return "″" // inches
	case !opensAfter(q.last):
		return q.marks[1] // its partner is missing
	}
	q.open = true
	return q.marks[0]
}

// elisions are words that begin with an apostrophe.
var elisions = regexp.MustCompile(`^(?i:til|tis|twas|em|n|cause|bout|round)(?:[^\pL]|$)`)

func (q *quoter) single(after string) string {
	next, _ := utf8.DecodeRuneInString(after)
	switch {
	case opensAfter(q.last) && (unicode.IsLetter(next) || next == '"') && !elisions.MatchString(after):
		q.inner = true
		return q.marks[2]
	case q.inner && !unicode.IsLetter(next) && !unicode.IsDigit(next):
		q.inner = false
		return q.marks[3]
	}
	return "’"
}

func opensAfter(r rune) bool {
	return r == 0 || unicode.IsSpace(r) || strings.ContainsRune(`([{"“„«—–/-`, r)
}

const (
	nbsp = "\u00a0"
	// bindAtMost is how many characters two words may have together for a
	// heading to keep them on one line; bindTitle the same for the title, where
	// longer ones would leave a small phone's screen if the mail program drops
	// the style block and so the smaller size.
	bindAtMost = 13
	bindTitle  = 11
)

var numberNoun = regexp.MustCompile(`\d[\d.,]*%? \pL+`)

// bind keeps together what must not part at the end of a line: a number and
// its noun, and the last two words, if they are short.
func bind(s string, atMost int) string {
	s = numberNoun.ReplaceAllStringFunc(s, func(m string) string {
		if utf8.RuneCountInString(m)-1 > atMost {
			return m
		}
		return strings.Replace(m, " ", nbsp, 1)
	})
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s
	}
	before := s[strings.LastIndexByte(s[:i], ' ')+1 : i]
	if before == "" || utf8.RuneCountInString(before)+utf8.RuneCountInString(s[i+1:]) > atMost {
		return s
	}
	return s[:i] + nbsp + s[i+1:]
}

// slashed are three or more words joined by slashes.
var slashed = regexp.MustCompile(`[\pL\pN][\pL\pN'’-]*(?:/[\pL\pN][\pL\pN'’-]*){2,}`)

// breakable marks where a line may break in words joined by slashes: with
// mark after each slash. Addresses are left alone.
func breakable(s, mark string) string {
	if strings.Count(s, "/") < 2 {
		return s
	}
	var b strings.Builder
	for i, word := range strings.Split(s, " ") {
		if i > 0 {
			b.WriteByte(' ')
		}
		m := slashed.FindStringIndex(word)
		if m == nil || strings.Contains(word, "://") || strings.Contains(word[:m[0]], ".") {
			b.WriteString(word)
			continue
		}
		b.WriteString(word[:m[0]])
		b.WriteString(strings.ReplaceAll(word[m[0]:m[1]], "/", "/"+mark))
		b.WriteString(word[m[1]:])
	}
	return b.String()
}
