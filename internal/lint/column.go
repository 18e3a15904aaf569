package lint

import "strings"

// hardBreak ends a paragraph in the texts of a page. It is no space for a
// pattern, so that no sentence is read across it.
const hardBreak = '\x1d'

// column is one of the texts of a page while it is being read: single spaces,
// single hard breaks.
type column struct {
	b    strings.Builder
	last byte
}

func (c *column) Len() int       { return c.b.Len() }
func (c *column) String() string { return c.b.String() }

// add writes text; runs of spaces become one.
func (c *column) add(s string) {
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if ch == hardBreak {
			ch = ' '
		}
		if ch == ' ' && (c.last == ' ' || c.last == hardBreak || c.last == 0) {
			continue
		}
		c.b.WriteByte(ch)
		c.last = ch
	}
}

// breakOff ends a paragraph.
func (c *column) breakOff() {
	if c.last != hardBreak && c.last != 0 {
		c.b.WriteByte(hardBreak)
		c.last = hardBreak
	}
}

// addOrBreak writes text, or ends the paragraph where the text isn't for this
// column: no sentence goes on over what some readers don't see.
func (c *column) addOrBreak(s string, ok bool) {
	if ok {
		c.add(s)
	} else {
		c.breakOff()
	}
}

// flat is a text of a page without the line ends of the text part; offsets
// stay what they are.
func flat(s string) string { return strings.ReplaceAll(s, "\n", " ") }
