package render

import (
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestTableForm(t *testing.T) {
	for _, c := range []struct {
		name, rows string // cells by |, rows by line
		want       form
	}{
		{"two short columns", "SPF|Kept out\n15|93 %", columnsAlways},
		{"six columns of figures", "A|1|2|3|4|5\nB|1|2|3|4|5", columnsAlways},
		{"five short columns", "Brand|SPF|Size|Cast|Scent\nPlainly|50+|400 ml|Slight|Beeswax", columnsWide},
		{"six columns of words", "Brand|January|March|May|July|August", recordsAlways},
		{"words too long for a phone that drops the style", "Donaudampfschiff|Kapitänsmütze|Rettungsring", recordsAlways},
		{"a cell that would grow tall", "Claim|Means|Who\nSafe|" + strings.Repeat("many words ", 40) + "|Nobody", recordsAlways},
		{"nothing", "", columnsAlways},
	} {
		tab := &article.Table{}
		for _, row := range strings.Split(c.rows, "\n") {
			var cells []article.Text
			for _, cell := range strings.Split(row, "|") {
				cells = append(cells, article.Plain(cell))
			}
			tab.Rows = append(tab.Rows, cells)
		}
		if got := formOf(needs(tab)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestPicturesOfPicks: a pick shows a picture of its own and never Amazon's,
// and no picture is a way around the rules for links (AMZ-1, AMZ-5).
func TestPicturesOfPicks(t *testing.T) {
	const shop = "https://www.amazon.com/dp/B000000001?tag=x-20"
	pick := func(image string) *article.Pick {
		return &article.Pick{Name: "Balm", URL: shop, Image: &article.Image{URL: image, Alt: "A jar", Href: shop}}
	}
	a := &article.Article{CanonicalURL: "https://pub.example/a", Blocks: article.Blocks{
		pick("https://m.media-amazon.com/images/I/1.jpg"),
		&article.Paragraph{Text: article.Plain("Between.")},
		pick("https://pub.example/jar.jpg"),
		&article.Image{URL: "https://pub.example/table.jpg", Alt: "A table", Href: shop},
	}}
	m, err := Compose(Issue{Newsletter: Newsletter{Name: "Letter", DefaultDisclosure: "We may earn a commission."}, Articles: []*article.Article{a}}, editorial(t))
	if err != nil {
		t.Fatal(err)
	}
	for part, s := range map[string]string{"mail": m.HTML, "page": m.Web} {
		if strings.Contains(s, "media-amazon") || !strings.Contains(s, "https://pub.example/jar.jpg") {
			t.Errorf("the %s has Amazon's picture, or lacks the publisher's", part)
		}
	}
	if strings.Contains(m.HTML+m.Text, "amazon.com") || !strings.Contains(m.HTML, `<a href="https://pub.example/a#pick"`) {
		t.Error("a linked picture leads to Amazon, or not to the article")
	}
	if !strings.Contains(m.Web, `<a href="`+shop+`" rel="`+sponsored+`"><img`) {
		t.Error("on the page a linked picture does not lead to the shop as a paid link")
	}
}

// TestPicksInARow: short picks that follow each other are compared, with the
// commission sentence and a place of its own for each; long ones are not.
func TestPicksInARow(t *testing.T) {
	pick := func(blurb string) article.Block {
		return &article.Pick{Name: "Balm", URL: "https://shop.example/", Blurb: article.Plain(blurb)}
	}
	long := pick(strings.Repeat("Many words. ", 40))
	for _, c := range []struct {
		name   string
		blocks article.Blocks
		want   string
	}{
		{"one", article.Blocks{pick("a")}, "pick"},
		{"three", article.Blocks{pick("a"), pick("b"), pick("c")}, "picks"},
		{"two with text between", article.Blocks{pick("a"), &article.Divider{}, pick("b")}, "pick divider pick"},
		{"a long one among them", article.Blocks{pick("a"), pick("b"), long, pick("c")}, "picks pick pick"},
	} {
		var got []string
		seen := map[string]bool{}
		for _, b := range composerOf(t, &article.Article{Blocks: c.blocks}).blocks(c.blocks, inMail) {
			got = append(got, string(b.Kind))
			for _, p := range picksOf(b) {
				if seen[p.Anchor] {
					t.Errorf("%s: two picks are at #%s", c.name, p.Anchor)
				}
				seen[p.Anchor] = true
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

// TestReviewHeadings: questions, pros and cons and a verdict keep the rank they
// were written on, and never skip one.
func TestReviewHeadings(t *testing.T) {
	h := func(level int) *article.Heading { return &article.Heading{Level: level, Text: article.Plain("x")} }
	blocks := article.Blocks{
		h(2),
		&article.FAQ{Questions: []article.Question{{Text: "First?", Heading: h(3)}, {Text: "Second?"}, {}}},
		&article.Verdict{Title: "Verdict", Heading: h(2)},
		&article.ProsCons{Pros: article.Side{Items: []article.Item{{Text: article.Plain("Good")}}}},
		&article.ProsCons{},
		&article.Verdict{},
		&article.FAQ{},
	}
	bs := composerOf(t, &article.Article{Blocks: blocks}).blocks(blocks, onWeb)
	if len(bs) != 4 {
		t.Fatalf("%d blocks, of which three are empty", len(bs))
	}
	faq, verdict, sides := bs[1].Data.(faqView), bs[2].Data.(verdictView), bs[3].Data.(prosConsView)
	if len(faq.Questions) != 2 || faq.Questions[0].Level != 3 || faq.Questions[1].Level != 3 || verdict.Level != 2 {
		t.Errorf("questions %+v, verdict on level %d", faq.Questions, verdict.Level)
	}
	if s := sides.Sides[0]; len(sides.Sides) != 1 || !sides.Wide || s.Text.String() != "Pros" || s.Level != 3 {
		t.Errorf("pros alone: %+v", sides)
	}
}

// TestNumberedLinks: one address has one number throughout, and a text without
// links has no list of them.
func TestNumberedLinks(t *testing.T) {
	ink, err := LoadTheme("ink")
	if err != nil {
		t.Fatal(err)
	}
	link := func(s, href string) article.Span { return article.Span{Text: s, Href: href} }
	a := &article.Article{Blocks: article.Blocks{
		&article.Paragraph{Text: article.Text{{Text: "See "}, link("one", "https://a.example/1"), {Text: ", "}, link("two", "https://a.example/2"), {Text: "."}}},
		&article.List{Items: []article.Item{{Text: article.Text{link("One", "https://a.example/1"), {Text: " again"}}}}},
	}}
	m, err := Compose(Issue{Newsletter: Newsletter{Name: "L"}, Articles: []*article.Article{a}}, ink)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"See one [1], two [2].", "* One [1] again", "\nLinks\n-----\n\n[1] https://a.example/1\n[2] https://a.example/2\n"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("lacks %q in\n%s", want, m.Text)
		}
	}
	a.Blocks = a.Blocks[:0]
	if m, err = Compose(Issue{Newsletter: Newsletter{Name: "L"}, Articles: []*article.Article{a}}, ink); err != nil || strings.Contains(m.Text, "Links") {
		t.Errorf("a list of no links: %v\n%s", err, m.Text)
	}
}
