package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

var cellGap = compile(`[ \t]+\|[ \t]+|\t+| {2,}`)

// tableOf recognises columns: lines with the same number of cells, set apart
// by tabs, bars or two spaces. n is the number of lines, 0 if there is none.
func tableOf(c []textLine) (t *article.Table, n int) {
	var rows [][]string
	for _, l := range c {
		s := strings.Trim(l.s, "| \t")
		if strings.Trim(s, "-+=| :") == "" && len(rows) > 0 {
			n++
			continue // the line under the column heads
		}
		cells := cellGap.Split(s, -1)
		if len(cells) < 2 || len(rows) > 0 && len(cells) != len(rows[0]) || listLine(l.s) {
			break
		}
		rows = append(rows, cells)
		n++
	}
	if len(rows) < 3 && !(len(rows) == 2 && strings.ContainsAny(c[0].s, "\t|")) {
		return nil, 0
	}
	t = &article.Table{Place: c[0].place(), Head: cellTexts(rows[0])}
	for _, r := range rows[1:] {
		t.Rows = append(t.Rows, cellTexts(r))
	}
	return t, n
}

func cellTexts(cells []string) []article.Text {
	out := make([]article.Text, len(cells))
	for i, c := range cells {
		out[i] = tidyText(autolink(c))
	}
	return out
}
