package article

// Kinds of blocks made of items.
const (
	KindList  Kind = "list"
	KindTips  Kind = "tips"
	KindTable Kind = "table"
)

// ListStyle is the look of a list.
type ListStyle string

// List styles.
const (
	Bulleted ListStyle = "bulleted"
	Numbered ListStyle = "numbered"
	// Check is a list whose items the author ticked (✅, ✓, [x]).
	Check ListStyle = "check"
)

// List is a list; items can hold lists.
type List struct {
	Style ListStyle `json:"style"`
	Items []Item    `json:"items"`
	Place Place     `json:"place"`
}

// Item is one entry of a list.
type Item struct {
	Text Text `json:"text"`
	// Sub is the list inside the item, or nil.
	Sub   *List `json:"sub,omitempty"`
	Place Place `json:"place"`
}

// Kind is "list".
func (*List) Kind() Kind { return KindList }

// At is where the list begins.
func (l *List) At() Place { return l.Place }
func (l *List) links(y func(string) bool) bool {
	for _, it := range l.Items {
		if !it.Text.links(y) || it.Sub != nil && !it.Sub.links(y) {
			return false
		}
	}
	return true
}
func (l *List) words() int {
	n := 0
	for _, it := range l.Items {
		n += it.Text.words()
		if it.Sub != nil {
			n += it.Sub.words()
		}
	}
	return n
}

// Tips are short cards that stand side by side: a name and a text each.
type Tips struct {
	Cards []Tip `json:"cards"`
	Place Place `json:"place"`
}

// Tip is one card. Note is the trailing "(…)" of its title.
type Tip struct {
	Title string `json:"title"`
	Note  string `json:"note,omitempty"`
	Text  Text   `json:"text"`
	Place Place  `json:"place"`
}

// Kind is "tips".
func (*Tips) Kind() Kind { return KindTips }

// At is where the first card begins.
func (t *Tips) At() Place { return t.Place }
func (t *Tips) links(y func(string) bool) bool {
	for _, c := range t.Cards {
		if !c.Text.links(y) {
			return false
		}
	}
	return true
}
func (t *Tips) words() int {
	n := 0
	for _, c := range t.Cards {
		n += Plain(c.Title).words() + c.Text.words()
	}
	return n
}

// Table is a table of data with one row of column heads.
type Table struct {
	Caption string   `json:"caption,omitempty"`
	Head    []Text   `json:"head"`
	Rows    [][]Text `json:"rows"`
	Place   Place    `json:"place"`
}

// Kind is "table".
func (*Table) Kind() Kind { return KindTable }

// At is where the table begins.
func (t *Table) At() Place { return t.Place }
func (t *Table) links(y func(string) bool) bool {
	for _, row := range append([][]Text{t.Head}, t.Rows...) {
		for _, c := range row {
			if !c.links(y) {
				return false
			}
		}
	}
	return true
}
func (t *Table) words() int {
	n := 0
	for _, row := range append([][]Text{t.Head}, t.Rows...) {
		for _, c := range row {
			n += c.words()
		}
	}
	return n
}
