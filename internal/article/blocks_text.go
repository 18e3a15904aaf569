package article

// Kinds of text blocks.
const (
	KindHeading   Kind = "heading"
	KindParagraph Kind = "paragraph"
	KindQuote     Kind = "quote"
	KindDivider   Kind = "divider"
)

// Heading opens a section. Level is 2 to 6; 1 is the article's title and is
// never a block.
type Heading struct {
	Level int   `json:"level"`
	Text  Text  `json:"text"`
	Place Place `json:"place"`
}

// Kind is "heading".
func (*Heading) Kind() Kind { return KindHeading }

// At is where the heading stands.
func (h *Heading) At() Place                      { return h.Place }
func (h *Heading) links(y func(string) bool) bool { return h.Text.links(y) }
func (h *Heading) words() int                     { return h.Text.words() }

// Paragraph is running text. Label marks a short line that names the list
// after it ("Common Symptoms:").
type Paragraph struct {
	Text  Text  `json:"text"`
	Label bool  `json:"label,omitempty"`
	Place Place `json:"place"`
}

// Kind is "paragraph".
func (*Paragraph) Kind() Kind { return KindParagraph }

// At is where the paragraph begins.
func (p *Paragraph) At() Place                      { return p.Place }
func (p *Paragraph) links(y func(string) bool) bool { return p.Text.links(y) }
func (p *Paragraph) words() int                     { return p.Text.words() }

// Quote is somebody else's words, paragraph by paragraph.
type Quote struct {
	Paragraphs []Text `json:"paragraphs"`
	// Source is who said it; "" if the article does not say.
	Source string `json:"source,omitempty"`
	Place  Place  `json:"place"`
}

// Kind is "quote".
func (*Quote) Kind() Kind { return KindQuote }

// At is where the quote begins.
func (q *Quote) At() Place { return q.Place }
func (q *Quote) links(y func(string) bool) bool {
	for _, t := range q.Paragraphs {
		if !t.links(y) {
			return false
		}
	}
	return true
}
func (q *Quote) words() int {
	n := 0
	for _, t := range q.Paragraphs {
		n += t.words()
	}
	return n
}

// Divider is a thematic break.
type Divider struct {
	Place Place `json:"place"`
}

// Kind is "divider".
func (*Divider) Kind() Kind { return KindDivider }

// At is where the divider stands.
func (d *Divider) At() Place                  { return d.Place }
func (*Divider) links(func(string) bool) bool { return true }
func (*Divider) words() int                   { return 0 }
