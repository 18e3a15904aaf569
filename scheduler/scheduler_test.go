package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/scheduler"
)

func TestManyNodesFireOnce(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:59:00Z")
	n := newsletter(t, db, "weekly")
	set(t, db, n, "* * * * *", "Europe/Berlin", 0, k.Now())
	r := newRunner()
	for i := range 3 {
		start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r, Node: fmt.Sprint("node ", i)}, k)
	}
	var want, got []string
	for i := range 10 {
		k.set(t, k.Now().Add(time.Minute), 3)
		o := r.next(t)
		got = append(got, o.Wall.Format(scheduler.WallLayout)+o.DueAt.Format(" 15:04"))
		want = append(want, fmt.Sprintf("2026-11-23T09:%02d 08:%02d", i, i))
		if o.NewsletterID != n || o.Zone != "Europe/Berlin" || o.TooLate {
			t.Errorf("occurrence %+v", o)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if ls := log(t, db, n, 10); len(ls) != 10 || len(r.calls) != 0 {
		t.Errorf("%d decisions and %d more calls", len(ls), len(r.calls))
	}
}

func TestADecisionIsKeptWithItsCandidates(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:59:00Z")
	n := newsletter(t, db, "weekly")
	set(t, db, n, "0 8 * * *", "UTC", 0, k.Now())
	want := scheduler.Decision{
		Verdict: scheduler.Issue, Reason: "Issue 7 was made.", IssueID: 7,
		Candidates: []scheduler.Candidate{
			{ArticleID: 4, Title: "Four", Taken: true, Reason: "The newest."},
			{ArticleID: 3, Title: "Three", Reason: "Sent in issue 6."},
		},
	}
	r := newRunner()
	r.do = func(context.Context, scheduler.Occurrence) (scheduler.Decision, error) { return want, nil }
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r, Registry: prometheus.NewRegistry()}, k)
	k.set(t, instant(t, "2026-11-23T08:00:00.5Z"), 1)
	if o := r.next(t); o.Late != 500*time.Millisecond {
		t.Errorf("half a second late, not %s", o.Late)
	}
	got := log(t, db, n, 1)[0]
	if diff := cmp.Diff(want, got.Decision); diff != "" {
		t.Error(diff)
	}
	if !got.DueAt.Equal(instant(t, "2026-11-23T08:00:00Z")) || got.Zone != "UTC" {
		t.Errorf("%+v", got)
	}
}

func TestAfterAnOutageTheNewestMissedFiringRuns(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T00:30:00Z")
	n := newsletter(t, db, "hourly")
	set(t, db, n, "@hourly", "UTC", 2*time.Hour, k.Now())
	r := newRunner()
	k.set(t, instant(t, "2026-11-23T04:10:00Z"), 0)
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	if o := r.next(t); o.Wall.Hour() != 4 || o.Late != 10*time.Minute {
		t.Errorf("ran %+v", o)
	}
	want := []string{"2026-11-23T01:00 skipped", "2026-11-23T02:00 skipped", "2026-11-23T03:00 skipped", "2026-11-23T04:00 skipped"}
	if diff := cmp.Diff(want, summary(log(t, db, n, 4))); diff != "" {
		t.Error(diff)
	}
	if len(r.calls) != 0 {
		t.Error("an older firing ran too")
	}
}

func TestAFiringThatIsTooLateIsHeld(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T00:30:00Z")
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", 0, k.Now())
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	k.set(t, instant(t, "2026-11-25T15:00:00Z"), 1) // the clock jumps ahead
	want := []string{"2026-11-23T08:00 skipped", "2026-11-24T08:00 skipped", "2026-11-25T08:00 held"}
	ls := log(t, db, n, 3)
	if diff := cmp.Diff(want, summary(ls)); diff != "" {
		t.Error(diff)
	}
	if want := "It was noticed 7 h after it was due, and the schedule allows 6 h; draft and send the issue by hand if it should still go out."; ls[2].Reason != want {
		t.Errorf("reason %q", ls[2].Reason)
	}
	if len(r.calls) != 0 {
		t.Error("it ran all the same")
	}
}

func TestAnOutageLeavesABoundedRecord(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-01T00:00:00Z")
	n := newsletter(t, db, "minutely")
	set(t, db, n, "* * * * *", "UTC", 0, k.Now())
	k.set(t, instant(t, "2026-11-23T04:10:00Z"), 0)
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	r.next(t)
	if ls := log(t, db, n, 101); len(ls) != 101 || !ls[0].DueAt.Equal(instant(t, "2026-11-23T02:30:00Z")) {
		t.Errorf("%d decisions from %s on", len(ls), ls[0].DueAt)
	}
}

func TestAClockThatJumpsBackFiresNothingAgain(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:30:00Z")
	n := newsletter(t, db, "hourly")
	set(t, db, n, "@hourly", "UTC", 0, k.Now())
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	for _, at := range []string{"08:00", "09:00", "07:45", "08:00", "09:30", "10:00", "08:30", "11:00"} {
		k.set(t, instant(t, "2026-11-23T"+at+":00Z"), 1)
	}
	want := []string{"2026-11-23T08:00 skipped", "2026-11-23T09:00 skipped", "2026-11-23T10:00 skipped", "2026-11-23T11:00 skipped"}
	if diff := cmp.Diff(want, summary(log(t, db, n, 4))); diff != "" {
		t.Error(diff)
	}
	if len(r.calls) != 4 {
		t.Errorf("%d calls", len(r.calls))
	}
}

func TestAClockThatRanAheadDoesNotSilenceASchedule(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:30:00Z")
	n := newsletter(t, db, "hourly")
	set(t, db, n, "@hourly", "UTC", 0, k.Now())
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	for _, at := range []string{"2030-01-01T00:00:30Z", "2026-11-23T08:00:00Z"} {
		k.set(t, instant(t, at), 1)
		r.next(t)
	}
	want := "2026-11-23T08:00 skipped"
	if got := summary(log(t, db, n, 102)); got[len(got)-1] != want {
		t.Errorf("last decision %q", got[len(got)-1])
	}
}

func TestAFiringInTheSpringGapHappensOnce(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2027-03-28T00:00:00Z")
	n := newsletter(t, db, "nightly")
	set(t, db, n, "0,30 2 * * *", "Europe/Berlin", 0, k.Now())
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	for range 18 {
		k.set(t, k.Now().Add(10*time.Minute), 1)
	}
	if o := r.next(t); !o.DueAt.Equal(instant(t, "2027-03-28T01:00:00Z")) {
		t.Errorf("due at %s", o.DueAt)
	}
	if ls := log(t, db, n, 1); len(ls) != 1 || len(r.calls) != 0 {
		t.Errorf("fired more than once: %v", summary(ls))
	}
}

func TestAChangedScheduleNeverFiresThePast(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:30:00Z")
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", 0, k.Now())
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	k.set(t, instant(t, "2026-11-23T09:30:00Z"), 1)
	r.next(t)
	set(t, db, n, "0 7,9 * * *", "UTC", 0, k.Now())
	k.set(t, instant(t, "2026-11-23T10:00:00Z"), 1)
	set(t, db, n, "0 8 * * *", "America/New_York", 0, k.Now())
	k.set(t, instant(t, "2026-11-23T14:00:00Z"), 1)
	r.next(t)
	want := []string{"2026-11-23T08:00 skipped", "2026-11-23T08:00 skipped"}
	if diff := cmp.Diff(want, summary(log(t, db, n, 2))); diff != "" {
		t.Error(diff)
	}
}

func TestSetSaysWhatItDoesNotTake(t *testing.T) {
	db := pgtest.New(t)
	n := newsletter(t, db, "daily")
	store := scheduler.NewStore(db.DB)
	if _, err := store.OfNewsletter(t.Context(), n); !errors.Is(err, scheduler.ErrNone) {
		t.Errorf("Of = %v", err)
	}
	for _, lateness := range []time.Duration{time.Second, -time.Hour, 8 * 24 * time.Hour} {
		err := postgres.InTx(t.Context(), db.DB, func(tx *postgres.Tx) error {
			_, err := store.Set(t.Context(), tx, scheduler.Schedule{NewsletterID: n, Rule: parse(t, "@daily", "UTC"), MaxLateness: lateness})
			return err
		})
		if err == nil {
			t.Errorf("took a lateness of %s", lateness)
		}
	}
	set(t, db, n, "every tuesday at 8:00", "reader", 90*time.Minute, instant(t, "2026-01-01T00:00:00Z"))
	got, err := store.OfNewsletter(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rule.String() != "0 8 * * 2" || got.Rule.Zone() != scheduler.Reader || got.MaxLateness != 90*time.Minute ||
		!got.ActiveFrom.Equal(instant(t, "2026-01-01T00:00:00Z")) {
		t.Errorf("%+v", got)
	}
	if all, err := store.All(t.Context()); err != nil || len(all) != 1 || all[0].ID != got.ID {
		t.Errorf("All = %v, %v", all, err)
	}
}

func TestItWakesWhenTheNextFiringIsDue(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:00:00Z")
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", 0, k.Now())
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: newRunner()}, k)
	for _, c := range []struct {
		at   string
		want time.Duration
	}{
		{"2026-11-23T07:30:00Z", 5 * time.Second},
		{"2026-11-23T07:59:58.75Z", 1250 * time.Millisecond},
		{"2026-11-23T08:00:00Z", 5 * time.Second},
	} {
		k.set(t, instant(t, c.at), 1)
		if k.pause != c.want {
			t.Errorf("at %s it waits %s, not %s", c.at, k.pause, c.want)
		}
	}
	log(t, db, n, 1)
}

func TestItFiresOnARealClock(t *testing.T) {
	db := pgtest.New(t)
	begun := time.Now()
	offset := instant(t, "2026-11-23T07:59:59.5Z").Sub(begun)
	now := func() time.Time { return time.Now().Add(offset) }
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", 0, now())
	r := newRunner()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() {
		done <- scheduler.New(scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r, Now: now}).Run(ctx)
	}()
	o := r.next(t)
	log(t, db, n, 1)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if o.Late < 0 || o.Late > 2*time.Second || time.Since(begun) < 400*time.Millisecond {
		t.Errorf("fired %s after it was due, %s after the start", o.Late, time.Since(begun))
	}
}
