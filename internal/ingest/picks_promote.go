package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// promoteTitles makes headings of lines that read like a pick's title: those
// set in bold as a whole, and those whose label can name nothing but a pick
// ("Our pick: X"), with the text about it below.
func (d *draft) promoteTitles() {
	out := make([]article.Block, 0, len(d.blocks))
	for i, b := range d.blocks {
		p, ok := b.(*article.Paragraph)
		if !ok {
			out = append(out, b)
			continue
		}
		lines := linesOf(p.Text)
		title := lines[0]
		last := i+1 == len(d.blocks)
		switch {
		case len(lines) == 1 && !last && allSpans(title, func(s article.Span) bool { return s.Bold }) && pickTitle(title.String(), false),
			(len(lines) > 1 || !last && runningText(d.blocks[i+1])) && firstLink(title) == "" && pickTitle(title.String(), true):
			out = append(out, &article.Heading{Level: 6, Text: unbold(title), Place: p.Place})
			if len(lines) > 1 {
				rest := tidyText(p.Text[len(title)+1:])
				out = append(out, &article.Paragraph{Text: rest, Place: at(p.Place.Line+1, 1)})
			}
		default:
			out = append(out, b)
		}
	}
	d.blocks = out
}

// pickTitle: the line is a label and a name; firm asks for a label that names
// nothing but picks, and for a name that is no sentence.
func pickTitle(s string, firm bool) bool {
	if !short(s, 120) {
		return false
	}
	label, name := splitTitle(s)
	if label == "" || name == "" {
		return false
	}
	return !firm || firmLabel.MatchString(fold(label)) && short(name, 80) && !strings.HasSuffix(name, ".") && product(name)
}

// runningText: the block is a paragraph of at least a sentence.
func runningText(b article.Block) bool {
	p, ok := b.(*article.Paragraph)
	return ok && !p.Label && strings.ContainsAny(p.Text.String(), ".!") && len(p.Text.String()) > 30
}

func unbold(t article.Text) article.Text {
	for i := range t {
		t[i].Bold = false
	}
	return tidyText(t)
}
