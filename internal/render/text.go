package render

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/broadsheet/broadsheet/templates"
)

// textSet is the text part's templates: as they are, and for blocks that stand
// indented within another one.
type textSet struct {
	set, within *template.Template
	budget      *budget
}

// within is how far blocks within a block are indented.
const within = "  "

func parseText(theme *Theme) (*textSet, error) {
	t := &textSet{budget: theme.budget}
	full, less := measure(columns), measure(columns-len(within))
	funcs := full.funcs(t)
	set, err := template.New("").Funcs(funcs).ParseFS(templates.FS, "email/blocks/*.txt")
	if err != nil {
		return nil, fmt.Errorf("the text part's templates: %w", err)
	}
	err = theme.over.apply("blocks", ".txt", funcs, func(name string, tree *parse.Tree) error {
		_, err := set.AddParseTree(name, tree)
		return err
	})
	if err != nil {
		return nil, err
	}
	t.set = set
	if t.within, err = set.Clone(); err != nil {
		return nil, fmt.Errorf("the text part's templates: %w", err)
	}
	t.within.Funcs(less.funcs(t))
	return t, nil
}

// funcs are the template functions of a text set in m columns.
func (m measure) funcs(t *textSet) template.FuncMap {
	f := template.FuncMap{
		"flow":       m.flow,
		"wrap":       m.wrap,
		"rule":       m.rule,
		"hang":       hang,
		"underlined": m.underlined,
		"indented":   func(indent string, l *listView) indentedList { return indentedList{l, indent} },
		"grid":       m.grid,
		"refs":       m.tableRefs,
		"links":      m.links,
		"within":     t.indented,
		"next":       func(i int) int { return i + 1 },
	}
	if t.budget != nil {
		return t.budget.metered(f)
	}
	return f
}

type indentedList struct {
	*listView
	Indent string
}

// piece is one block of the text part and the empty lines it wants around it.
type piece struct {
	name         string
	data         any
	above, below int
}

func (t *textSet) render(v *view) (string, error) {
	out, err := t.joined(t.set, v.pieces())
	return guard(out) + "\n", err
}

// indented is blocks that stand within another one.
func (t *textSet) indented(bs []block) (string, error) {
	pieces := make([]piece, len(bs))
	for i, b := range bs {
		pieces[i] = pieceOf(b)
	}
	out, err := t.joined(t.within, pieces)
	lines := strings.Split(out, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = within + l
		}
	}
	return strings.Join(lines, "\n"), err
}

func pieceOf(b block) piece {
	above := 1
	if h, ok := b.Data.(headingView); ok && h.Level == 2 {
		above = 2
	}
	return piece{string(b.Kind), b.Data, above, 1}
}

// joined is the pieces with the empty lines they want between them.
func (t *textSet) joined(set *template.Template, pieces []piece) (string, error) {
	var out strings.Builder
	out.Grow(partSize / 8)
	below := 0
	for _, p := range pieces {
		var b strings.Builder
		if err := set.ExecuteTemplate(t.budget.writer(&b), p.name+".txt", p.data); err != nil {
			return "", err
		}
		text := strings.Trim(b.String(), "\n")
		if text == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteString(strings.Repeat("\n", 1+max(below, p.above)))
		}
		out.WriteString(text)
		below = p.below
	}
	return out.String(), nil
}

// ref is a link as the text part shows it: a line that says what it is, then
// the address on a line of its own.
type ref struct {
	label, href string
	end         int // where its words end in the text, in bytes
}

// notes are the links of a text part that has them at its end, by number.
type notes struct{ Addresses []string }

// number is an address's, from 1.
func (n *notes) number(address string) int {
	i := slices.Index(n.Addresses, address)
	if i < 0 {
		i, n.Addresses = len(n.Addresses), append(n.Addresses, address)
	}
	return i + 1
}

// numberLinks gathers the links of all articles' texts in one list, if the
// theme wants that.
func (e *edition) numberLinks(v *view) {
	if e.theme.tokens.Text.Links != linksNumbered {
		return
	}
	v.Notes = &notes{}
	for _, c := range append(e.composers(), e.composer) {
		c.notes = v.Notes
	}
}

// cited is a text's words with a number behind each link, and no links to be
// listed; without numbers it is prose.
func (r rich) cited() (s string, refs []ref, end int) {
	if r.c == nil || r.c.notes == nil {
		return r.prose()
	}
	s, refs, _ = r.prose()
	var b strings.Builder
	from := 0
	for _, x := range refs {
		b.WriteString(s[from:x.end])
		fmt.Fprintf(&b, " [%d]", r.c.notes.number(x.href))
		from = x.end
	}
	b.WriteString(s[from:])
	return b.String(), nil, 0
}

// prose is a text's words and its links; end is where the words of the last
// link end, in bytes.
func (r rich) prose() (s string, refs []ref, end int) {
	var b strings.Builder
	spans := r.text
	for i := 0; i < len(spans); {
		from := b.Len()
		first := spans[i]
		for next := true; next; next = i < len(spans) && first.Href != "" && spans[i].Href == first.Href {
			if spans[i].Break {
				b.WriteByte('\n')
			}
			b.WriteString(dropControls(spans[i].Text))
			i++
		}
		if first.Href == "" {
			continue
		}
		d := r.c.follow(first.Href, inMail)
		if d.Href == "" {
			continue
		}
		label := strings.TrimSpace(strings.ReplaceAll(b.String()[from:], "\n", " "))
		if d.Amazon {
			label += " " + r.c.PaidLink
			b.WriteString(" " + r.c.PaidLink)
		}
		end = b.Len()
		for end > 0 && b.String()[end-1] == ' ' {
			end-- // a number or colon stands at the word
		}
		refs = append(refs, ref{label, d.Href, end})
	}
	return b.String(), refs, end
}

// flow wraps a text and puts its links under it. A text that ends with its
// only link leads to it with a colon.
func (m measure) flow(first, rest string, r rich) string {
	s, refs, end := r.cited()
	if len(refs) == 1 && strings.Trim(s[end:], " .!?…") == "" {
		return m.wrap(first, rest, strings.TrimRight(s[:end], " .:")+":") + "\n" + rest + refs[0].href
	}
	out := m.wrap(first, rest, s)
	if len(refs) > 0 && first == rest {
		out += "\n" + strings.TrimRight(rest, " ")
	}
	return out + m.listed(rest, refs)
}

// links are a text's links alone.
func (m measure) links(r rich) string {
	_, refs, _ := r.prose()
	return m.listed("", refs)
}

func (m measure) listed(indent string, refs []ref) string {
	var b strings.Builder
	for _, r := range refs {
		if r.label != "" && r.label != r.href {
			b.WriteString("\n" + m.wrap(indent, indent, strings.TrimRight(r.label, " :")+":"))
		}
		b.WriteString("\n" + indent + r.href)
	}
	return b.String()
}

// between is the space between a table's columns.
const between = 3

// grid is a table in columns, or "" if it is too wide for that.
func (m measure) grid(v tableView) string {
	rows := v.Rows
	if len(v.Head) > 0 {
		rows = append([][]rich{v.Head}, rows...)
	}
	var widths []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			s, _, _ := cell.cited()
			widths[i] = max(widths[i], width(s))
		}
	}
	total := between * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	if total > int(m) || len(widths) == 0 {
		return ""
	}
	var b strings.Builder
	for n, r := range rows {
		for i, cell := range r {
			s, _, _ := cell.cited()
			b.WriteString(strings.ReplaceAll(s, "\n", " "))
			b.WriteString(strings.Repeat(" ", widths[i]-width(s)+between))
		}
		b.WriteByte('\n')
		if n == 0 && len(v.Head) > 0 {
			for _, w := range widths {
				b.WriteString(strings.Repeat("-", w) + strings.Repeat(" ", between))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// tableRefs are the links of a table that grid has drawn.
func (m measure) tableRefs(v tableView) string {
	var refs []ref
	for _, r := range append([][]rich{v.Head}, v.Rows...) {
		for _, cell := range r {
			_, more, _ := cell.cited()
			refs = append(refs, more...)
		}
	}
	return m.listed("", refs)
}
