package article

// Kinds of blocks that reviews and guides are made of.
const (
	KindFAQ      Kind = "faq"
	KindProsCons Kind = "proscons"
	KindVerdict  Kind = "verdict"
)

// FAQ is a run of questions, each with its answer.
type FAQ struct {
	Questions []Question `json:"questions"`
	Place     Place      `json:"place"`
}

// Question is one question of a FAQ.
type Question struct {
	Text string `json:"text"`
	// Answer holds paragraphs, lists, quotes, tables and images, never a pick:
	// a question answered with a product is a section of the article.
	Answer Blocks `json:"answer"`
	// Heading is the heading the question was written as; nil if it was none
	// (<details>, front matter, JSON-LD).
	Heading *Heading `json:"heading,omitempty"`
	Place   Place    `json:"place"`
}

// Kind is "faq".
func (*FAQ) Kind() Kind { return KindFAQ }

// At is where the first question stands.
func (f *FAQ) At() Place { return f.Place }
func (f *FAQ) links(y func(string) bool) bool {
	for _, q := range f.Questions {
		for _, b := range q.Answer {
			if !b.links(y) {
				return false
			}
		}
	}
	return true
}
func (f *FAQ) words() int {
	n := 0
	for _, q := range f.Questions {
		n += Plain(q.Text).words()
		for _, b := range q.Answer {
			n += b.words()
		}
	}
	return n
}

// ProsCons are what speaks for and against something. One side may be empty.
type ProsCons struct {
	Pros Side `json:"pros"`
	Cons Side `json:"cons"`
	// Place is where the first side begins.
	Place Place `json:"place"`
}

// Side is one half of a ProsCons.
type Side struct {
	// Title is the author's name for it ("What we like", "Vorteile").
	Title string `json:"title"`
	Items []Item `json:"items"`
	// Heading is the heading the title was written as; nil if it was none.
	Heading *Heading `json:"heading,omitempty"`
}

// Kind is "proscons".
func (*ProsCons) Kind() Kind { return KindProsCons }

// At is where the first side begins.
func (p *ProsCons) At() Place { return p.Place }
func (p *ProsCons) links(y func(string) bool) bool {
	for _, side := range []Side{p.Pros, p.Cons} {
		if !(&List{Items: side.Items}).links(y) {
			return false
		}
	}
	return true
}
func (p *ProsCons) words() int {
	n := 0
	for _, side := range []Side{p.Pros, p.Cons} {
		n += Plain(side.Title).words() + (&List{Items: side.Items}).words()
	}
	return n
}

// Verdict is the box in which a review sums itself up.
type Verdict struct {
	// Title is the author's ("The verdict", "Bottom line", "Fazit").
	Title string `json:"title"`
	// Text holds paragraphs and lists, never a pick.
	Text Blocks `json:"text"`
	// Heading is the heading the title was written as; nil if it was none.
	Heading *Heading `json:"heading,omitempty"`
	Place   Place    `json:"place"`
}

// Kind is "verdict".
func (*Verdict) Kind() Kind { return KindVerdict }

// At is where the box begins.
func (v *Verdict) At() Place { return v.Place }
func (v *Verdict) links(y func(string) bool) bool {
	for _, b := range v.Text {
		if !b.links(y) {
			return false
		}
	}
	return true
}
func (v *Verdict) words() int {
	n := Plain(v.Title).words()
	for _, b := range v.Text {
		n += b.words()
	}
	return n
}
