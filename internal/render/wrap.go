package render

import (
	"strings"

	"github.com/rivo/uniseg"
)

// columns is the width of the text part: RFC 3676 asks for at most 78, and
// leaves room for a reply's "> ".
const columns = 72

// wrap breaks text into lines of at most 72 columns: first goes before the
// first line, rest before the others; "\n" in s is a break of the author's. A
// word that is longer, such as an address, gets a line of its own, unbroken.
func wrap(first, rest, s string) string {
	var lines []string
	indent := first
	for _, part := range strings.Split(s, "\n") {
		for _, l := range fill(strings.Fields(spaced(part)), indent, rest) {
			lines = append(lines, strings.TrimRight(l, " "))
		}
		indent = rest
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), heldSpace, nbsp)
}

// heldSpace stands for a no-break space while words are told apart.
const heldSpace = "\x02"

func spaced(s string) string { return strings.ReplaceAll(s, nbsp, heldSpace) }

func fill(words []string, first, rest string) []string {
	var lines []string
	line, indent := []string{}, first
	width := uniseg.StringWidth(first)
	flush := func(next []string) {
		lines = append(lines, indent+strings.Join(line, " "))
		line, indent = next, rest
		width = uniseg.StringWidth(rest) + uniseg.StringWidth(strings.Join(next, " "))
	}
	for _, w := range words {
		n := uniseg.StringWidth(w)
		switch {
		case len(line) == 0:
			line, width = append(line, w), width+n
		case width+1+n <= columns:
			line, width = append(line, w), width+1+n
		case w == "From" && rest == "" && len(line) > 1: // see guard
			last := line[len(line)-1]
			line = line[:len(line)-1]
			flush([]string{last, w})
		default:
			flush([]string{w})
		}
	}
	flush(nil)
	return lines
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
func underlined(mark, s string) string {
	s = wrap("", "", s)
	longest := 0
	for _, l := range strings.Split(s, "\n") {
		longest = max(longest, uniseg.StringWidth(l))
	}
	return s + "\n" + strings.Repeat(mark, longest)
}

func rule(mark string) string { return strings.Repeat(mark, columns) }

// hang is as much space as a mark takes.
func hang(mark string) string { return strings.Repeat(" ", uniseg.StringWidth(mark)) }
