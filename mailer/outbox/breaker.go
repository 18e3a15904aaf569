package outbox

import (
	"context"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

const (
	// strikes is how many refusals of the sender in a row, without a word on how
	// long to stay away, open a breaker.
	strikes = 3
	// usualHold is how long a provider is left alone that didn't say how long;
	// each time that it refuses again twice as long, up to longestHold.
	usualHold   = 15 * time.Minute
	longestHold = 4 * time.Hour
	// healed is how many connections a provider must have been good for, one
	// after the other, until the breaker closes (SMTP-6: one connection, one
	// more per success).
	healed = 8
	// probing is how long a recipient waits for a place among those who try.
	probing = 50 * time.Millisecond
)

// breakerKey is a sender (a stream through a relay) at a mailbox provider.
type breakerKey struct{ relay, stream, provider string }

// breaker counts what a provider says of a sender. Once open, nobody is sent to
// until it has rested; then one at a time, and one more per success.
//
//	        strikes in a row, or told to wait       rested            healed
//	closed ───────────────────────────────────→ open ─────→ trying ─────────→ closed
//	                                             ↑             │
//	                                             └─ refused ───┘ (for twice as long)
type breaker struct {
	incident int64 // 0 while it is being written
	open     bool
	until    time.Duration // rested, on the boot clock
	hold     time.Duration // how long it rested the last time
	strikes  int
	allowed  int // at once, while trying
	flying   int
	writing  bool // what the table says of it is out of date
}

// pass lets a task by the breaker of its provider. The lock is held.
func (l *limits) pass(t *task, relay string, now time.Duration) (refusal, bool) {
	b := l.breakers[breakerKey{relay, t.b.stream, t.provider}]
	switch {
	case b == nil || !b.open:
		return refusal{}, true
	case now < b.until:
		return refusal{wait: b.until - now, scope: ScopeProvider}, false
	case b.flying >= max(b.allowed, 1):
		return refusal{wait: probing, scope: ScopeProvider}, false
	}
	b.flying++
	t.probe = true
	return refusal{}, true
}

// endProbe takes a task out of those who try. The lock is held.
func (l *limits) endProbe(t *task, relay string) {
	if b := l.breakers[breakerKey{relay, t.b.stream, t.provider}]; b != nil && t.probe && b.flying > 0 {
		b.flying--
	}
	t.probe = false
}

// unused takes back the place of a task to which nothing happened.
func (l *limits) unused(t *task, relay string) {
	if t.probe {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.endProbe(t, relay)
	}
}

// learn notes how a provider took a message. It returns how long the provider
// is to be left alone now.
func (l *limits) learn(t *task, relay string, outcome mailer.Outcome, reply *mailer.Error) time.Duration {
	refused := sender(reply)
	if !refused && !t.probe && !l.any.Load() || outcome == mailer.Unknown && !t.probe {
		return 0
	}
	key := breakerKey{relay, t.b.stream, t.provider}
	now := l.e.c.Boot()
	l.mu.Lock()
	defer l.mu.Unlock()
	probe := t.probe
	l.endProbe(t, relay)
	b := l.breakers[key]
	if !refused {
		if b != nil && outcome != mailer.Unknown {
			l.success(key, b, probe)
		}
		return 0
	}
	if b == nil {
		b = &breaker{}
		l.breakers[key] = b
		l.any.Store(true)
	}
	b.strikes++
	switch {
	case b.open && now < b.until: // others were in flight when it opened
		return b.until - now
	case b.open:
		b.hold = min(2*b.hold, longestHold)
	case reply.Wait > 0 || b.strikes >= strikes:
		b.hold = usualHold
	default:
		return 0
	}
	b.hold = max(b.hold, reply.Wait)
	b.open, b.until, b.allowed = true, now+b.hold, 1
	l.trip(key, b.hold, *reply)
	return b.hold
}

// success closes the breaker when there have been enough. The lock is held.
func (l *limits) success(key breakerKey, b *breaker, probe bool) {
	b.strikes = 0
	if !b.open {
		delete(l.breakers, key)
		return
	}
	if !probe {
		return
	}
	if b.allowed++; b.allowed <= healed {
		return
	}
	delete(l.breakers, key)
	l.e.c.Log.Info("a provider takes mail again", "relay", key.relay, "stream", key.stream, "provider", key.provider)
	l.note(func(ctx context.Context) {
		if err := closeBreaker(ctx, l.e.c.DB, key); err != nil {
			l.e.c.Log.Warn("an incident that is over could not be closed", "error", err)
		}
	})
}

// trip writes the incident. The lock is held.
func (l *limits) trip(key breakerKey, hold time.Duration, reply mailer.Error) {
	l.e.metrics.trips.WithLabelValues(reply.Rule).Inc()
	l.e.c.Log.Warn("a provider refuses the sender; its readers wait", "relay", key.relay, "stream", key.stream,
		"provider", key.provider, "for", hold, "rule", reply.Rule, "reply", reply.Error())
	l.breakers[key].writing = l.note(func(ctx context.Context) {
		id, err := openIncident(ctx, l.e.c.DB, incident{Kind: IncidentProvider, Relay: key.relay, Stream: key.stream,
			Provider: key.provider}.with(&reply), hold)
		if err != nil {
			l.e.c.Log.Warn("an incident could not be written", "error", err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if b := l.breakers[key]; b != nil {
			b.incident, b.writing = id, false
		}
	})
}

// takeBreakers takes over the incidents that are open: also those that other
// workers found, and without those that are over. The lock is held.
func (l *limits) takeBreakers(open map[breakerKey]openBreaker) (changed bool) {
	now := l.e.c.Boot()
	for key, o := range open {
		b := l.breakers[key]
		if b == nil || !b.open {
			l.breakers[key] = &breaker{incident: o.id, open: true, until: now + o.left, hold: usualHold, allowed: 1}
			changed = true
		} else if b.incident = o.id; !b.writing && (now+o.left-b.until).Abs() > time.Second {
			changed = changed || now+o.left < b.until
			b.until, b.allowed = now+o.left, 1
		}
	}
	for key, b := range l.breakers {
		if _, still := open[key]; !still && b.open && b.incident != 0 && !b.writing {
			delete(l.breakers, key)
			changed = true
		}
	}
	return changed
}

// diskFull notes that nothing can be written, hence nothing is sent.
func (e *Engine) diskFull(err error) {
	e.metrics.ledgerStuck.Set(1)
	e.c.Log.Error("the database's disk is full: nothing is sent until there is room again", "error", err)
	e.limits.note(func(ctx context.Context) {
		// Best effort: it may not be written for the same reason.
		if _, err := openIncident(ctx, e.c.DB, diskIncident, 0); err != nil {
			e.c.Log.Debug("the incident can't be written yet", "error", err)
		}
	})
}

var diskIncident = incident{Kind: IncidentDisk, Reply: "the database's disk is full: nothing is sent until there is room again"}

// diskFreed notes that the ledger can be written again. That it could not stays
// on record.
func (e *Engine) diskFreed(error) {
	e.metrics.ledgerStuck.Set(0)
	e.c.Log.Info("the database's disk has room again; sending goes on")
	e.limits.note(func(ctx context.Context) {
		_, err := openIncident(ctx, e.c.DB, diskIncident, 0)
		if err == nil {
			err = closeIncident(ctx, e.c.DB, diskIncident, Recovered)
		}
		if err != nil {
			e.c.Log.Warn("an incident that is over could not be closed", "error", err)
		}
	})
}
