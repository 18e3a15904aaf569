package ingest

import (
	"strings"
	"unicode/utf8"
)

// withoutShares drops lines that name one network after the other, the buttons
// of a bar to share with, and the line above that asks for it.
func withoutShares(chunks [][]textLine) [][]textLine {
	named := func(l textLine) bool { return networks[phraseKey(l.s)] && !listLine(l.s) }
	out := chunks[:0]
	for _, c := range chunks {
		kept := c[:0]
		for i := 0; i < len(c); {
			n := i
			for n < len(c) && named(c[n]) {
				n++
			}
			switch {
			case n-i < 2:
				n = i + 1
				kept = append(kept, c[i])
			case len(kept) > 0 && shareHeads.has(kept[len(kept)-1].s):
				kept = kept[:len(kept)-1]
			}
			i = n
		}
		if len(kept) > 0 {
			out = append(out, kept)
		}
	}
	return out
}

// lineWise: the text comes from a page copied from a browser, where every
// paragraph is one long line and blank lines hardly divide anything.
func lineWise(chunks [][]textLine) bool {
	lines, ends, long, wrap := 0, 0, 0, 0
	for _, c := range chunks {
		ends++
		for i, l := range c {
			lines++
			stops := strings.ContainsRune(".!?", lastRune(l.s))
			switch n := utf8.RuneCountInString(l.s); {
			case n > 120 && stops:
				long++
			case n >= 50 && !stops && i+1 < len(c) && !listLine(l.s):
				wrap++
			}
		}
	}
	return lines >= 12 && ends*3 < lines && long >= 3 && wrap*2 < long
}

// unwrapped: where a line ends, a paragraph or a heading does. Lines in one
// chunk either end a sentence or are much shorter than what follows; in text
// wrapped at some column most lines end in the middle of a sentence.
func unwrapped(chunks [][]textLine) bool {
	whole, heads, ends, wraps := 0, 0, 0, 0
	for _, c := range chunks {
		for i, l := range c {
			n := utf8.RuneCountInString(l.s)
			stops := strings.ContainsRune(".!?…", lastRune(l.s))
			if n >= 60 && stops {
				whole++
			}
			if i+1 == len(c) || listLine(l.s) || listLine(c[i+1].s) {
				continue
			}
			next := utf8.RuneCountInString(c[i+1].s)
			switch {
			case n < 50 && !stops && next >= 60 && next > n+n/2 && headingLike(l.s):
				heads++
				ends += 2
			case n < 45 || stops:
				ends++
			default:
				wraps++
			}
		}
	}
	return whole >= 3 && heads >= 2 && ends >= 8 && wraps*6 <= ends
}

// lineByLine makes a chunk of every line, but keeps lists together.
func lineByLine(chunks [][]textLine) [][]textLine {
	var out [][]textLine
	for _, c := range chunks {
		for i, l := range c {
			if i > 0 && listLine(l.s) && listLine(c[i-1].s) || strings.HasPrefix(l.s, ">") && i > 0 && strings.HasPrefix(c[i-1].s, ">") {
				out[len(out)-1] = append(out[len(out)-1], l)
				continue
			}
			out = append(out, []textLine{l})
		}
	}
	return out
}

// tightHead: the first line of a chunk is a heading above text wrapped at some
// column: it is much shorter, looks like one, and says no sentence.
func tightHead(c []textLine) bool {
	if len(c) < 3 || listLine(c[0].s) || listLine(c[1].s) || !headingLike(c[0].s) || apart(c[0].s) {
		return false
	}
	n, next := utf8.RuneCountInString(c[0].s), utf8.RuneCountInString(c[1].s)
	return n <= 50 && next >= 60 && next <= 100 && n*3 <= next*2 && startsUpper(c[1].s) && !strings.ContainsRune(".!?:", lastRune(c[1].s))
}

// tightHeads counts chunks that begin with one.
func tightHeads(chunks [][]textLine) int {
	n := 0
	for _, c := range chunks {
		if tightHead(c) {
			n++
		}
	}
	return n
}
