package render

import (
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// What reviews and guides are made of besides text.
type (
	faqView      struct{ Questions []questionView }
	questionView struct {
		headingView
		Answer []block
	}
	prosConsView struct {
		// Sides are those that have items, what speaks for it first.
		Sides []sideView
		// Wide asks for one column: one side alone, or long texts.
		Wide bool
	}
	sideView struct {
		headingView
		Items []rich
		// Against marks the cons; Mark is their sign, or that of the pros.
		Against bool
		Mark    string
	}
	verdictView struct {
		headingView
		// Lead is the first paragraph if it is short, Rest what follows it.
		Lead rich
		Rest []block
	}
)

// The signs of pros and cons: every font has them, and they read the same in
// every language and from either side.
const (
	plus  = "+"
	minus = "\u2212"
)

// TextMark is the sign as the text part writes it before an item.
func (s sideView) TextMark() string {
	if s.Against {
		return "  - "
	}
	return "  + "
}

// headingsOf are the headings a block was written with, nested ones included.
func headingsOf(b article.Block) []*article.Heading {
	var out []*article.Heading
	add := func(h *article.Heading) {
		if h != nil {
			out = append(out, h)
		}
	}
	switch x := b.(type) {
	case *article.Heading:
		add(x)
	case *article.FAQ:
		for _, q := range x.Questions {
			add(q.Heading)
		}
	case *article.ProsCons:
		add(x.Pros.Heading)
		add(x.Cons.Heading)
	case *article.Verdict:
		add(x.Heading)
	}
	return out
}

// titled is the heading of a block or of a part of one: on the level it was
// written on, or just under the last heading.
func (b *builder) titled(title string, h *article.Heading) headingView {
	v := headingView{Level: b.under(), Text: b.headline(article.Plain(title))}
	if h != nil {
		v.Level = min(max(b.ranks[h.Level], 2), b.level+1)
	}
	if !v.Text.Empty() {
		v.ID = b.id(title)
	}
	return v
}

func (b *builder) faq(f *article.FAQ) any {
	var v faqView
	for _, q := range f.Questions {
		h := b.titled(q.Text, q.Heading)
		if h.Text.Empty() && len(q.Answer) == 0 {
			continue
		}
		if len(v.Questions) > 0 { // all of them are of one rank
			h.Level = v.Questions[0].Level
		}
		v.Questions = append(v.Questions, questionView{headingView: h, Answer: b.run(q.Answer)})
	}
	if len(v.Questions) == 0 {
		return nil
	}
	return v
}

func (b *builder) prosCons(p *article.ProsCons) any {
	var v prosConsView
	for _, side := range []struct {
		article.Side
		against     bool
		title, mark string
	}{{p.Pros, false, b.Pros, plus}, {p.Cons, true, b.Cons, minus}} {
		if len(side.Items) == 0 {
			continue
		}
		if side.Title != "" {
			side.title = side.Title
		}
		s := sideView{headingView: b.titled(capital(side.title), side.Heading), Against: side.against, Mark: side.mark}
		if len(v.Sides) > 0 {
			s.Level = v.Sides[0].Level
		}
		for _, t := range flat(side.Items) {
			s.Items = append(s.Items, b.rich(t))
			v.Wide = v.Wide || utf8.RuneCountInString(t.String()) > longestCard
		}
		v.Sides = append(v.Sides, s)
	}
	if len(v.Sides) == 0 {
		return nil
	}
	v.Wide = v.Wide || len(v.Sides) == 1
	return v
}

// flat is the items of a list and of the lists in it, one after the other.
func flat(items []article.Item) []article.Text {
	var out []article.Text
	for _, it := range items {
		out = append(out, it.Text)
		if it.Sub != nil {
			out = append(out, flat(it.Sub.Items)...)
		}
	}
	return out
}

func (b *builder) verdict(x *article.Verdict) any {
	v := verdictView{headingView: b.titled(x.Title, x.Heading), Lead: b.plain("")}
	rest := x.Text
	if len(rest) > 0 {
		if p, ok := rest[0].(*article.Paragraph); ok && isStandfirst(p) {
			v.Lead, rest = b.rich(p.Text), rest[1:]
		}
	}
	v.Rest = b.run(rest)
	if v.Text.Empty() && v.Lead.Empty() && len(v.Rest) == 0 {
		return nil
	}
	return v
}

// Plain is the heading without markup, for a table of contents.
func (h headingView) Plain() string { return h.Text.c.smart(h.Text.String()) }
