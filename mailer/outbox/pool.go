package outbox

import (
	"context"
	"errors"
	"log/slog"
	"slices"
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
	incident bool   // one may be open because of it, also from another worker's life
	reported bool   // this pool has opened one since a message last got through
	look     uint64 // counts the looks for a task
	alarmed  bool   // a look is due
}

func newPool(e *Engine, name string, relay mailer.Relay) *pool {
	p := &pool{e: e, name: name, relay: relay, incident: true, log: e.c.Log.With("relay", name)}
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
	if p.closed || b.stopped || b.lost.Load() {
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
// wait it blocks until there is one; when there has been nothing to wait for
// after the idle time it gives up. nil: nothing.
func (p *pool) next(wait bool) *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	expired := false
	var timer *time.Timer
	for {
		if t := p.pick(); t != nil || !wait || p.closed || expired && !p.waiting() {
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

// waiting tells whether there is work that can't go just now: then lines stay to
// do it.
func (p *pool) waiting() bool { return slices.ContainsFunc(p.batches, (*batch).ready) }

// pick takes what was booked already first, then what somebody waits for, then
// the rest.
func (p *pool) pick() *task {
	p.look++
	for _, want := range [...]func(*batch) bool{(*batch).returned, (*batch).readyFast, (*batch).ready} {
		for {
			b := p.turn(want)
			if b == nil {
				break
			}
			t, whole := p.from(b)
			if t != nil {
				p.last = b.mailing
				b.out++
				return t
			}
			if whole {
				return nil
			}
		}
	}
	return nil
}

// turn gives the batch to take from: the mailings take turns, and of each it is
// the first batch that has something: lots that are of one batch cost one row of
// intents.
func (p *pool) turn(want func(*batch) bool) *batch {
	var next, lowest *batch // of the mailing after the last one, of the first one
	for _, b := range p.batches {
		if b.skipped == p.look || !want(b) {
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
		return lowest
	}
	return next
}

// from takes the first task of a batch that may go now. Without one the batch is
// skipped for this look; whole tells that nothing of the pool may go.
func (p *pool) from(b *batch) (t *task, whole bool) {
	ahead := map[string]int{} // of a provider's, in this batch
	for i := 0; i < len(b.queue); {
		t := b.queue[i]
		no, ok := p.e.limits.admit(t, p.name)
		if ok {
			return b.cut(i), false
		}
		if no.scope != ScopeProvider {
			b.skipped = p.look
			return nil, p.yield(b, no)
		}
		if ahead[t.provider]++; no.rate > 0 {
			no.wait = max(no.wait, time.Duration(float64(ahead[t.provider])/no.rate*float64(time.Second)))
		}
		if no.wait > patient {
			t.delay = no.wait
			b.held = append(b.held, b.cut(i))
			continue
		}
		p.alarm(no.wait)
		i++
	}
	b.skipped = p.look
	p.check(b)
	return nil, false
}

// keptThrottled is how many batches stay with a worker while what they all go
// through lets only so many messages pass; others go back, so that they don't
// take the places of batches that could be sent.
const keptThrottled = 2

// yield decides what becomes of a batch that a relay's or a stream's limit
// stops, and whether that is all of the pool's.
func (p *pool) yield(b *batch, no refusal) (whole bool) {
	whole = no.scope == ScopeRelay
	if no.wait > patient {
		for _, x := range append([]*batch(nil), p.batches...) {
			if whole || x == b {
				p.stopLocked(x, min(no.wait, p.e.c.RestMax))
			}
		}
		return whole
	}
	p.alarm(no.wait)
	same := 0
	for _, x := range append([]*batch(nil), p.batches...) {
		if !x.fast && !x.stopped && (whole || x.stream == b.stream) {
			if same++; same > keptThrottled && x.out == 0 {
				p.stopLocked(x, min(patient, p.e.c.RestMax))
			}
		}
	}
	return whole
}

// alarm has the lines look again after a while.
func (p *pool) alarm(after time.Duration) {
	if p.alarmed {
		return
	}
	p.alarmed = true
	time.AfterFunc(after, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.alarmed = false
		p.cond.Broadcast()
	})
}

// settle ends a task: its fate is in the ledger, or no longer ours to write.
func (p *pool) settle(t *task) {
	p.e.limits.unused(t, p.name)
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
	p.e.limits.unused(t, p.name)
	p.mu.Lock()
	defer p.mu.Unlock()
	t.returned = t.returned || booked
	t.b.out--
	t.b.push(t)
	p.check(t.b)
	p.cond.Signal()
}

// stop hands out nothing more of the batch; false means that it has gone to
// another pool.
func (p *pool) stop(b *batch, rest restTime) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.pool.Load() != p {
		return false
	}
	p.stopLocked(b, rest)
	return true
}

// handOver gives a batch that is idle here to another pool, where it has still
// to be added.
func (p *pool) handOver(b *batch, to *pool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.stopped, b.closed, b.rest, b.idle = false, false, 0, make(chan struct{})
	b.pool.Store(to)
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
	if p.incident {
		p.incident, p.reported = false, false
		p.e.limits.note(func(ctx context.Context) {
			if err := closeIncident(ctx, p.e.c.DB, incident{Kind: IncidentRelay, Relay: p.name}, Recovered); err != nil {
				p.log.Warn("an incident that is over could not be closed", "error", err)
			}
		})
	}
}

// resting is how long the relay is left alone; 0 when it can be used.
func (p *pool) resting() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live > 0 {
		return 0
	}
	return max(p.until-p.e.c.Boot(), 0)
}

// relayFailures is after how many failures in a row a relay's trouble becomes an
// incident; a refusal of ours or of the sender's is one at once.
const relayFailures = 3

// report opens an incident about the relay. The lock is held.
func (p *pool) report(err error) {
	var e *mailer.Error
	refused := errors.As(err, &e) && e.Code/100 == 5
	if p.reported && p.failures > 1 || !refused && p.failures < relayFailures {
		return
	}
	p.incident, p.reported = true, true
	if e == nil {
		e = &mailer.Error{Err: err}
	}
	p.e.limits.note(func(ctx context.Context) {
		if _, err := openIncident(ctx, p.e.c.DB, incident{Kind: IncidentRelay, Relay: p.name}.with(e), 0); err != nil {
			p.log.Warn("an incident could not be written", "error", err)
		}
	})
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
		p.report(err)
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
