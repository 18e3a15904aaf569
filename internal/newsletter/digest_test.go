package newsletter

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/scheduler"
)

func (w *world) digest(c Content) int64 {
	w.t.Helper()
	id, err := w.service.Draft(context.Background(), w.n.ID, c, "test")
	w.must(err)
	return id
}

// A digest goes the way of every issue, with all its articles in order.
func TestADigestIsSent(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", addresses("a.example", 3)...)
	first, second := w.article("water"), w.article("sun")
	issue := w.digest(Content{Articles: []int64{second, first}, Subject: "Two short reads", Intro: "Good morning."})
	preview, err := w.service.Preview(ctx, issue)
	w.must(err)
	if preview.Subject != "Two short reads" || len(preview.Errors()) > 0 {
		t.Errorf("%q, %v", preview.Subject, preview.Errors())
	}
	for part, s := range map[string]string{"html": preview.HTML, "text": preview.Text, "web": preview.Mail.Web} {
		s = strings.ReplaceAll(s[max(strings.Index(s, "<body"), 0):], "&nbsp;", " ")
		at := -1
		for _, want := range []string{"earn a commission", "Two short reads", "Good morning.", "In this issue", "About sun", "Mossbank", "About water"} {
			i := strings.Index(s[at+1:], want)
			if i < 0 {
				t.Fatalf("%s: %q does not come after what should stand before it", part, want)
			}
			at += 1 + i
		}
	}
	w.must(w.service.Approve(ctx, issue, "test"))
	_, err = w.service.Send(ctx, issue, "test")
	w.must(err)
	if s := w.deliver(issue); s.Sent != 3 {
		t.Errorf("status %+v", s)
	}
	page, found, err := w.service.Page(ctx, issue)
	if err != nil || !found || !strings.Contains(page, `id="story-2"`) {
		t.Errorf("the page: %v, %v", found, err)
	}
	used, err := w.service.UsedIn(ctx, w.n.ID, first)
	w.must(err)
	if len(used) != 1 || used[0].ID != issue || len(used[0].Articles) != 2 {
		t.Errorf("used in %+v", used)
	}
}

func TestLayoutsOfAnIssue(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	a, b := w.article("water"), w.article("sun")
	w.n.Layout = render.Letter
	w.tx(func(tx *sqlx.Tx) error { return w.service.Edit(ctx, tx, w.n) })
	for _, c := range []struct {
		content Content
		want    string
	}{
		{Content{Articles: []int64{a}}, "letter"},
		{Content{Articles: []int64{a}, Layout: "article"}, "article"},
		{Content{Articles: []int64{a}, Layout: "digest"}, "digest"},
		{Content{Articles: []int64{a, b}}, "digest"},
	} {
		i, err := w.service.Issue(ctx, w.digest(c.content))
		w.must(err)
		in, err := w.service.input(ctx, w.db, i)
		w.must(err)
		if got := in.layout(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.content, got, c.want)
		}
	}
}

func TestContentThatIsRefused(t *testing.T) {
	for want, c := range map[string]Content{
		"needs an article":     {},
		"given twice":          {Articles: []int64{1, 2, 1}},
		"there is no layout":   {Articles: []int64{1}, Layout: "poster"},
		"is for one article":   {Articles: []int64{1, 2}, Layout: "letter"},
		"more than an issue":   {Articles: make([]int64, MaxArticles+1)},
		"control character":    {Articles: []int64{1}, Intro: "a\x00b"},
		"characters long":      {Articles: []int64{1}, Intro: strings.Repeat("x", maxIntro+1)},
		"line break or contro": {Articles: []int64{1}, Subject: "a\rb"},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	c := Content{Articles: []int64{1}, Intro: "One.\nTwo."}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

// Every part of the content is part of what was approved.
func TestEditsOfTheContentVoidTheApproval(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", "ada@a.example")
	a, b, c := w.article("water"), w.article("sun"), w.article("moss")
	for name, change := range map[string]Change{
		"articles": {Articles: []int64{b, a}}, "one more": {Articles: []int64{a, b, c}}, "layout": {Articles: []int64{a}, Layout: ptr("letter")},
		"subject": {Subject: ptr("Else")}, "intro": {Intro: ptr("Good morning.")},
	} {
		issue := w.digest(Content{Articles: []int64{a, b}})
		w.must(w.service.Approve(ctx, issue, "test"))
		before, err := w.service.Preview(ctx, issue)
		w.must(err)
		w.must(w.service.EditIssue(ctx, issue, change, "test"))
		after, err := w.service.Preview(ctx, issue)
		w.must(err)
		if before.Source == after.Source || bytes.Equal(before.Sample, after.Sample) {
			t.Errorf("%s: an edit changes nothing", name)
		}
		if _, err := w.service.Send(ctx, issue, "test"); err == nil || !strings.Contains(err.Error(), "has not been approved") {
			t.Errorf("%s: %v", name, err)
		}
		if got := w.acts(issue); got != "drafted, approved, edited" {
			t.Errorf("%s: %s", name, got)
		}
	}
	issue := w.digest(Content{Articles: []int64{a}})
	w.must(w.service.Approve(ctx, issue, "test"))
	_, err := w.service.Send(ctx, issue, "test")
	w.must(err)
	if err := w.service.EditIssue(ctx, issue, Change{Subject: ptr("Else")}, "test"); err == nil || !strings.Contains(err.Error(), "has been launched") {
		t.Errorf("editing what was sent: %v", err)
	}
}

func TestAScheduleMakesDigests(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.n.Articles, w.n.AtLeast = 3, 2
	w.autoApprove()
	w.readers("", "ada@a.example")
	var ids []int64
	for _, name := range []string{"one", "two", "three", "four"} {
		ids = append(ids, w.article(name))
	}
	wall := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	d, err := w.service.Run(ctx, w.occurrence(wall, "Europe/Berlin"))
	w.must(err)
	if d.Verdict != scheduler.Issue || len(d.Candidates) != 4 || !d.Candidates[2].Taken || d.Candidates[3].Taken || d.Candidates[3].Reason != "3 newer ones were taken" {
		t.Fatalf("decision %+v", d)
	}
	i, err := w.service.Issue(ctx, d.IssueID)
	w.must(err)
	if len(i.Articles) != 3 || i.Articles[0] != ids[3] || i.Articles[2] != ids[1] || i.State != Launched {
		t.Errorf("the issue is %+v", i)
	}
	if i.Headline != "About four (and 2 more)" {
		t.Errorf("the subject is %q", i.Headline)
	}
	d, err = w.service.Run(ctx, w.occurrence(wall.AddDate(0, 0, 1), "Europe/Berlin"))
	w.must(err)
	if d.Verdict != scheduler.Skipped || d.Reason != "There is 1 article that this newsletter has not used; it wants at least 2." {
		t.Errorf("decision %+v", d)
	}
	if c := d.Candidates[len(d.Candidates)-1]; c.ArticleID != ids[0] || c.Taken || !strings.Contains(c.Reason, "waits until there are enough") {
		t.Errorf("the one that is left: %+v", c)
	}
	w.article("five")
	d, err = w.service.Run(ctx, w.occurrence(wall.AddDate(0, 0, 2), "Europe/Berlin"))
	w.must(err)
	if d.Verdict != scheduler.Issue {
		t.Errorf("with enough: %+v", d)
	}
}

// TestTooLongProposesAnExcerpt: what Gmail would cut off says what to do, and
// doing it helps.
func TestTooLongProposesAnExcerpt(t *testing.T) {
	long := &article.Article{Title: "Long", Author: article.Author{Name: "Ada"}, Language: "en", CanonicalURL: "https://example.org/long"}
	for range 900 {
		long.Blocks = append(long.Blocks, &article.Paragraph{Text: article.Plain("Skin is better at repairing itself than any serum is, if it is left alone for a while.")})
	}
	in := Input{IssueID: 7, PublicURL: "https://mail.example.org", Articles: []*article.Article{long}, DoubleOptIn: true,
		Newsletter: Newsletter{Slug: "x", Name: "X", FromName: "X", FromEmail: "a@x.example", PostalAddress: "1 Street, Town"}}
	for layout, want := range map[string]string{"article": "broadsheet issue edit 7 --layout excerpt", "letter": "broadsheet issue edit 7 --layout excerpt", "excerpt": ""} {
		in.Layout = layout
		c, err := Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		fix := ""
		for _, d := range c.Errors() {
			if d.Rule == "HTML-4" {
				fix = d.Fix
			}
		}
		if (fix == "") != (want == "") || !strings.Contains(fix, want) {
			t.Errorf("%s: %q", layout, fix)
		}
	}
}

// TestFindingsSayWhichArticle: a finding about one of several says which.
func TestFindingsSayWhichArticle(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	issue := w.digest(Content{Articles: []int64{w.article("water"), w.warned("balm")}})
	r := w.review(issue)
	said := map[string]Finding{}
	for _, f := range r.Findings {
		said[f.Rule] = f
	}
	claim := said["LAW-8"]
	if claim.Article != 2 || claim.Excerpt != "This balm heals your skin in a day." || !strings.Contains(claim.String(), "(article 2, line 3)") {
		t.Errorf("%+v: %s", claim, claim.String())
	}
	if s := said["ART-2"].String(); !strings.Contains(s, "article 2") {
		t.Error(s)
	}
	if _, err := w.service.Acknowledge(ctx, issue, "LAW-8", 0, "A quotation.", "Ada"); err != nil {
		t.Error(err)
	}
}
