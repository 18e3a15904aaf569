package lint

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// codePage is a code page that UTF-8 is taken for by mistake: the byte of each
// of its characters. letters says that its letters in the place of UTF-8's
// lead bytes are some alphabet's ordinary ones, which asks for more care.
type codePage struct {
	bytes             map[rune]byte
	letters, cyrillic bool
}

var codePages = sync.OnceValue(func() []codePage {
	var out []codePage
	latin := reverse(charmap.Windows1252)
	for _, p := range []struct {
		page    *charmap.Charmap
		letters bool
	}{
		{charmap.Windows1252, false}, {charmap.Windows1253, true}, {charmap.Windows1251, true}, {charmap.Windows1250, true},
		{charmap.Windows1254, false}, {charmap.Macintosh, false}, {charmap.CodePage437, false},
	} {
		m := reverse(p.page)
		if p.page != charmap.Macintosh && p.page != charmap.CodePage437 {
			// What a page leaves undefined comes out as in 1252, or as a control.
			taken := map[byte]bool{}
			for _, b := range m {
				taken[b] = true
			}
			for r, b := range latin {
				if _, ok := m[r]; !ok && !taken[b] {
					m[r] = b
				}
			}
			for b := 0x80; b < 0xA0; b++ {
				if _, ok := m[rune(b)]; !ok {
					m[rune(b)] = byte(b)
				}
			}
		}
		out = append(out, codePage{m, p.letters, p.page == charmap.Windows1251})
	}
	return out
})

func reverse(c *charmap.Charmap) map[rune]byte {
	m := map[rune]byte{}
	for b := 0x80; b <= 0xFF; b++ {
		if r := c.DecodeByte(byte(b)); r != utf8.RuneError && r >= 0x80 {
			m[r] = byte(b)
		}
	}
	return m
}

// mojibake is one stretch of garbled text and what it should be.
type mojibake struct{ text, meant string }

// findMojibake finds text that is UTF-8 read by a wrong code page. A character
// alone is only reported where right text doesn't look like that; three in a
// row always.
func findMojibake(s string) []mojibake {
	if isASCII(s) {
		return nil
	}
	rs := []rune(s)
	var out []mojibake
	for i := 0; i < len(rs); {
		n, meant := garbledAt(rs, i)
		if n == 0 {
			i++
			continue
		}
		out = append(out, mojibake{string(rs[i : i+n]), meant})
		i += n
	}
	return out
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// garbledAt is how many characters at i are garbled, and what was meant.
func garbledAt(rs []rune, i int) (n int, meant string) {
	if rs[i] < utf8.RuneSelf {
		return 0, ""
	}
	for _, p := range codePages() {
		total, row, alone := 0, strings.Builder{}, false
		count := 0
		for {
			k, r := p.decode(rs[i+total:])
			if k == 0 {
				break
			}
			if count == 0 {
				alone = p.certain(rs, i, k, r)
			}
			row.WriteRune(r)
			total += k
			count++
		}
		if alone || count >= 3 {
			return total, row.String()
		}
		if count == 0 && !p.cyrillic && p.emojiHead(rs[i:]) {
			return 2, "an emoji"
		}
	}
	return 0, ""
}

// decode reads one character of at least two bytes from the page's characters.
func (p codePage) decode(rs []rune) (n int, r rune) {
	var buf [utf8.UTFMax]byte
	for n < len(rs) && n < len(buf) {
		b, ok := p.bytes[rs[n]]
		if !ok {
			return 0, 0
		}
		buf[n] = b
		n++
		if n == 1 && (b < 0xC2 || b > 0xF4) {
			return 0, 0
		}
		if utf8.FullRune(buf[:n]) {
			break
		}
	}
	r, size := utf8.DecodeRune(buf[:n])
	if r == utf8.RuneError || size != n || n < 2 {
		return 0, 0
	}
	return n, r
}

// emojiHead reports whether the first half of an emoji stands there, whose
// other half got lost.
func (p codePage) emojiHead(rs []rune) bool {
	return len(rs) > 1 && p.bytes[rs[0]] == 0xF0 && p.bytes[rs[1]] == 0x9F
}

// certain reports whether k characters at i, which would be r, can't be right
// as they stand.
func (p codePage) certain(rs []rune, i, k int, r rune) bool {
	switch k {
	case 4:
		return r >= 0x1F000 && r <= 0x1FAFF
	case 3:
		return usualSymbol(r)
	}
	last := rs[i+1]
	before := rune(' ')
	if i > 0 {
		before = rs[i-1]
	}
	capitals := unicode.IsUpper(before)
	switch {
	case r < 0xA0 || r > 0xFF || capitals && besideWords(last):
		return false // an alphabet beyond Latin-1 shows in a row; an accented capital at the end of its word is right
	case p.letters || r <= 0xBF && unicode.IsLetter(last):
		// Ordinary letters of Greek, Cyrillic or Romanian before a sign, or a
		// letter of another alphabet in a word.
		if before < utf8.RuneSelf && unicode.IsLetter(before) && !unicode.Is(unicode.Latin, rs[i]) {
			return r >= 0xC0
		}
		return r >= 0xC0 && !capitals && !besideWords(last) && !unicode.IsLetter(last)
	case last == '\u00a0' && i+2 < len(rs) && besideWords(rs[i+2]) && !unicode.IsLetter(before):
		return false // « Â »
	}
	return true
}

// usualSymbol reports whether a character is one that texts of the web have and
// that takes three bytes: punctuation, currency, arrows, signs, a byte order
// mark.
func usualSymbol(r rune) bool {
	switch {
	case r >= 0x2010 && r <= 0x2044, r >= 0x20A0 && r <= 0x20BF, r >= 0x2100 && r <= 0x214F, r >= 0x2190 && r <= 0x22FF,
		r >= 0x2300 && r <= 0x23FF, r >= 0x25A0 && r <= 0x27BF, r >= 0x2B00 && r <= 0x2BFF, r == 0xFEFF, r == 0xFE0F,
		r == 0x2009, r == 0x200B, r == 0x200D, r == 0x202F, r == 0xFFFD:
		return true
	}
	return false
}

// besideWords reports whether a character often follows or precedes a word.
func besideWords(r rune) bool {
	return strings.ContainsRune("\u00a0 «»“”„‘’‚‹›…–—•.,;:!?()®™©°²³¹·", r)
}
