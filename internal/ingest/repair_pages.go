package ingest

import (
	"golang.org/x/text/encoding/charmap"
)

// codePage is a code page somebody may have taken UTF-8 for.
type codePage uint8

// Code pages, in the order in which they win a tie.
const (
	cp1252 codePage = iota
	cp1253
	cp1251
	cp1250
	cp1254
	latin2
	macRoman
	cp437
	pages
)

var pageMaps = [pages]*charmap.Charmap{
	cp1252: charmap.Windows1252, cp1253: charmap.Windows1253, cp1251: charmap.Windows1251,
	cp1250: charmap.Windows1250, cp1254: charmap.Windows1254, latin2: charmap.ISO8859_2,
	macRoman: charmap.Macintosh, cp437: charmap.CodePage437,
}

// cell is the byte a character stands for in each page; 0 where it has none.
type cell [pages]byte

// bytesOf looks up the bytes ≥ 0x80 that a character may stand for.
var bytesOf = buildCells()

// buildCells inverts the pages.
func buildCells() map[rune]*cell {
	m := make(map[rune]*cell, 1024)
	put := func(r rune, p codePage, b byte) {
		c := m[r]
		if c == nil {
			c = new(cell)
			m[r] = c
		}
		if c[p] == 0 {
			c[p] = b
		}
	}
	for p := range pages {
		for b := byte(0x80); b != 0; b++ {
			if r := defined(p, b); r != 0 {
				put(r, p, b)
			}
		}
		for b := byte(0x80); b != 0; b++ {
			if defined(p, b) != 0 && p != cp1252 {
				continue
			}
			if r := defined(cp1252, b); r != 0 {
				put(r, p, b)
			}
			if b <= 0x9F {
				put(rune(b), p, b)
			}
		}
	}
	put('\u2126', macRoman, 0xBD) // the ohm sign, which some tables have for Ω
	return m
}

// defined is the character of a byte in page p, 0 if the page has none. A byte
// without one is filled with windows-1252's character or a C1 control, as the
// usual decoders do; windows-1252 also stands for ISO 8859-1, whose upper
// controls these are.
func defined(p codePage, b byte) rune {
	if p == latin2 && b <= 0x9F {
		return rune(b)
	}
	if r := pageMaps[p].DecodeByte(b); r >= 0xA0 && r != '\uFFFD' {
		return r
	}
	return 0
}

// lostBytes completes a sequence whose last byte the page has no character
// for, so that decoders drop it: of the characters that begin so, only one is
// in common use.
var lostBytes = [pages]map[[2]byte]byte{
	cp1252: {{0xE2, 0x80}: 0x9D, {0xE2, 0x86}: 0x90, {0xEF, 0xB8}: 0x8F},
	cp1253: {{0xE2, 0x80}: 0x9D, {0xE2, 0x86}: 0x90, {0xEF, 0xB8}: 0x8F},
	cp1254: {{0xE2, 0x80}: 0x9D, {0xE2, 0x86}: 0x90, {0xEF, 0xB8}: 0x8F},
	cp1250: {{0xE2, 0x80}: 0x98, {0xE2, 0x86}: 0x90},
	cp1251: {{0xE2, 0x80}: 0x98},
}

// controlOf is the windows-1252 character of a C1 control that stands for it,
// 0 for the five that are undefined there too.
func controlOf(r rune) rune {
	if w := charmap.Windows1252.DecodeByte(byte(r)); w >= 0xA0 && w != '\uFFFD' {
		return w
	}
	return 0
}
