package library

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

var clock = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func newStore(t *testing.T) (*Store, *sqlx.DB) {
	db := pgtest.New(t)
	return New(db.DB, func() time.Time { return clock }), db.DB
}

func sample(picks ...string) *article.Article {
	a := &article.Article{
		Title: "Quiet Skin", CanonicalURL: "https://x.example/quiet",
		Takeaways: []article.Takeaway{{Text: "Do less.", Origin: article.Extracted}, {Text: "Wait.", Origin: article.Extracted}},
		Blocks:    article.Blocks{&article.Paragraph{Text: article.Plain("Do less. Wait.")}},
	}
	for _, name := range picks {
		a.Blocks = append(a.Blocks, &article.Pick{Name: name, CTA: "View"})
	}
	return a
}

func add(t *testing.T, s *Store, db *sqlx.DB, a *article.Article, source string) (int64, Verdict) {
	t.Helper()
	var id int64
	var v Verdict
	err := postgres.InTx(context.Background(), db, func(tx *sqlx.Tx) (err error) {
		id, v, err = s.Add(context.Background(), tx, Draft{a, []byte(source), "text", "a.txt"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, v
}

func correct(s *Store, db *sqlx.DB, id int64, c Correction) error {
	return postgres.InTx(context.Background(), db, func(tx *sqlx.Tx) error {
		return s.Correct(context.Background(), tx, id, c)
	})
}

func get(t *testing.T, s *Store, id int64) Entry {
	t.Helper()
	e, err := s.Get(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func p[T any](v T) *T { return &v }

func TestTheSameArticleIsKeptOnce(t *testing.T) {
	s, db := newStore(t)
	id, v := add(t, s, db, sample("Balm"), "one")
	if v != Added {
		t.Errorf("first: %s", v)
	}
	again := sample("Balm")
	again.Published = p(clock) // a date alone is nothing new
	if id2, v := add(t, s, db, again, "one, dated"); id2 != id || v != Unchanged {
		t.Errorf("again: %d %s", id2, v)
	}
	changed := sample("Balm")
	changed.CanonicalURL = "http://X.example/quiet/#top" // the same page
	changed.Title = "Quieter Skin"
	if id2, v := add(t, s, db, changed, "two"); id2 != id || v != Updated {
		t.Errorf("changed: %d %s", id2, v)
	}
	if e := get(t, s, id); e.Article.Title != "Quieter Skin" || e.Revisions != 2 {
		t.Errorf("title %q after %d revisions", e.Article.Title, e.Revisions)
	}
	if _, v := add(t, s, db, sample("Balm"), "one"); v != Updated { // and back again
		t.Errorf("back: %s", v)
	}
	if e := get(t, s, id); e.Article.Title != "Quiet Skin" {
		t.Errorf("title %q after going back", e.Article.Title)
	}
}

func TestWithoutAnAddressTheTextIsTheIdentity(t *testing.T) {
	s, db := newStore(t)
	a := sample()
	a.CanonicalURL = ""
	id, _ := add(t, s, db, a, "the text")
	titled := sample()
	titled.CanonicalURL, titled.Title, titled.Published = "", "Another title for it", p(clock)
	if id2, v := add(t, s, db, titled, "the text, dated"); id2 != id || v != Updated {
		t.Errorf("with a title: %d %s", id2, v)
	}
	untitled := sample()
	untitled.CanonicalURL, untitled.Title = "", ""
	if id2, v := add(t, s, db, untitled, "the text"); id2 != id || v != Unchanged {
		t.Errorf("without: %d %s", id2, v)
	}
	if e := get(t, s, id); e.Article.Title != "Another title for it" {
		t.Errorf("the title given once is now %q", e.Article.Title)
	}
	other := sample("Balm")
	other.CanonicalURL = ""
	if id3, v := add(t, s, db, other, "another text"); id3 == id || v != Added {
		t.Errorf("another text: %d %s", id3, v)
	}
}

func TestAnAddressGivenByAnEditorIsAnIdentityToo(t *testing.T) {
	s, db := newStore(t)
	a := sample()
	a.CanonicalURL = ""
	id, _ := add(t, s, db, a, "the text")
	if err := correct(s, db, id, Correction{CanonicalURL: p("https://x.example/quiet/")}); err != nil {
		t.Fatal(err)
	}
	if id2, _ := add(t, s, db, sample("Balm"), "the page"); id2 != id { // https://x.example/quiet
		t.Errorf("the page became article %d, not %d", id2, id)
	}
	other := sample()
	other.CanonicalURL = "https://x.example/other"
	id3, _ := add(t, s, db, other, "another page")
	err := correct(s, db, id3, Correction{CanonicalURL: p("https://x.example/quiet")})
	if err == nil || !strings.Contains(err.Error(), "has this canonical address already") {
		t.Errorf("an address of another article: %v", err)
	}
}

func TestCorrectionsSurviveANewRevision(t *testing.T) {
	s, db := newStore(t)
	id, _ := add(t, s, db, sample("Balm", "Oil", "Balm"), "one")
	for _, c := range []Correction{
		{Title: p("Skin, Quietly"), Preheader: p("Less is more."), Author: p("Ada")},
		{Pick: 2, PickURL: p("https://www.amazon.com/dp/B0EXAMPLE1?tag=x-20"), PickName: p("Pressed Oil")},
		{Pick: 3, PickCTA: p("Take a look")},
		{Takeaway: 1, TakeawayText: p("Do much less.")},
		{Takeaway: 2, TakeawayText: p(""), AddTakeaway: p("Sleep.")},
	} {
		if err := correct(s, db, id, c); err != nil {
			t.Fatal(err)
		}
	}
	// The source is read again: another title, the picks in another order, one gone.
	next := sample("Serum", "Balm", "Oil")
	next.Title = "Something Else"
	if _, v := add(t, s, db, next, "two"); v != Updated {
		t.Fatalf("verdict %s", v)
	}
	e := get(t, s, id)
	if e.Article.Title != "Skin, Quietly" || e.Article.Author.Name != "Ada" || e.Article.Preheader != "Less is more." {
		t.Errorf("article %+v", e.Article)
	}
	var names, urls, ctas []string
	for _, pick := range e.Article.Picks() {
		names, urls, ctas = append(names, pick.Name), append(urls, pick.URL), append(ctas, pick.CTA)
		if pick.Name == "Pressed Oil" && pick.Merchant != "Amazon" {
			t.Errorf("merchant %q", pick.Merchant)
		}
	}
	if got := strings.Join(names, ","); got != "Serum,Balm,Pressed Oil" {
		t.Errorf("names %s", got)
	}
	if got := strings.Join(urls, ","); got != ",,https://www.amazon.com/dp/B0EXAMPLE1?tag=x-20" {
		t.Errorf("addresses %s", got)
	}
	if got := strings.Join(ctas, ","); got != "View,View,View" { // the second Balm is gone
		t.Errorf("buttons %s", got)
	}
	var takeaways []string
	for _, tk := range e.Article.Takeaways {
		takeaways = append(takeaways, tk.Text+"/"+string(tk.Origin))
	}
	if got := strings.Join(takeaways, " "); got != "Do much less./edited Sleep./edited" {
		t.Errorf("takeaways %s", got)
	}
}

func TestPicturesAndLinksCanBeNamed(t *testing.T) {
	s, db := newStore(t)
	source := func() *article.Article {
		a := sample("Balm")
		a.Blocks = append(a.Blocks,
			&article.Image{URL: "https://x.example/tube.jpg"},
			&article.Paragraph{Text: article.Text{
				{Text: "For more "}, {Text: "click ", Href: "https://x.example/guide"}, {Text: "here", Bold: true, Href: "https://x.example/guide"},
				{Text: " or "}, {Text: "there", Href: "https://x.example/old"}, {Text: "."},
			}})
		return a
	}
	id, _ := add(t, s, db, source(), "one")
	for _, c := range []Correction{
		{Image: 1, ImageAlt: p("A tube of balm.")},
		{Link: p("https://x.example/guide"), LinkText: p("read our guide")},
		{Link: p("https://x.example/old"), LinkText: p("")},
	} {
		if err := correct(s, db, id, c); err != nil {
			t.Fatal(err)
		}
	}
	next := source() // the source is read again: another picture comes first
	next.Blocks = append(article.Blocks{&article.Image{URL: "https://x.example/other.jpg"}}, next.Blocks...)
	add(t, s, db, next, "two")
	a := get(t, s, id).Article
	var alts []string
	for _, img := range a.Images() {
		alts = append(alts, img.Alt)
	}
	if got := strings.Join(alts, "|"); got != "|A tube of balm." {
		t.Errorf("pictures are described %q", got)
	}
	text := a.Blocks[len(a.Blocks)-1].(*article.Paragraph).Text
	if text.String() != "For more read our guide or there." {
		t.Errorf("text %q", text)
	}
	var links []string
	for l := range a.Links() {
		links = append(links, l)
	}
	if got := strings.Join(links, " "); got != "https://x.example/guide" {
		t.Errorf("links %s", got)
	}
}

func TestWhatAnEditorCanGetWrongIsRefused(t *testing.T) {
	s, db := newStore(t)
	id, _ := add(t, s, db, sample("Balm"), "one")
	for want, c := range map[string]Correction{
		"nothing to change":                       {},
		"the title is empty":                      {Title: p(" ")},
		"the title has a line break":              {Title: p("a\r\nBcc: x@y.example")},
		"\"javascript:alert(1)\" is not a web":    {Pick: 1, PickURL: p("javascript:alert(1)")},
		"\"example.org/x\" is not a web address":  {CanonicalURL: p("example.org/x")},
		"there is no pick 2; picks count from 1":  {Pick: 2, PickURL: p("https://x.example")},
		"there is no pick -1":                     {Pick: -1, PickURL: p("https://x.example")},
		"say which pick this is about":            {PickURL: p("https://x.example")},
		"say what to change about pick 1":         {Pick: 1},
		"there is no picture 1":                   {Image: 1, ImageAlt: p("x")},
		"say which picture":                       {ImageAlt: p("x")},
		"say in words what picture 1 shows":       {Image: 1},
		"no words of this article link to":        {Link: p("https://x.example/nowhere"), LinkText: p("x")},
		"say what the link to https://x.example":  {Link: p("https://x.example/a")},
		"say which link":                          {LinkText: p("x")},
		"there is no takeaway 9":                  {Takeaway: 9, TakeawayText: p("x")},
		"give takeaway 1 its new text":            {Takeaway: 1},
		"say which takeaway":                      {TakeawayText: p("x")},
		"the preheader is 151 characters long":    {Preheader: p(strings.Repeat("x", 151))},
		"the pick's button text is 61 characters": {Pick: 1, PickCTA: p(strings.Repeat("x", 61))},
	} {
		err := correct(s, db, id, c)
		var r *RefusedError
		if !errors.As(err, &r) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	if e := get(t, s, id); len(e.Corrected) != 0 {
		t.Errorf("refused corrections were kept: %v", e.Corrected)
	}
	var nf *NotFoundError
	if err := correct(s, db, 999, Correction{Title: p("x")}); !errors.As(err, &nf) {
		t.Errorf("correcting an article that isn't there: %v", err)
	}
	err := postgres.InTx(context.Background(), db, func(tx *sqlx.Tx) error {
		_, _, err := s.Add(context.Background(), tx, Draft{&article.Article{}, nil, "text", "empty.txt"})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "empty.txt holds no text") {
		t.Errorf("an empty article: %v", err)
	}
}

func TestListGoesBackwards(t *testing.T) {
	s, db := newStore(t)
	for _, u := range []string{"a", "b", "c"} {
		a := sample()
		a.CanonicalURL = "https://x.example/" + u
		add(t, s, db, a, u)
	}
	page, err := s.List(context.Background(), 0, 2)
	if err != nil || len(page) != 2 || !strings.HasSuffix(page[0].Article.CanonicalURL, "/c") {
		t.Fatalf("first page %v, %v", page, err)
	}
	page, err = s.List(context.Background(), page[1].ID, 2)
	if err != nil || len(page) != 1 || !strings.HasSuffix(page[0].Article.CanonicalURL, "/a") {
		t.Fatalf("second page %v, %v", page, err)
	}
}
