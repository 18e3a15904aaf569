package lint

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/render"
)

// drawText is words, with an affiliate link in them or not.
func drawText(t *rapid.T) article.Text {
	words := rapid.SampledFrom(idle[:4]).Draw(t, "words")
	if rapid.Bool().Draw(t, "plain") {
		return article.Plain(words)
	}
	return article.Text{{Text: words + " See "}, {Text: "the balm", Href: rapid.SampledFrom([]string{tagged, awin, affiliateLinks[3]}).Draw(t, "href")}, {Text: " too."}}
}

// drawBlock is a block of any kind that can hold links.
func drawBlock(t *rapid.T, n int) article.Block {
	at := line(20 + n)
	paragraph := func() article.Block { return &article.Paragraph{Text: drawText(t), Place: at} }
	items := func() []article.Item { return []article.Item{{Text: drawText(t)}, {Text: drawText(t)}} }
	switch rapid.SampledFrom(article.AllKinds()).Draw(t, "kind") {
	case article.KindHeading:
		return &article.Heading{Level: 2, Text: article.Plain("A Heading"), Place: at}
	case article.KindList:
		return &article.List{Items: items(), Place: at}
	case article.KindQuote:
		return &article.Quote{Paragraphs: []article.Text{drawText(t)}, Place: at}
	case article.KindImage:
		i := &article.Image{URL: fmt.Sprintf("https://quietskin.example/%d.jpg", n), Alt: "Oats", Width: 520, Height: 300, Place: at}
		if rapid.Bool().Draw(t, "linked") {
			i.Href = awin
		}
		return i
	case article.KindTable:
		return &article.Table{Head: []article.Text{article.Plain("What"), article.Plain("How")}, Rows: [][]article.Text{{drawText(t), drawText(t)}}, Place: at}
	case article.KindTips:
		return &article.Tips{Cards: []article.Tip{{Title: "One", Text: drawText(t)}, {Title: "Two", Text: drawText(t)}}, Place: at}
	case article.KindPick:
		return &article.Pick{Label: "Pick", Name: "Fern & Vale " + rapid.StringMatching(`[A-Z][a-z]{2,9}`).Draw(t, "name") + fmt.Sprint(n),
			Blurb: article.Plain("Mild."), CTA: "View on Amazon", URL: rapid.SampledFrom([]string{tagged, awin}).Draw(t, "url"), Merchant: "Amazon", Place: at}
	case article.KindFAQ:
		return &article.FAQ{Questions: []article.Question{{Text: "Is it mild?", Answer: article.Blocks{paragraph(), &article.List{Items: items()}}}}, Place: at}
	case article.KindProsCons:
		return &article.ProsCons{Pros: article.Side{Title: "Pros", Items: items()}, Cons: article.Side{Title: "Cons", Items: items()}, Place: at}
	case article.KindVerdict:
		return &article.Verdict{Title: "The verdict", Text: article.Blocks{paragraph()}, Place: at}
	}
	return paragraph()
}

// drawIssue is an issue of one article in any layout, or a digest.
func drawIssue(t *rapid.T) (render.Issue, Policy) {
	s := good()
	if rapid.Bool().Draw(t, "direct") {
		direct(s)
	}
	issue := render.Issue{Newsletter: s.Newsletter}
	issue.Layout = rapid.SampledFrom(render.Layouts()).Draw(t, "layout")
	several := 1
	if issue.Layout == render.Digest {
		several = rapid.IntRange(1, 4).Draw(t, "articles")
	}
	for n := range several {
		a := *s.Article
		a.Title = fmt.Sprintf("Article Number %d", n+1)
		a.CanonicalURL = fmt.Sprintf("https://quietskin.example/%d", n+1)
		a.Blocks = article.Blocks{&article.Paragraph{Text: article.Plain("It begins with a paragraph that says what all of this is about."), Place: line(4)}}
		for i := range rapid.IntRange(1, 6).Draw(t, "blocks") {
			a.Blocks = append(a.Blocks, drawBlock(t, i))
		}
		issue.Articles = append(issue.Articles, &a)
	}
	return issue, s.Policy
}

// TestRenderedDisclosure: a mail that package render composes is proven,
// whatever stands in its articles, in every layout.
func TestRenderedDisclosure(t *testing.T) {
	theme, err := editorial()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		issue, policy := drawIssue(t)
		m, err := render.Compose(issue, theme)
		if err != nil {
			t.Fatal(err)
		}
		in := Input{Articles: issue.Articles, Mail: m, Policy: policy}
		for _, d := range Mail(in) {
			if d.Rule == "LAW-6" {
				t.Fatalf("%s\n%s", d, m.Text)
			}
		}
		if p := Prove(in); !p.OK() {
			t.Fatalf("%+v\n%s", p, m.Text)
		}
	})
}

// tricks hide what they enclose; at %s stands what is hidden. Some go by the
// rules below.
var tricks = []string{
	`<span style="display:none">%s</span>`, `<span style="font-size:0">%s</span>`, `<span style="font-size:3px;line-height:1">%s</span>`,
	`<span style="color:#f6f0f2">%s</span>`, `<span style="color:transparent">%s</span>`, `<span style="opacity:0">%s</span>`,
	`<span style="display:block;overflow:hidden;max-height:0">%s</span>`, `<span style="position:absolute;left:-9999px">%s</span>`,
	`<span style="display:inline-block;text-indent:-9999px">%s</span>`, `<span style="clip-path:inset(50%%)">%s</span>`, `<span style="visibility:hidden">%s</span>`,
	`<span class="small-screens">%s</span>`, `<span class="by-night">%s</span>`, `<span class="in-outlook">%s</span>`, `<span class="sheet">%s</span>`,
	`<span hidden>%s</span>`, `<span aria-hidden="true">%s</span>`, `<!-- %s -->`, `<!--[if !mso]><!-->%s<!--<![endif]-->`, `<details>%s</details>`,
	`<img src="https://x.example/a.png" width="9" height="9" alt="%s">`, `<template>%s</template>`, `<span style="mso-hide:all">%s</span>`,
}

const trickRules = `.sheet{font-size:1px}@media (max-width:600px){.small-screens{display:none!important}}` +
	`@media (prefers-color-scheme:dark){.by-night{color:#282226!important}}[data-ogsc] .in-outlook{color:#282226!important}`

// TestHiddenDisclosure: a disclosure that any trick keeps from some readers
// proves nothing, in whatever mail.
func TestHiddenDisclosure(t *testing.T) {
	theme, err := editorial()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		issue, policy := drawIssue(t)
		m, err := render.Compose(issue, theme)
		if err != nil {
			t.Fatal(err)
		}
		m.HTML = strings.Replace(m.HTML, "</style>", trickRules+"</style>", 1)
		// Everything that discloses: the sentence and what stands in for it.
		wrapped := func(in string) Proof {
			m := m
			for _, said := range []string{discloses, "As an Amazon Associate I earn from qualifying purchases.", "We may earn a commission if you purchase through our links."} {
				m.HTML = strings.ReplaceAll(m.HTML, said, fmt.Sprintf(in, said))
			}
			return Prove(Input{Articles: issue.Articles, Mail: m, Policy: policy})
		}
		open := wrapped(`<span class="open" style="display:inline;opacity:1">%s</span>`)
		if !open.OK() {
			t.Fatalf("what hides nothing proves nothing: %+v\n%s", open, m.HTML)
		}
		trick := rapid.SampledFrom(tricks).Draw(t, "trick")
		p := wrapped(trick)
		for _, l := range p.HTML {
			if l.OK {
				t.Fatalf("%s proves %+v\n%s", trick, l, m.HTML)
			}
		}
		if len(open.HTML) > 0 && p.OK() {
			t.Fatalf("%s proves everything\n%s", trick, m.HTML)
		}
	})
}
