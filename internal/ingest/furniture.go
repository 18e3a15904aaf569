package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// furniture finds what a site puts around and into an article, in any format:
// also in text and Markdown, where no markup tells it. It looks at how the
// blocks stand to one another first and at their words second:
//
//   - single lines of the frame (siteLine), and rows of links
//   - a heading of the tables with what it promises under it: titles below
//     "Related posts", small text and a form below "Join our newsletter"
//   - a form with the few words above it
//   - the foot of the page: from the last block that is the author's, what is
//     short or linked down to lines that only sites write
//
// What is running text, has a shop's link or stands under a heading of the
// author's is the author's and stays.
type furniture struct {
	d    *draft
	bs   article.Blocks
	drop []bool
	// boxed are those dropped with what opened them, not as lines.
	boxed []bool
	// after are those among them that only come after an article.
	after []bool
	// first is where running text begins; readers says for every block where the
	// next one is that shows readers' comments.
	first   int
	readers []int
	past    []int  // for dropped blocks, a block after them and others dropped
	last    int    // running text that is left; -1 if there is none
	name    string // of the site, as its small print says; folded
}

// dropFurniture takes the furniture out of the blocks.
func (d *draft) dropFurniture() {
	f := &furniture{d: d, bs: d.blocks, drop: make([]bool, len(d.blocks)), boxed: make([]bool, len(d.blocks)), after: make([]bool, len(d.blocks)), past: make([]int, len(d.blocks)), name: siteName(d.blocks)}
	for i := range f.past {
		f.past[i] = i + 1
	}
	f.lines()
	f.findReaders()
	for i := 0; i < len(f.bs); i++ {
		if f.drop[i] && !commentHeads.has(said(f.bs[i]).String()) {
			continue
		}
		if n := f.section(i); n > 0 {
			ends := f.afterwards(i)
			f.take(i, i+n)
			for j := i; j < i+n; j++ {
				f.after[j] = ends
			}
			i += n - 1
		}
	}
	f.findLast()
	f.forms()
	f.foot()
	f.emptied()
	d.keep(func(i int, _ article.Block) bool { return !f.drop[i] })
}

func (f *furniture) take(from, to int) {
	for i := from; i < to; i++ {
		f.drop[i], f.boxed[i] = true, true
	}
}

// said is the text of a heading, a paragraph or a quotation of one paragraph.
func said(b article.Block) article.Text {
	switch b := b.(type) {
	case *article.Heading:
		return b.Text
	case *article.Paragraph:
		return b.Text
	case *article.Quote:
		if len(b.Paragraphs) == 1 {
			return b.Paragraphs[0]
		}
	}
	return nil
}

// lines drops single lines of the frame.
func (f *furniture) lines() {
	for i, b := range f.bs {
		switch b := b.(type) {
		case *article.Paragraph, *article.Quote:
			t := said(b)
			_, box := b.(*article.Quote)
			if s := t.String(); s != "" && (box && askedFor(s) || siteLine(s) || allLines(t, siteLine) || linkRow(t) || leadsOn(t)) {
				f.drop[i] = true
			}
		case *article.Heading: // of a card that leads to another article
			if to := firstLink(b.Text); to != "" && leadsOn(b.Text) {
				f.drop[i] = true
				for j := i + 1; j < len(f.bs) && allOneLink(said(f.bs[j]), to); j++ {
					f.drop[j] = true
				}
			}
		case *article.List:
			f.drop[i] = listOf(b, func(s string) bool { return siteLine(s) || networks[phraseKey(s)] }, 1)
		}
	}
}

// allOneLink: all words of the text lead to the address.
func allOneLink(t article.Text, to string) bool {
	return len(t) > 0 && allSpans(t, func(s article.Span) bool { return s.Href == to || !hasWords(s.Text) })
}

// allLines: the text has several lines, and all pass.
func allLines(t article.Text, pass func(string) bool) bool {
	lines := linesOf(t)
	for _, l := range lines {
		if len(lines) < 2 || !pass(l.String()) {
			return false
		}
	}
	return true
}

// linesOf cuts a text at its breaks.
func linesOf(t article.Text) []article.Text {
	var out []article.Text
	from := 0
	for i, s := range t {
		if s.Break {
			out = append(out, t[from:i])
			from = i + 1
		}
	}
	return append(out, t[from:])
}

// listOf: at least the given share of a list's items passes.
func listOf(l *article.List, pass func(string) bool, share float64) bool {
	n := 0
	for _, it := range l.Items {
		if pass(it.Text.String()) {
			n++
		}
	}
	return n > 0 && float64(n) >= share*float64(len(l.Items))
}

// section is how many blocks the furniture takes up that block i opens.
func (f *furniture) section(i int) int {
	s := said(f.bs[i]).String()
	if s == "" || !short(s, 100) {
		return 0
	}
	_, heading := f.bs[i].(*article.Heading)
	if !heading && strings.ContainsAny(s[len(s)-1:], ".,;") {
		return 0
	}
	if i := strings.LastIndexAny(s, "?!"); i > 0 && hasWords(s[i+1:]) {
		s = s[i+1:] // "Enjoyed it? Read more"
	}
	k := phraseKey(s)
	switch {
	case relatedHeads.hasKey(k):
		return f.related(i)
	case commentHeads.hasKey(k):
		return f.comments(i)
	case shareHeads.hasKey(k):
		return f.opened(i, heading, func(b article.Block) bool { return f.small(b) && !f.titled(b) })
	case filterHeads.hasKey(k):
		return f.opened(i, true, fewWords)
	case signupHeads.hasKey(k):
		return f.signup(i)
	}
	return 0
}

// opensMore: a line that furniture of several blocks comes after.
func opensMore(s string) bool {
	k := phraseKey(s)
	return relatedHeads.hasKey(k) || commentHeads.hasKey(k) || signupHeads.hasKey(k)
}

// afterwards: what block i opens only comes after an article.
func (f *furniture) afterwards(i int) bool {
	k := phraseKey(clip(said(f.bs[i]).String(), 200))
	return commentHeads.hasKey(k) || signupHeads.hasKey(k)
}

// opened is a heading with all blocks below it that pass; a heading alone
// counts only if it need not promise anything.
func (f *furniture) opened(i int, needs bool, pass func(article.Block) bool) int {
	j := i + 1
	for j < len(f.bs) && (f.drop[j] || pass(f.bs[j])) {
		j++
	}
	if needs && j == i+1 && !f.ends(j) && !f.d.asks[f.bs[i]] {
		return 0
	}
	return j - i
}

// kept is the first block from i on that stays; the number of blocks if none.
// Every search makes the next one over the same blocks shorter.
func (f *furniture) kept(i int) int {
	end := i
	for end < len(f.bs) && f.drop[end] {
		end = f.past[end]
	}
	for i < end {
		i, f.past[i] = f.past[i], end
	}
	return end
}

// ends: what block i-1 opened is over at i.
func (f *furniture) ends(i int) bool {
	switch next(f.bs, f.kept(i)).(type) {
	case nil, *article.Heading, *article.Divider:
		return true
	}
	return false
}

// comments is a heading with what readers wrote below it, to the end. A page
// may also count them above its text; that is a line like others.
func (f *furniture) comments(i int) int {
	if i < f.first {
		return 0
	}
	if f.d.asks[f.bs[i]] || f.readers[i]-i <= nearHead {
		told := 0
		for _, b := range f.bs[i+1 : min(f.readers[i], len(f.bs))] {
			if f.titled(b) {
				told++
			}
		}
		if told <= 1 {
			return len(f.bs) - i
		}
	}
	return f.opened(i, true, f.small)
}

// nearHead is how many blocks below their heading comments begin at most.
const nearHead = 8

// findReaders notes for every block where, after it, the next block is that
// shows readers' comments, and where running text begins.
func (f *furniture) findReaders() {
	f.first = len(f.bs)
	f.readers = make([]int, len(f.bs))
	at := len(f.bs) + nearHead
	for i := len(f.bs) - 1; i >= 0; i-- {
		f.readers[i] = at
		if l, ok := f.bs[i].(*article.List); ok && listOf(l, func(s string) bool { return commentMark.MatchString(clip(s, 120)) }, 0.5) {
			at = i
		}
		t := said(f.bs[i])
		if len(t) == 0 {
			continue
		}
		if _, ok := f.bs[i].(*article.Paragraph); ok && !f.drop[i] && f.titled(f.bs[i]) {
			f.first = i
		}
		if f.drop[i] && formLines.has(t.String()) {
			at = i
		}
		for _, l := range linesOf(t) {
			if s := l.String(); len(s) <= 120 && commentMark.MatchString(s) { // the line about a comment is short
				at = i
			}
		}
	}
}

// commentMark stands above or below what a reader wrote.
var commentMark = compile(`(?i)^(?:reply|antworten|répondre|responder|rispondi)\b|\b(?:says|said|sagt|schreibt|meint|dit|a écrit|dice|dijo|diz|disse|ha detto|ha scritto|scrive)\s?:?$|\b(?:19|20)\d\d,? (?:at|um|à|a las|a la|às|alle|-) \d{1,2}[:.h]\d\d`)

// small: a block that could stand in a box beside the text.
func (f *furniture) small(b article.Block) bool {
	switch b := b.(type) {
	case *article.Paragraph, *article.Quote:
		s := said(b).String()
		return s != "" && short(s, 240) && !f.shops(said(b))
	case *article.List:
		return fewWords(b)
	}
	return false
}

// titled: the block is a sentence or more.
func (f *furniture) titled(b article.Block) bool {
	s := said(b).String()
	return len(s) > 60 && strings.ContainsRune(".!?", lastRune(s))
}

// fewWords: a list of items of a few words, or a line of them.
func fewWords(b article.Block) bool {
	short := func(s string) bool {
		return len(strings.Fields(s)) <= 4 && !strings.ContainsRune(".:", lastRune(s)) && !ctaLine(s)
	}
	switch b := b.(type) {
	case *article.Paragraph:
		return short(b.Text.String()) || allLines(b.Text, short)
	case *article.List:
		return listOf(b, short, 1)
	}
	return false
}

// signup is a heading with a box below it that asks to sign up or to follow.
func (f *furniture) signup(i int) int {
	proof := f.d.asks[f.bs[i]] || containsAny(phraseKey(said(f.bs[i]).String()), letterStems)
	j := i + 1
	for ; j < len(f.bs) && j <= i+5; j++ {
		b := f.bs[j]
		if f.drop[j] {
			proof = true
			continue
		}
		if !f.small(b) || utf8.RuneCountInString(said(b).String()) > 240 {
			break
		}
		if f.d.asks[b] || askedFor(said(b).String()) {
			proof = true
		}
	}
	switch {
	case proof, j == len(f.bs) && j > i+1:
		return j - i
	case f.ends(i + 1):
		return 1
	}
	return 0
}

// letterStems: a heading with one of these opens nothing but a box.
var letterStems = list(`newsletter|inbox|mailing list|posteingang|postfach|infolettre|boite mail|boletin|bandeja de entrada|caixa de entrada|casella di posta`)

// forms drops what asks for something to be typed, with its heading, and
// paragraphs at the end that ask to sign up.
func (f *furniture) forms() {
	for i, b := range f.bs {
		s := said(b).String()
		switch {
		case f.d.asks[b]:
			f.form(i)
		case f.drop[i] && i > 0 && formLines.has(s) && !(f.drop[i-1] && formLines.has(said(f.bs[i-1]).String())):
			f.form(i - 1)
		case !f.drop[i] && f.late(i) && f.ends(i+1) && askedFor(s) && !f.shops(said(b)):
			if _, heading := b.(*article.Heading); !heading {
				f.drop[i] = true
			}
		}
	}
}

// maxForm is how many lines a form has at most.
const maxForm = 10

// form drops the words above a form, which end with block i: at most two small
// paragraphs, and their heading if that or they ask for it, or if the article
// is over.
func (f *furniture) form(i int) {
	asked := f.late(i)
	small := 0
	for from := i; from >= 0 && from > i-maxForm && small < 3; from-- {
		s := said(f.bs[from]).String()
		if f.drop[from] {
			if formLines.has(s) {
				continue
			}
			if asked && f.boxed[from] {
				f.take(from+1, i+1)
			}
			return
		}
		if h, ok := f.bs[from].(*article.Heading); ok {
			folded, k := fold(h.Text.String()), phraseKey(s)
			named := signupHeads.hasKey(k) || filterHeads.hasKey(k)
			if named || asked && small > 0 && !generalNames.MatchString(folded) && !sectionNames.MatchString(folded) && !takeawayNames.MatchString(folded) {
				f.take(from, i+1)
			}
			return
		}
		if s == "" || !short(s, 160) || f.shops(said(f.bs[from])) {
			return
		}
		small++
		if askedFor(s) {
			asked, f.drop[from] = true, true
		}
	}
}

// late: no more running text comes after block i.
func (f *furniture) late(i int) bool { return i > f.last }

// findLast finds the last running text that is left.
func (f *furniture) findLast() {
	f.last = -1
	for i, b := range f.bs {
		switch b := b.(type) {
		case *article.Paragraph:
			if f.drop[i] || short(b.Text.String(), 160) && !f.shops(b.Text) {
				continue
			}
		case *article.Table:
		default:
			continue
		}
		f.last = i
	}
}

// emptied drops headings that lost all that stood below them.
func (f *furniture) emptied() {
	lost := false
	for i := len(f.bs) - 1; i >= 0; i-- {
		if f.drop[i] {
			lost = true
			continue
		}
		h, ok := f.bs[i].(*article.Heading)
		if ok && lost && f.drop[i+1] && f.over(i+1, h.Level) {
			f.drop[i] = true
			continue
		}
		lost = false
	}
}

// over: no block that stays belongs to a heading of the level before i.
func (f *furniture) over(i, level int) bool {
	if i = f.kept(i); i == len(f.bs) {
		return true
	}
	h, ok := f.bs[i].(*article.Heading)
	return ok && h.Level <= level
}
