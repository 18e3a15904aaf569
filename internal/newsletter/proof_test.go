package newsletter

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/render"
)

// TestEveryLayoutDiscloses: whatever the articles sell and say, in every layout
// and variant a disclosure precedes what earns and stands beside each pick, by
// the word of a checker that knows nothing of the templates; or an error
// blocks the mail, which only an article without any disclosure can cause.
func TestEveryLayoutDiscloses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := letterInput()
		in.Layout = rapid.SampledFrom(render.Layouts()).Draw(t, "layout")
		n := 1
		if in.Layout == render.Digest {
			n = rapid.IntRange(1, 4).Draw(t, "articles")
		}
		if rapid.Bool().Draw(t, "direct") {
			in.Newsletter.AmazonMode, in.Newsletter.AmazonConsent = render.Direct, "the Associates team, in writing"
		}
		if rapid.Bool().Draw(t, "default") {
			in.Newsletter.DefaultDisclosure = "We earn a commission when you buy through links in this letter."
		}
		all := true // has every article that earns a disclosure that says so?
		for k := range n {
			a, says := seller(t, k)
			in.Articles = append(in.Articles, a)
			all = all && (says || in.Newsletter.DefaultDisclosure != "" && len(a.Disclosures) == 0)
		}
		if n > 1 {
			for k := range n - 1 {
				if rapid.Bool().Draw(t, "had") {
					in.without = append(in.without, k)
				}
			}
		}
		c, err := Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		proven := lint.Prove(c.checked).OK()
		blocked := slices.ContainsFunc(c.Errors(), func(d article.Diagnostic) bool { return d.Rule == "DISC-1" || d.Rule == "LAW-6" })
		if all && !proven {
			t.Errorf("everything is disclosed, but the proof fails:\n%+v\n%s", lint.Prove(c.checked), c.Text)
		}
		if !proven && !blocked {
			t.Errorf("the proof fails and nothing blocks the mail:\n%s", c.Text)
		}
	})
}

// seller is an article that may sell something; says tells whether it has a
// notice that says that money is earned.
func seller(t *rapid.T, n int) (a *article.Article, says bool) {
	a = piece(fmt.Sprintf("piece%d", n), rapid.SampledFrom([]int{60, 400}).Draw(t, "words"))
	a.Language = rapid.SampledFrom([]string{"en", "en", "de", "he"}).Draw(t, "language")
	if rapid.IntRange(0, 4).Draw(t, "address") == 0 {
		a.CanonicalURL = ""
	}
	notice := rapid.SampledFrom([]string{
		"We may earn a commission if you purchase through our links.", "Disclosure: We earn money when you buy. Read our full disclosure.",
		"Wenn du über unsere Links kaufst, erhalten wir eine Provision.", "",
	}).Draw(t, "notice")
	a.Disclosures = nil
	if notice != "" {
		a.Disclosures, says = []article.Notice{{Kind: article.NoticeAffiliate, Text: article.Plain(notice)}}, true
	}
	if rapid.IntRange(0, 3).Draw(t, "sponsored") == 0 && says {
		a.Disclosures = append(a.Disclosures, article.Notice{Kind: article.NoticeSponsored, Text: article.Plain("Advertising: Mossbank paid for this.")})
	}
	a.Blocks = a.Blocks[1:]
	for k := range rapid.IntRange(0, 3).Draw(t, "picks") {
		p := &article.Pick{Name: fmt.Sprintf("Mossbank Balm %c%d", 'A'+n, k), Blurb: article.Plain("A plain balm."), CTA: "View it",
			URL: rapid.SampledFrom([]string{"https://www.amazon.com/dp/B00000000" + fmt.Sprint(k) + "?tag=you-20", "https://www.shareasale.com/r.cfm?b=1&u=2&m=3", "https://shop.example/balm"}).Draw(t, "shop")}
		a.Blocks = slices.Insert(a.Blocks, rapid.IntRange(0, len(a.Blocks)).Draw(t, "place"), article.Block(p))
	}
	if rapid.Bool().Draw(t, "inline") {
		a.Blocks = slices.Insert(a.Blocks, 0, article.Block(&article.Paragraph{Text: article.Text{{Text: "We use "}, {Text: "this balm", Href: "https://www.shareasale.com/r.cfm?b=9&u=2&m=3"}, {Text: " a lot."}}}))
	}
	return a, says
}
