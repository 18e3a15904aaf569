package newsletter

import (
	"context"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/scheduler"
)

func parseDate(s string) (time.Time, error) { return mail.ParseDate(s) }

func inTx(w *world, fn func(tx *sqlx.Tx) error) error {
	return postgres.InTx(context.Background(), w.db, fn)
}

// occurrence makes a firing as the scheduler would have claimed it.
func (w *world) occurrence(wall time.Time, zone string) scheduler.Occurrence {
	w.t.Helper()
	rule, err := scheduler.ParseRule("0 8 * * *", zone)
	w.must(err)
	w.tx(func(tx *sqlx.Tx) error {
		_, err := w.sched.Set(context.Background(), tx, scheduler.Schedule{NewsletterID: w.n.ID, Rule: rule, ActiveFrom: w.now})
		return err
	})
	o := scheduler.Occurrence{NewsletterID: w.n.ID, Wall: wall, Zone: zone, DueAt: wall}
	w.must(w.db.QueryRow(`
		INSERT INTO occurrences (schedule_id, wall, zone, due_at, state, owner, lease_until)
		SELECT id, $2, $3, $4, 'claimed', 'test', now() + interval '1 minute' FROM schedules WHERE newsletter_id = $1
		RETURNING id, schedule_id`, w.n.ID, wall, zone, wall).Scan(&o.ID, &o.ScheduleID))
	return o
}

func (w *world) autoApprove() {
	w.n.AutoApprove = true
	w.tx(func(tx *sqlx.Tx) error { return w.service.Edit(context.Background(), tx, w.n) })
}

func TestAFiringSendsTheNewestUnusedArticle(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.autoApprove()
	w.readers("", addresses("a.example", 3)...)
	w.article("old")
	newest := w.article("new")
	wall := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	o := w.occurrence(wall, "Europe/Berlin")
	d, err := w.service.Run(ctx, o)
	w.must(err)
	if d.Verdict != scheduler.Issue || len(d.Candidates) != 2 || !d.Candidates[0].Taken || d.Candidates[0].ArticleID != newest || d.Candidates[1].Taken {
		t.Fatalf("decision %+v", d)
	}
	again, err := w.service.Run(ctx, o) // as after a crash before the decision was written
	w.must(err)
	if again.IssueID != d.IssueID {
		t.Errorf("the same occurrence made issue %d, then %d", d.IssueID, again.IssueID)
	}
	if s := w.deliver(d.IssueID); s.Sent != 3 {
		t.Errorf("status %+v", s)
	}
	d, err = w.service.Run(ctx, w.occurrence(wall.AddDate(0, 0, 1), "Europe/Berlin"))
	w.must(err)
	if d.Verdict != scheduler.Issue || d.Candidates[0].Taken || !strings.Contains(d.Candidates[0].Reason, "was sent in issue") {
		t.Fatalf("second decision %+v", d)
	}
	d, err = w.service.Run(ctx, w.occurrence(wall.AddDate(0, 0, 2), "Europe/Berlin"))
	w.must(err)
	if d.Verdict != scheduler.Skipped || d.IssueID != 0 {
		t.Fatalf("third decision %+v", d)
	}
}

func TestTwoFiringsNeverTakeTheSameArticle(t *testing.T) {
	w := newWorld(t)
	w.readers("", "ada@a.example")
	w.article("one")
	w.article("two")
	wall := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	occs := []scheduler.Occurrence{w.occurrence(wall, "UTC"), w.occurrence(wall.AddDate(0, 0, 1), "UTC"), w.occurrence(wall.AddDate(0, 0, 2), "UTC")}
	var wg sync.WaitGroup
	for _, o := range occs {
		wg.Go(func() {
			if _, err := w.service.Run(context.Background(), o); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var issues, distinct int
	w.must(w.db.QueryRow("SELECT count(*), count(DISTINCT article_id) FROM issue_articles").Scan(&issues, &distinct))
	if issues != 2 || distinct != 2 {
		t.Errorf("%d issues of %d articles", issues, distinct)
	}
}

func TestAFiringForNobodyLeavesTheArticle(t *testing.T) {
	w := newWorld(t)
	w.article("kept")
	d, err := w.service.Run(context.Background(), w.occurrence(time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC), "UTC"))
	w.must(err)
	issues, err := w.service.Issues(context.Background(), w.n.ID, 0, 10)
	w.must(err)
	if d.Verdict != scheduler.Skipped || len(issues) != 0 {
		t.Errorf("decision %+v, issues %v", d, issues)
	}
}

func TestWithoutAutoApprovalItWaits(t *testing.T) {
	w := newWorld(t)
	w.readers("", "ada@a.example")
	w.article("wait")
	d, err := w.service.Run(context.Background(), w.occurrence(time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC), "UTC"))
	w.must(err)
	i, err := w.service.Issue(context.Background(), d.IssueID)
	w.must(err)
	if i.State != Draft || !strings.Contains(d.Reason, "waits for approval") {
		t.Errorf("state %s, reason %q", i.State, d.Reason)
	}
}

func TestAnErrorKeepsAScheduledIssueBack(t *testing.T) {
	w := newWorld(t)
	w.readers("", "ada@a.example")
	w.autoApprove()
	w.keep(&article.Article{Title: "No Way Out", Blocks: article.Blocks{
		&article.Paragraph{Text: article.Plain("Text.")},
		&article.Pick{Name: "Balm", Label: "Best", CTA: "View on Amazon", Merchant: "Amazon"},
	}})
	d, err := w.service.Run(context.Background(), w.occurrence(time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC), "UTC"))
	w.must(err)
	i, err := w.service.Issue(context.Background(), d.IssueID)
	w.must(err)
	if i.State != Draft || !strings.Contains(d.Reason, "waits for an editor") {
		t.Errorf("state %s, reason %q", i.State, d.Reason)
	}
}

// In the readers' own zones each batch waits for its zone's 08:00, also when
// an editor approves and sends by hand.
func TestEachReaderAtEightOfHisOwnDay(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("Asia/Tokyo", "hiroshi@a.example")
	w.readers("America/New_York", "noah@a.example", "ava@a.example")
	w.readers("", "somewhere@a.example") // the newsletter's zone: Europe/Berlin
	w.article("zones")
	wall := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	d, err := w.service.Run(ctx, w.occurrence(wall, scheduler.Reader))
	w.must(err)
	w.must(w.service.Approve(ctx, d.IssueID, "test"))
	_, err = w.service.Send(ctx, d.IssueID, "test")
	w.must(err)
	var rows []struct {
		At time.Time `db:"not_before"`
		N  int       `db:"n"`
	}
	w.must(w.db.Select(&rows, "SELECT not_before, cardinality(recipient_ids) AS n FROM batches ORDER BY not_before"))
	want := map[string]int{"2026-11-02T23:00:00Z": 1, "2026-11-03T07:00:00Z": 1, "2026-11-03T13:00:00Z": 2}
	if len(rows) != len(want) {
		t.Fatalf("batches %v", rows)
	}
	for _, r := range rows {
		if want[r.At.UTC().Format(time.RFC3339)] != r.N {
			t.Errorf("%d readers at %s", r.N, r.At.UTC())
		}
	}
}
