package render

import (
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestLayoutOf(t *testing.T) {
	for _, c := range []struct {
		asked string
		n     int
		want  string
	}{{"", 1, Whole}, {"", 3, Digest}, {Letter, 1, Letter}, {Digest, 1, Digest}} {
		if got := LayoutOf(c.asked, c.n); got != c.want {
			t.Errorf("%q for %d articles: got %q, want %q", c.asked, c.n, got, c.want)
		}
	}
}

// TestEveryLanguageHasLayoutPhrases: the two tables have the same languages,
// and no phrase is missing.
func TestEveryLanguageHasLayoutPhrases(t *testing.T) {
	for lang := range languages {
		p, ok := layoutLanguages[lang]
		if !ok || p.DigestKicker == "" || p.InThisIssue == "" || p.ReadFull == "" || p.ContinueReading == "" ||
			!strings.Contains(p.StoryKicker, "%d") || strings.Index(p.AndMore, "%s") > strings.Index(p.AndMore, "%d") {
			t.Errorf("%s: %+v", lang, p)
		}
	}
	if len(layoutLanguages) != len(languages) {
		t.Error("a layout speaks a language that nothing else does")
	}
}

// TestVariant: what a variant leaves out is nowhere in it, the others are
// counted anew, and their places on the issue's page stay.
func TestVariant(t *testing.T) {
	f := fixtureNamed(t, "20-digest")
	whole := f.compose(t)
	f.issue.Title, f.issue.Intro = "", ""
	f.issue.Without = []int{0}
	m := f.compose(t)
	if m.Web != "" {
		t.Error("a variant has a page of its own")
	}
	if want := "Thin Before Thick: The Only Rule for Layering (and 1 more)"; m.Title != want {
		t.Errorf("the title is %q, want %q", m.Title, want)
	}
	if want := "The Sunday Reset: Ten Minutes for Bed and Bath"; m.Preheader != want {
		t.Errorf("the preheader is %q, want %q", m.Preheader, want)
	}
	for part, s := range map[string]string{"html": m.HTML, "text": m.Text} {
		for _, gone := range []string{"tired-barrier", "Tired", "#story-1", "Fern", "commission", "Story 3"} {
			if strings.Contains(s, gone) {
				t.Errorf("%s has %q of the article that is left out", part, gone)
			}
		}
		for _, kept := range []string{"#story-2", "#story-3"} {
			if !strings.Contains(s, kept) || !strings.Contains(whole.HTML, kept) {
				t.Errorf("%s does not lead to %s", part, kept)
			}
		}
	}
	if !strings.Contains(m.HTML, "Story 1") || !strings.Contains(m.Text, "1. Thin Before Thick") {
		t.Error("the first story is not the first")
	}
	f.issue.Without = []int{0, 2}
	if m = f.compose(t); strings.Contains(m.Text, "In this issue") || m.Title != "Thin Before Thick: The Only Rule for Layering" {
		t.Errorf("a digest of one reads:\n%s", m.Text)
	}
	if n := strings.Count(m.Text, "Thin Before Thick"); n != 1 || !strings.Contains(m.Text, "The digest\nQuiet Skin\n") {
		t.Errorf("a digest of one has its title %d times:\n%s", n, m.Text)
	}
}

func TestDigestDisclosures(t *testing.T) {
	const earn = "We may earn a commission."
	for _, c := range []struct {
		name     string
		articles [][]article.Notice
		want     string
	}{
		{"none", [][]article.Notice{nil, nil}, ""},
		{"the same twice", [][]article.Notice{notices("Disclosure: " + earn), notices(earn)}, "Disclosure:|" + earn},
		{"the same in other words", [][]article.Notice{notices(earn), notices("We earn money when you buy.")}, "Disclosure:|" + earn},
		{"only the second", [][]article.Notice{nil, notices(earn)}, "Disclosure:|" + earn},
		{"a pointer goes last", [][]article.Notice{notices(earn + " Read our full disclosure."), notices("Links are affiliate links.")},
			"Disclosure:|" + earn + "/|Links are affiliate links. Read our full disclosure."},
		{"paid for is never left out", [][]article.Notice{notices(earn), {{Kind: article.NoticeSponsored, Text: article.Plain("Advertising: Holm paid us a commission for this.")}}},
			"Disclosure:|" + earn + "/Advertising:|Holm paid us a commission for this."},
	} {
		i := &Issue{Layout: Digest}
		for _, n := range c.articles {
			i.Articles = append(i.Articles, &article.Article{Language: "en", Disclosures: n})
		}
		e, err := newEdition(i, editorial(t))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range e.view(inMail).Disclosures {
			got = append(got, n.Label+"|"+n.Text.String())
		}
		if s := strings.Join(got, "/"); s != c.want {
			t.Errorf("%s: got %q, want %q", c.name, s, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	para := func(n int) article.Block {
		return &article.Paragraph{Text: article.Plain(strings.Repeat("Some words stand here. ", n))}
	}
	heading := &article.Heading{Level: 2, Text: article.Plain("A heading")}
	pick := func() article.Block { return &article.Pick{Name: "Balm", URL: "https://shop.example/"} }
	for _, c := range []struct {
		name        string
		blocks      article.Blocks
		body, picks int
		more        bool
	}{
		{"short enough to be whole", article.Blocks{para(12)}, 1, 0, false},
		{"no heading at the end", article.Blocks{para(12), para(12), heading, para(20), para(20)}, 2, 0, true},
		{"no label at the end", article.Blocks{para(12), &article.Paragraph{Text: article.Plain("As follows:")}, para(40), para(40)}, 1, 0, true},
		{"a paragraph that is too long is cut", article.Blocks{para(200)}, 1, 0, true},
		{"picks follow the button", article.Blocks{para(12), pick(), para(40), pick(), pick(), pick()}, 1, 3, true},
		{"nothing but picks is left", article.Blocks{para(12), pick()}, 1, 1, false},
		{"begins with a table", article.Blocks{&article.Table{Rows: [][]article.Text{{article.Plain("x")}}}, para(40)}, 0, 0, true},
	} {
		a := &article.Article{Title: "T", CanonicalURL: "https://pub.example/a", Blocks: c.blocks}
		e, err := newEdition(&Issue{Layout: Excerpt, Articles: []*article.Article{a}}, editorial(t))
		if err != nil {
			t.Fatal(err)
		}
		v := e.view(inMail)
		if len(v.Body) != c.body || len(v.Picks) != c.picks || (v.Continue != nil) != c.more {
			t.Errorf("%s: %d blocks, %d picks, more %v; want %d, %d, %v", c.name, len(v.Body), len(v.Picks), v.Continue != nil, c.body, c.picks, c.more)
		}
		shown := 0
		for _, b := range e.view(onWeb).Body {
			shown += max(1, len(picksOf(b))) // picks in a row are one block
		}
		if shown != len(c.blocks) {
			t.Errorf("%s: the page has %d of %d blocks", c.name, shown, len(c.blocks))
		}
	}
}

// TestNoAnchorsInMail: every link of every layout leads out of the message
// (HTML-13).
func TestNoAnchorsInMail(t *testing.T) {
	for _, f := range fixtures(t) {
		if m := f.compose(t); strings.Contains(m.HTML, `href="#`) {
			t.Errorf("%s: a link leads to a place in the mail", f.name)
		}
	}
}
