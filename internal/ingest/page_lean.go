package ingest

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxPageTokens bounds a page; the fullest article pages have a tenth.
	maxPageTokens = 400_000
	// maxPageDepth is how deep elements may nest; those deeper are left out,
	// not what is in them. The parser's own bound is 512, and it puts elements
	// of its own in between.
	maxPageDepth = 200
	// maxPageData bounds what is kept of a page's JSON-LD, in bytes.
	maxPageData = 1 << 20
)

// leanHTML is a page without its scripts, styles and comments, no deeper than
// maxPageDepth, whose block elements carry their line.
type leanHTML struct {
	html string
	data []string // the JSON-LD scripts
	cut  bool     // there was more than maxPageTokens
	line int      // where it was cut
}

// open is an element whose end is not seen yet.
type open struct {
	name string
	kept bool
}

// leaner writes a page anew, token by token.
type leaner struct {
	out   strings.Builder
	stack []open
	depth int // of the elements kept
	line  int
}

// unclosed are elements that end by themselves, so their depth is bounded by
// that of what they stand in.
var unclosed = atoms(atom.P, atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Td, atom.Th, atom.Tbody, atom.Thead, atom.Tfoot, atom.Colgroup, atom.Option, atom.Optgroup, atom.Html, atom.Head, atom.Body,
	atom.Br, atom.Img, atom.Hr, atom.Input, atom.Meta, atom.Link, atom.Source, atom.Area, atom.Base, atom.Col, atom.Embed, atom.Param, atom.Track, atom.Wbr)

// leanPage goes through the page once, without recursion.
func leanPage(src string) leanHTML {
	var page leanHTML
	l := &leaner{line: 1}
	l.out.Grow(len(src))
	z := html.NewTokenizer(strings.NewReader(src))
	z.SetMaxBuf(len(src) + 1)
	for n := 0; ; n++ {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if n == maxPageTokens {
			page.cut, page.line = true, l.line
			break
		}
		raw := z.Raw()
		lines := strings.Count(string(raw), "\n")
		switch kind {
		case html.TextToken:
			l.out.Write(raw)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			if kind == html.StartTagToken && (a == atom.Script || a == atom.Style) {
				data := a == atom.Script && more && jsonLD(z)
				lines += l.skipScript(z, data, &page)
				break
			}
			l.start(string(name), a, string(raw), kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			l.end(string(name), string(raw))
		}
		l.line += lines
	}
	page.html = l.out.String()
	return page
}

// jsonLD: the script holds data about the page.
func jsonLD(z *html.Tokenizer) bool {
	for {
		key, val, more := z.TagAttr()
		if string(key) == "type" && strings.Contains(strings.ToLower(string(val)), "ld+json") {
			return true
		}
		if !more {
			return false
		}
	}
}

// skipScript passes over what is in a script or style, and counts its lines.
func (l *leaner) skipScript(z *html.Tokenizer, data bool, page *leanHTML) (lines int) {
	kept := 0
	for _, d := range page.data {
		kept += len(d)
	}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return lines
		}
		raw := string(z.Raw())
		lines += strings.Count(raw, "\n")
		if kind == html.TextToken {
			if data && kept+len(raw) <= maxPageData {
				page.data = append(page.data, raw)
			}
			continue
		}
		return lines
	}
}

func (l *leaner) start(name string, a atom.Atom, raw string, selfClosing bool) {
	if a != 0 && unclosed[a] || selfClosing && a == 0 {
		l.write(name, a, raw)
		return
	}
	kept := l.depth < maxPageDepth
	l.stack = append(l.stack, open{name, kept})
	if kept {
		l.depth++
		l.write(name, a, raw)
	}
}

// write puts a tag out, with its line if it opens a block.
func (l *leaner) write(name string, a atom.Atom, raw string) {
	if !blockElements[a] || len(raw) <= len(name)+1 {
		l.out.WriteString(raw)
		return
	}
	l.out.WriteString(raw[:1+len(name)])
	l.out.WriteString(" " + lineAttribute + `="` + strconv.Itoa(l.line) + `"`)
	l.out.WriteString(raw[1+len(name):])
}

// maxReach is how far out an end tag looks for its start; one that closes
// something further out is taken for a stray.
const maxReach = 64

func (l *leaner) end(name, raw string) {
	if unclosed[atom.Lookup([]byte(name))] {
		l.out.WriteString(raw)
		return
	}
	n := len(l.stack)
	for i := n - 1; i >= max(0, n-maxReach); i-- {
		if l.stack[i].name != name {
			continue
		}
		kept := l.stack[i].kept
		for _, o := range l.stack[i:] {
			if o.kept {
				l.depth--
			}
		}
		l.stack = l.stack[:i]
		if kept {
			l.out.WriteString(raw)
		}
		return
	}
	if n < maxReach { // a stray: the parser knows what to do with it
		l.out.WriteString(raw)
	}
}
