package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// maxTries is how often a runner is asked about one occurrence.
	maxTries = 5
	// maxMissed is how many skipped firings of an outage are recorded.
	maxMissed = 100
	// settle bounds what is written after the context has ended.
	settle = 10 * time.Second
)

// Config is what a Scheduler needs.
type Config struct {
	Store  *Store
	Runner Runner
	// Now is the clock that firings are measured by.
	Now func() time.Time
	// Wait returns after d, or earlier with the context's error. The default
	// is a timer.
	Wait func(ctx context.Context, d time.Duration) error
	Log  *slog.Logger
	// Node names this process in the claims it makes.
	Node string
	// Lease is how long a claim outlives a node that stops renewing it;
	// 30 s by default.
	Lease time.Duration
	// Poll is the longest time between two looks at the schedules; 5 s by
	// default.
	Poll time.Duration
	// Retry is the pause after the first failure, doubled after each further
	// one; 5 s by default.
	Retry time.Duration
	// Parallel is how many occurrences are worked on at once; 4 by default.
	Parallel int
	// Registry gets the metrics; it may be nil.
	Registry prometheus.Registerer
}

// Scheduler claims what is due and asks the runner about it.
type Scheduler struct {
	Config
	slots     chan struct{}
	decisions *prometheus.CounterVec
	lateness  prometheus.Histogram
}

// New makes a Scheduler. Registering its metrics twice in one registry panics.
func New(c Config) *Scheduler {
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Lease = orElse(c.Lease, 30*time.Second)
	c.Poll = orElse(c.Poll, 5*time.Second)
	c.Retry = orElse(c.Retry, 5*time.Second)
	c.Parallel = orElse(c.Parallel, 4)
	s := &Scheduler{
		Config: c,
		slots:  make(chan struct{}, c.Parallel),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "broadsheet_schedule_decisions_total",
			Help: "Firings of schedules that this process decided on, by verdict.",
		}, []string{"verdict"}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "broadsheet_schedule_lateness_seconds",
			Help:    "How long after a firing was due this process claimed it.",
			Buckets: []float64{0.1, 0.5, 1, 5, 30, 60, 300, 3600, 21600},
		}),
	}
	if c.Registry != nil {
		c.Registry.MustRegister(s.decisions, s.lateness)
	}
	return s
}

func orElse[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Run works until the context ends, then waits for the runner's calls to
// return, gives up what they left open, and returns nil. A database that can't
// be reached is logged and tried again.
func (s *Scheduler) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		next, err := s.look(ctx, &running)
		if err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "scheduler: the schedules could not be looked at; trying again", "error", err)
		}
		pause := s.Poll
		if !next.IsZero() {
			pause = max(min(pause, next.Sub(s.Now())), 0)
		}
		if s.Wait(ctx, pause) != nil {
			break
		}
	}
	return nil
}

// look takes over what was left and claims what is due; it answers when the
// next firing is due, or zero.
func (s *Scheduler) look(ctx context.Context, running *sync.WaitGroup) (next time.Time, err error) {
	if err := s.takeOvers(ctx, running); err != nil {
		return next, err
	}
	now := s.Now()
	rows, err := s.Store.watch(ctx, now)
	if err != nil {
		return next, err
	}
	var errs []error
	for _, row := range rows {
		sched, err := row.schedule()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		since := sched.ActiveFrom
		if row.Seen.Valid && row.Seen.Time.After(since) {
			since = row.Seen.Time
		}
		errs = append(errs, s.fire(ctx, running, sched, since, now))
		if f := sched.Rule.Next(now, 1); len(f) == 1 && (next.IsZero() || f[0].UTC.Before(next)) {
			next = f[0].UTC
		}
	}
	return next, errors.Join(errs...)
}

func (s *Scheduler) takeOvers(ctx context.Context, running *sync.WaitGroup) error {
	for {
		free, ok := s.slot(ctx)
		if !ok {
			return ctx.Err()
		}
		c, found, err := s.Store.takeOver(ctx, s.Node, s.Lease, s.Now())
		if err != nil || !found {
			free()
			return err
		}
		s.Log.InfoContext(ctx, "scheduler: taking over a firing that was left", "occurrence", c.ID, "attempt", c.attempt)
		running.Go(func() { defer free(); s.work(ctx, c) })
	}
}

// slot waits until one more occurrence may be worked on.
func (s *Scheduler) slot(ctx context.Context) (free func(), ok bool) {
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, true
	case <-ctx.Done():
		return nil, false
	}
}

// fire deals with the firings of one schedule between since and now.
func (s *Scheduler) fire(ctx context.Context, running *sync.WaitGroup, sched Schedule, since, now time.Time) error {
	due, missed := dueFirings(sched.Rule, since, now)
	if due == nil {
		return nil
	}
	late := now.Sub(due.UTC)
	if late > sched.MaxLateness {
		return s.Store.hold(ctx, sched.ID, s.Node, append(missed, past{*due, "held", tooLate(*due, late, sched.MaxLateness)}))
	}
	free, ok := s.slot(ctx)
	if !ok {
		return ctx.Err()
	}
	id, err := s.Store.claim(ctx, sched.ID, s.Node, s.Lease, missed, *due)
	if err != nil || id == 0 {
		free()
		return err
	}
	wall, err := time.Parse(WallLayout, due.Wall)
	if err != nil {
		free()
		return fmt.Errorf("firing of schedule %d: %w", sched.ID, err)
	}
	s.lateness.Observe(late.Seconds())
	c := claim{attempt: 1, Occurrence: Occurrence{
		ID: id, ScheduleID: sched.ID, NewsletterID: sched.NewsletterID,
		Wall: wall, Zone: due.Zone, DueAt: due.UTC, Late: late,
	}}
	running.Go(func() { defer free(); s.work(ctx, c) })
	return nil
}

// dueFirings splits the firings after since up to now into the newest, which
// may run, and the newest of those before it, which are only recorded.
func dueFirings(r Rule, since, now time.Time) (due *Firing, missed []past) {
	var older []Firing
	r.each(since, func(f Firing) bool {
		if f.UTC.After(now) {
			return false
		}
		if due != nil {
			if older = append(older, *due); len(older) >= 2*maxMissed {
				older = append(older[:0], older[len(older)-maxMissed:]...)
			}
		}
		due = &f
		return true
	})
	older = older[max(0, len(older)-maxMissed):]
	for _, f := range older {
		missed = append(missed, past{f, "done", Decision{Verdict: Skipped, Reason: fmt.Sprintf(
			"It was missed, and the firing of %s had come due as well; only the newest one runs.", due.Wall)}})
	}
	return due, missed
}

func tooLate(f Firing, late, allowed time.Duration) Decision {
	return Decision{Verdict: Held, Reason: fmt.Sprintf(
		"It was noticed %s after it was due, and the schedule allows %s; draft and send the issue by hand if it should still go out.",
		span(late), span(allowed))}
}

// span writes a duration for people, in days, hours and minutes.
func span(d time.Duration) string {
	d = d.Round(time.Minute)
	var out []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if n := d / u.size; n != 0 {
			out = append(out, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.size
		}
	}
	if len(out) == 0 {
		return "less than a minute"
	}
	return strings.Join(out, " ")
}

// work asks the runner and writes its decision down.
func (s *Scheduler) work(ctx context.Context, c claim) {
	log := s.Log.With("occurrence", c.ID, "newsletter", c.NewsletterID)
	d, err := s.ask(ctx, c)
	stopped := errors.Is(err, context.Canceled)
	// What has been found out is written down even when we are told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settle)
	defer cancel()
	if err != nil && (stopped || c.attempt < maxTries) {
		pause := s.Retry << (c.attempt - 1)
		if stopped {
			pause = 0
		}
		log.WarnContext(ctx, "scheduler: a firing was not dealt with; it will be tried again", "try", c.attempt, "in", pause, "error", err)
		if _, err := s.Store.renew(ctx, c, pause); err != nil {
			log.WarnContext(ctx, "scheduler: its claim could not be given up; it runs out by itself", "error", err)
		}
		return
	}
	if err != nil {
		log.ErrorContext(ctx, "scheduler: a firing failed for the last time", "tries", c.attempt, "error", err)
		d = failed
	}
	mine, err := s.Store.decide(ctx, c, d)
	switch {
	case err != nil:
		log.ErrorContext(ctx, "scheduler: a decision could not be written; the firing will be taken over", "error", err)
	case !mine:
		log.WarnContext(ctx, "scheduler: another node took the firing over; its decision counts")
	default:
		s.decisions.WithLabelValues(string(d.Verdict)).Inc()
		log.InfoContext(ctx, "scheduler: decided", "verdict", d.Verdict, "reason", d.Reason, "issue", d.IssueID)
	}
}

// ask calls the runner while the claim is renewed; a panic is an error. The
// runner's context ends when the claim is lost.
func (s *Scheduler) ask(ctx context.Context, c claim) (d Decision, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { s.keep(ctx, cancel, c) })
	defer func() {
		cancel()
		renewing.Wait()
		if p := recover(); p != nil {
			err = fmt.Errorf("the runner panicked: %v\n%s", p, debug.Stack())
		}
	}()
	if c.attempt > maxTries { // it never came back from the tries before
		return failed, nil
	}
	return s.Runner.Run(ctx, c.Occurrence)
}

var failed = Decision{Verdict: Failed, Reason: fmt.Sprintf(
	"It failed %d times in a row, and the server's log says why; see what its issue says, or draft and send one by hand.", maxTries)}

// keep renews a claim until the context ends, and ends it when the claim is
// lost: taken over, or not renewed for as long as a lease.
func (s *Scheduler) keep(ctx context.Context, lost context.CancelFunc, c claim) {
	const perLease = 3
	tick := time.NewTicker(s.Lease / perLease)
	defer tick.Stop()
	for failures := 0; failures < perLease; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		renewal, cancel := context.WithTimeout(ctx, s.Lease/perLease)
		mine, err := s.Store.renew(renewal, c, s.Lease)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			failures++
			s.Log.WarnContext(ctx, "scheduler: a claim could not be renewed", "occurrence", c.ID, "error", err)
		case err == nil && !mine:
			failures = perLease
		case err == nil:
			failures = 0
		}
	}
	lost()
}
