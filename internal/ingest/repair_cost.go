package ingest

import (
	"strings"
	"unicode"
)

// class sorts characters by what may stand next to what.
type class uint8

const (
	clSpace class = iota
	clOther
	clDigit
	clLower
	clUpper
	clLetter  // without case: Chinese, Arabic, …
	clOpen    // opens, so no letter comes before it
	clQuote   // closes in one language and opens in another
	clClose   // ends or joins words
	clMark    // follows a word: ™ © ² °
	clMoney   // currency and ‰: belongs to a number
	clSymbol  // neither follows nor begins a word
	clBox     // box drawing
	clControl // C1
)

const (
	openers = "¿¡„‚("
	quotes  = "“”‘’«»‹›\"'"
	closers = ".,;:!?)…–—‒-/·•΄"
	marks   = "™®©°ªº²³¹†‡§¶"
)

func classOf(r rune) class {
	switch {
	case r == ' ' || r == '\t' || r == '\u00a0' || r == 0:
		return clSpace
	case r < 0x80:
		return asciiClass(r)
	case r <= 0x9F:
		return clControl
	case r == 'ª' || r == 'º':
		return clMark
	case r == 'ƒ':
		return clSymbol
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return clUpper
	case unicode.IsLower(r):
		return clLower
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return clLetter
	case strings.ContainsRune(openers, r):
		return clOpen
	case strings.ContainsRune(quotes, r):
		return clQuote
	case strings.ContainsRune(closers, r):
		return clClose
	case strings.ContainsRune(marks, r):
		return clMark
	case r == '‰' || unicode.Is(unicode.Sc, r):
		return clMoney
	case r >= 0x2500 && r <= 0x259F || r == '⌐':
		return clBox
	case r >= 0x2190 && (r < 0x2200 || r > 0x22FF) && r != '◊':
		return clOther
	}
	return clSymbol
}

func asciiClass(r rune) class {
	switch {
	case 'a' <= r && r <= 'z':
		return clLower
	case 'A' <= r && r <= 'Z':
		return clUpper
	case '0' <= r && r <= '9':
		return clDigit
	case strings.ContainsRune(quotes, r):
		return clQuote
	case strings.ContainsRune(closers, r):
		return clClose
	case r == '(':
		return clOpen
	}
	return clOther
}

func (c class) letter() bool { return c == clLower || c == clUpper || c == clLetter }

// cost says how little a stretch of text looks like something a person wrote:
// 0 for any sequence that occurs in well-formed text of some language. Only
// differences of costs mean anything.
func cost(rs []rune) int {
	n := 0
	for i := range rs {
		var before, next, after rune
		if i > 0 {
			before = rs[i-1]
		}
		if i+1 < len(rs) {
			next = rs[i+1]
		}
		if i+2 < len(rs) {
			after = rs[i+2]
		}
		n += single(before, rs[i], next)
		if next != 0 {
			n += pair(before, rs[i], next, after)
		}
	}
	return n
}

// single is the cost of a character where it stands.
func single(before, r, next rune) int {
	c := classOf(r)
	switch {
	case c == clControl:
		return 3
	case unicode.Is(unicode.Co, r):
		return 2
	case c == clQuote && r != '\'' && r != '’' && r != '"' && classOf(before).letter() && classOf(next).letter():
		return 2 // a quotation mark in the middle of a word
	case r == 'Ã' || r == 'Â' || r == 'Ă':
		return loneTilde(before, next)
	}
	return 0
}

// loneTilde: no language ends a word in Ã, Â or Ă unless it is all capitals,
// but UTF-8 taken for windows-1252 or -1250 is full of them.
func loneTilde(before, next rune) int {
	n := classOf(next)
	if n.letter() || classOf(before) == clUpper || next == 0 || next == ' ' || n == clQuote || next < 0x80 {
		return 0
	}
	return 2
}

// pair is the cost of b standing right after a.
func pair(before, a, b, after rune) int {
	if a < 0x80 && b < 0x80 {
		return 0
	}
	ca, cb := classOf(a), classOf(b)
	switch {
	case ca.letter() && cb.letter():
		return letters(a, b, ca, cb)
	case ca.letter():
		return afterLetter(before, a, b, after, ca, cb)
	case cb.letter():
		return beforeLetter(a, b, after, ca, cb)
	case a == '√' || a == '¬':
		if maths(a, b) || b < 0x80 || cb == clSpace {
			return 0
		}
		return 2
	case ca == clBox && (cb == clSymbol || cb == clMoney) || cb == clBox && (ca == clSymbol || ca == clMoney):
		return 2
	case a >= 0x80 && b >= 0x80 && odd(ca) && odd(cb):
		return 1
	}
	return 0
}

// maths: a root of something.
func maths(a, b rune) bool { return a == '√' && strings.ContainsRune("π∞∫∑∏Ωµ", b) }

func odd(c class) bool { return c == clMark || c == clMoney || c == clSymbol }

func letters(a, b rune, ca, cb class) int {
	n := 0
	if ca == clLower && cb == clUpper {
		n += 2
	}
	switch sa, sb := scriptOf(a), scriptOf(b); {
	case sa == sb || sa == 0 || sb == 0:
	case sa == 'C' || sb == 'C':
		n += 2
	default:
		n++ // Δt, μg: Greek letters stand in Latin text
	}
	return n
}

func afterLetter(before, a, b, after rune, ca, cb class) int {
	switch cb {
	case clMoney:
		if a < 0x80 {
			return 1
		}
		return 3
	case clSymbol, clBox:
		if a < 0x80 && strings.ContainsRune("√×÷±≈≠≤≥∞", b) {
			return 1
		}
		return 2
	case clOpen:
		if b < 0x80 {
			return 0
		}
		return 2
	case clMark:
		if a < 0x80 {
			return 0
		}
		if ca == clUpper && !classOf(before).letter() {
			return 2
		}
		if ca == clLower {
			return 1
		}
	case clClose:
		if b >= 0x80 && (a == 'Ã' || a == 'Â' || a == 'Ă') && classOf(after).letter() && classOf(before) != clUpper {
			return 2
		}
	}
	return 0
}

func beforeLetter(a, b, after rune, ca, cb class) int {
	if a < 0x80 || maths(a, b) {
		return 0
	}
	switch ca {
	case clMark:
		if cb == clLower {
			return 2
		}
		return 1
	case clSymbol:
		if classOf(after).letter() || b >= 0x80 {
			return 2
		}
		return 1
	case clBox:
		return 2
	case clMoney:
		return 1
	}
	return 0
}

// scriptOf tells the alphabets apart that look alike or share code pages:
// 'L', 'G' and 'C'; 0 for everything else.
func scriptOf(r rune) rune {
	switch {
	case r < 0x250 && unicode.IsLetter(r) && r != 'µ':
		return 'L'
	case r >= 0x370 && r < 0x400:
		return 'G'
	case r >= 0x400 && r < 0x530:
		return 'C'
	}
	return 0
}
