package scheduler_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/scheduler"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

// clock is set by the test. Schedulers that wait are woken by every change.
type clock struct {
	mu      sync.Mutex
	now     time.Time
	changed chan struct{}
	waiting chan struct{} // one value for each time a scheduler begins to wait
	pause   time.Duration // what the last one asked for
}

func newClock(t *testing.T, at string) *clock {
	return &clock{now: instant(t, at), changed: make(chan struct{}), waiting: make(chan struct{}, 10_000)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	changed := c.changed
	c.pause = d
	c.mu.Unlock()
	c.waiting <- struct{}{}
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// set moves the clock; after it n schedulers have looked once and wait again.
func (c *clock) set(t *testing.T, now time.Time, n int) {
	t.Helper()
	c.mu.Lock()
	c.now = now
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()
	c.await(t, n)
}

func (c *clock) await(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-c.waiting:
		case <-time.After(patience):
			t.Fatal("the schedulers didn't come back to waiting")
		}
	}
}

// runner hands each call to the test.
type runner struct {
	calls chan scheduler.Occurrence
	do    func(ctx context.Context, o scheduler.Occurrence) (scheduler.Decision, error)
}

func newRunner() *runner {
	return &runner{
		calls: make(chan scheduler.Occurrence, 1000),
		do: func(context.Context, scheduler.Occurrence) (scheduler.Decision, error) {
			return scheduler.Decision{Verdict: scheduler.Skipped, Reason: "Nothing new."}, nil
		},
	}
}

func (r *runner) Run(ctx context.Context, o scheduler.Occurrence) (scheduler.Decision, error) {
	d, err := r.do(ctx, o)
	r.calls <- o
	return d, err
}

func (r *runner) next(t *testing.T) scheduler.Occurrence {
	t.Helper()
	select {
	case o := <-r.calls:
		return o
	case <-time.After(patience):
		t.Fatal("the runner wasn't asked")
		return scheduler.Occurrence{}
	}
}

func newsletter(t *testing.T, db *pgtest.DB, slug string) int64 {
	t.Helper()
	var id int64
	err := db.GetContext(t.Context(), &id, `
		WITH l AS (INSERT INTO lists (slug, name) VALUES ($1, $1) RETURNING id)
		INSERT INTO newsletters (slug, name, from_name, from_email, list_id, postal_address)
		SELECT $1, $1, 'N', 'n@example.org', id, 'here' FROM l RETURNING id`, slug)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func set(t *testing.T, db *pgtest.DB, newsletter int64, rule, zone string, lateness time.Duration, from time.Time) {
	t.Helper()
	err := postgres.InTx(t.Context(), db.DB, func(tx *postgres.Tx) error {
		_, err := scheduler.NewStore(db.DB).Set(t.Context(), tx, scheduler.Schedule{
			NewsletterID: newsletter, Rule: parse(t, rule, zone), MaxLateness: lateness, ActiveFrom: from,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// start runs a scheduler until the test ends or stop is called; stop returns
// when it has ended. The scheduler has looked once when start returns.
func start(t *testing.T, c scheduler.Config, k *clock) (stop func()) {
	t.Helper()
	c.Now, c.Wait = k.Now, k.Wait
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- scheduler.New(c).Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("the scheduler doesn't stop")
		}
	})
	t.Cleanup(stop)
	k.await(t, 1)
	return stop
}

// log waits for n decisions and lists them oldest first.
func log(t *testing.T, db *pgtest.DB, newsletter int64, n int) []scheduler.Logged {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got, err := scheduler.NewStore(db.DB).Decisions(t.Context(), newsletter, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		got = slices.DeleteFunc(got, func(l scheduler.Logged) bool { return l.Open })
		if len(got) >= n {
			slices.Reverse(got)
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d decisions, want %d: %+v", len(got), n, got)
		}
	}
}

func summary(ls []scheduler.Logged) (out []string) {
	for _, l := range ls {
		out = append(out, fmt.Sprintf("%s %s", l.Wall, l.Verdict))
	}
	return out
}
