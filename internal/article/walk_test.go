package article

import (
	"reflect"
	"slices"
	"testing"
)

// everything is an article with a link in each place that can hold one.
func everything() *Article {
	link := func(s string) Text { return Text{{Text: s, Href: "https://x.example/" + s}} }
	return &Article{
		Disclosures: []Notice{{Text: link("disclosure")}},
		Disclaimers: []Notice{{Text: link("disclaimer")}},
		Blocks: Blocks{
			&Heading{Text: link("heading")},
			&Paragraph{Text: link("paragraph")},
			&List{Items: []Item{{Text: link("item"), Sub: &List{Items: []Item{{Text: link("subitem")}}}}}},
			&Quote{Paragraphs: []Text{link("quote")}},
			&Image{URL: "https://x.example/a.jpg", Caption: link("caption")},
			&Table{Head: []Text{link("head")}, Rows: [][]Text{{link("cell")}}},
			&Tips{Cards: []Tip{{Text: link("tip")}}},
			&Pick{Blurb: link("blurb"), Image: &Image{URL: "https://x.example/b.jpg"}},
			&Divider{},
			&FAQ{Questions: []Question{{Text: "q", Answer: Blocks{&Paragraph{Text: link("answer")}, &Image{URL: "https://x.example/c.jpg"}}}}},
			&ProsCons{Pros: Side{Items: []Item{{Text: link("pro")}}}, Cons: Side{Items: []Item{{Text: link("con")}}}},
			&Verdict{Text: Blocks{&List{Items: []Item{{Text: link("verdict")}}}}},
		},
	}
}

func TestTextsReachesEveryLink(t *testing.T) {
	a := everything()
	var want []string
	for l := range a.Links() {
		want = append(want, l)
	}
	var got []string
	for text := range a.Texts() {
		for _, s := range *text {
			if s.Href != "" {
				got = append(got, s.Href)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("Texts reaches\n%v\nLinks\n%v", got, want)
	}
	kinds := map[Kind]bool{}
	for b := range a.All() {
		kinds[b.Kind()] = true
	}
	if len(kinds) != len(AllKinds()) {
		t.Errorf("the sample holds %d kinds of %d: a new one belongs into it", len(kinds), len(AllKinds()))
	}
}

func TestImagesReachesPicksAndAnswers(t *testing.T) {
	var got []string
	for n, img := range everything().Images() {
		if n != len(got) {
			t.Errorf("picture %d is numbered %d", len(got), n)
		}
		got = append(got, img.URL)
	}
	want := []string{"https://x.example/a.jpg", "https://x.example/b.jpg", "https://x.example/c.jpg"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("pictures %v, want %v", got, want)
	}
}

func TestWalksStopWhenAsked(t *testing.T) {
	a := everything()
	total := 0
	for range a.Texts() {
		total++
	}
	for stop := 1; stop <= total; stop++ {
		n := 0
		for range a.Texts() {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("asked to stop after %d, got %d", stop, n)
		}
	}
}
