package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pictograph: emoji and the symbols that join with them.
func pictograph(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2190 && r <= 0x2BFF || r == 0xFE0F || r == 0x20E3
}

// junk reports whether the character at i can be dropped unseen: controls,
// noncharacters, private use (icon fonts) and zero-width characters where they
// join nothing.
func junk(rs []rune, i int, rtl bool) bool {
	r := rs[i]
	switch {
	case r < ' ':
		return r != '\t'
	case r == 0x7F || r == '\u00AD' || r == '\u200B' || r == '\u2060' || r == '\uFEFF':
		return true
	case r == '\u200C' || r == '\u200D':
		return !joins(rs, i)
	case r == '\u200E' || r == '\u200F' || r >= '\u202A' && r <= '\u202E' || r >= '\u2061' && r <= '\u206F':
		return !rtl || r >= '\u206A'
	case r >= 0xFE00 && r <= 0xFE0F:
		return i == 0 || unicode.IsSpace(rs[i-1])
	case r >= 0xE0000 && r <= 0xE007F:
		return !inFlag(rs, i)
	case r >= 0xFFF9 && r <= 0xFFFC, r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return true
	}
	return unicode.Is(unicode.Co, r) || r == utf8.RuneError && i > 0 && rs[i-1] == utf8.RuneError
}

// joins: a joiner stands between two characters of a script that needs it, or
// between two emoji.
func joins(rs []rune, i int) bool {
	if i == 0 || i+1 >= len(rs) {
		return false
	}
	a, b := rs[i-1], rs[i+1]
	if pictograph(b) && (pictograph(a) || unicode.Is(unicode.Sk, a)) {
		return rs[i] == '\u200D'
	}
	letters := func(r rune) bool { return r >= 0x590 && (unicode.IsLetter(r) || unicode.IsMark(r)) }
	return letters(a) && letters(b)
}

// inFlag: a tag character that belongs to the flag of a region (England,
// Scotland, Wales); anywhere else tags only hide text.
func inFlag(rs []rune, i int) bool {
	for j := i - 1; j >= 0 && j >= i-8; j-- {
		if rs[j] == 0x1F3F4 {
			return true
		}
		if rs[j] < 0xE0000 || rs[j] > 0xE007F {
			return false
		}
	}
	return false
}

// lossesIn finds what no repair brings back: replacement characters, runs of
// question marks where a word should be, a question mark within a word.
func lossesIn(s string, lineNo int) []loss {
	if !strings.ContainsAny(s, "?\uFFFD") {
		return nil
	}
	var out []loss
	rs := []rune(s)
	for from := 0; from < len(rs); {
		if unicode.IsSpace(rs[from]) {
			from++
			continue
		}
		to := from
		for to < len(rs) && !unicode.IsSpace(rs[to]) {
			to++
		}
		if at, lost := lostIn(rs[from:to]); lost {
			out = append(out, loss{line: lineNo, column: from + at + 1, around: excerpt(rs, from+at)})
		}
		from = to
	}
	return out
}

// lostIn finds the first lost character of a word.
func lostIn(word []rune) (int, bool) {
	address := strings.ContainsAny(string(word), "/=.")
	for i, r := range word {
		switch {
		case r == utf8.RuneError:
			return i, true
		case r != '?' || address || i > 0 && word[i-1] == '?':
			continue
		}
		var before, after rune
		n := 1
		for i+n < len(word) && word[i+n] == '?' {
			n++
		}
		if i > 0 {
			before = word[i-1]
		}
		if i+n < len(word) {
			after = word[i+n]
		}
		if lostMarks(before, after, n) {
			return i, true
		}
	}
	return 0, false
}

// lostMarks tells lost characters from punctuation: "???? ??", "caf?s" are
// lost, "What???" is not, and neither is the query of an address.
func lostMarks(before, after rune, n int) bool {
	if n == 1 {
		return before < 0x80 && unicode.IsLower(before) && after < 0x80 && unicode.IsLower(after)
	}
	return n >= 3 && before == 0
}

// excerpt is a little of the text around column col, for people to find it.
func excerpt(rs []rune, col int) string {
	from, to := max(0, col-15), min(len(rs), col+15)
	return string(rs[from:to])
}
