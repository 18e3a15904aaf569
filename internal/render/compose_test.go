package render

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/templates"
)

func composerOf(t *testing.T, a *article.Article) *composer {
	t.Helper()
	return composerFor(t, &Issue{Newsletter: Newsletter{Name: "Letter"}, Articles: []*article.Article{a}})
}

func composerFor(t *testing.T, i *Issue) *composer {
	t.Helper()
	e, err := newEdition(i, editorial(t))
	if err != nil {
		t.Fatal(err)
	}
	return e.composer
}

func TestEveryKindHasItsTemplates(t *testing.T) {
	for _, k := range article.AllKinds() {
		for _, path := range []string{"email/blocks/" + string(k) + ".html", "email/blocks/" + string(k) + ".txt", "web/public/archive/" + string(k) + ".html"} {
			if _, err := fs.Stat(templates.FS, path); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestEveryKindIsInAFixture keeps the golden files complete.
func TestEveryKindIsInAFixture(t *testing.T) {
	seen := map[article.Kind]bool{}
	for _, f := range fixtures(t) {
		for _, b := range f.issue.Articles[0].Blocks {
			seen[b.Kind()] = true
		}
	}
	for _, k := range article.AllKinds() {
		if !seen[k] {
			t.Errorf("no fixture has a %s", k)
		}
	}
}

func TestComposeIsDeterministic(t *testing.T) {
	for _, f := range fixtures(t) {
		again, err := newTheme(f.theme, sourceOf(t, f.theme), nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Compose(f.issue, again)
		if err != nil {
			t.Fatal(err)
		}
		if m != f.compose(t) {
			t.Errorf("%s: two mails of one issue differ", f.name)
		}
	}
}

// TestSafeOutput: html/template found every value where it may stand.
func TestSafeOutput(t *testing.T) {
	for _, f := range fixtures(t) {
		m := f.compose(t)
		for _, bad := range []string{"ZgotmplZ", "<script", "javascript:", "data:image", "\x01", "%!s(", "%!d("} {
			if strings.Contains(m.HTML+m.Web, bad) {
				t.Errorf("%s: the output has %q", f.name, bad)
			}
		}
	}
}

func TestLinksComeOutUnchanged(t *testing.T) {
	f := fixtureNamed(t, "01-via-article")
	f.issue.Links = Links{
		View:        "https://mail.example/archive/7",
		Preferences: "https://mail.example:8080/preferences/Qx7slot0prefs1xQ",
		Unsubscribe: "https://mail.example/unsubscribe/Qx7slot0unsub1xQ?a=b~c_d-e.f",
	}
	m := f.compose(t)
	for _, l := range []string{f.issue.Links.View, f.issue.Links.Preferences, f.issue.Links.Unsubscribe} {
		if !strings.Contains(m.HTML, `href="`+l+`"`) || !strings.Contains(m.Text, "\n"+l+"\n") {
			t.Errorf("%s was changed", l)
		}
		if strings.Contains(m.Web, l) {
			t.Errorf("%s is on the public page", l)
		}
	}
}

var (
	hrefs     = regexp.MustCompile(`href="([^"]*)"`)
	addresses = regexp.MustCompile(`(?m)^[ >]*(?:\[\d+\] )?((?:https?://|mailto:)\S+)$`)
)

func linksOf(htmlSource string) []string {
	var out []string
	for _, m := range hrefs.FindAllStringSubmatch(htmlSource, -1) {
		out = append(out, html.UnescapeString(m[1]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func addressesOf(text string) []string {
	var out []string
	for _, m := range addresses.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestSameLinksInBothParts holds also for what only Word reads (HTML-11).
func TestSameLinksInBothParts(t *testing.T) {
	for _, f := range fixtures(t) {
		m := f.compose(t)
		inHTML, inText := linksOf(m.HTML), addressesOf(m.Text)
		for _, l := range inHTML {
			if !slices.Contains(inText, l) {
				t.Errorf("%s: the text part lacks %s", f.name, l)
			}
		}
		for _, l := range inText { // an address can also be written out in the prose
			if !slices.Contains(inHTML, l) && !strings.Contains(html.UnescapeString(m.HTML), l) {
				t.Errorf("%s: the HTML part lacks %s", f.name, l)
			}
		}
	}
}

// TestNothingLeadsToAmazon in the mode via_article (AMZ-1).
func TestNothingLeadsToAmazon(t *testing.T) {
	for _, f := range fixtures(t) {
		f.issue.Newsletter.AmazonMode = ViaArticle
		for _, l := range append(linksOf(f.compose(t).HTML), addressesOf(f.compose(t).Text)...) {
			if a, ok := article.Affiliate(l); ok && a.Amazon {
				t.Errorf("%s: %s", f.name, l)
			}
		}
	}
}

// TestOrder: what must come first comes first, in every part.
func TestOrder(t *testing.T) {
	m := fixtureNamed(t, "02-direct").compose(t)
	for part, s := range map[string]string{"html": m.HTML[strings.Index(m.HTML, "<body"):], "text": m.Text} {
		s = strings.Join(strings.Fields(strings.ReplaceAll(s, "&nbsp;", " ")), " ")
		at := -1
		for _, want := range []string{"Quiet Skin", "isclosure:", "As an Amazon Associate", "Your Skin Barrier", "Maren Ilse", "You bought the acids", "Key takeaways",
			"That is not bad luck", "What the Barrier Does", "What We Would Put on It", "Fern", "We may earn a commission", "View on Amazon", "(paid link)",
			"Final", "Maren writes", "Medical disclaimer:", "You get this email", "Email preferences", "Unsubscribe", "12 Harbour Lane"} {
			i := strings.Index(s[at+1:], want)
			if i < 0 {
				t.Fatalf("%s: %q does not come after what should stand before it", part, want)
			}
			at += 1 + i
		}
	}
}

func TestComposeErrors(t *testing.T) {
	a := &article.Article{}
	for want, i := range map[string]Issue{
		"is for one article, this issue has 0": {},
		"is for one article, this issue has 2": {Layout: Letter, Articles: []*article.Article{a, a}},
		`there is no layout "poster"`:          {Layout: "poster", Articles: []*article.Article{a}},
		"a digest needs an article":            {Articles: []*article.Article{a, a}, Without: []int{0, 1}},
		"an article that is not there":         {Articles: []*article.Article{a, nil}},
		`not "wrapped"`:                        {Articles: []*article.Article{a}, Newsletter: Newsletter{AmazonMode: "wrapped"}},
	} {
		if _, err := Compose(i, editorial(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if _, err := Compose(Issue{Articles: []*article.Article{a}}, nil); err == nil {
		t.Error("composed without a theme")
	}
}

func TestPreheader(t *testing.T) {
	para := func(s string) article.Block { return &article.Paragraph{Text: article.Plain(s)} }
	long := strings.Repeat("word ", 60)
	for _, c := range []struct {
		name, issue, article string
		blocks               article.Blocks
		want                 string
	}{
		{"the editor's", " Mine  here ", "Theirs", nil, "Mine here"},
		{"the article's", "", "Theirs", nil, "Theirs"},
		{"two sentences", "", "", article.Blocks{&article.Heading{Level: 2, Text: article.Plain("No")}, para("Short one. And a second that makes it long enough for an inbox row. Third.")}, "Short one. And a second that makes it long enough for an inbox row."},
		{"over paragraphs", "", "", article.Blocks{para("Short one."), &article.Paragraph{Text: article.Plain("Label:"), Label: true}, para("And a second that makes it long enough for any inbox row.")}, "Short one. And a second that makes it long enough for any inbox row."},
		{"no more than fits", "", "", article.Blocks{para("Short one. W" + long)}, "Short one."},
		{"cut at a word", "", "", article.Blocks{para(long)}, strings.TrimSpace(strings.Repeat("word ", 29)) + "…"},
		{"nothing to take", "", "", nil, ""},
	} {
		i := &Issue{Preheader: c.issue, Articles: []*article.Article{{Preheader: c.article, Blocks: c.blocks}}}
		if got := composerFor(t, i).preheader(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestHeadingLevelsNeverSkip(t *testing.T) {
	for _, c := range []struct{ in, want []int }{
		{[]int{2, 3, 3, 2}, []int{2, 3, 3, 2}},
		{[]int{3, 3, 5, 3}, []int{2, 2, 3, 2}},
		{[]int{2, 4, 6, 2}, []int{2, 3, 4, 2}},
		{[]int{4, 2, 3}, []int{2, 2, 3}},
		{[]int{2, 3, 4, 5, 6}, []int{2, 3, 4, 4, 4}},
	} {
		var bs article.Blocks
		for _, l := range c.in {
			bs = append(bs, &article.Heading{Level: l, Text: article.Plain("Same")})
		}
		var got []int
		ids := map[string]bool{}
		for _, b := range composerOf(t, &article.Article{Blocks: bs}).blocks(bs, onWeb) {
			h := b.Data.(headingView)
			got = append(got, h.Level)
			ids[h.ID] = true
		}
		if !slices.Equal(got, c.want) || len(ids) != len(c.in) {
			t.Errorf("%v: got %v with %d ids, want %v", c.in, got, len(ids), c.want)
		}
	}
}

func TestTongue(t *testing.T) {
	for _, c := range []struct{ tags, lang, dir, takeaways string }{
		{"de-AT", "de-AT", "ltr", "Das Wichtigste in Kürze"}, {"pt-BR", "pt-BR", "ltr", "Pontos principais"},
		{"ar", "ar", "rtl", "أهم النقاط"}, {"fa", "fa", "rtl", "Key takeaways"}, {"not a tag", "en", "ltr", "Key takeaways"}, {"", "en", "ltr", "Key takeaways"},
		{",fr", "fr", "ltr", "À retenir"},
	} {
		got := tongueOf(strings.Split(c.tags, ",")...)
		if got.Lang != c.lang || got.Dir != c.dir || got.KeyTakeaways != c.takeaways {
			t.Errorf("%q: %s %s %s", c.tags, got.Lang, got.Dir, got.KeyTakeaways)
		}
	}
}

// BenchmarkCompose makes a mail of an article of 30 KB; the budget is 10 ms.
func BenchmarkCompose(b *testing.B) {
	blocks := article.Blocks{}
	for n := 0; n < 30<<10; n += 400 {
		blocks = append(blocks,
			&article.Heading{Level: 2, Text: article.Plain("A Section of the Article")},
			&article.Paragraph{Text: article.Plain(strings.Repeat("Words that say nothing. ", 12))},
			&article.List{Style: article.Bulleted, Items: []article.Item{{Text: article.Plain("One: a thing.")}, {Text: article.Plain("Two: another.")}}})
	}
	issue := Issue{Newsletter: Newsletter{Name: "Letter"}, Articles: []*article.Article{{Title: "Long", Blocks: blocks}}}
	th := editorial(b)
	for b.Loop() {
		if _, err := Compose(issue, th); err != nil {
			b.Fatal(err)
		}
	}
}
