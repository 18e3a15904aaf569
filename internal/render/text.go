package render

import (
	"fmt"
	"strings"
	"text/template"

	"github.com/broadsheet/broadsheet/templates"
)

// textSet is the text part's templates.
type textSet struct{ set *template.Template }

func parseText() (textSet, error) {
	set, err := template.New("").Funcs(template.FuncMap{
		"flow":       flow,
		"wrap":       wrap,
		"rule":       rule,
		"hang":       hang,
		"underlined": underlined,
		"indented":   func(indent string, l *listView) indentedList { return indentedList{l, indent} },
		"grid":       grid,
		"refs":       tableRefs,
		"links":      links,
	}).ParseFS(templates.FS, "email/blocks/*.txt")
	if err != nil {
		return textSet{}, fmt.Errorf("the text part's templates: %w", err)
	}
	return textSet{set}, nil
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

func (t textSet) render(v *view) (string, error) {
	pieces := []piece{{"masthead", v, 0, 1}}
	add := func(is bool, name string, above, below int) {
		if is {
			pieces = append(pieces, piece{name, v, above, below})
		}
	}
	add(len(v.Disclosures) > 0, "disclosure", 1, 1)
	add(true, "title", 2, 2)
	if v.Hero != nil {
		pieces = append(pieces, piece{"image", v.Hero, 1, 1})
	}
	add(!v.Standfirst.Empty(), "standfirst", 1, 1)
	add(len(v.Takeaways) > 0, "takeaways", 1, 1)
	for _, b := range v.Body {
		above := 1
		if h, ok := b.Data.(headingView); ok && h.Level == 2 {
			above = 2
		}
		pieces = append(pieces, piece{string(b.Kind), b.Data, above, 1})
	}
	add(!v.Author.Empty(), "author", 2, 1)
	add(v.Disclaimer != nil, "disclaimer", 1, 1)
	add(true, "footer", 1, 1)

	var out strings.Builder
	out.Grow(partSize)
	below := 0
	for _, p := range pieces {
		var b strings.Builder
		if err := t.set.ExecuteTemplate(&b, p.name+".txt", p.data); err != nil {
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
	return guard(out.String()) + "\n", nil
}

// ref is a link as the text part shows it: a line that says what it is, then
// the address on a line of its own.
type ref struct{ label, href string }

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
		refs, end = append(refs, ref{label, d.Href}), b.Len()
	}
	return b.String(), refs, end
}

// flow wraps a text and puts its links under it. A text that ends with its
// only link leads to it with a colon.
func flow(first, rest string, r rich) string {
	s, refs, end := r.prose()
	if len(refs) == 1 && strings.Trim(s[end:], " .!?…") == "" {
		return wrap(first, rest, strings.TrimRight(s[:end], " .:")+":") + "\n" + rest + refs[0].href
	}
	out := wrap(first, rest, s)
	if len(refs) > 0 && first == rest {
		out += "\n" + strings.TrimRight(rest, " ")
	}
	return out + listed(rest, refs)
}

// links are a text's links alone.
func links(r rich) string {
	_, refs, _ := r.prose()
	return listed("", refs)
}

func listed(indent string, refs []ref) string {
	var b strings.Builder
	for _, r := range refs {
		if r.label != "" && r.label != r.href {
			b.WriteString("\n" + wrap(indent, indent, strings.TrimRight(r.label, " :")+":"))
		}
		b.WriteString("\n" + indent + r.href)
	}
	return b.String()
}

// between is the space between a table's columns.
const between = 3

// grid is a table in columns, or "" if it is too wide for that.
func grid(v tableView) string {
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
			s, _, _ := cell.prose()
			widths[i] = max(widths[i], width(s))
		}
	}
	total := between * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	if total > columns || len(widths) == 0 {
		return ""
	}
	var b strings.Builder
	for n, r := range rows {
		for i, cell := range r {
			s, _, _ := cell.prose()
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
func tableRefs(v tableView) string {
	var refs []ref
	for _, r := range append([][]rich{v.Head}, v.Rows...) {
		for _, cell := range r {
			_, more, _ := cell.prose()
			refs = append(refs, more...)
		}
	}
	return listed("", refs)
}
