package ingest

import (
	"slices"
	"sort"
	"strings"
)

// Markdown carries codes of the software that makes a site of it: Hugo's
// {{< name key="v" >}}, Jekyll's {% name key="v" %}, WordPress's
// [name key="v"]…[/name] and MDX's <Name key="v" other={…}>…</Name>. All are
// read into the same code, and what a code means is told by its keys.

// code is one of them, or its closing.
type code struct {
	name    string // in lower case
	values  map[string]string
	lists   map[string][]string
	items   []map[string]string // products given as objects
	words   []string            // values without a key
	closing bool
	alone   bool // ends itself: it encloses nothing
	from    int  // bytes of the source
	to      int
}

const (
	maxCode  = 16 << 10 // bytes of one code
	maxSpent = 4 << 20  // bytes looked at in vain
)

// codeScanner finds the codes of a source in one pass. What it looks at in
// vain is bounded, so that its time is linear.
type codeScanner struct {
	src   string
	data  map[string]any
	at    int
	spent int
}

// scanCodes finds all codes outside code blocks, in order; data is what the
// source gives names.
func scanCodes(src string, data map[string]any) []code {
	s := &codeScanner{src: src, data: data}
	var out []code
	for s.at < len(src) && s.spent < maxSpent {
		i := strings.IndexAny(src[s.at:], "{[<`~")
		if i < 0 {
			break
		}
		s.at += i
		if s.skipVerbatim() {
			continue
		}
		if c, ok := s.code(); ok {
			out = append(out, c)
			s.at = c.to
			continue
		}
		s.at++
	}
	return out
}

// skipVerbatim passes a code block or a span of code.
func (s *codeScanner) skipVerbatim() bool {
	mark := s.src[s.at]
	if mark != '`' && mark != '~' {
		return false
	}
	n := 1
	for s.at+n < len(s.src) && s.src[s.at+n] == mark {
		n++
	}
	fence, rest := s.src[s.at:s.at+n], s.src[s.at+n:]
	start := strings.LastIndexByte(s.src[:s.at], '\n') + 1
	s.at += n
	switch {
	case n >= 3 && strings.TrimSpace(s.src[start:s.at-n]) == "":
		if end := strings.Index(rest, "\n"+fence); end >= 0 {
			s.at += end + 1 + n
		} else {
			s.spent += len(rest)
		}
	case mark == '`':
		line, _, _ := strings.Cut(rest[:min(len(rest), maxCode)], "\n")
		if end := strings.Index(line, fence); end >= 0 {
			s.at += end + n
		} else {
			s.spent += len(line)
		}
	}
	return true
}

// code reads the code that begins here.
func (s *codeScanner) code() (code, bool) {
	rest := s.src[s.at:min(len(s.src), s.at+maxCode)]
	p := &codeParser{src: rest, data: s.data}
	ok := false
	switch {
	case strings.HasPrefix(rest, "{{<"), strings.HasPrefix(rest, "{{%"):
		p.at = 3
		ok = p.tag(rest[2:3] + "}}")
		if rest[2] == '<' && !ok {
			p.at = 3
			ok = p.tag(">}}")
		}
	case strings.HasPrefix(rest, "{%"):
		p.at = 2
		ok = p.tag("%}")
	case strings.HasPrefix(rest, "{{"):
		if end := strings.Index(rest[:min(len(rest), 200)], "}}"); end > 0 && !strings.ContainsAny(rest[2:end], "{\n") {
			p.at, p.code.alone, ok = end+2, true, true // a value of the site's
		}
	case rest[0] == '[':
		ok = s.bracket(p)
	case rest[0] == '<' && len(rest) > 2:
		ok = p.component()
	}
	if !ok {
		s.spent += p.at
		return code{}, false
	}
	c := p.code
	c.from, c.to = s.at, s.at+p.at
	if c.values == nil {
		c.values = map[string]string{}
	}
	return c, true
}

// bracket reads a code in square brackets: with keys anywhere, without on a
// line of its own.
func (s *codeScanner) bracket(p *codeParser) bool {
	p.at = 1
	if !p.tag("]") || p.code.name != p.rawName {
		return false
	}
	end := s.at + p.at
	if end < len(s.src) && strings.ContainsRune("([:", rune(s.src[end])) || s.at > 0 && strings.ContainsRune("[]!", rune(s.src[s.at-1])) {
		return false
	}
	if len(p.code.values) > 0 && len(p.code.words) == 0 {
		return true
	}
	start := strings.LastIndexByte(s.src[max(0, s.at-400):s.at], '\n')
	before := s.src[max(0, s.at-400)+start+1 : s.at]
	after, _, _ := strings.Cut(s.src[end:min(len(s.src), end+400)], "\n")
	alone := strings.TrimSpace(before) == "" && strings.TrimSpace(after) == ""
	return len(p.code.words) == 0 && (alone || p.code.closing && strings.ContainsAny(p.code.name, "_-"))
}

// closings say where each name is closed.
type closings map[string][]int

func closingsOf(cs []code) closings {
	m := make(closings)
	for i, c := range cs {
		if c.closing {
			m[c.name] = append(m[c.name], i)
		}
	}
	return m
}

// of is the index of the closing that belongs to code i; 0 if it has none.
func (m closings) of(cs []code, i int) int {
	if cs[i].alone || cs[i].closing {
		return 0
	}
	at := m[cs[i].name]
	k := sort.SearchInts(at, i)
	if k == len(at) || at[k]-i > maxInner {
		return 0
	}
	if slices.ContainsFunc(cs[i+1:at[k]], func(c code) bool { return c.name == cs[i].name && !c.alone }) {
		return 0 // the closing is another one's
	}
	return at[k]
}
