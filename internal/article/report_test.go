package article_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestReport(t *testing.T) {
	day := time.Date(2026, 4, 18, 0, 0, 0, 0, time.UTC)
	a := &article.Article{
		Title: "T", Author: article.Author{Name: "A", Note: "n"}, Published: &day, Language: "en",
		Disclosures: []article.Notice{{Text: article.Plain("We earn.")}},
		Takeaways:   []article.Takeaway{{Text: "Point.", Origin: article.Extracted, Place: article.Place{Block: 1, Line: 3}}},
		Blocks: article.Blocks{
			&article.Heading{Level: 2, Text: article.Plain("H")},
			&article.Paragraph{Text: article.Text{{Text: "Point. "}, {Text: "x", Href: "https://example.org/x"}, {Break: true}, {Text: "y", Href: "https://example.org/x"}}},
			&article.List{Style: article.Numbered, Items: []article.Item{{Text: article.Plain("i"), Sub: &article.List{Style: article.Bulleted, Items: []article.Item{{Text: article.Plain("j")}}}}}},
			&article.Image{URL: "https://example.org/p.jpg", Alt: "p", Caption: article.Plain("c")},
			&article.Table{Head: []article.Text{article.Plain("a"), article.Plain("b")}, Rows: [][]article.Text{{article.Plain("1"), nil}}},
			&article.Tips{Cards: []article.Tip{{Title: "t", Note: "n", Text: article.Plain("u")}, {Title: "v", Text: article.Plain("w")}}},
			&article.Divider{},
			&article.Quote{Paragraphs: []article.Text{article.Plain("q")}},
			&article.Pick{Label: "Best", Name: "N", Blurb: article.Plain("b."), CTA: "View on Amazon", URL: "https://www.amazon.de/dp/B000000001?tag=x-21", Merchant: "Amazon",
				Heading: &article.Heading{Level: 3, Text: article.Plain("Best: N")}},
		},
	}
	r := article.Report(a)
	if r.Published != "2026-04-18" || r.TakeawaysSource != article.Extracted || len(r.TakeawayPlaces) != 1 || r.TakeawayPlaces[0].Line != 3 {
		t.Errorf("published %q, takeaways from %q at %v", r.Published, r.TakeawaysSource, r.TakeawayPlaces)
	}
	if d := cmp.Diff([]article.ReportedHeading{{Level: 2, Text: "H"}, {Level: 3, Text: "Best: N"}}, r.Headings); d != "" {
		t.Errorf("headings (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"https://example.org/x", "https://www.amazon.de/dp/B000000001?tag=x-21"}, r.Links); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
	if len(r.Picks) != 1 || r.Picks[0].Marketplace != "amazon.de" || r.Picks[0].ASIN != "B000000001" {
		t.Errorf("picks %+v", r.Picks)
	}
	want := "H\n\nPoint. x y\n\n1. i\n  - j\n\nc\n\na\tb\n1\t\n\nt (n)\nu\nv\nw\n\nq\n\nBest\nN\nb.\n"
	if d := cmp.Diff(want, r.Text); d != "" {
		t.Errorf("text (-want +got):\n%s", d)
	}
}

func TestReportOfNothingHasNoNulls(t *testing.T) {
	b, err := json.Marshal(article.Report(&article.Article{}))
	if err != nil || strings.Contains(string(b), "null") {
		t.Errorf("%s, %v", b, err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"title", "author", "published", "language", "canonical_url", "disclosure", "disclaimer", "takeaways", "takeaways_source", "headings", "product_picks", "links", "images", "text", "blocks", "diagnostics"} {
		if _, ok := m[k]; !ok {
			t.Errorf("no %q", k)
		}
	}
}
