package ingest

import (
	"golang.org/x/net/html"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Reviews and guides are made of parts of their own: questions with their
// answers, what speaks for and against, a verdict. Whatever marked them up, a
// reader leaves headings, paragraphs and lists, and notes in the draft's roles
// what the markup said of them; the passes of review_*.go make the blocks.
// They run after the picks are found, which none of them may hold.

// role is what a source's markup says about a block; roles add up.
type role uint8

const (
	isQuestion role = 1 << iota // the heading is a question
	isMade                      // the heading was none in the source
	isAnswer                    // the block stands in the answer of the question before it
	inFAQ                       // the block stands in a box of questions
	isPro
	isCon
	isVerdict
)

// mark notes the role of the blocks from the given one on.
func (d *draft) mark(r role, from int) {
	for _, b := range d.blocks[min(from, len(d.blocks)):] {
		d.markBlock(r, b)
	}
}

func (d *draft) markBlock(r role, b article.Block) {
	if d.roles == nil {
		d.roles = make(map[article.Block]role)
	}
	d.roles[b] |= r
}

// has reports whether the markup gave the block that role.
func (d *draft) has(b article.Block, r role) bool { return b != nil && d.roles[b]&r != 0 }

var (
	proBoxes     = compile(`(?i)(?:^|[\s_-])(?:pros|positives|advantages|plus-?points|pluspunkte|vorteile|avantages|points-forts|ventajas|vantagens|vantaggi|pregi)(?:$|[\s_-])`)
	conBoxes     = compile(`(?i)(?:^|[\s_-])(?:cons|negatives|disadvantages|drawbacks|minus-?points|minuspunkte|nachteile|inconvenients|points-faibles|desventajas|contras|desvantagens|svantaggi|difetti)(?:$|[\s_-])`)
	verdictBoxes = compile(`(?i)(?:^|[\s_-])(?:(?:our|the|final|review|product|quick)-?)?(?:verdicts?|bottom-?line|fazit|veredicto|veredito|verdetto)(?:$|[\s_-]|box)`)
	faqBoxes     = compile(`(?i)(?:^|[\s_-])(?:faqs?|accordions?|questions-and-answers)(?:$|[\s_-])`)
)

// boxRole is what the names of an element say about what stands in it.
func boxRole(n *html.Node) (r role) {
	c := attr(n, "class")
	if id := attr(n, "id"); id != "" {
		c += " " + id
	}
	if len(c) < 3 {
		return 0
	}
	switch pro, con := proBoxes.MatchString(c), conBoxes.MatchString(c); {
	case pro && !con:
		r |= isPro
	case con && !pro:
		r |= isCon
	}
	if verdictBoxes.MatchString(c) {
		r |= isVerdict
	}
	if faqBoxes.MatchString(c) {
		r |= inFAQ
	}
	return r
}

// takeReviews makes the blocks reviews and guides are made of.
func (d *draft) takeReviews() {
	d.takeProsCons()
	d.takeVerdicts()
	d.takeFAQs()
	d.addFAQ()
}

// eachHeading calls f for every heading, also for those kept in other blocks.
func eachHeading(bs article.Blocks, f func(*article.Heading)) {
	give := func(h *article.Heading) {
		if h != nil {
			f(h)
		}
	}
	for _, b := range bs {
		switch b := b.(type) {
		case *article.Heading:
			give(b)
		case *article.Pick:
			give(b.Heading)
		case *article.FAQ:
			for _, q := range b.Questions {
				give(q.Heading)
			}
		case *article.ProsCons:
			give(b.Pros.Heading)
			give(b.Cons.Heading)
		case *article.Verdict:
			give(b.Heading)
		}
	}
}

// placeReview writes into the parts of a block which block they belong to.
func placeReview(b article.Block, i int) {
	switch b := b.(type) {
	case *article.FAQ:
		b.Place.Block = i
		for j := range b.Questions {
			q := &b.Questions[j]
			q.Place.Block = i
			placeWithin(q.Answer, i)
		}
	case *article.ProsCons:
		b.Place.Block = i
		for _, side := range []*article.Side{&b.Pros, &b.Cons} {
			placeList(&article.List{Items: side.Items}, i)
		}
	case *article.Verdict:
		b.Place.Block = i
		placeWithin(b.Text, i)
	}
	eachHeading(article.Blocks{b}, func(h *article.Heading) { h.Place.Block = i })
}

func placeWithin(bs article.Blocks, i int) {
	for _, b := range bs {
		placeBlock(b, i)
	}
}

// partsOf are the blocks that make up a block for whoever reads its text: the
// questions of a FAQ and a verdict as sections. What speaks for and against a
// product is none.
func partsOf(b article.Block) article.Blocks {
	switch b := b.(type) {
	case *article.FAQ:
		var out article.Blocks
		for _, q := range b.Questions {
			out = append(append(out, &article.Heading{Text: article.Plain(q.Text), Place: q.Place}), q.Answer...)
		}
		return out
	case *article.Verdict:
		return append(article.Blocks{&article.Heading{Text: article.Plain(b.Title), Place: b.Place}}, b.Text...)
	case *article.ProsCons:
		return nil
	}
	return article.Blocks{b}
}
