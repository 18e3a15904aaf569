package render

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

type tableView struct {
	Caption rich
	Head    []rich
	Rows    [][]rich
	Form    form
	// Break is how words of columns may break; shares are the columns' widths
	// in percent where they may: else each would be given less than its words
	// need, for the sake of another's long text.
	Break  string
	shares []int
}

// form is how a table of data is shown: it depends on what its columns need.
type form string

const (
	// columnsAlways: it fits a phone.
	columnsAlways form = "columns"
	// columnsWide: columns where there is room, on phones an entry per row.
	// Where the style block is dropped a phone shows narrow columns.
	columnsWide form = "wide"
	// recordsAlways: an entry per row everywhere.
	recordsAlways form = "records"
)

// What a table may need, in px: on the smallest phone, there with words that
// must not break, in the mail's measure, and on a phone whose mail program
// drops the style block.
const (
	phoneMeasure = 272
	wideMeasure  = 520
	bareMeasure  = 300
	surelyFits   = 216 // the smallest phone with the gutters of the desktop, and room for capitals

	charWidth  = 8  // px of the small type, more than the average
	cellSpace  = 12 // px beside a cell's text
	mostFields = 5  // columns that can still be taken in at a glance
	mostLines  = 3  // of a cell beside others
)

func (b *builder) table(t *article.Table) tableView {
	words, cells := needs(t)
	v := tableView{Caption: b.plain(t.Caption), Head: b.cells(t.Head), Form: formOf(words, cells), Break: "normal"}
	if v.Form == columnsWide {
		v.Break, v.shares = "break-word", shares(words, cells)
	}
	for _, r := range t.Rows {
		v.Rows = append(v.Rows, b.cells(r))
	}
	return v
}

// Labelled reports whether a cell carries its column's head for phones.
func (v tableView) Labelled(n int) bool {
	return v.Form == columnsWide && n > 0 && !v.Of(n).Empty()
}

// Share is the width of the nth column in percent, 0 if it finds its own.
func (v tableView) Share(n int) int {
	if n < len(v.shares) {
		return v.shares[n]
	}
	return 0
}

// shares gives each column what its longest word needs, or more if its longest
// cell would take too many lines: so it holds on a narrow screen too.
func shares(words, cells []int) []int {
	needs, sum := make([]int, len(words)), 0
	for i := range words {
		needs[i] = (1+max(words[i], (cells[i]+mostLines-1)/mostLines))*charWidth + cellSpace // one more, for capitals
		sum += needs[i]
	}
	for i := range needs {
		needs[i] = needs[i] * 100 / sum
	}
	return needs
}

// formOf decides a table's form by its columns' longest words and cells.
func formOf(words, cells []int) form {
	switch {
	case least(words) <= surelyFits && fits(words, cells, phoneMeasure):
		return columnsAlways
	case len(words) <= mostFields && least(words) <= bareMeasure && fits(words, cells, wideMeasure):
		return columnsWide
	}
	return recordsAlways
}

// needs is each column's longest word and longest cell, in characters.
func needs(t *article.Table) (words, cells []int) {
	for _, row := range append([][]article.Text{t.Head}, t.Rows...) {
		for i, cell := range row {
			if i == len(words) {
				words, cells = append(words, 0), append(cells, 0)
			}
			s := cell.String()
			cells[i] = max(cells[i], width(s))
			for w := range strings.FieldsSeq(s) {
				words[i] = max(words[i], width(w))
			}
		}
	}
	return words, cells
}

// least is how wide columns of those words are at the least, in px.
func least(words []int) int {
	n := 0
	for _, w := range words {
		n += w*charWidth + cellSpace
	}
	return n
}

// fits reports whether no word need be broken and no cell grow too tall in
// that measure: what the longest words leave is shared out among the columns
// that could use it.
func fits(words, cells []int, measure int) bool {
	spare := measure - least(words)
	if spare < 0 {
		return false
	}
	wanting := 0
	for i := range words {
		// A line rarely fills to its end: a column of n characters holds about
		// four fifths of that.
		short := (cells[i]*5/4+mostLines-1)/mostLines - words[i]
		if cells[i] > words[i] {
			wanting += max(0, short) * charWidth
		}
	}
	return wanting <= spare
}

func (b *builder) cells(row []article.Text) []rich {
	out := make([]rich, len(row))
	for i, t := range row {
		out[i] = b.rich(t)
	}
	return out
}

// Of is the head of the nth column, empty if it has none.
func (v tableView) Of(n int) rich {
	if n < len(v.Head) {
		return v.Head[n]
	}
	return rich{}
}

// Valign aligns a row's cells: in the middle if one of them is a link alone,
// which is taller than its text.
func (v tableView) Valign(row []rich) string {
	for _, cell := range row {
		if len(cell.text) > 0 && linkedWhole(cell.text) {
			return "middle"
		}
	}
	return "top"
}

func linkedWhole(t article.Text) bool {
	for _, s := range t {
		if s.Href == "" || s.Href != t[0].Href {
			return false
		}
	}
	return true
}

// Named is a cell with its column's head before it.
func (v tableView) Named(n int, cell rich) rich {
	if head := v.Of(n); !head.Empty() {
		return cell.withText(append(article.Text{{Text: head.String() + ": "}}, cell.text...))
	}
	return cell
}
