package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// errLease is the gate's answer when the lease may have run out.
var errLease = errors.New("the batch's lease may have run out")

// line is one connection to a relay and the goroutine that uses it. At any
// instant it has at most one recipient in flight.
type line struct {
	p       *pool
	conn    mailer.Conn
	useful  bool     // a message got through on this connection
	results []result // known and not yet written
	buf     []byte
	signed  []byte
	answer  chan verdict
}

func newLine(p *pool) *line { return &line{p: p, answer: make(chan verdict, 1)} }

// run takes tasks until there have been none for a while. What it knows is
// written with the intent for the next task, or at once when there is none.
func (l *line) run() {
	defer l.p.gone()
	defer l.hangUp()
	for {
		t := l.p.next(len(l.results) == 0)
		switch {
		case t != nil:
			l.attempt(t)
		case len(l.results) > 0:
			l.commit(nil)
		default:
			return
		}
	}
}

// attempt brings one task as far as it gets. The message is composed before
// the intent: a recipient who can't be written to never was in flight. The
// intent is asked for only with a connection that can be used.
func (l *line) attempt(t *task) {
	if !l.connect() {
		l.p.giveBack(t, false)
		return
	}
	if t.b.resend > 0 && l.settled(t) {
		l.p.settle(t)
		return
	}
	msg, err := l.compose(t)
	if err != nil {
		l.p.log.Error("a message could not be composed", "mailing", t.b.mailing, "recipient", t.id, "error", err)
		l.results = append(l.results, result{task: t, outcome: unlessResent(t.b, mailer.Failed), reason: ReasonCompose})
		return
	}
	switch l.commit(t) {
	case granted:
		l.send(t, msg)
	case halted:
		l.p.stop(t.b, 0)
		l.p.giveBack(t, false)
	case barred:
		if t.b.resend == 0 { // booked as skipped
			l.p.settle(t)
			return
		}
		l.results = append(l.results, result{task: t, outcome: mailer.Unknown})
	default: // not ours
		l.p.settle(t)
	}
}

// settled tells whether a late reply has meanwhile told what became of a
// recipient who is to be mailed again.
func (l *line) settled(t *task) bool {
	found, err := ledgerOutcomes(l.p.e.hard, l.p.e.c.DB, t.b.mailing, []int64{t.id})
	return err == nil && found[t.id] != mailer.Unknown
}

// connect makes sure of a connection; false means that there is none now.
func (l *line) connect() bool {
	if l.conn != nil && l.conn.Usable() {
		return true
	}
	l.hangUp()
	if len(l.results) > 0 {
		l.commit(nil) // what is known doesn't wait for a dial
	}
	start := l.p.e.c.Boot()
	conn, err := l.p.e.c.Dial(l.p.e.hard, l.p.relay)
	l.p.e.metrics.dialSeconds.Observe(seconds(l.p.e.c.Boot() - start))
	if err != nil {
		l.pauseFor(l.p.trouble(err))
		return false
	}
	l.conn, l.useful = conn, false
	l.p.connected(1)
	return true
}

func (l *line) hangUp() {
	if l.conn == nil {
		return
	}
	_ = l.conn.Close() // nothing is in flight: how it ends is all one
	l.conn = nil
	l.p.connected(-1)
}

// pauseFor waits while others use the relay; a drain ends it.
func (l *line) pauseFor(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.p.e.draining:
	}
}

// compose fills in the template. Whatever goes wrong there stays there.
func (l *line) compose(t *task) (msg []byte, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("panic: %v", x)
		}
	}()
	r := t.recipient
	if r.Date.IsZero() {
		r.Date = l.p.e.c.Now()
	}
	l.buf, err = t.b.template.Splice(l.buf[:0], r)
	if err != nil || t.b.signer == nil {
		return l.buf, err
	}
	l.signed, err = t.b.signer.Sign(l.signed[:0], l.buf)
	return l.signed, err
}

// commit writes the results and asks for the next task's intent.
func (l *line) commit(next *task) verdict {
	start := l.p.e.c.Boot()
	v := l.p.e.committer.commit(&request{results: l.results, next: next, answer: l.answer})
	if next != nil {
		l.p.e.metrics.intentSeconds.Observe(seconds(l.p.e.c.Boot() - start))
	}
	for _, r := range l.results {
		if refused := l.p.e.c.Refused; refused != nil && r.err != nil && r.err.Suppress != mailer.SuppressNot {
			refused(l.p.e.hard, r.task.b.mailing, r.task.id, r.err)
		}
		l.p.settle(r.task)
	}
	l.results = l.results[:0]
	return v
}

// send has the relay take the message and notes what became of it.
func (l *line) send(t *task, msg []byte) {
	e := l.p.e
	start := e.c.Boot()
	env := mailer.Envelope{From: cmp.Or(t.recipient.ReturnPath, t.b.from), To: t.recipient.Address}
	err := l.conn.Send(e.hard, env, msg, func() error { return e.gate(t.b) })
	e.metrics.sendSeconds.Observe(seconds(e.c.Boot() - start))

	what, outcome, reply := judge(err)
	var hold time.Duration
	if what == fateBook {
		hold = e.limits.learn(t, l.p.name, outcome, reply)
	}
	switch what {
	case fateBook:
		if reply == nil || reply.Scope != mailer.ScopeProtocol {
			l.proven()
		}
		l.results = append(l.results, result{task: t, outcome: outcome, err: reply,
			delay: max(e.c.retryAfter(outcome, t.tries+1, reply), hold)})
	case fatePause:
		e.pause(t.b.mailing, "the relay refuses the message itself: "+replyText(reply), reply)
		l.p.stopMailing(t.b.mailing)
		l.p.giveBack(t, true)
	default:
		l.p.giveBack(t, true)
	}
	if what == fateTrouble || !l.conn.Usable() {
		l.hangUp()
	}
	if reply != nil && !l.useful && (what == fateTrouble || reply.Scope == mailer.ScopeProtocol) {
		if len(l.results) > 0 {
			l.commit(nil)
		}
		l.pauseFor(l.p.trouble(reply))
	}
}

// proven notes that the connection was of use: when it breaks later it is just
// dialled again, while one that breaks before means that the relay is in
// trouble.
func (l *line) proven() {
	if !l.useful {
		l.useful = true
		l.p.wellDone()
	}
}

// gate is asked just before the final dot: is the batch surely still ours?
func (e *Engine) gate(b *batch) error {
	if b.lost.Load() || e.c.Boot() >= time.Duration(b.deadline.Load()) {
		return errLease
	}
	return nil
}

// pause stops a mailing that is itself at fault (SMTP-5).
func (e *Engine) pause(mailing int64, why string, reply *mailer.Error) {
	ctx, cancel := context.WithTimeout(e.hard, 10*time.Second)
	defer cancel()
	err := e.inTx(ctx, func(tx *Tx) error {
		if err := Pause(ctx, tx, mailing, why); err != nil {
			return err
		}
		i := incident{Kind: IncidentContent, MailingID: mailing, Reply: why}
		if reply != nil {
			i = i.with(reply)
		}
		_, err := openIncident(ctx, tx, i, 0)
		return err
	})
	if err != nil { // most likely another connection did it
		e.c.Log.Debug("a mailing that should pause was not paused", "mailing", mailing, "error", err)
		return
	}
	e.c.Log.Error("a mailing was paused", "mailing", mailing, "reason", why)
}
