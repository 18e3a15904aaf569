package outbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// Scopes of throttles, as in SQL; warm is a relay's warm-up plan.
const (
	ScopeRelay    = "relay"
	ScopeStream   = "stream"
	ScopeProvider = "provider"
	scopeWarm     = "warm"
)

const (
	// lotTime is how long a lot of tokens lasts: short, so that no worker sits
	// on tokens that others could use; maxTokens bounds it.
	lotTime   = 200 * time.Millisecond
	maxTokens = 500
	// patient is how long a recipient waits in his batch for a token or a
	// provider. Who would have to wait longer is put off, so that he doesn't
	// hold up a batch that others could use.
	patient = 2 * time.Second
	// notesKept bounds what waits to be written about incidents.
	notesKept = 256
)

// bucketKey names a token bucket.
type bucketKey struct{ scope, name string }

// bucket is this worker's share of a token bucket.
type bucket struct {
	rate  float64       // per second; of a warm-up plan, 0
	stock int           // tokens leased and not yet used; below 0 is what fast mailings have used ahead
	asked bool          // more are wanted
	empty time.Duration // until when (boot clock) there were none to be had
}

// limits holds a worker back: throttles, warm-up plans and breakers. Pools ask
// it under their own lock; it never calls a pool while it holds its.
type limits struct {
	e    *Engine
	any  atomic.Bool // there is anything to ask about
	wake chan struct{}
	todo chan func(context.Context) // incidents to be written

	mu       sync.Mutex
	buckets  map[bucketKey]*bucket
	breakers map[breakerKey]*breaker
}

func newLimits(e *Engine) *limits {
	return &limits{e: e, wake: make(chan struct{}, 1), todo: make(chan func(context.Context), notesKept),
		buckets: map[bucketKey]*bucket{}, breakers: map[breakerKey]*breaker{}}
}

// refusal is why a task can't go now: for how long at least, and how much else
// it keeps from going.
type refusal struct {
	wait  time.Duration
	scope string // ScopeRelay: everything of the pool; ScopeStream: of the mailing; ScopeProvider: of the provider
	rate  float64
}

// admit takes the tokens for a task, or says why not. What has been paid for, or
// is booked as in flight, is admitted again for nothing. Fast mailings never
// wait for tokens.
func (l *limits) admit(t *task, relay string) (refusal, bool) {
	if !l.any.Load() || t.paid || t.returned {
		return refusal{}, true
	}
	now := l.e.c.Boot()
	l.mu.Lock()
	defer l.mu.Unlock()
	if r, ok := l.pass(t, relay, now); !ok {
		return r, false
	}
	keys := [...]bucketKey{{scopeWarm, relay}, {ScopeRelay, relay}, {ScopeStream, t.b.stream}, {ScopeProvider, t.provider}}
	for _, k := range keys {
		b := l.buckets[k]
		if b == nil || b.stock > 0 || t.b.fast {
			continue
		}
		l.ask(b)
		if t.probe {
			l.endProbe(t, relay)
		}
		r := refusal{wait: max(b.empty-now, time.Millisecond), scope: k.scope, rate: b.rate}
		if r.scope == scopeWarm {
			r.scope = ScopeRelay
		}
		return r, false
	}
	for _, k := range keys {
		if b := l.buckets[k]; b != nil {
			if b.stock--; b.stock <= 0 {
				l.ask(b)
			}
		}
	}
	t.paid = true
	return refusal{}, true
}

func (l *limits) ask(b *bucket) {
	b.asked = true
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
}

// exhausted is how long a relay's warm-up plan keeps it from taking more.
func (l *limits) exhausted(relay string) time.Duration {
	now := l.e.c.Boot()
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[bucketKey{scopeWarm, relay}]; b != nil && b.stock <= 0 {
		return max(b.empty-now, 0)
	}
	return 0
}

// run leases tokens and writes what is to be noted, until ctx ends.
func (l *limits) run(ctx context.Context) {
	for {
		var timer <-chan time.Time
		if wait, some := l.lease(ctx); some {
			timer = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case fn := <-l.todo:
			fn(ctx)
		case <-l.wake:
		case <-timer:
		}
	}
}

// note has fn run soon, one after the other; false means that it doesn't fit and
// won't be.
func (l *limits) note(fn func(context.Context)) bool {
	select {
	case l.todo <- fn:
		return true
	default:
		l.e.c.Log.Warn("too much to note at once; something about an incident is left out")
		return false
	}
}

// lease gets tokens for the buckets that are wanted. It tells after how long to
// try again for those that got none.
func (l *limits) lease(ctx context.Context) (again time.Duration, some bool) {
	type want struct {
		key bucketKey
		n   int
	}
	var wants []want
	now := l.e.c.Boot()
	l.mu.Lock()
	for k, b := range l.buckets {
		switch {
		case !b.asked || b.stock > 0:
		case b.empty > now:
			again, some = earlier(again, some, b.empty-now)
		default:
			wants = append(wants, want{k, min(int(b.rate*lotTime.Seconds())+1, maxTokens) - b.stock})
			if k.scope == scopeWarm {
				wants[len(wants)-1].n = maxTokens - b.stock
			}
		}
	}
	l.mu.Unlock()
	got := false
	for _, w := range wants {
		n, wait, err := leaseTokens(ctx, l.e.c.DB, w.key, w.n)
		if err != nil {
			l.e.c.Log.Warn("tokens of a throttle can't be had", "scope", w.key.scope, "name", w.key.name, "error", err)
			n, wait = 0, time.Second
		}
		l.mu.Lock()
		if b := l.buckets[w.key]; b != nil {
			b.stock += n
			b.asked = b.stock <= 0
			if b.empty = 0; b.asked {
				b.empty = l.e.c.Boot() + wait
				again, some = earlier(again, some, wait)
			}
		}
		l.mu.Unlock()
		got = got || n > 0
	}
	if got {
		l.e.stir()
	}
	return again, some
}

func earlier(a time.Duration, some bool, b time.Duration) (time.Duration, bool) {
	if !some || b < a {
		return max(b, time.Millisecond), true
	}
	return a, true
}

// refresh takes over what the tables say of throttles, plans and incidents.
func (l *limits) refresh(ctx context.Context) error {
	rates, err := throttleRates(ctx, l.e.c.DB)
	if err != nil {
		return err
	}
	open, err := openBreakers(ctx, l.e.c.DB)
	if err != nil {
		return err
	}
	l.mu.Lock()
	changed := l.takeRates(rates)
	changed = l.takeBreakers(open) || changed
	l.any.Store(len(l.buckets)+len(l.breakers) > 0)
	l.mu.Unlock()
	if changed {
		l.e.stir()
	}
	return nil
}

func (l *limits) takeRates(rates map[bucketKey]float64) (changed bool) {
	for k, rate := range rates {
		b := l.buckets[k]
		if b == nil {
			b = &bucket{rate: rate}
			l.buckets[k] = b
		}
		if b.rate != rate {
			b.rate, b.empty, changed = rate, 0, true
		}
	}
	for k := range l.buckets {
		if _, still := rates[k]; !still {
			delete(l.buckets, k)
			changed = true
		}
	}
	return changed
}

// stir has every pool look again at what waits in it.
func (e *Engine) stir() {
	e.mu.Lock()
	pools := make([]*pool, 0, len(e.pools))
	for _, p := range e.pools {
		pools = append(pools, p)
	}
	e.mu.Unlock()
	for _, p := range pools {
		p.mu.Lock()
		p.cond.Broadcast()
		p.mu.Unlock()
	}
}

// sender tells whether a reply concerns the sender at the recipient's provider.
func sender(e *mailer.Error) bool {
	return e != nil && e.Scope == mailer.ScopeSender && e.Outcome != mailer.Unknown && named(e)
}
