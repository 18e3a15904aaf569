package outbox

import (
	"log/slog"
	"sync"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// restTime is how long a batch or a relay is left alone.
type restTime = time.Duration

// pool is this worker's share of a relay: its connections, across batches.
// Every connection is a goroutine (a line) that comes when there is work and
// goes when there has been none for a while.
type pool struct {
	e     *Engine
	name  string
	relay mailer.Relay
	log   *slog.Logger

	mu       sync.Mutex
	cond     *sync.Cond
	batches  []*batch
	last     int64 // the mailing that was served last
	lines    int   // goroutines
	live     int   // of them, connected
	closed   bool  // draining: nothing is handed out
	failures int   // in a row, without a message that got through
	until    time.Duration
}

func newPool(e *Engine, name string, relay mailer.Relay) *pool {
	p := &pool{e: e, name: name, relay: relay, log: e.c.Log.With("relay", name)}
	p.cond = sync.NewCond(&p.mu)
	return p
}

// add gives the batch's tasks to the connections. When the relay is resting or
// the worker is draining it takes nothing and says how long to rest.
func (p *pool) add(b *batch) (rest restTime, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if left := p.until - p.e.c.Boot(); p.live == 0 && left > 0 {
		return left, false
	}
	if p.closed || b.stopped {
		return 0, false
	}
	p.batches = append(p.batches, b)
	for want := min(p.relay.Connections()-p.lines, len(b.queue)); want > 0; want-- {
		p.lines++
		p.e.lines.Add(1)
		go newLine(p).run()
	}
	p.cond.Broadcast()
	p.check(b) // it may have nothing to do
	return 0, true
}

// next hands out a task, mailings taking turns; those with an intent booked
// already come first, so that never more are booked than there are lines. With
// wait it blocks until there is one, at most for the idle time. nil: nothing.
func (p *pool) next(wait bool) *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	expired := false
	var timer *time.Timer
	for {
		if t := p.pick(); t != nil || !wait || p.closed || expired {
			if timer != nil {
				timer.Stop()
			}
			return t
		}
		if timer == nil {
			timer = time.AfterFunc(p.e.c.Idle, func() {
				p.mu.Lock()
				defer p.mu.Unlock()
				expired = true
				p.cond.Broadcast()
			})
		}
		p.cond.Wait()
	}
}

// pick takes from the mailings in turn, and of each from its first batch that
// has something: lots that are of one batch cost one row of intents.
func (p *pool) pick() *task {
	for _, want := range []func(*batch) bool{(*batch).returned, (*batch).ready} {
		var next, lowest *batch // of the mailing after the last one, of the first one
		for _, b := range p.batches {
			if !want(b) {
				continue
			}
			if lowest == nil || b.mailing < lowest.mailing {
				lowest = b
			}
			if b.mailing > p.last && (next == nil || b.mailing < next.mailing) {
				next = b
			}
		}
		if next == nil {
			next = lowest
		}
		if next != nil {
			p.last = next.mailing
			next.out++
			return next.pop()
		}
	}
	return nil
}

// settle ends a task: its fate is in the ledger, or no longer ours to write.
func (p *pool) settle(t *task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.b.out--
	p.check(t.b)
	if t.b.oneByOne {
		p.cond.Broadcast()
	}
}

// giveBack returns a task to which nothing has happened.
func (p *pool) giveBack(t *task, booked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.returned = t.returned || booked
	t.b.out--
	t.b.push(t)
	p.check(t.b)
	p.cond.Signal()
}

// stop hands out nothing more of the batch.
func (p *pool) stop(b *batch, rest restTime) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopLocked(b, rest)
}

func (p *pool) stopLocked(b *batch, rest restTime) {
	b.stopped = true
	b.rest = max(b.rest, rest)
	p.check(b)
}

// stopMailing stops every batch of a mailing.
func (p *pool) stopMailing(mailing int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range append([]*batch(nil), p.batches...) {
		if b.mailing == mailing {
			p.stopLocked(b, 0)
		}
	}
}

// check tells the batch's worker when nothing more will happen to it.
func (p *pool) check(b *batch) {
	if b.closed || b.out > 0 || !b.stopped && len(b.queue) > 0 {
		return
	}
	b.closed = true
	close(b.idle)
	for i, x := range p.batches {
		if x == b {
			p.batches = append(p.batches[:i], p.batches[i+1:]...)
			break
		}
	}
}

// drain hands out nothing more and lets the lines end.
func (p *pool) drain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, b := range append([]*batch(nil), p.batches...) {
		p.stopLocked(b, 0)
	}
	p.cond.Broadcast()
}

// connected counts open connections.
func (p *pool) connected(by int) {
	p.e.metrics.connections.Add(float64(by))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live += by
}

// wellDone notes that the relay works.
func (p *pool) wellDone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures, p.until = 0, 0
}

// trouble notes that a connection could not be had, or not be used for
// anything, and says how long to leave the relay alone. When no other
// connection is open either, every batch is given back to rest as long: the
// relay is down, and no recipient is charged with it.
func (p *pool) trouble(err error) restTime {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.e.c.Boot()
	if p.until <= now { // a burst of failures counts once
		p.failures++
		p.until = now + backoff(p.e.c.Rest, p.e.c.RestMax, p.failures, p.e.c.Chance())
	}
	rest := p.until - now
	if p.live > 0 {
		p.log.Warn("a connection to the relay failed; others are open", "error", err, "rest", rest)
		return rest
	}
	if len(p.batches) > 0 {
		p.log.Warn("the relay can't be used; its mailings wait", "error", err, "rest", rest, "failures", p.failures)
	}
	for _, b := range append([]*batch(nil), p.batches...) {
		p.stopLocked(b, rest)
	}
	return rest
}

// gone ends a line.
func (p *pool) gone() {
	p.mu.Lock()
	p.lines--
	p.mu.Unlock()
	p.e.lines.Done()
}
