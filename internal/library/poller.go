package library

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// elsewhere is how long a node that lacks a folder leaves it to one that
	// has it.
	elsewhere = time.Minute
	// maxPause bounds the pauses after failures.
	maxPause = 24 * time.Hour
	// settle bounds what is written after the context has ended.
	settle = 10 * time.Second
	// maxItems bounds what is taken of one source in one poll.
	maxItems = 10_000
)

// PollerConfig is what a Poller needs.
type PollerConfig struct {
	Store  *Store
	Reader Reader
	Log    *slog.Logger
	// Node names this process in its claims.
	Node string
	// Lease is how long a claim outlives a node that stops renewing it; a
	// minute by default.
	Lease time.Duration
	// Look is the time between two looks for due sources; 5 s by default.
	Look time.Duration
	// Parallel is how many sources are polled at once; 4 by default.
	Parallel int
	// Wait returns after d, or earlier with the context's error; a timer by
	// default.
	Wait func(ctx context.Context, d time.Duration) error
	// Registry gets the metrics; it may be nil.
	Registry prometheus.Registerer
	// Taken is told of the articles that a poll added or updated, after the
	// source has been let go; it may be nil.
	Taken func(ctx context.Context, articles []int64)
}

// Poller brings what sources hold into the library. Any number of nodes may
// run one on the same database; each poll is made by one of them.
type Poller struct {
	PollerConfig
	slots chan struct{}
	polls *prometheus.CounterVec
	items *prometheus.CounterVec
}

// NewPoller makes a Poller. Registering its metrics twice in one registry
// panics.
func NewPoller(c PollerConfig) *Poller {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Lease <= 0 {
		c.Lease = time.Minute
	}
	if c.Look <= 0 {
		c.Look = 5 * time.Second
	}
	if c.Parallel <= 0 {
		c.Parallel = 4
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	p := &Poller{
		PollerConfig: c,
		slots:        make(chan struct{}, c.Parallel),
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "broadsheet_source_polls_total",
			Help: "Polls of sources that this process finished, by result: ok or failed.",
		}, []string{"result"}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "broadsheet_source_items_total",
			Help: "Items of sources that this process read, by what became of them: added, updated, unchanged or failed.",
		}, []string{"verdict"}),
	}
	if c.Registry != nil {
		c.Registry.MustRegister(p.polls, p.items)
	}
	return p
}

// count adds a finished poll to the metrics.
func (p *Poller) count(r Report, failure string) {
	result := "ok"
	if failure != "" {
		result = "failed"
	}
	p.polls.WithLabelValues(result).Inc()
	for _, i := range r.Items {
		verdict := string(i.Verdict)
		if verdict == "" {
			verdict = "failed"
		}
		p.items.WithLabelValues(verdict).Inc()
	}
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

// Run polls what is due until the context ends, and returns nil when the polls
// under way have been broken off. A database that can't be reached is logged
// and tried again.
func (p *Poller) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		if err := p.look(ctx, &running); err != nil && ctx.Err() == nil {
			p.Log.ErrorContext(ctx, "sources: they could not be looked at; trying again", "error", err)
		}
		if p.Wait(ctx, p.Look) != nil {
			break
		}
	}
	return nil
}

// look begins the polls that are due, as far as there are slots.
func (p *Poller) look(ctx context.Context, running *sync.WaitGroup) error {
	due, err := p.Store.due(ctx)
	if err != nil {
		return err
	}
	for _, s := range due {
		if !p.here(s) {
			continue
		}
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		free := func() { <-p.slots }
		c, ok, err := p.Store.take(ctx, s.ID, p.Node, p.Lease, true)
		if err != nil || !ok {
			free()
			if err != nil {
				return err
			}
			continue
		}
		running.Go(func() {
			defer free()
			// Its error has been logged and, where it is the source's, kept.
			r, _ := p.work(ctx, c)
			p.tell(ctx, r)
		})
	}
	return nil
}

// here reports whether this node should poll s: a folder that it lacks is
// left, for a while, to one that has it.
func (p *Poller) here(s Source) bool {
	if s.Kind == Feed || p.Store.now().Sub(s.NextPollAt) > elsewhere {
		return true
	}
	_, err := os.Stat(s.Location)
	return err == nil
}

// Poll polls one source now, due or not. A failure of the source is a
// *RefusedError and has been noted with it.
func (p *Poller) Poll(ctx context.Context, id int64) (Report, error) {
	c, ok, err := p.Store.take(ctx, id, p.Node, p.Lease, false)
	if err != nil {
		return Report{}, err
	}
	if !ok {
		if err := p.Store.exists(ctx, id); err != nil {
			return Report{}, err
		}
		return Report{}, refused("source %d is being polled just now; look again in a minute", id)
	}
	r, err := p.work(ctx, c)
	p.tell(ctx, r)
	return r, err
}

// tell says which articles are new or have changed.
func (p *Poller) tell(ctx context.Context, r Report) {
	var ids []int64
	for _, i := range r.Items {
		if i.ArticleID != 0 && (i.Verdict == Added || i.Verdict == Updated) {
			ids = append(ids, i.ArticleID)
		}
	}
	if p.Taken != nil && len(ids) > 0 && ctx.Err() == nil {
		p.Taken(ctx, ids)
	}
}

// work polls a claimed source while its claim is renewed, and writes down what
// came of it.
func (p *Poller) work(ctx context.Context, c claim) (Report, error) {
	log := p.Log.With("source", c.ID, "location", c.Location)
	r, v, err := p.watched(ctx, c)
	stopped := ctx.Err() != nil
	if !stopped && errors.Is(err, context.Canceled) {
		err = errLost
	}
	// What has been found out is written down even when we are told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settle)
	defer cancel()
	failure := ""
	if err == nil {
		failure = r.failure()
	} else {
		var said bool
		if failure, said = sentence(err); !said {
			log.WarnContext(ctx, "sources: a poll broke off; it is made again", "stopped", stopped, "error", err)
			if rerr := p.Store.renew(ctx, c, 0); rerr != nil && !errors.Is(rerr, errLost) {
				log.WarnContext(ctx, "sources: a claim could not be given up; it runs out by itself", "error", rerr)
			}
			return r, err
		}
	}
	pause := c.Every
	if failure != "" {
		pause = backedOff(c.Every, c.Failures+1)
		err = refused("%s", failure)
		log.WarnContext(ctx, "sources: a poll failed", "in a row", c.Failures+1, "again in", pause, "error", failure)
	}
	if ferr := p.Store.finish(ctx, c, v, failure, pause); ferr != nil {
		return r, ferr
	}
	p.count(r, failure)
	level := slog.LevelInfo
	if len(r.Items) == 0 {
		level = slog.LevelDebug
	}
	log.Log(ctx, level, "sources: polled", "added", r.Count(Added), "updated", r.Count(Updated), "unread", r.Count(""))
	return r, err
}

// backedOff is the pause after some failures in a row: doubled each time, to a
// day at most.
func backedOff(every time.Duration, failures int) time.Duration {
	pause := every
	for range failures {
		if pause >= maxPause {
			return max(every, maxPause)
		}
		pause *= 2
	}
	return max(every, min(pause, maxPause))
}

// watched polls under a claim that is renewed meanwhile; when it is lost the
// poll breaks off. A panic is a failure of the source.
func (p *Poller) watched(ctx context.Context, c claim) (r Report, v Version, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { p.holdOn(ctx, cancel, c) })
	defer func() {
		cancel()
		renewing.Wait()
		if x := recover(); x != nil {
			p.Log.ErrorContext(ctx, "sources: a poll panicked", "source", c.ID, "panic", x, "stack", string(debug.Stack()))
			err = refused("reading %s failed unexpectedly, and the server's log says where; this is a defect, please report it", c.Location)
		}
	}()
	r.Source = c.Source
	known, err := p.Store.items(ctx, c.ID)
	if err != nil {
		return r, v, err
	}
	run := &poll{Poller: p, claim: c, known: known, report: &r}
	switch c.Kind {
	case Feed:
		v, err = run.feed(ctx)
	case Folder:
		err = run.folder(ctx)
	case URLs:
		err = run.urls(ctx)
	default:
		err = fmt.Errorf("source %d is of kind %q", c.ID, c.Kind)
	}
	return r, v, err
}

// holdOn renews a claim until the context ends, and ends it when the claim is
// lost: taken over, or not renewed for as long as a lease.
func (p *Poller) holdOn(ctx context.Context, lost context.CancelFunc, c claim) {
	const perLease = 3
	tick := time.NewTicker(p.Lease / perLease)
	defer tick.Stop()
	for failures := 0; failures < perLease; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		renewal, cancel := context.WithTimeout(ctx, p.Lease/perLease)
		err := p.Store.renew(renewal, c, p.Lease)
		cancel()
		switch {
		case errors.Is(err, errLost):
			failures = perLease
		case err != nil && ctx.Err() == nil:
			failures++
			p.Log.WarnContext(ctx, "sources: a claim could not be renewed", "source", c.ID, "error", err)
		case err == nil:
			failures = 0
		}
	}
	lost()
}
