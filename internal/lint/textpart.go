package lint

import (
	"regexp"
	"strings"
)

// address is an address in running text.
var address = regexp.MustCompile(`(?i)\b(?:https?://|mailto:)[^\s<>"\x1d]+`)

// item begins a paragraph of its own: an entry of a list.
var item = regexp.MustCompile(`^(?:[*•✓-]|\d{1,2}[.)])\s`)

// ruleLine is a line drawn across.
var ruleLine = regexp.MustCompile(`^(?:-{3,}|={3,}|_{3,}|\*{3,})$`)

// readText builds the page of a text part: everything in it is clear, each
// address is a link whose text is what leads to it, and drawn lines bound
// sections as headings do.
func readText(source string) *page {
	if len(source) > largest {
		return &page{broken: true}
	}
	t := &textReader{page: &page{}}
	at := 0
	for line := range strings.SplitAfterSeq(source, "\n") {
		t.line(strings.TrimRight(line, "\r\n"), at)
		at += len(line)
	}
	s := t.c.String()
	t.page.any, t.page.sure, t.page.clear = s, s, s
	return t.page
}

type textReader struct {
	page  *page
	c     column
	label string // the paragraph's text so far
}

func (t *textReader) line(line string, at int) {
	text := strings.TrimLeft(line, " \t>")
	at += len(line) - len(text)
	text = strings.TrimRight(text, " \t")
	switch {
	case text == "":
		t.end()
		return
	case ruleLine.MatchString(text):
		t.end()
		t.page.headings = append(t.page.headings, heading{at: at, from: t.spot(), to: t.spot()})
		return
	case item.MatchString(text):
		t.end()
	}
	found := address.FindAllStringIndex(text, -1)
	if len(found) == 1 && found[0][0] == 0 && found[0][1] == len(text) {
		t.link(text, at)
		t.end()
		return
	}
	from := 0
	for _, f := range found {
		t.write(text[from:f[0]], at+from)
		href := strings.TrimRight(text[f[0]:f[1]], ".,;:!?'”’»)")
		t.link(href, at+f[0])
		from = f[0] + len(href)
	}
	t.write(text[from:], at+from)
	t.c.b.WriteByte('\n')
	t.c.last = ' '
}

// link notes an address; the text of its paragraph so far leads to it.
func (t *textReader) link(href string, at int) {
	t.page.links = append(t.page.links, link{href: href, text: plain(t.label), at: at, from: t.spot(), sure: true})
	t.page.marks = append(t.page.marks, mark{t.c.Len(), at})
	t.c.add(href)
	t.page.links[len(t.page.links)-1].to = t.spot()
	t.label = ""
}

func (t *textReader) write(s string, at int) {
	t.page.marks = append(t.page.marks, mark{t.c.Len(), at})
	s = typewriter.Replace(s)
	t.c.add(s)
	t.label += s + " "
}

// end ends the paragraph.
func (t *textReader) end() {
	t.c.breakOff()
	t.label = ""
}

func (t *textReader) spot() spot { return spot{t.c.Len(), t.c.Len(), t.c.Len()} }
