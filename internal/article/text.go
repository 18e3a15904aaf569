package article

import "strings"

// Text is a run of inline content: what a paragraph, a list item or a table
// cell holds.
type Text []Span

// Span is a stretch of text with one look and one target.
type Span struct {
	Text   string `json:"text"`
	Bold   bool   `json:"bold,omitempty"`
	Italic bool   `json:"italic,omitempty"`
	Code   bool   `json:"code,omitempty"`
	// Href is the absolute address a link leads to.
	Href string `json:"href,omitempty"`
	// Break is a line break the author put inside a paragraph; Text is "".
	Break bool `json:"break,omitempty"`
}

// Plain makes a Text of one span without look or link.
func Plain(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Text: s}}
}

// String is the text without look and links; a break becomes a space.
func (t Text) String() string {
	if len(t) == 1 && !t[0].Break {
		return t[0].Text
	}
	n := 0
	for _, s := range t {
		n += len(s.Text) + 1
	}
	var b strings.Builder
	b.Grow(n)
	for _, s := range t {
		if s.Break {
			b.WriteByte(' ')
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// Empty reports whether nothing can be seen of t.
func (t Text) Empty() bool {
	for _, s := range t {
		if strings.TrimSpace(s.Text) != "" {
			return false
		}
	}
	return true
}

func (t Text) words() int { return len(strings.Fields(t.String())) }

func (t Text) links(yield func(string) bool) bool {
	for _, s := range t {
		if s.Href != "" && !yield(s.Href) {
			return false
		}
	}
	return true
}
