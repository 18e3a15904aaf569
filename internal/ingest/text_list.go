package ingest

import (
	"strconv"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// rawItem is a list item before nesting.
type rawItem struct {
	text    article.Text
	place   article.Place
	indent  int
	number  int // 0: not numbered
	ticked  bool
	depthOf int // indentation of its text
}

var (
	bulletMark = compile(`^([•●◦▪▫‣⁃∙·*+–►▶➤➔■◆❖□☐-])[ \t\x{00a0}]+(\S.*)$`)
	tickMark   = compile(`^(?:(?:✅|✓|✔|☑|🗹)\x{fe0f}?[ \t\x{00a0}]*|\[[xX]\][ \t]+)(\S.*)$`)
	openBox    = compile(`^(?:\[ \]|[□☐])[ \t]+(\S.*)$`)
	numberMark = compile(`^\(?(\d{1,3})[.)][ \t\x{00a0}]+(\S.*)$`)
)

// listLine: the line begins with a list marker.
func listLine(s string) bool {
	return bulletMark.MatchString(s) && !ruleLine.MatchString(s) || tickMark.MatchString(s) || numberMark.MatchString(s)
}

// markerOf splits a list line into its marker's meaning and its text.
func markerOf(l textLine) rawItem {
	it := rawItem{place: l.place(), indent: l.indent}
	s := l.s
	if m := bulletMark.FindStringSubmatch(s); m != nil {
		s = m[2]
	} else if m := numberMark.FindStringSubmatch(s); m != nil {
		it.number, _ = strconv.Atoi(m[1]) // three digits at most
		s = m[2]
	}
	if m := tickMark.FindStringSubmatch(s); m != nil {
		it.ticked, s = true, m[1]
	} else if m := openBox.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	it.depthOf = l.indent + len(l.s) - len(s)
	it.text = autolink(s)
	return it
}

// continues reports whether c goes on with, or begins, a list.
func (r *textReader) continues(c []textLine) bool {
	if listLine(c[0].s) {
		return !r.numberedHeading(c)
	}
	if len(r.items) == 0 {
		return false
	}
	last := r.items[len(r.items)-1]
	return c[0].indent > last.indent && c[0].indent >= 2
}

// numberedHeading: "1. A heading" alone in its chunk, with something else than
// an item after it. The reader's own list must not be waiting for the number.
func (r *textReader) numberedHeading(c []textLine) bool {
	m := numberMark.FindStringSubmatch(c[0].s)
	if m == nil || len(c) > 1 || !headingLike(m[2]) {
		return false
	}
	if n := len(r.items); n > 0 && r.items[n-1].number > 0 && strconv.Itoa(r.items[n-1].number+1) == m[1] {
		return false
	}
	i := r.indexOf(c[0])
	if i < 0 || i+1 >= len(r.chunks) {
		return false
	}
	next := r.chunks[i+1][0]
	return next.indent <= c[0].indent && !listLine(next.s)
}

// indexOf finds the chunk a line begins; chunks are in order of lines.
func (r *textReader) indexOf(l textLine) int {
	lo, hi := 0, len(r.chunks)
	for lo < hi {
		mid := (lo + hi) / 2
		if r.chunks[mid][0].no < l.no {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(r.chunks) && r.chunks[lo][0].no == l.no {
		return lo
	}
	return -1
}

// list reads items and their continuation lines.
func (r *textReader) list(c []textLine) int {
	for n, l := range c {
		switch {
		case listLine(l.s):
			for _, part := range inlineItems(l) {
				r.items = append(r.items, markerOf(part))
			}
		case len(r.items) == 0:
			return n
		case n == 0 || l.indent > r.items[len(r.items)-1].indent || wrapsOn(c[n-1].s, l.s):
			last := &r.items[len(r.items)-1]
			joint := article.Span{Text: " "}
			if n == 0 {
				joint = article.Span{Break: true}
			}
			last.text = append(append(last.text, joint), autolink(l.s)...)
		default:
			return n
		}
	}
	return len(c)
}

// wrapsOn: an item's line so long that the next, unmarked line belongs to it.
func wrapsOn(line, next string) bool {
	return len(line) >= 60 && !strings.ContainsRune(".!?:", lastRune(line)) && !headingLike(next)
}

// inlineItems splits a line that holds several bulleted items.
func inlineItems(l textLine) []textLine {
	parts := strings.Split(l.s, " • ")
	if len(parts) < 2 || !strings.HasPrefix(l.s, "•") {
		return []textLine{l}
	}
	out := []textLine{{s: parts[0], no: l.no, indent: l.indent}}
	for _, p := range parts[1:] {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, textLine{s: "• " + p, no: l.no, indent: l.indent})
		}
	}
	return out
}

// endList makes blocks of the items read so far.
func (r *textReader) endList() {
	items := r.items
	r.items = nil
	for len(items) > 0 {
		l, rest := nest(items, 0)
		if len(rest) == len(items) {
			return
		}
		items = rest
		if l != nil {
			r.d.blocks = append(r.d.blocks, l)
		}
	}
}

// maxListDepth bounds the nesting of lists; deeper items join the deepest.
const maxListDepth = 6

// nest takes the items that belong to one list: of one style, with deeper
// ones inside their item.
func nest(items []rawItem, depth int) (*article.List, []rawItem) {
	first := items[0]
	l := &article.List{Style: article.Bulleted, Place: first.place}
	if first.number > 0 {
		l.Style = article.Numbered
	}
	var ticks []bool
	for len(items) > 0 {
		it := items[0]
		deeper := len(l.Items) > 0 && it.indent >= first.indent+2
		switch {
		case it.indent+2 <= first.indent:
			return finishList(l, ticks), items
		case deeper && depth < maxListDepth:
			var sub *article.List
			if sub, items = nest(items, depth+1); sub != nil {
				addSub(&l.Items[len(l.Items)-1], sub)
			}
			continue
		case !deeper && (it.number > 0) != (first.number > 0):
			return finishList(l, ticks), items
		}
		items = items[1:]
		if t := tidyText(it.text); len(t) > 0 {
			l.Items = append(l.Items, article.Item{Text: t, Place: it.place})
			ticks = append(ticks, it.ticked)
		}
	}
	return finishList(l, ticks), nil
}

func addSub(it *article.Item, sub *article.List) {
	if it.Sub == nil {
		it.Sub = sub
		return
	}
	it.Sub.Items = append(it.Sub.Items, sub.Items...)
}

// finishList settles the style: a list all of whose items are ticked is a
// check list, in any other the ticks stay as marks of their items.
func finishList(l *article.List, ticks []bool) *article.List {
	if len(l.Items) == 0 {
		return nil
	}
	all := true
	for _, t := range ticks {
		all = all && t
	}
	if all {
		l.Style = article.Check
		return l
	}
	for i, t := range ticks {
		if t {
			l.Items[i].Text = tidyText(append(article.Text{{Text: "✓ "}}, l.Items[i].Text...))
		}
	}
	return l
}
