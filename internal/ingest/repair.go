package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRounds is how often a line may have been damaged. One that needs more is
// no damaged text, and is left as it is.
const maxRounds = 8

// repaired is a text after repair, line by line as the source.
type repaired struct {
	text   string
	fixed  int // sequences put right
	losses []loss
}

// loss is a place where text is gone for good.
type loss struct {
	line, column int
	around       string
}

// repair undoes what a wrong code page did to a text, per run of characters:
// right and damaged characters may stand side by side. It drops control
// characters and invisible junk, brings the text into NFC and finds what is
// lost for good. Line ends must be "\n" and stay where they are. Repairing a
// repaired text changes nothing.
func repair(src string) repaired {
	var out repaired
	var b strings.Builder
	b.Grow(len(src))
	n := 0
	for line := range strings.SplitAfterSeq(src, "\n") {
		n++
		body, end := strings.CutSuffix(line, "\n")
		fixed, count := repairLine(body)
		out.fixed += count
		b.WriteString(fixed)
		if end {
			b.WriteByte('\n')
		}
		out.losses = append(out.losses, lossesIn(fixed, n)...)
	}
	out.text = b.String()
	return out
}

// repairLine repairs one line until nothing more changes.
func repairLine(s string) (string, int) {
	if plainASCII(s) || calm(s) {
		return s, 0
	}
	if fixed, n, ok := settle(s); ok {
		return fixed, n
	}
	s = tidy(s)
	if fixed, n, ok := settle(s); ok {
		return fixed, n
	}
	return s, 0
}

// settle repeats decoding and tidying until the line stays the same; false if
// it does not within maxRounds.
func settle(s string) (string, int, bool) {
	total := 0
	for range maxRounds {
		before := s
		for range maxRounds {
			fixed, n := decodeRuns([]rune(s))
			total += n
			if n == 0 {
				break
			}
			s = string(fixed)
		}
		if s = tidy(s); s == before {
			return s, total, true
		}
	}
	return s, total, false
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7F || c < ' ' && c != '\t' {
			return false
		}
	}
	return true
}

// calm: the line holds common letters and marks that each stand alone among
// ASCII. Damage needs two characters side by side, junk is none of these, and
// they are composed already, so there is nothing to do.
func calm(s string) bool {
	alone := true
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c == 0x7F || c < ' ' && c != '\t' {
				return false
			}
			alone = true
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !alone || !(r > 0xA0 && r < 0x180 && r != 0xAD || r >= 0x2010 && r <= 0x2027 || r >= 0x2030 && r <= 0x205E || r >= 0x20A0 && r <= 0x20BF || r == 0x2122) {
			return false
		}
		alone = false
		i += n
	}
	return true
}

// decodeRuns makes one pass: every run of characters that is UTF-8 taken for
// some code page is replaced by what it was; n counts them.
func decodeRuns(rs []rune) (out []rune, n int) {
	cells := make([]*cell, len(rs))
	leads := false
	for i, r := range rs {
		if r < 0x80 {
			continue
		}
		c := bytesOf[r]
		cells[i] = c
		leads = leads || c != nil
	}
	if !leads {
		return rs, 0
	}
	l := &line{runes: rs, cells: cells}
	l.score()
	found := l.runs()
	if len(found) == 0 {
		return rs, 0
	}
	out = make([]rune, 0, len(rs))
	at := 0
	for _, r := range found {
		out = append(out, rs[at:r.from]...)
		out = append(out, r.text...)
		at = r.to
	}
	return append(out, rs[at:]...), len(found)
}

// line is one line of characters with the bytes they may stand for.
type line struct {
	runes []rune
	cells []*cell
	// fits counts, per page, the characters that are part of a sequence.
	fits [pages]int
}

// score finds out how much of the line each page explains: where two pages
// both make sense of a run, the one that explains more of the line is right.
func (l *line) score() {
	for p := range pages {
		for i := 0; i < len(l.runes); {
			n, decoded, ok := l.sequence(p, i)
			if !ok || !readable(decoded) {
				i++
				continue
			}
			l.fits[p] += n
			i += n
		}
	}
}

// run is a stretch [from, to) that may be damage, and what it was.
type run struct {
	page     codePage
	from, to int
	text     []rune
	// sure: the text proves itself, whatever stands around it.
	sure bool
	gain int
}

// taken: the run is damage, whatever else the line holds.
func (r run) taken() bool { return r.sure || r.gain >= 2 }

// runs finds the stretches to replace. A stretch is taken when it is sure or
// reads clearly better decoded; where one is taken, doubtful ones of the same
// page in the line are taken too.
func (l *line) runs() []run {
	var strong, weak []run
	var seen [pages]bool
	for i := 0; i < len(l.runes); {
		best, ok := l.bestRun(i)
		switch {
		case !ok:
			if w, ok := l.spaced(i); ok {
				weak = append(weak, w)
			}
			i++
		case best.taken():
			strong = append(strong, best)
			seen[best.page] = true
			i = best.to
		default:
			if l.alone(best) {
				weak = append(weak, best)
			}
			i++
		}
	}
	if len(strong) == 0 {
		return nil
	}
	return merge(strong, weak, func(r run) bool { return seen[r.page] && r.gain >= 0 })
}

// merge puts those of weak that pass and overlap nothing into strong, in order.
func merge(strong, weak []run, pass func(run) bool) []run {
	out := make([]run, 0, len(strong)+len(weak))
	end := 0
	for len(strong) > 0 || len(weak) > 0 {
		if len(weak) == 0 || len(strong) > 0 && strong[0].from <= weak[0].from {
			out, end, strong = append(out, strong[0]), strong[0].to, strong[1:]
			continue
		}
		w := weak[0]
		weak = weak[1:]
		if pass(w) && w.from >= end && (len(strong) == 0 || w.to <= strong[0].from) {
			out, end = append(out, w), w.to
		}
	}
	return out
}

// bestRun is the most convincing reading of what begins at i.
func (l *line) bestRun(i int) (run, bool) {
	c := l.cells[i]
	if c == nil {
		return run{}, false
	}
	var best run
	found := false
	for p := range pages {
		if c[p] < 0xC2 || c[p] > 0xF4 {
			continue
		}
		r, ok := l.chain(p, i)
		if !ok {
			continue
		}
		if !found || l.better(r, best) {
			best, found = r, true
		}
	}
	return best, found
}

func (l *line) better(a, b run) bool {
	if at, bt := a.taken(), b.taken(); at != bt {
		return at
	}
	if l.fits[a.page] != l.fits[b.page] {
		return l.fits[a.page] > l.fits[b.page]
	}
	if a.sure != b.sure {
		return a.sure
	}
	return a.gain > b.gain
}

// chain decodes as many sequences in a row as there are in page p from i.
func (l *line) chain(p codePage, i int) (run, bool) {
	r := run{page: p, from: i, to: i}
	for r.to < len(l.runes) {
		n, decoded, ok := l.sequence(p, r.to)
		if !ok {
			n, decoded, ok = l.lossy(p, r.to, r.text)
		}
		if !ok || !readable(decoded) {
			break
		}
		if l.proves(p, r.to, n, decoded) {
			r.sure = true
		}
		r.text = append(r.text, decoded)
		r.to += n
	}
	if len(r.text) == 0 {
		return r, false
	}
	r.gain = l.gain(r)
	return r, true
}

// sequence decodes the one UTF-8 sequence that begins at i in page p.
func (l *line) sequence(p codePage, i int) (n int, decoded rune, ok bool) {
	var buf [utf8.UTFMax]byte
	n = l.bytes(p, i, &buf)
	if n == 0 {
		return 0, 0, false
	}
	decoded, size := utf8.DecodeRune(buf[:n])
	return n, decoded, size == n && size > 1
}

// bytes reads the lead byte at i and its continuations; 0 if they do not fit.
func (l *line) bytes(p codePage, i int, buf *[utf8.UTFMax]byte) int {
	if l.cells[i] == nil {
		return 0
	}
	lead := l.cells[i][p]
	n := 0
	switch {
	case lead >= 0xC2 && lead <= 0xDF:
		n = 2
	case lead >= 0xE0 && lead <= 0xEF:
		n = 3
	case lead >= 0xF0 && lead <= 0xF4:
		n = 4
	}
	if n == 0 || i+n > len(l.runes) {
		return 0
	}
	buf[0] = lead
	for j := 1; j < n; j++ {
		c := l.cells[i+j]
		if c == nil || c[p] < 0x80 || c[p] > 0xBF {
			return 0
		}
		buf[j] = c[p]
	}
	return n
}

// lossy decodes a sequence of which the last byte has no character in page p
// and got lost, or became U+FFFD.
func (l *line) lossy(p codePage, i int, sofar []rune) (n int, decoded rune, ok bool) {
	if i+1 >= len(l.runes) || l.cells[i] == nil || l.cells[i+1] == nil {
		return 0, 0, false
	}
	start := [2]byte{l.cells[i][p], l.cells[i+1][p]}
	last, known := lostBytes[p][start]
	if !known {
		return 0, 0, false
	}
	inEmoji := len(sofar) > 0 && pictograph(sofar[len(sofar)-1])
	if last == 0x8F && !inEmoji {
		return 0, 0, false
	}
	n = 2
	if i+2 < len(l.runes) && l.runes[i+2] == '\uFFFD' {
		n = 3
	}
	if inEmoji && last == 0x9D && i+2 < len(l.runes) {
		if _, next, ok := l.sequence(p, i+2); ok && pictograph(next) {
			return n, '\u200D', true
		}
	}
	decoded, _ = utf8.DecodeRune([]byte{start[0], start[1], last})
	return n, decoded, true
}

// spaced reads what is left of windows-1252 damage after a no-break space has
// become a space and a soft hyphen has been dropped: "Ã la", "5Â km", "MarÃa".
func (l *line) spaced(i int) (run, bool) {
	r := l.runes[i]
	if r != 'Ã' && r != 'Â' || i+1 >= len(l.runes) {
		return run{}, false
	}
	var before rune
	if i > 0 {
		before = l.runes[i-1]
	}
	if classOf(before) == clUpper {
		return run{}, false
	}
	next := l.runes[i+1]
	switch {
	case r == 'Ã' && next == ' ':
		return run{page: cp1252, from: i, to: i + 1, text: []rune{'à'}}, true
	case r == 'Â' && next == ' ' && before != ' ' && before != 0:
		return run{page: cp1252, from: i, to: i + 1}, true
	case r == 'Ã' && classOf(before) == clLower && classOf(next) == clLower:
		return run{page: cp1252, from: i, to: i + 1, text: []rune{'í'}}, true
	}
	return run{}, false
}

// readable: a character somebody may have written.
func readable(r rune) bool {
	if r == '\uFFFD' || r == '\u200D' || r == '\uFEFF' || r == '\u00AD' || r >= 0x200B && r <= 0x200F {
		return true
	}
	if r >= 0xE0020 && r <= 0xE007F {
		return true // the letters of a region's flag
	}
	return r >= 0xA0 && unicode.IsGraphic(r) || r >= 0x80 && r <= 0x9F && bytesOf[r] != nil
}

// tidy drops what is invisible, gives stray C1 controls the meaning they have
// in windows-1252, and brings the line into NFC.
func tidy(s string) string {
	if plainASCII(s) {
		return s
	}
	rs := []rune(s)
	rtl := strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana)
	})
	out := make([]rune, 0, len(rs))
	for i, r := range rs {
		if r >= 0x80 && r <= 0x9F {
			if w := controlOf(r); w != 0 {
				out = append(out, w)
			}
			continue
		}
		if !junk(rs, i, rtl) {
			out = append(out, r)
		}
	}
	return norm.NFC.String(string(out))
}
