package ingest

import (
	"strings"
)

var (
	labelFirst = compile(`^(.{2,60}?)\s*(?:[:：]|\s[–—|-])\s+(.+)$`)
	labelLast  = compile(`^(.{2,}\S)\s+[–—|-]\s+(.{2,60})$`)
	labelInEnd = compile(`^(.{2,}\S)\s+[(\[](.{2,50})[)\]]$`)
	labelAfter = compile(`^(.{2,}\S)\s?:\s+(.{2,60})$`)
	rank       = compile(`^(?:#\s?\d{1,2}|(?:No\.|Nr\.|N°|№)\s?\d{1,2}|\d{1,2}\s?[.)]|(?:Platz|Rang|Place|Puesto|Posto|Posição|Lugar)\s(?:n[.º°]\s?)?\d{1,2}\s?[:.)–—-])\s*[:.)–—-]?\s*`)
)

// unnumberedTitle takes "1.", "#2" and the like off a heading.
func unnumberedTitle(s string) string { return strings.TrimSpace(rank.ReplaceAllString(s, "")) }

// splitTitle parts "Best overall: Name" or "Name (Best overall)" into label
// and name. Both are empty when no part is a label; the name is empty when the
// whole is one.
func splitTitle(s string) (label, name string) {
	s = unnumberedTitle(strings.TrimSpace(s))
	if m := labelFirst.FindStringSubmatch(s); m != nil && isLabel(m[1]) {
		return oneLine(trimMarks(m[1])), oneLine(m[2])
	}
	for _, re := range []*pattern{labelInEnd, labelLast, labelAfter} {
		if m := re.FindStringSubmatch(s); m != nil && isLabel(m[2]) {
			return oneLine(trimMarks(m[2])), oneLine(m[1])
		}
	}
	return "", ""
}

// splitTrailing parts "Name — why" where the section is a pick for other
// reasons, so that what follows the dash is the label.
func splitTrailing(s string) (label, name string) {
	m := labelLast.FindStringSubmatch(s)
	if m == nil || len(strings.Fields(m[2])) > 7 || strings.ContainsAny(m[2], ".?!") || tailPrice.MatchString(m[2]) {
		return "", s
	}
	return oneLine(m[2]), oneLine(m[1])
}

// trimMarks takes emoji and other marks off both ends of a label.
func trimMarks(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !wordRune(r) && !strings.ContainsRune("()#'’!", r) })
}

// cleanName takes the price and marks off a product's name.
func cleanName(s string) string {
	s = strings.Trim(s, " :–—[]\\")
	if cut := apartPrice.ReplaceAllString(s, ""); hasWords(cut) {
		s = cut
	}
	if cut := tailPrice.ReplaceAllString(s, ""); hasWords(cut) {
		s = cut
	}
	s = strings.TrimLeftFunc(s, func(r rune) bool { return !wordRune(r) && !strings.ContainsRune("(\"'“‘#$", r) })
	return strings.TrimRight(s, " *") // the mark of a paid link is no part of the name
}
