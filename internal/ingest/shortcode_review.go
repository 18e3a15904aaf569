package ingest

import (
	"html"
	"strings"
)

// The codes for the parts of reviews are written as the HTML that the block
// readers know: <details> for a question, boxes whose names say what they are.

var (
	proKeys      = list(`pros|pro|advantages|positives|likes|vorteile|avantages|ventajas|vantagens|vantaggi`)
	conKeys      = list(`cons|con|disadvantages|negatives|dislikes|nachteile|inconvenients|desventajas|contras|desvantagens|svantaggi`)
	sideCode     = compile(`^(?:[a-z]+[_-])*(?:(pros?|positives?|advantages)|(cons?|negatives?|disadvantages))(?:[_-](?:box|list|column|section|item))?$`)
	verdictCode  = compile(`^(?:[a-z]+[_-])*(?:verdict|bottom[_-]?line|fazit|final[_-]?verdict|veredicto|verdetto)(?:[_-]?box)?$`)
	foldingCode  = compile(`accordion|collaps|toggle|spoiler|expand|details|faq`)
	questionCode = compile(`^(?:faq)?[_-]?question$`)
)

const (
	boxEnd     = "\n\n</div>\n\n"
	detailsEnd = "\n\n</details>\n\n"
)

func boxOf(name, title string) string {
	s := "\n\n<div class=\"" + name + "\">\n\n"
	if title != "" {
		s += "<p><strong>" + html.EscapeString(title) + "</strong></p>\n\n"
	}
	return s
}

func detailsOf(question string) string {
	return "\n\n<details><summary>" + html.EscapeString(question) + "</summary>\n\n"
}

// questionOf is the question a code holds: under a key of its own, or as the
// title of something that opens on a click.
func questionOf(name string, values map[string]string) string {
	if q := value(values, keyQuestion); q != "" {
		return q
	}
	title := value(values, list(`title|heading|summary|label|header|name`))
	if strings.Contains(name, "faq") || foldingCode.MatchString(name) && strings.HasSuffix(title, "?") {
		return title
	}
	return ""
}

// sideOfCode is the box a code of one side stands for, "" for other codes.
func sideOfCode(name string) string {
	m := sideCode.FindStringSubmatch(name)
	switch {
	case m == nil:
		return ""
	case m[1] != "":
		return "pros"
	}
	return "cons"
}

// question: a question with its answer.
func (w *codeWriter) question(c *code, inner string, end int) bool {
	n := 0
	for _, m := range append([]map[string]string{c.values}, c.items...) {
		q, a := questionOf(c.name, m), value(m, keyAnswer)
		if q == "" || a == "" && strings.TrimSpace(inner) == "" {
			continue
		}
		n++
		w.put(detailsOf(q) + a)
		if a == "" {
			w.end[end] = detailsEnd
			return true
		}
		w.put(detailsEnd)
	}
	if n == 0 && end > 0 && questionCode.MatchString(c.name) && short(strings.TrimSpace(inner), 250) {
		w.put("\n\n<h3 " + questionAttribute + "=\"" + questionMade + "\">")
		w.end[end] = "</h3>\n\n"
		return true
	}
	return n > 0
}

// sides: what speaks for and against something, as lists of a code or as what
// it encloses.
func (w *codeWriter) sides(c *code, end int) bool {
	box := sideOfCode(c.name)
	title := value(c.values, list(`title|heading|label`))
	switch {
	case bothSides(c) != "":
		w.put(bothSides(c))
		return true
	case box == "":
		return false
	case end > 0:
		w.put(boxOf(box, title))
		w.end[end] = boxEnd
		return true
	}
	points := codeList(c, list(`items|list|points|content|text`))
	if len(points) == 0 {
		return false
	}
	w.put(boxOf(box, title) + bulleted(points) + boxEnd)
	return true
}

// bothSides are the points a code lists for and against.
func bothSides(c *code) (out string) {
	if pros := codeList(c, proKeys); len(pros) > 0 {
		out = boxOf("pros", value(c.values, list(`pros_title|pro_title|pros_heading|pros_label`))) + bulleted(pros) + boxEnd
	}
	if cons := codeList(c, conKeys); len(cons) > 0 {
		out += boxOf("cons", value(c.values, list(`cons_title|con_title|cons_heading|cons_label`))) + bulleted(cons) + boxEnd
	}
	return out
}

// codeList are the texts a code lists under the first of the keys that has any.
func codeList(c *code, keys []string) []string {
	for _, k := range keys {
		if l := c.lists[k]; len(l) > 0 {
			return l
		}
		if s := strings.TrimSpace(c.values[k]); s != "" {
			sep := "\n"
			for _, x := range []string{"|", ";"} {
				if !strings.Contains(s, sep) {
					sep = x
				}
			}
			return strings.Split(s, sep)
		}
	}
	return nil
}

func bulleted(points []string) string {
	var b strings.Builder
	for _, p := range points {
		if p = oneLine(html.UnescapeString(p)); p != "" {
			b.WriteString("- " + p + "\n")
		}
	}
	return b.String()
}

// verdict: the box in which a review sums itself up.
func (w *codeWriter) verdict(c *code, inner string, end int) bool {
	text := strings.TrimSpace(html.UnescapeString(c.values["text"]))
	if s := value(c.values, keyText); s != "" {
		text = s
	}
	if !verdictCode.MatchString(c.name) || text == "" && strings.TrimSpace(inner) == "" {
		return false
	}
	w.put(boxOf("verdict", value(c.values, list(`title|heading|label`))) + text)
	if end > 0 {
		w.end[end] = boxEnd
	} else {
		w.put(boxEnd)
	}
	return true
}

// besidesProduct is what a product's code says of it besides: its points, and a
// verdict in a sentence.
func besidesProduct(c *code) string {
	out := bothSides(c)
	if s := value(c.values, list(`verdict|bottom_line|our_verdict`)); s != "" && !isBadge(s) {
		out += boxOf("verdict", "") + s + boxEnd
	}
	return out
}

// isBadge: the words are short enough to be a pick's label.
func isBadge(s string) bool {
	return short(s, 60) && len(strings.Fields(s)) <= 8 && !strings.ContainsRune(".!?", lastRune(s))
}
