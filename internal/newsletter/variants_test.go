package newsletter

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// second makes another newsletter of the same publisher to the same list.
func (w *world) second() Newsletter {
	w.t.Helper()
	n := w.n
	n.Slug, n.Name = "daily", "The Daily"
	w.tx(func(tx *sqlx.Tx) (err error) {
		n, err = w.service.Create(context.Background(), tx, n)
		return err
	})
	return n
}

// launch drafts, approves and launches.
func (w *world) launch(newsletterID int64, articles ...int64) (issue int64, l outbox.Launched, err error) {
	w.t.Helper()
	ctx := context.Background()
	issue, err = w.service.Draft(ctx, newsletterID, Content{Articles: articles}, "test")
	w.must(err)
	w.must(w.service.Approve(ctx, issue, "test"))
	l, err = w.service.Send(ctx, issue, "test")
	return issue, l, err
}

// got says which of the names stand in the text part of the mails to somebody,
// mail by mail in the order of sending.
func (w *world) got(address string, names ...string) []string {
	w.t.Helper()
	var out []string
	for _, m := range w.inbox.Mails(100) {
		if m.To[0] != address {
			continue
		}
		text, _, err := parts(m.Raw)
		w.must(err)
		var has []string
		for _, n := range names {
			if strings.Contains(text, "About "+n) {
				has = append(has, n)
			}
		}
		out = append(out, strings.Join(has, " "))
	}
	slices.Reverse(out) // the inbox has the newest first
	return out
}

// A digest gives nobody an article that he has had, whichever newsletter it
// came in; who has had all of it is left out.
func TestADigestRepeatsNothing(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	daily := w.second()
	names := []string{"water", "sun", "moss"}
	a, b, c := w.article("water"), w.article("sun"), w.article("moss")
	w.readers("", "one@a.example")
	first, _, err := w.launch(daily.ID, a)
	w.must(err)
	w.deliver(first)
	w.readers("", "two@a.example")
	second, l, err := w.launch(daily.ID, a, b)
	w.must(err)
	if l.Recipients != 2 || len(l.Variants) != 2 {
		t.Errorf("the second launch: %+v", l)
	}
	w.deliver(second)
	w.readers("", "three@a.example")
	third, l, err := w.launch(w.n.ID, a, b, c)
	w.must(err)
	if l.Recipients != 3 {
		t.Errorf("the third launch: %+v", l)
	}
	if s := w.deliver(third); s.Sent != 3 || s.LeftOut != 0 {
		t.Errorf("status %+v", s)
	}
	for who, want := range map[string]string{"one": "water|sun|moss", "two": "water sun|moss", "three": "water sun moss"} {
		if got := strings.Join(w.got(who+"@a.example", names...), "|"); got != want {
			t.Errorf("%s got %q, want %q", who, got, want)
		}
	}
	w.readers("", "four@a.example")
	last, l, err := w.launch(daily.ID, b, c)
	w.must(err)
	s := w.deliver(last)
	if l.Recipients != 1 || s.LeftOut != 3 || s.Sent != 1 {
		t.Errorf("the last launch: %+v, %+v", l, s)
	}
	if got := w.got("four@a.example", names...); len(got) != 1 || got[0] != "sun moss" {
		t.Errorf("four got %q", got)
	}
	if r, err := w.service.Reconcile(ctx, third); err != nil || !r.Balanced {
		t.Errorf("not balanced: %+v, %v", r, err)
	}
	if _, _, err := w.launch(w.n.ID, b, c); err == nil || !strings.Contains(err.Error(), "has had every article") {
		t.Errorf("with nobody left: %v", err)
	}
}

// Who is still to get an article counts as having had it; who failed does not.
func TestPendingCountsAsHad(t *testing.T) {
	w := newWorld(t)
	daily := w.second()
	a, b := w.article("water"), w.article("sun")
	ids := w.readers("", "one@a.example", "two@a.example", "three@a.example")
	first, _, err := w.launch(daily.ID, a)
	w.must(err)
	w.tx(func(tx *sqlx.Tx) error { // the first was refused, the second is unknown, the third is pending
		_, err := tx.Exec(`
			INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome)
			SELECT b.mailing_id, x.id, b.id, 1, x.outcome FROM batches b, unnest($1::bigint[], $2::int[]) x(id, outcome)`,
			fmt.Sprintf("{%d,%d}", ids[0], ids[1]), "{2,4}")
		return err
	})
	second, l, err := w.launch(w.n.ID, a, b)
	w.must(err)
	rows := w.frozen(second)
	if l.Recipients != 3 || rows["one@a.example"] != 2 || rows["two@a.example"] != 1 || rows["three@a.example"] != 1 {
		t.Errorf("articles in what each gets: %v", rows)
	}
	if s := w.deliver(first); s.Sent != 1 {
		t.Errorf("the first: %+v", s)
	}
}

// frozen is how many articles each recipient of an issue gets.
func (w *world) frozen(issue int64) map[string]int {
	w.t.Helper()
	var rows []struct {
		Email string `db:"email"`
		N     int    `db:"n"`
	}
	w.must(w.db.Select(&rows, `
		SELECT s.email, (SELECT count(*) FROM variant_articles a WHERE a.variant_id = b.variant_id) AS n
		  FROM issues i JOIN batches b ON b.mailing_id = i.mailing_id CROSS JOIN LATERAL unnest(b.recipient_ids) r(id)
		  JOIN subscribers s ON s.id = r.id WHERE i.id = $1`, issue))
	out := map[string]int{}
	for _, r := range rows {
		out[r.Email] = r.N
	}
	return out
}

// Two digests launched at once don't both give a reader the same article.
func TestLaunchesAtOnceRepeatNothing(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	daily := w.second()
	a, b, c := w.article("water"), w.article("sun"), w.article("moss")
	w.readers("", addresses("a.example", 5)...)
	issues := []int64{w.digest(Content{Articles: []int64{a, b}})}
	other, err := w.service.Draft(ctx, daily.ID, Content{Articles: []int64{b, c}}, "test")
	w.must(err)
	issues = append(issues, other)
	var wg sync.WaitGroup
	for _, i := range issues {
		w.must(w.service.Approve(ctx, i, "test"))
		wg.Go(func() {
			if _, err := w.service.Send(ctx, i, "test"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for reader := range w.frozen(issues[0]) {
		if n := w.frozen(issues[0])[reader] + w.frozen(issues[1])[reader]; n != 3 {
			t.Errorf("%s gets %d articles of three", reader, n)
		}
	}
}

// Every variant is part of what was approved, and the receipt says so.
func TestVariantsAreApproved(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", "ada@a.example")
	a, b, c := w.article("water"), w.article("sun"), w.article("moss")
	issue := w.digest(Content{Articles: []int64{a, b, c}})
	w.must(w.service.Approve(ctx, issue, "test"))
	r, standing, err := w.service.Receipt(ctx, issue)
	w.must(err)
	if standing != Holds || len(r.Bytes.Variants) != 6 || !slices.Equal(r.Bytes.Variants[2].Without, []int64{a, b}) {
		t.Errorf("%s: %+v", standing, r.Bytes.Variants)
	}
	preview, err := w.service.PreviewFor(ctx, issue, []int64{a, b})
	w.must(err)
	if got := listed(Issue{}, []variant{{0, preview.Template}})[0].Template; got != r.Bytes.Variants[2].Template || strings.Contains(preview.Text, "About water") {
		t.Error("the preview of a variant is not what was approved")
	}
	for want, had := range map[string][]int64{"does not have article 99": {99}, "has had every article": {a, b, c}} {
		if _, err := w.service.PreviewFor(ctx, issue, had); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", had, err)
		}
	}
	if _, err := w.db.Exec(`UPDATE issue_variants SET template = (SELECT template FROM issues WHERE id = $1) WHERE had = 1`, issue); err != nil {
		t.Fatal(err)
	}
	if _, standing, err := w.service.Receipt(ctx, issue); err != nil || standing != Broken {
		t.Errorf("with another variant: %s, %v", standing, err)
	}
	w.must(w.service.EditIssue(ctx, issue, Change{Articles: []int64{a, b}}, "test"))
	if list, err := issueVariants(ctx, w.db, issue); err != nil || len(list) != 0 {
		t.Errorf("an edited issue keeps %d variants, %v", len(list), err)
	}
}

// A digest with more articles than get variants: who has had some gets it
// whole, who has had all is left out.
func TestManyArticlesHaveNoVariants(t *testing.T) {
	w := newWorld(t)
	daily := w.second()
	var all []int64
	for n := range maxVaried + 1 {
		all = append(all, w.article(fmt.Sprintf("number %c", 'a'+n)))
	}
	w.readers("", "one@a.example")
	_, _, err := w.launch(daily.ID, all[0])
	w.must(err)
	w.readers("", "two@a.example")
	issue, l, err := w.launch(daily.ID, all...)
	w.must(err)
	if rows := w.frozen(issue); l.Recipients != 2 || len(l.Variants) != 1 || rows["one@a.example"] != len(all) {
		t.Errorf("%+v, %v", l, rows)
	}
	w.readers("", "three@a.example")
	next, l, err := w.launch(w.n.ID, all...)
	w.must(err)
	if i, ierr := w.service.Issue(context.Background(), next); ierr != nil || l.Recipients != 1 || i.LeftOut != 2 {
		t.Errorf("%+v, %+v", l, i)
	}
}

// The property: whatever is launched in whatever order, no reader is given an
// article twice by digests that have variants, and nobody gets an empty one.
func TestNoReaderGetsAnArticleTwice(t *testing.T) {
	w := newWorld(t)
	daily := w.second()
	var articles []int64
	for n := range 5 {
		articles = append(articles, w.article(fmt.Sprintf("piece %c", 'a'+n)))
	}
	for round, pick := range [][]int{{0, 1}, {1, 2, 3}, {4, 0}, {3, 4, 1, 2}} {
		w.readers("", fmt.Sprintf("reader%d@a.example", round))
		n := []Newsletter{w.n, daily}[round%2]
		var chosen []int64
		for _, p := range pick {
			chosen = append(chosen, articles[p])
		}
		_, _, err := w.launch(n.ID, chosen...)
		w.must(err)
	}
	var twice, empty int
	w.must(w.db.Get(&twice, `
		SELECT count(*) FROM (SELECT r.id, a.article_id FROM batches b CROSS JOIN LATERAL unnest(b.recipient_ids) r(id)
		  JOIN variant_articles a ON a.variant_id = b.variant_id GROUP BY 1, 2 HAVING count(*) > 1) x`))
	w.must(w.db.Get(&empty, `SELECT count(*) FROM batches b WHERE NOT EXISTS (SELECT FROM variant_articles a WHERE a.variant_id = b.variant_id)`))
	if twice != 0 || empty != 0 {
		t.Errorf("%d articles were given twice, %d batches hold none", twice, empty)
	}
}

// What was launched before variants were known counts as had: the migration
// works it out as a launch writes it down.
func TestTheMigrationKnowsWhatWasSent(t *testing.T) {
	w := newWorld(t)
	a, b := w.article("water"), w.article("sun")
	w.readers("", "one@a.example")
	for _, articles := range [][]int64{{a}, {b}} {
		_, _, err := w.launch(w.n.ID, articles...)
		w.must(err)
	}
	written := func() (rows []struct{ Article, Variant int64 }) {
		w.must(w.db.Select(&rows, "SELECT article_id AS article, variant_id AS variant FROM variant_articles ORDER BY 1, 2"))
		return rows
	}
	want := written()
	file, err := os.ReadFile(filepath.Join("..", "..", "migrations", "00008_layouts.sql"))
	w.must(err)
	backfill := regexp.MustCompile(`(?s)INSERT INTO variant_articles.*?;`).FindString(string(file))
	for _, statement := range []string{"DELETE FROM variant_articles", backfill} {
		_, err := w.db.Exec(statement)
		w.must(err)
	}
	if got := written(); len(got) != 2 || !slices.Equal(got, want) {
		t.Errorf("the migration makes %v of what was %v", got, want)
	}
}
