package scheduler_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/scheduler"
)

func TestAClaimerThatDiesBeforeDecidingIsTakenOver(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:59:00Z")
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", 0, k.Now())

	// The first node claims, and then its connections to the database are gone.
	own, err := postgres.Open(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	lost := newRunner()
	lost.do = func(ctx context.Context, _ scheduler.Occurrence) (scheduler.Decision, error) {
		if err := own.Close(); err != nil {
			t.Error(err)
		}
		<-ctx.Done() // as it can't renew its claim
		return scheduler.Decision{Verdict: scheduler.Issue, Reason: "Too late to say so."}, nil
	}
	lease := 300 * time.Millisecond
	stop := start(t, scheduler.Config{Store: scheduler.NewStore(own), Runner: lost, Lease: lease, Node: "dead"}, k)
	k.set(t, instant(t, "2026-11-23T08:00:00Z"), 1)
	first := lost.next(t)
	stop()

	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r, Lease: lease, Node: "heir"}, k)
	deadline := time.Now().Add(patience)
	for len(r.calls) == 0 && time.Now().Before(deadline) {
		k.set(t, k.Now().Add(time.Second), 1)
	}
	if o := r.next(t); o.ID != first.ID || o.TooLate || o.NewsletterID != n || !o.Wall.Equal(first.Wall) {
		t.Errorf("taken over %+v, claimed was %+v", o, first)
	}
	if ls := log(t, db, n, 1); len(ls) != 1 || ls[0].Verdict != scheduler.Skipped {
		t.Errorf("decisions %v", summary(ls))
	}
}

func TestATakeoverAfterTheLatenessBeginsNothingNew(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:59:00Z")
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", time.Hour, k.Now())
	r := newRunner()
	r.do = func(ctx context.Context, _ scheduler.Occurrence) (scheduler.Decision, error) {
		<-ctx.Done()
		return scheduler.Decision{}, ctx.Err()
	}
	stop := start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	k.set(t, instant(t, "2026-11-23T08:00:00Z"), 1)
	stop() // gives the claim up at once
	r.next(t)
	r.do = newRunner().do
	k.set(t, instant(t, "2026-11-23T12:00:00Z"), 0)
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	if o := r.next(t); !o.TooLate || o.Late != 4*time.Hour {
		t.Errorf("%+v", o)
	}
	log(t, db, n, 1)
}

func TestARunnerThatFailsIsAskedFiveTimes(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:59:00Z")
	n, other := newsletter(t, db, "daily"), newsletter(t, db, "other")
	set(t, db, n, "0 8 * * *", "UTC", 0, k.Now())
	set(t, db, other, "0 8 * * *", "UTC", 0, k.Now())
	r := newRunner()
	var calls atomic.Int64
	r.do = func(_ context.Context, o scheduler.Occurrence) (scheduler.Decision, error) {
		if o.NewsletterID == other {
			return scheduler.Decision{Verdict: scheduler.Skipped, Reason: "Nothing new."}, nil
		}
		if calls.Add(1) == 2 {
			r.calls <- o
			panic("no luck")
		}
		return scheduler.Decision{}, errors.New("no luck")
	}
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r, Retry: time.Millisecond}, k)
	k.set(t, instant(t, "2026-11-23T08:00:00Z"), 1)
	log(t, db, other, 1)
	deadline := time.Now().Add(patience)
	for len(r.calls) < 6 && time.Now().Before(deadline) {
		k.set(t, k.Now(), 1)
	}
	if ls := log(t, db, n, 1); ls[0].Verdict != scheduler.Failed || calls.Load() != 5 {
		t.Errorf("%v after %d tries", summary(ls), calls.Load())
	}
	k.set(t, k.Now(), 1)
	if len(r.calls) != 6 {
		t.Errorf("%d calls", len(r.calls))
	}
}

func TestASchedulerLivesThroughALostDatabase(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T07:59:00Z")
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", 0, k.Now())
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE occurrences RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	k.set(t, instant(t, "2026-11-23T08:00:00Z"), 1)
	if _, err := db.ExecContext(t.Context(), `ALTER TABLE gone RENAME TO occurrences`); err != nil {
		t.Fatal(err)
	}
	k.set(t, instant(t, "2026-11-23T08:00:05Z"), 1)
	r.next(t)
	log(t, db, n, 1)
}

func TestAFiringThatKillsItsNodesIsGivenUp(t *testing.T) {
	db := pgtest.New(t)
	k := newClock(t, "2026-11-23T08:30:00Z")
	n := newsletter(t, db, "daily")
	set(t, db, n, "0 8 * * *", "UTC", 0, instant(t, "2026-11-23T07:00:00Z"))
	if _, err := db.ExecContext(t.Context(), `
		INSERT INTO occurrences (schedule_id, wall, zone, due_at, state, attempt, owner, lease_until)
		SELECT id, '2026-11-23 08:00', 'UTC', '2026-11-23 08:00Z', 'claimed', 5, 'the fifth that died', '-infinity' FROM schedules`); err != nil {
		t.Fatal(err)
	}
	r := newRunner()
	start(t, scheduler.Config{Store: scheduler.NewStore(db.DB), Runner: r}, k)
	if ls := log(t, db, n, 1); ls[0].Verdict != scheduler.Failed || len(r.calls) != 0 {
		t.Errorf("%v after %d more calls", summary(ls), len(r.calls))
	}
}
