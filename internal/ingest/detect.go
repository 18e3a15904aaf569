package ingest

import (
	"path"
	"strings"
)

var (
	htmlStart = compile(`(?i)^(<!doctype html|<html|<head|<body|<article|<main|<div|<p[ >]|<h[1-6][ >])`)
	xmlHead   = compile(`(?s)^<\?xml.*?\?>\s*(<!--.*?-->\s*)*`)

	mdMarks = []*pattern{
		compile(`(?m)^#{1,6}[ \t]+\S`),
		compile(`!?\[[^\]\n]+\]\((https?://|/|#|\.|mailto:)[^)\n]*\)`),
		compile(`(?m)^(\x60{3}|~~~)`),
		compile(`(?m)^\[[^\]\n]+\]:[ \t]+\S`),
		compile(`\*\*[^*\s][^*\n]*\*\*`),
		compile(`(?m)^\|?[ \t]*:?-{3,}:?[ \t]*\|`),
		compile(`(?m)^[-*+][ \t]+\[[ xX]\][ \t]`),
	}
)

// detect finds the format by the content; the name decides only between
// Markdown and text when the content has no marks of either.
func detect(name, text string) Format {
	head := strings.TrimSpace(clip(strings.TrimPrefix(text, "\ufeff"), 64<<10))
	if frontMatterStart(head) {
		return Markdown
	}
	ext := strings.ToLower(path.Ext(name))
	markdown := ext == ".md" || ext == ".mdx" || ext == ".markdown"
	rest := xmlHead.ReplaceAllString(head, "")
	switch {
	case feedKind(head) != "":
		return Feed
	case pageStart(rest) && !markdown, len(rest) != len(head):
		return HTML
	case markdown:
		return Markdown
	}
	kinds, n := 0, 0
	for _, m := range mdMarks {
		if found := len(m.FindAllStringIndex(head, 3)); found > 0 {
			kinds++
			n += found
		}
	}
	if kinds >= 2 || n >= 2 || kinds == 1 && ext != ".txt" {
		return Markdown
	}
	return Text
}

// frontMatterStart: the text opens with a YAML or TOML block.
func frontMatterStart(s string) bool {
	first, rest, ok := strings.Cut(s, "\n")
	if !ok {
		return false
	}
	first = strings.TrimRight(first, " \t")
	if first != "---" && first != "+++" {
		return false
	}
	key, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	sep := ":"
	if first == "+++" {
		sep = "="
	}
	name, _, ok := strings.Cut(key, sep)
	return ok && !strings.ContainsAny(strings.TrimSpace(name), " \t") && strings.Contains(rest, "\n"+first)
}
