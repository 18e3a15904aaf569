package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// noticeKind says what a text notifies the reader of.
type noticeKind struct{ disclosure, disclaimer bool }

func (k noticeKind) any() bool { return k.disclosure || k.disclaimer }

func (k noticeKind) or(o noticeKind) noticeKind {
	return noticeKind{k.disclosure || o.disclosure, k.disclaimer || o.disclaimer}
}

// takeNotices takes disclosures and disclaimers out of the blocks: paragraphs
// and quotes that are one as a whole, with the heading above them, and single
// sentences at the end of a paragraph. The same words twice are kept once.
func (d *draft) takeNotices() {
	headed := noticeKind{} // under a heading that announces a notice
	var heading article.Block
	begun, bare := false, d.shortLines()
	var out article.Blocks
	paid, linked := firstPaid(d.blocks)
	for i, b := range d.blocks {
		d.standing = standing{known: true, notice: spot{piece: i}, paid: paid, linked: linked}
		switch b := b.(type) {
		case *article.Heading:
			if heading != nil {
				out = append(out, heading)
			}
			heading, headed = nil, noticeKind{}
			if k := noticeHeading(b.Text.String()); k.any() {
				heading, headed = b, k
				continue
			}
		case *article.Paragraph:
			s := b.Text.String()
			if !begun && short(s, 40) && len(d.disclosures) > 0 && noticeHeading(s).any() {
				break // the title of a box whose notice was taken from the page
			}
			if short(s, 24) && siteLine(s) && (begun || bare[fold(s)] > 1) {
				break // marks an advertisement, not the article
			}
			begun = begun || len(s) > 60 && strings.ContainsRune(".!?", lastRune(s)) && !kindOfNotice(s).any()
			rest, taken := d.noticeIn(b.Text, b.Place, headed)
			if taken {
				heading, headed = nil, noticeKind{}
				out = withoutBoxTitle(out)
			}
			if len(rest) == 0 {
				continue
			}
			b.Text = rest
		case *article.Quote:
			if d.noticeQuote(b) {
				continue
			}
		case *article.List:
			if d.noticeItem(b) {
				continue
			}
		}
		if heading != nil {
			out = append(out, heading)
			heading, headed = nil, noticeKind{}
		}
		out = append(out, b)
	}
	if heading != nil {
		out = append(out, heading)
	}
	d.blocks = out
}

// withoutBoxTitle drops a paragraph at the end that only announces a notice.
func withoutBoxTitle(bs article.Blocks) article.Blocks {
	if p, ok := next(bs, len(bs)-1).(*article.Paragraph); ok && short(p.Text.String(), 40) && noticeHeading(strings.TrimRight(p.Text.String(), " :!")).any() {
		return bs[:len(bs)-1]
	}
	return bs
}

// shortLines counts how often each short paragraph stands there.
func (d *draft) shortLines() map[string]int {
	n := make(map[string]int)
	for _, b := range d.blocks {
		if p, ok := b.(*article.Paragraph); ok {
			if s := p.Text.String(); short(s, 24) {
				n[fold(s)]++
			}
		}
	}
	return n
}

// noticeHeading: a heading such as "Affiliate disclosure".
func noticeHeading(s string) noticeKind {
	f := fold(s)
	if !noticeNames.MatchString(f) {
		return noticeKind{}
	}
	if strings.Contains(f, "medic") || strings.Contains(f, "médic") || strings.Contains(f, "mediz") || strings.Contains(f, "health") {
		return noticeKind{disclaimer: true}
	}
	return noticeKind{disclosure: true}
}

// noticeStems: without one of these no text is a notice. They spare most
// texts the long patterns.
var noticeStems = stemsOf(
	"affili", "afiliad", "associa", "partenaire", "amazon-partner", "commission", "provision", "comisi", "comiss", "compensat", "referral", "qualifying",
	"sponsor", "paid ", "advice", "medizin", "arzt", "medic", "medec", "purposes", "evaluated by", "veterinar", "through my link", "through our link", "werbe", "not a doctor", "remuner", "vergutung", "partnerlink", "partner-link",
)

func kindOfNotice(s string) noticeKind {
	f := plainLower(s)
	if sponsored(f) {
		return noticeKind{disclosure: true}
	}
	if !noticeStems.in(f) {
		return noticeKind{}
	}
	return noticeKind{disclosure: disclosurePattern.MatchString(f), disclaimer: disclaimerPattern.MatchString(f)}
}

// noticeIn takes the notice out of a paragraph and returns what is left of it.
func (d *draft) noticeIn(t article.Text, p article.Place, headed noticeKind) (rest article.Text, taken bool) {
	s := t.String()
	if len(s) > 20000 {
		return t, false
	}
	whole := kindOfNotice(s)
	if !whole.any() && len(s) <= 600 {
		whole = noticeKind{disclosure: openDisclosure.MatchString(plainLower(clip(s, 100)))}
	}
	if !whole.any() && !headed.any() {
		return t, false
	}
	if headed.any() && (whole.any() || len(s) <= 600) {
		if !whole.any() {
			whole = headed
		}
		d.addNotice(t, p, whole)
		return nil, true
	}
	lead := noticeLead.MatchString(plainLower(s)) && len(s) <= 1200
	from, to := noticeRange(sentencesOf(s))
	switch {
	case lead, from >= 0 && (to-from+maxLeftOver >= len(s) || siteLine(s[:from]+" "+s[to:])): // small print goes as a whole
		d.addNotice(t, p, whole)
		return nil, true
	case from < 0: // only across sentences: no notice by itself
		return t, false
	}
	if from > 0 {
		p.Column = 0 // somewhere in the paragraph
	}
	d.standing.notice.byte = from
	d.addNotice(sliceText(t, from, to), p, kindOfNotice(s[from:to]))
	rest = joinRest(sliceText(t, 0, from), sliceText(t, to, len(s)))
	if noticeHeading(strings.TrimRight(rest.String(), " :!")).any() {
		rest = nil // the title of the notice's box
	}
	return rest, true
}

// openDisclosure opens a paragraph that calls itself a disclosure.
var openDisclosure = plainPattern(`^\W*(?:(?:affiliate|advertis(?:er|ing)|commission|financial|amazon|ftc)(?: link)? (?:disclosures?|disclaimer|notice)|(?:affiliate-?|werbe-?|transparenz-?)hinweis|(?:nota|aviso|declaracao|divulgacao) (?:de |sobre )?(?:transparencia|afiliad[oa]s?|publicidade?)|nota (?:di|sulla) (?:trasparenza|affiliazione)|(?:note|mention) (?:de |d')(?:transparence|affiliation))\s?[:.–-]\s?\S.{20}`)

// maxLeftOver is how much of a paragraph, in bytes, goes with the notice that
// is the rest of it.
const maxLeftOver = 24

// companion marks sentences that only make sense beside a notice.
var companion = compile(`(?i)\b(?:(?:eigene|ehrliche)[nr]? meinung|disclosures?|polic(?:y|ies)|affiliates?|commissions?|reader-supported|you pay (?:the same|nothing)|small (?:cut|fee)|(?:extra|additional) (?:cost|charge)|costs? (?:to )?you|recommend\w*|editorial|independent\w*|support(?:s|ing)? (?:us|this|our|the)|(?:our|my) opinions?|influence\w*|trust|doctor|physician|dermatologist|healthcare|empfehl\w*|preis|mehr dazu|arzt|ärztin|prix|recommand\w*|en savoir plus|médecin|precio|recomend\w*|más información|médico|preço|saiba mais|prezzo|consigli\w*|scopri di più|medico)\b`)

// noticeRange finds the sentences that are a notice, with those around them
// that go with it; from is -1 if none is one.
func noticeRange(ss []sentence) (from, to int) {
	first, last := -1, -1
	for i, x := range ss {
		if kindOfNotice(x.text).any() {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return -1, 0
	}
	for first > 0 && last-first < 4 && companion.MatchString(ss[first-1].text) {
		first--
	}
	for last+1 < len(ss) && last-first < 8 && companion.MatchString(ss[last+1].text) {
		last++
	}
	return ss[first].from, ss[last].to
}

// joinRest puts together what stood before and after a notice.
func joinRest(before, after article.Text) article.Text {
	if len(before) == 0 || len(after) == 0 {
		return tidyText(append(before, after...))
	}
	return tidyText(append(append(before, article.Span{Text: " "}), after...))
}

// noticeQuote takes a quotation that is a notice; people set them as quotes to
// make them stand out.
func (d *draft) noticeQuote(q *article.Quote) bool {
	t := joinTexts(q.Paragraphs...)
	s := t.String()
	k := kindOfNotice(s)
	if !k.any() || len(s) > 1500 {
		return false
	}
	d.addNotice(t, q.Place, k)
	return true
}

// noticeItem takes a list that is one notice: its bullet is the asterisk that
// marks paid links.
func (d *draft) noticeItem(l *article.List) bool {
	if len(l.Items) != 1 || l.Items[0].Sub != nil {
		return false
	}
	t := l.Items[0].Text
	s := t.String()
	k := kindOfNotice(s)
	if !k.disclosure || len(s) > 600 {
		return false
	}
	d.addNotice(t, l.Place, k)
	return true
}

func (d *draft) addNotice(t article.Text, p article.Place, k noticeKind) {
	p.Block = -1
	n := article.Notice{Text: dropInPage(t), Place: p, Position: d.standing.position()}
	if len(n.Text) == 0 {
		return
	}
	if k.disclosure && !saidAlready(d.disclosures, n.Text) {
		n.Kind = kindOfDisclosure(n.Text.String())
		d.disclosures = append(d.disclosures, n)
	}
	if k.disclaimer && !saidAlready(d.disclaimers, n.Text) {
		n.Kind = article.NoticeMedical
		d.disclaimers = append(d.disclaimers, n)
	}
}

func saidAlready(ns []article.Notice, t article.Text) bool {
	f := fold(t.String())
	for _, n := range ns {
		if fold(n.Text.String()) == f {
			return true
		}
	}
	return false
}
