package ingest

import (
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// tocMark is what generators put where they make a table of contents.
var tocMark = compile(`(?i)^(?:\[\[?_?toc_?\]?\]|\{:? ?toc ?\}|\$\{toc\}|<!-- ?toc ?-->)$`)

// dropContents takes the table of contents out: its name, and the entries
// after it that name headings further down; also a list of links into the page
// that has no name.
func (d *draft) dropContents() {
	headings := make(map[string]int)
	for _, b := range d.blocks {
		if f, _ := headingParts(b); f != "" {
			headings[unnumbered(f)]++
		}
	}
	drop := make(map[int]bool)
	for i := 0; i < len(d.blocks); i++ {
		s := blockText(d.blocks[i])
		switch {
		case tocMark.MatchString(strings.TrimSpace(s)):
			drop[i] = true
		case contentsNames.MatchString(fold(s)):
			drop[i] = true
			for i+1 < len(d.blocks) && entry(d.blocks[i+1], headings) {
				i++
				drop[i] = true
				if f, _ := headingParts(d.blocks[i]); f != "" {
					headings[unnumbered(f)]--
				}
			}
		case pageLinks(d.blocks[i]):
			drop[i] = true
		}
	}
	d.keep(func(i int, _ article.Block) bool { return !drop[i] })
}

var leadingNumber = compile(`^(?:#\s?)?\d{1,3}(?:\.\d{1,2})*\s*[.):]?\s+`)

func unnumbered(s string) string { return leadingNumber.ReplaceAllString(s, "") }

// entry: the block is a part of a table of contents.
func entry(b article.Block, headings map[string]int) bool {
	switch b := b.(type) {
	case *article.Heading:
		return headings[unnumbered(fold(b.Text.String()))] > 1
	case *article.Paragraph:
		return lineEntries(b.Text, headings) || inPage(b.Text)
	case *article.List:
		if pageLinks(b) {
			return true
		}
		found := 0
		for _, it := range b.Items {
			if headings[unnumbered(fold(it.Text.String()))] > 0 {
				found++
			}
		}
		return found*2 >= len(b.Items)
	}
	return false
}

// lineEntries: every line of the paragraph names a heading.
func lineEntries(t article.Text, headings map[string]int) bool {
	var line strings.Builder
	ok := true
	check := func() {
		ok = ok && headings[unnumbered(fold(line.String()))] > 0
		line.Reset()
	}
	for _, s := range t {
		if s.Break {
			check()
		} else {
			line.WriteString(s.Text)
		}
	}
	check()
	return ok
}

// inPageMark is how readers note a link into the page itself: it leads nowhere
// in a mail, but tells a table of contents.
const inPageMark = "#"

func inPage(t article.Text) bool {
	return allSpans(t, func(s article.Span) bool { return toPage(s.Href) })
}

// pageLinks: a list of at least three links into the page and nothing else.
func pageLinks(b article.Block) bool {
	l, ok := b.(*article.List)
	if !ok || len(l.Items) < 3 {
		return false
	}
	for _, it := range l.Items {
		if !inPage(it.Text) {
			return false
		}
	}
	return true
}

// dropInPage takes the links into the page off the texts that stay.
func dropInPage(t article.Text) article.Text {
	if !slices.ContainsFunc(t, func(s article.Span) bool { return strings.HasPrefix(s.Href, inPageMark) }) {
		return t
	}
	for i := range t {
		if strings.HasPrefix(t[i].Href, inPageMark) {
			t[i].Href = ""
		}
	}
	return tidyText(t)
}
