package render

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// columns is the width of the text part: RFC 3676 asks for at most 78, and
// leaves room for a reply's "> ".
const columns = 72

// measure is a number of columns that a text is set in.
type measure int

// wrap breaks text into lines of the measure: first goes before the
// first line, rest before the others; "\n" in s is a break of the author's. A
// word that is longer, such as an address, gets a line of its own, unbroken.
func (m measure) wrap(first, rest, s string) string {
	f := filler{measure: int(m), indent: first, rest: rest}
	for i, part := range strings.Split(s, "\n") {
		if i > 0 {
			f.flush()
		}
		for w := range strings.FieldsFuncSeq(part, breaking) {
			f.word(w)
		}
	}
	f.flush()
	return strings.TrimSuffix(f.out.String(), "\n")
}

func breaking(r rune) bool { return unicode.IsSpace(r) && r != '\u00a0' }

// filler fills lines with words.
type filler struct {
	measure int
	out     strings.Builder
	indent  string // before the next line
	rest    string // before the lines after it
	line    []byte
	used    int // columns, with the indent
	last    int // where the line's last word begins
}

func (f *filler) word(w string) {
	if width(w) <= f.measure || !strings.ContainsFunc(w, unspaced) {
		f.add(w, " ")
		return
	}
	// Scripts without spaces break where Unicode lets them (UAX 14).
	for state, piece := -1, ""; w != ""; {
		sep := ""
		if piece == "" {
			sep = " "
		}
		piece, w, _, state = uniseg.FirstLineSegmentInString(w, state)
		f.add(piece, sep)
	}
}

func (f *filler) add(w, sep string) {
	n := width(w)
	switch {
	case len(f.line) == 0:
		f.begin(w, n)
	case f.used+len(sep)+n <= f.measure:
		f.line = append(f.line, sep...)
		f.last = len(f.line)
		f.line = append(f.line, w...)
		f.used += len(sep) + n
	case w == "From" && f.rest == "" && f.last > 0: // see guard
		moved := string(f.line[f.last:])
		f.line = f.line[:f.last]
		f.flush()
		f.begin(moved, width(moved))
		f.add(w, sep)
	default:
		f.flush()
		f.begin(w, n)
	}
}

func (f *filler) begin(w string, n int) {
	f.line, f.last = append(f.line, w...), 0
	f.used = width(f.indent) + n
}

// flush ends the line, without white space at its end.
func (f *filler) flush() {
	if len(f.line) == 0 {
		f.out.WriteString(strings.TrimRight(f.indent, " "))
	} else {
		f.out.WriteString(f.indent)
		f.out.Write(bytes.TrimRight(f.line, " "))
	}
	f.out.WriteByte('\n')
	f.line, f.indent = f.line[:0], f.rest
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// guard keeps mail programs from reading something into a line: "From " at the
// beginning (mailboxes quote it), a lone dot (the end of an SMTP message) and
// "-- " (what follows would be hidden as a signature).
func guard(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, " \t")
		if strings.HasPrefix(l, "From ") || l == "From" || l == "." || l == "--" {
			l = " " + l
		}
		lines[i] = l
	}
	return strings.Join(lines, "\n")
}

// underlined is a headline with a line of marks under it as long as itself.
func (m measure) underlined(mark, s string) string {
	s = m.wrap("", "", s)
	longest := 0
	for _, l := range strings.Split(s, "\n") {
		longest = max(longest, width(l))
	}
	return s + "\n" + strings.Repeat(mark, longest)
}

func (m measure) rule(mark string) string { return strings.Repeat(mark, int(m)) }

// hang is as much space as a mark takes.
func hang(mark string) string { return strings.Repeat(" ", width(mark)) }

// width is how many columns a text takes on a terminal.
func width(s string) int {
	n := 0
	for _, r := range s {
		if r < ' ' || r >= 0x300 && (r < 0x2010 || r > 0x2027) {
			return uniseg.StringWidth(s)
		}
		n++
	}
	return n
}
