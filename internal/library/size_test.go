package library

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

// pictured is an article with pictures in all states.
func pictured() *article.Article {
	return &article.Article{Title: "Pictures", CanonicalURL: "https://example.org/pictures", Blocks: article.Blocks{
		&article.Paragraph{Text: article.Plain("Look.")},
		&article.Image{URL: "https://example.org/known.jpg", Alt: "known", Width: 40, Height: 30},
		&article.Image{URL: "https://example.org/unknown.jpg", Alt: "unknown"},
		&article.Image{URL: "https://example.org/unknown.jpg", Alt: "again", Width: 100},
		&article.Image{URL: "data:image/png;base64,AA", Alt: "inside"},
		&article.Image{URL: "https://example.org/gone.jpg", Alt: "gone"},
		&article.Pick{Name: "Balm", Image: &article.Image{URL: "https://example.org/balm.jpg", Alt: "balm"}},
	}}
}

// sizesOf are those of the pictures, in order.
func sizesOf(a *article.Article) [][2]int {
	var out [][2]int
	for _, img := range a.Images() {
		out = append(out, [2]int{img.Width, img.Height})
	}
	return out
}

// What was measured lies over the article and makes no revision of it.
func TestSizesLieOverTheArticle(t *testing.T) {
	s, db := newStore(t)
	ctx := context.Background()
	keep := func(list ...Measured) {
		t.Helper()
		if err := postgres.InTx(ctx, db, func(tx *sqlx.Tx) error { return s.KeepSizes(ctx, tx, list) }); err != nil {
			t.Fatal(err)
		}
	}
	id, _ := add(t, s, db, pictured(), "x")
	want := []string{"https://example.org/unknown.jpg", "https://example.org/gone.jpg", "https://example.org/balm.jpg"}
	if got, err := s.Unmeasured(ctx, id, false); err != nil || !slices.Equal(got, want) {
		t.Fatalf("unmeasured: %q, %v", got, err)
	}
	keep(
		Measured{URL: want[0], Width: 800, Height: 600}, Measured{URL: want[1], Failure: "404\x00\xff"}, Measured{URL: want[2], Width: 50, Height: 50},
		Measured{URL: "https://example.org/" + strings.Repeat("x", 3000), Failure: "too long to be kept"},
	)
	e := get(t, s, id)
	if got := sizesOf(e.Article); !slices.Equal(got, [][2]int{{40, 30}, {800, 600}, {100, 75}, {0, 0}, {0, 0}, {50, 50}}) {
		t.Errorf("sizes: %v", got)
	}
	if _, v := add(t, s, db, pictured(), "x"); v != Unchanged {
		t.Errorf("the same article after measuring: %s", v)
	}
	if got, err := s.Unmeasured(ctx, id, false); err != nil || len(got) != 0 {
		t.Errorf("a failure is tried again by itself: %q, %v", got, err)
	}
	if got, err := s.Unmeasured(ctx, id, true); err != nil || !slices.Equal(got, want[1:2]) {
		t.Errorf("asked for again: %q, %v", got, err)
	}
	keep(Measured{URL: want[1], Width: 9, Height: 8})
	if got := sizesOf(get(t, s, id).Article); got[4] != [2]int{9, 8} {
		t.Errorf("measured again: %v", got)
	}
}

// Who measures is told of what is new or has changed, once the source is free.
func TestAPollTellsWhatItTook(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Feed, feedURL)
	var told [][]int64
	w.poller.Taken = func(_ context.Context, articles []int64) {
		if w.show(id).Polling {
			t.Error("the source is still claimed")
		}
		told = append(told, articles)
	}
	w.web.set(feedURL, "g2 | Two | https://x.example/2 |  | b\n\ng1 | One | https://x.example/1 |  | a")
	w.poll(id)
	w.poll(id) // nothing new
	w.web.set(feedURL, "g2 | Two! | https://x.example/2 |  | b\n\ng1 | One | https://x.example/1 |  | a")
	w.poll(id)
	if len(told) != 2 || len(told[0]) != 2 || !slices.Equal(told[1], told[0][1:]) {
		t.Errorf("told of %v", told)
	}
}
