package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxQuestions bounds the questions of one FAQ.
const maxQuestions = 60

// asked is a question that stands outside the text: in front matter or in a
// page's own data.
type asked struct {
	text   string
	answer article.Blocks
	line   int
}

// faqReader gathers the questions that follow one another.
type faqReader struct {
	d     *draft
	out   article.Blocks
	faq   *article.FAQ
	under bool // a heading said that questions follow
	level int  // of that heading
	deep  int  // level of the first question that is a heading
}

// takeFAQs makes blocks of questions and their answers: those below a heading
// that says so, and those the markup calls questions. A question answered with
// a product stays a section of the article.
func (d *draft) takeFAQs() {
	r := &faqReader{d: d, out: make(article.Blocks, 0, len(d.blocks))}
	for i := 0; i < len(d.blocks); {
		b := d.blocks[i]
		if h, ok := b.(*article.Heading); ok && isFAQName(h.Text.String()) && !d.has(h, isQuestion) {
			r.open(h)
			i++
			continue
		}
		if n := r.question(i); n > 0 {
			i += n
			continue
		}
		r.end(b)
		r.out = append(r.out, b)
		i++
	}
	r.flush()
	d.blocks = r.out
}

// open begins a section of questions.
func (r *faqReader) open(h *article.Heading) {
	r.flush()
	r.out = append(r.out, h)
	r.under, r.level, r.deep = true, h.Level, 0
}

// flush ends the run of questions.
func (r *faqReader) flush() {
	if r.faq != nil {
		r.out = append(r.out, r.faq)
	}
	r.faq = nil
}

// end is told of a block that is no question; it may end the section.
func (r *faqReader) end(b article.Block) {
	r.flush()
	if h, ok := b.(*article.Heading); ok && r.under && h.Level <= r.level {
		r.under = false
	}
}

// question reads the question that begins with block i; 0 if there is none.
func (r *faqReader) question(i int) int {
	q, n := r.headed(i)
	if n == 0 && (r.under || r.d.has(r.d.blocks[i], inFAQ)) {
		if q, n = r.written(i); n == 0 {
			return r.listed(i)
		}
	}
	if n == 0 || len(q.Answer) == 0 || !plainAnswer(q.Answer) {
		return 0
	}
	r.add(q)
	return n
}

func (r *faqReader) add(q article.Question) {
	if r.faq == nil {
		r.faq = &article.FAQ{Place: q.Place}
	}
	r.faq.Questions = append(r.faq.Questions, q)
	if len(r.faq.Questions) == maxQuestions {
		r.flush()
	}
}

// headed reads a question that is a heading, or that the markup says is one.
func (r *faqReader) headed(i int) (q article.Question, n int) {
	h, ok := r.d.blocks[i].(*article.Heading)
	if !ok || !r.asks(h) {
		return q, 0
	}
	q = article.Question{Text: unnumberedTitle(withoutQ(h.Text.String())), Place: h.Place}
	if !r.d.has(h, isMade) {
		q.Heading = h
	}
	j := r.answerEnd(i+1, r.d.has(h, inFAQ), false)
	for _, b := range r.d.blocks[i+1 : j] {
		if !isDivider(b) {
			q.Answer = append(q.Answer, b)
		}
	}
	if len(q.Answer) == 0 {
		q.Answer = r.d.answers[letters0(q.Text)]
	}
	if r.deep == 0 && r.under {
		r.deep = h.Level
	}
	return q, j - i
}

// asks: the heading is a question of a FAQ.
func (r *faqReader) asks(h *article.Heading) bool {
	s := h.Text.String()
	mark := strings.HasSuffix(strings.TrimRight(s, " .…"), "?")
	switch {
	case r.d.has(h, isQuestion):
		return mark || r.under || r.d.has(h, inFAQ)
	case !r.under || isFAQName(s):
		return false
	case h.Level > r.level:
		return mark || r.deep == h.Level || r.d.has(h, isMade)
	}
	// Where the questions are headings as high as that of their section, it
	// ends with the first that asks nothing.
	return mark && h.Level == r.level && (r.deep == 0 || r.deep == r.level)
}

// answerEnd is where the answer that begins with block i ends; told says that
// something was answered before it.
func (r *faqReader) answerEnd(i int, boxed, told bool) int {
	bounded := r.d.has(next(r.d.blocks, i), isAnswer)
	for j := i; j < len(r.d.blocks); j++ {
		b := r.d.blocks[j]
		if r.opens(j) {
			return j
		}
		if bounded && !r.d.has(b, isAnswer) || boxed && !r.d.has(b, inFAQ) || (told || j > i) && (boxed || r.under && r.deep == 0) && r.writtenAt(j) {
			return j
		}
	}
	return len(r.d.blocks)
}

// opens: block j begins something that is no part of the answer before it.
func (r *faqReader) opens(j int) bool {
	switch b := r.d.blocks[j].(type) {
	case *article.Heading, *article.FAQ, *article.Verdict:
		return true
	case *article.ProsCons:
		return b.Pros.Heading != nil || b.Cons.Heading != nil
	case *article.Pick:
		return b.Heading != nil && (r.deep == 0 || b.Heading.Level <= r.deep)
	case *article.Divider:
		switch next(r.d.blocks, j+1).(type) {
		case nil, *article.Heading:
			return false
		}
		return r.deep > 0
	}
	return false
}

// plainAnswer: the blocks may stand in an answer, and sell nothing.
func plainAnswer(bs article.Blocks) bool {
	for _, b := range bs {
		switch b.(type) {
		case *article.Paragraph, *article.List, *article.Quote, *article.Table, *article.Image:
		default:
			return false
		}
	}
	for l := range (&article.Article{Blocks: bs}).Links() {
		if _, paid := article.Affiliate(l); paid {
			return false
		}
	}
	return true
}

var (
	// leadQ opens a question: "Q:", "Question 3:", "F:", "D.".
	leadQ = compile(`^(?:(?:Q|F|P|D)\s?\d{0,2}\s?[:.)]|(?:Question|Frage|Pregunta|Pergunta|Domanda)\s?\d{0,2}\s?[:.)])\s*`)
	leadA = compile(`^(?:(?:A|R)\s?\d{0,2}\s?[:.)]|(?:Answer|Antwort|Réponse|Respuesta|Resposta|Risposta)\s?[:.)])\s*`)
)

// withoutQ takes "Q:" off a question.
func withoutQ(s string) string {
	if m := leadQ.FindStringIndex(s); m != nil && hasWords(s[m[1]:]) {
		return s[m[1]:]
	}
	return s
}

func withoutA(t article.Text) article.Text {
	s := t.String()
	if m := leadA.FindStringIndex(s); m != nil && hasWords(s[m[1]:]) {
		return sliceText(t, m[1], len(s))
	}
	return t
}

// writtenAt: block j begins with a question that is no heading.
func (r *faqReader) writtenAt(j int) bool {
	p, ok := r.d.blocks[j].(*article.Paragraph)
	if !ok {
		return false
	}
	q, _ := questionIn(p.Text, true)
	return q != ""
}

// questionIn parts the question a paragraph or an item opens with from what
// follows it. Set apart it is by bold, by "Q:" or by a line end; alone it is
// the whole text, and short.
func questionIn(t article.Text, alone bool) (q string, rest article.Text) {
	s := t.String()
	if len(s) > 6000 {
		return "", nil
	}
	end := strings.IndexByte(s, '?')
	if end < 0 || end > 250 {
		return "", nil
	}
	end++
	bold := false
	if n := boldPrefix(t); n >= end {
		end, bold = n, true
	}
	rest = sliceText(t, end, len(s))
	switch {
	case bold:
	case leadQ.MatchString(s):
	case alone && len(rest) == 0 && short(s, 200) && startsUpper(strings.TrimLeft(s, "¿\"“«„")):
	default:
		line, after := firstLine(t)
		if l := line.String(); len(after) == 0 || !strings.HasSuffix(l, "?") || !short(l, 200) {
			return "", nil
		}
		return oneLine(withoutQ(line.String())), after
	}
	return oneLine(unnumberedTitle(withoutQ(s[:end]))), rest
}

// boldPrefix is how many bytes of t, from the beginning, are in bold.
func boldPrefix(t article.Text) int {
	at, end := 0, 0
	for _, s := range t {
		switch {
		case s.Break:
			at++
			continue
		case s.Bold:
			end = at + len(s.Text)
		case strings.TrimSpace(s.Text) != "":
			return end
		}
		at += len(s.Text)
	}
	return end
}

// written reads a question that is a paragraph, or opens one, below the heading
// of a FAQ.
func (r *faqReader) written(i int) (q article.Question, n int) {
	p, ok := r.d.blocks[i].(*article.Paragraph)
	if !ok || r.deep > 0 && !r.d.has(p, inFAQ) {
		return q, 0
	}
	text, rest := questionIn(p.Text, true)
	if text == "" {
		return q, 0
	}
	q = article.Question{Text: text, Place: p.Place}
	if len(rest) > 0 {
		q.Answer = append(q.Answer, &article.Paragraph{Text: withoutA(rest), Place: p.Place})
	}
	j := r.answerEnd(i+1, r.d.has(p, inFAQ), len(rest) > 0)
	if len(q.Answer) > 0 { // the answer is told; only what belongs to it follows
		k := i + 1
		for k < j && !r.endsText(k, j) {
			k++
		}
		j = k
	}
	for _, b := range r.d.blocks[i+1 : j] {
		if isDivider(b) {
			continue
		}
		if a, ok := b.(*article.Paragraph); ok && len(q.Answer) == 0 {
			a.Text = withoutA(a.Text)
		}
		q.Answer = append(q.Answer, b)
	}
	return q, j - i
}

// endsText: no further question follows block k before the section ends at j,
// so that it is the text behind the questions.
func (r *faqReader) endsText(k, j int) bool {
	_, para := r.d.blocks[k].(*article.Paragraph)
	return para && (j == len(r.d.blocks) || !r.writtenAt(j))
}

// listed reads a list whose items are questions with their answers.
func (r *faqReader) listed(i int) int {
	l, ok := r.d.blocks[i].(*article.List)
	if !ok || r.deep > 0 {
		return 0
	}
	var qs []article.Question
	for _, it := range l.Items {
		text, rest := questionIn(it.Text, true)
		q := article.Question{Text: text, Place: it.Place}
		if len(rest) > 0 {
			q.Answer = append(q.Answer, &article.Paragraph{Text: withoutA(rest), Place: it.Place})
		}
		if it.Sub != nil {
			q.Answer = append(q.Answer, it.Sub)
		}
		if text == "" || len(q.Answer) == 0 || !plainAnswer(q.Answer) {
			return 0
		}
		qs = append(qs, q)
	}
	for _, q := range qs {
		r.add(q)
	}
	return 1
}

// addFAQ puts the questions that stand outside the text at its end: those of
// the front matter the text does not repeat, and those of a page's own data
// when the page shows none of them.
func (d *draft) addFAQ() {
	shown := d.shownTexts()
	var add []asked
	for _, q := range d.frontFAQ {
		if !shown[letters0(q.text)] {
			add = append(add, q)
		}
	}
	hidden := len(d.dataFAQ) > 0
	for _, q := range d.dataFAQ {
		hidden = hidden && !shown[letters0(q.text)]
	}
	if hidden {
		add = append(add, d.dataFAQ...)
	}
	f := &article.FAQ{}
	for _, q := range add {
		if len(q.answer) > 0 && plainAnswer(q.answer) && len(f.Questions) < maxQuestions {
			f.Questions = append(f.Questions, article.Question{Text: q.text, Answer: q.answer, Place: at(q.line, 0)})
		}
	}
	if len(f.Questions) > 0 {
		f.Place = f.Questions[0].Place
		d.blocks = append(d.blocks, f)
	}
}

// shownTexts are the headings, questions and paragraphs of the blocks, by their
// letters.
func (d *draft) shownTexts() map[string]bool {
	shown := make(map[string]bool)
	if len(d.frontFAQ) == 0 && len(d.dataFAQ) == 0 {
		return shown
	}
	for _, b := range d.blocks {
		if f, ok := b.(*article.FAQ); ok {
			for _, q := range f.Questions {
				shown[letters0(q.Text)] = true
			}
		}
		if s := blockText(b); s != "" {
			shown[letters0(s)] = true
			if i := strings.IndexByte(s, '?'); i > 0 {
				shown[letters0(s[:i+1])] = true
			}
		}
	}
	return shown
}
