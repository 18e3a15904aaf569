package ingest

import "slices"

// proves reports whether the sequence of n characters at i can be nothing but
// damage: no language writes them together.
func (l *line) proves(p codePage, i, n int, decoded rune) bool {
	switch {
	case n == 4:
		return decoded >= 0x1F000 && decoded <= 0x1FAFF
	case n < 3 && !(decoded == '\u201D' || decoded == '\u2190' || decoded == '\u2018'):
		return false
	case decoded >= 0x2010 && decoded <= 0x2026, decoded >= 0x2030 && decoded <= 0x203A,
		decoded == '€', decoded == '™', decoded == '\uFEFF', decoded == '\uFFFD':
		return true
	case decoded < 0x2100 || decoded > 0x2BFF || decoded>>8 == 0x28 || l.closing(i+1, i+n):
		return false
	}
	// An arrow, a dingbat or the like: unless a word runs into it or out of it.
	if i > 0 && scriptOf(l.runes[i-1]) != 0 && scriptOf(l.runes[i-1]) == scriptOf(l.runes[i]) {
		return false
	}
	return p != macRoman || i+n >= len(l.runes) || !classOf(l.runes[i+n]).letter()
}

// closing: nothing but marks that may close a quoted word stand in [from, to).
func (l *line) closing(from, to int) bool {
	for _, r := range l.runes[from:to] {
		if c := classOf(r); c != clQuote && c != clClose && c != clSpace {
			return false
		}
	}
	return true
}

// gain is by how much the stretch reads better decoded.
func (l *line) gain(r run) int {
	before := make([]rune, 0, r.to-r.from+5)
	after := make([]rune, 0, len(r.text)+5)
	for i := r.from - 2; i < r.from; i++ {
		if i >= 0 {
			before, after = append(before, l.runes[i]), append(after, l.runes[i])
		}
	}
	before = append(before, l.runes[r.from:r.to]...)
	after = append(after, r.text...)
	for i := r.to; i < min(r.to+3, len(l.runes)); i++ {
		before, after = append(before, l.runes[i]), append(after, l.runes[i])
	}
	gain := cost(before) - cost(after)
	if again, ok := decodedAgain(r.text); ok {
		head := min(2, r.from)
		tail := len(after) - len(r.text) - head
		twice := slices.Concat(after[:head], again, after[len(after)-tail:])
		gain = max(gain, cost(before)-cost(twice))
	}
	return gain
}

// decodedAgain is what a text that was damaged twice becomes when all of it is
// decoded once more: the first decoding alone reads no better.
func decodedAgain(text []rune) ([]rune, bool) {
	if len(text) < 2 {
		return nil, false
	}
	l := &line{runes: text, cells: make([]*cell, len(text))}
	for i, r := range text {
		if l.cells[i] = bytesOf[r]; l.cells[i] == nil {
			return nil, false
		}
	}
	for p := range pages {
		var out []rune
		at := 0
		for at < len(text) {
			n, decoded, ok := l.sequence(p, at)
			if !ok || !readable(decoded) {
				break
			}
			out, at = append(out, decoded), at+n
		}
		if at == len(text) {
			return out, true
		}
	}
	return nil, false
}

// alone: the stretch is a whole run of non-ASCII characters, and no word in
// capitals with a mark after it, so that it may be damage beside proven damage.
func (l *line) alone(r run) bool {
	if r.to < len(l.runes) && l.runes[r.to] >= 0x80 && l.runes[r.to] != '\u00a0' {
		return false
	}
	for _, t := range r.text {
		if t <= 0x9F || t > 0x5FF && (t < 0x2100 || t > 0x2BFF) {
			return false
		}
	}
	if r.from == 0 {
		return true
	}
	p, first := l.runes[r.from-1], l.runes[r.from]
	if p >= 0x80 {
		return false
	}
	capitals := classOf(p) == clUpper && classOf(first) == clUpper && scriptOf(first) == 'L' &&
		!(r.to < len(l.runes) && classOf(l.runes[r.to]) == clLower)
	return !capitals || len(r.text) > 1 || first == 'Ã' || first == 'Â'
}
