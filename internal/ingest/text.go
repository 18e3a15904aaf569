package ingest

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// textLine is a line of a plain-text source without its indentation.
type textLine struct {
	s      string
	no     int // from 1
	indent int // columns
}

// textReader turns chunks, the runs of lines between blank lines, into blocks.
type textReader struct {
	d      *draft
	chunks [][]textLine
	items  []rawItem // the list being read
	prosed bool      // running text has begun
	tight  bool      // headings stand right above their wrapped text
}

// readText reads plain text. What a line is must be told from how it looks and
// what follows it, for nothing is marked up.
func readText(d *draft) error {
	r := &textReader{d: d, chunks: chunksOf(d.src)}
	r.chunks = withoutShares(r.chunks)
	if lineWise(r.chunks) || unwrapped(r.chunks) {
		r.chunks = lineByLine(r.chunks)
	}
	r.tight = tightHeads(r.chunks) >= 2
	for i := range r.chunks {
		r.chunk(i)
	}
	r.endList()
	return nil
}

func chunksOf(src string) [][]textLine {
	var out [][]textLine
	var c []textLine
	no := 0
	for raw := range strings.SplitSeq(src, "\n") {
		no++
		if strings.Contains(raw, "&") {
			raw = entity.ReplaceAllStringFunc(raw, html.UnescapeString)
		}
		s := strings.TrimSpace(raw)
		if to := strings.TrimLeft(s, ">» "); to != s && ctaLine(to) {
			s = to
		}
		if s == "" {
			if len(c) > 0 {
				out, c = append(out, c), nil
			}
			continue
		}
		c = append(c, textLine{s: s, no: no, indent: indentOf(raw)})
	}
	if len(c) > 0 {
		out = append(out, c)
	}
	return out
}

func indentOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r == '\t':
			n += 4 - n%4
		case unicode.IsSpace(r):
			n++
		default:
			return n
		}
	}
	return n
}

func (l textLine) place() article.Place { return at(l.no, l.indent+1) }

var (
	ruleLine  = compile(`^(?:(?:[-*_=~━─═—–#·•] ?){3,}|⁂|❦)$`)
	underline = compile(`^(={3,}|-{3,}|~{3,})$`)
	atxLine   = compile(`^(#{1,6})[ \t]+(\S.*?)[ \t#]*$`)
	// placeholder is what a browser's text dump leaves of pictures and fields.
	placeholder = compile(`^(?:\[(?:[\w.-]*| +)\]( \S+){0,3}|(?:\[[^\[\]]{2,30}\]\s*)+)$`)
	// columns are three or more of a few words with room between them: the
	// sections of a site.
	columns = compile(`^\S+(?: \S+){0,2}(?:(?: {2,}|\t+)\S+(?: \S+){0,2}){2,}$`)
	// field is what it leaves of something to type into, maybe with a button.
	field      = compile(`^(?:\[[ _]{3,}\]|_{8,})(?: \S+){0,4}$`)
	bareNumber = compile(`^#?\d{1,3}[.)]?$`)
)

// chunk reads one chunk, part by part: rules, quotes, tables, lists, the rest.
func (r *textReader) chunk(i int) {
	c := r.chunks[i]
	for len(c) > 0 {
		n := r.part(i, c)
		c = c[n:]
	}
}

// part reads the beginning of c, the rest of chunk i, and says how many lines
// that were.
func (r *textReader) part(i int, c []textLine) int {
	first := c[0]
	switch {
	case r.continues(c):
		return r.list(c)
	case ruleLine.MatchString(first.s) && !field.MatchString(first.s):
		r.add(&article.Divider{Place: first.place()})
		return 1
	case field.MatchString(first.s):
		r.endList()
		r.d.asked()
		return 1
	case columns.MatchString(first.s) && !r.prosed:
		return 1
	case placeholder.MatchString(first.s) || bareNumber.MatchString(first.s) && len(c) == 1:
		return 1
	case len(c) > 1 && underline.MatchString(c[1].s) && short(first.s, 120):
		level := 2
		if c[1].s[0] == '=' && !r.hasTitle() {
			level = 1
		}
		r.heading(level, first.s, first.place())
		return 2
	case atxLine.MatchString(first.s):
		m := atxLine.FindStringSubmatch(first.s)
		r.heading(len(m[1]), m[2], first.place())
		return 1
	case strings.HasPrefix(first.s, ">"):
		return r.quote(c)
	}
	if t, n := tableOf(c); n > 0 {
		r.add(t)
		return n
	}
	return r.prose(i, c)
}

// hasTitle: something of level 1 was there already.
func (r *textReader) hasTitle() bool {
	for _, b := range r.d.blocks {
		if h, ok := b.(*article.Heading); ok && h.Level == 1 {
			return true
		}
	}
	return false
}

func (r *textReader) add(b article.Block) {
	r.endList()
	r.d.blocks = append(r.d.blocks, b)
}

func (r *textReader) heading(level int, s string, p article.Place) {
	if t := tidyText(article.Plain(s)); len(t) > 0 {
		r.add(&article.Heading{Level: level, Text: t, Place: p})
	}
}

func (r *textReader) quote(c []textLine) int {
	n := 0
	var text article.Text
	q := &article.Quote{Place: c[0].place()}
	flush := func() {
		if t := tidyText(text); len(t) > 0 {
			q.Paragraphs = append(q.Paragraphs, t)
		}
		text = nil
	}
	for n < len(c) && strings.HasPrefix(c[n].s, ">") {
		s := strings.TrimSpace(strings.TrimLeft(c[n].s, "> "))
		if s == "" {
			flush()
		} else {
			text = append(text, autolink(s+" ")...)
		}
		n++
	}
	flush()
	if len(q.Paragraphs) > 0 {
		r.add(q)
	}
	return n
}

// prose reads running text up to the first line that is something else.
func (r *textReader) prose(i int, c []textLine) int {
	if r.tight && tightHead(c) {
		r.heading(2, c[0].s, c[0].place())
		return 1
	}
	n := 1
	for n < len(c) && !apart(c[n-1].s) && !apart(c[n].s) && !listLine(c[n].s) && !ruleLine.MatchString(c[n].s) {
		n++
	}
	if n == 1 {
		if level := r.headingLevel(i, c); level > 0 {
			r.heading(level, c[0].s, c[0].place())
			return 1
		}
	}
	for rest := c[:n]; len(rest) > 0; {
		k := sentenceLines(rest)
		if t := tidyText(joinLines(rest[:k])); len(t) > 0 {
			r.prosed = r.prosed || len(t.String()) > 100
			r.add(&article.Paragraph{Text: t, Place: rest[0].place()})
		}
		rest = rest[k:]
	}
	return n
}

// apart: the line stands for itself, whatever stands around it.
func apart(s string) bool {
	return placeholder.MatchString(s) || field.MatchString(s) || siteLine(s) || bareNumber.MatchString(s) || ctaLine(s) || metaLine(s) && len(s) < 60 || bylineOf(s) != "" || columns.MatchString(s)
}

// sentenceLines is how many of the lines make a paragraph: a long line that
// ends a sentence where the next would have fitted ends the paragraph too.
func sentenceLines(c []textLine) int {
	width := widest(c)
	for i := 1; i < len(c); i++ {
		if prev := c[i-1].s; len(prev) >= 60 && strings.ContainsRune(".!?", lastRune(prev)) && !wrapped(prev, c[i].s, width) {
			return i
		}
	}
	return len(c)
}

func widest(c []textLine) int {
	width := 0
	for _, l := range c {
		width = max(width, utf8.RuneCountInString(l.s))
	}
	return width
}

// headingLevel decides whether the single line c[0] is a heading: 0 if not.
func (r *textReader) headingLevel(i int, c []textLine) int {
	s := c[0].s
	if !headingLike(s) {
		return 0
	}
	var follows kind
	if len(c) > 1 {
		follows = kindOf(c[1:])
	} else {
		follows = r.kindAfter(i, 3)
	}
	if siteLine(s) && !r.textBelow(i, c) {
		return 0
	}
	if follows == kindBody || follows == kindShort && capitals(s) {
		return 2
	}
	return 0
}

// textBelow: a sentence or more stands below the single line c[0] of chunk i.
func (r *textReader) textBelow(i int, c []textLine) bool {
	if len(c) == 1 {
		if i+1 >= len(r.chunks) {
			return false
		}
		c = r.chunks[i+1]
	} else {
		c = c[1:]
	}
	n := 0
	for _, l := range c {
		n += len(l.s)
	}
	last := c[len(c)-1].s
	return n >= 60 && strings.ContainsRune(".!?", lastRune(last)) && !siteLine(c[0].s) && !askedFor(c[0].s) && !listLine(c[0].s)
}

// kind is what a chunk is to the heading before it.
type kind int

const (
	kindNone  kind = iota // nothing, or nothing a heading could stand above
	kindShort             // a short line: may be a heading itself
	kindBody              // running text, a list, a table, a quote
)

// kindAfter is the kind of what follows chunk i, seen through at most depth
// headings: a section may open with another heading.
func (r *textReader) kindAfter(i, depth int) kind {
	for j := i + 1; j < len(r.chunks) && depth > 0; j++ {
		c := r.chunks[j]
		if len(c) == 1 && (ruleLine.MatchString(c[0].s) || placeholder.MatchString(c[0].s) || bareNumber.MatchString(c[0].s)) {
			continue
		}
		if k := kindOf(c); k != kindShort || !headingLike(c[0].s) {
			return k
		}
		depth--
	}
	return kindNone
}

func kindOf(c []textLine) kind {
	s := c[0].s
	switch {
	case len(c) > 1 || listLine(s) || strings.HasPrefix(s, ">"):
		return kindBody
	case ctaLine(s), metaLine(s), utf8.RuneCountInString(s) >= 60, strings.ContainsRune(".!:…。", lastRune(s)):
		return kindBody
	}
	return kindShort
}

// headingLike: the line looks like a heading, wherever it stands.
func headingLike(s string) bool {
	if utf8.RuneCountInString(s) > 100 || len(strings.Fields(s)) > 16 {
		return false
	}
	if strings.ContainsRune(".,;:!…。，：→»", lastRune(s)) && !abbreviationEnd(s) {
		return false
	}
	if strings.Contains(s, "://") || strings.ContainsAny(s, "©←") || ctaLine(s) || metaLine(s) || bylineOf(s) != "" || navLine(s) || siteLine(s) && !namesToo.has(s) || leadsOn(article.Plain(s)) {
		return false
	}
	if i := strings.Index(s, ". "); i > 3 && !strings.HasSuffix(s[:i], "vs") && startsUpper(s[i+2:]) {
		return false
	}
	return titled(s)
}

// titled: begins like a title, or is mostly capitalised words.
func titled(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	if s == "" {
		return false
	}
	if first, _ := utf8.DecodeRuneInString(s); !unicode.IsLower(first) {
		return true
	}
	words := strings.Fields(s)
	up := 0
	for _, w := range words {
		if startsUpper(strings.TrimLeftFunc(w, unicode.IsPunct)) {
			up++
		}
	}
	return len(words) <= 8 && up*2 >= len(words)
}

func startsUpper(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r)
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func capitals(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n >= 4
}

func short(s string, n int) bool { return utf8.RuneCountInString(s) <= n }

// joinLines joins the lines of a paragraph. A line break stays where the
// author broke the line on purpose: where the next word would have fitted.
func joinLines(c []textLine) article.Text {
	width := widest(c)
	var out article.Text
	for i, l := range c {
		if i > 0 {
			if wrapped(c[i-1].s, l.s, width) {
				out = append(out, article.Span{Text: " "})
			} else {
				out = append(out, article.Span{Break: true})
			}
		}
		out = append(out, autolink(l.s)...)
	}
	return out
}

func wrapped(line, next string, width int) bool {
	n := utf8.RuneCountInString(line)
	if strings.Contains(next, "://") && !strings.Contains(next, " ") {
		return false
	}
	word, _, _ := strings.Cut(next, " ")
	fits := n+1+utf8.RuneCountInString(word) <= width
	switch first, _ := utf8.DecodeRuneInString(next); {
	case width < 40:
		return unicode.IsLower(first) && !strings.ContainsRune(".!?:", lastRune(line))
	case !fits: // nobody wraps at more than 120 columns
		return n <= 120 || !strings.ContainsRune(".!?:", lastRune(line))
	}
	return n >= 60 && !strings.ContainsRune(".!?:", lastRune(line))
}
