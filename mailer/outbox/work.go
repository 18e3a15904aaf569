package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
)

// Tx is the transaction handle of methods that write.
type Tx = postgres.Tx

func (e *Engine) inTx(ctx context.Context, fn func(*sqlx.Tx) error) error {
	return postgres.InTx(ctx, e.c.DB, fn)
}

// work takes a batch, if it is to be had, and stays until nothing more will
// happen to it here. Errors are logged: the tables still say that there is
// work, and the sweeper makes a new job of it.
func (e *Engine) work(ctx context.Context, batchID int64) {
	if e.committer.holds(batchID) {
		return // the lease ran out while the database was away, and we are still at it
	}
	before := e.c.Boot()
	tk, err := take(ctx, e.c.DB, batchID, e.c.Name, e.c.Lease, e.c.protocol)
	if err != nil {
		e.c.Log.Warn("a batch could not be taken", "batch", batchID, "error", err)
		return
	}
	if tk == nil {
		return
	}
	if tk.InFlight > 0 {
		e.metrics.takeovers.Inc()
		e.metrics.inFlight.Add(float64(tk.InFlight))
		e.c.Log.Warn("a batch was taken from a worker that was lost", "mailing", tk.MailingID, "batch", tk.ID,
			"attempt", tk.Attempt, "unknown", tk.InFlight)
	}
	b := &batch{id: tk.ID, mailing: tk.MailingID, attempt: tk.Attempt, resend: tk.Resend, from: tk.From,
		stream: tk.Stream, fast: tk.Fast,
		oneByOne: tk.Takeovers >= poisonAfter, idle: make(chan struct{})}
	b.deadline.Store(int64(before + e.c.Lease))
	rest, err := e.send(ctx, b, tk)
	if err != nil {
		e.c.Log.Error("a batch could not be sent and is given back", "mailing", b.mailing, "batch", b.id, "rest", rest, "error", err)
	}
	e.leave(b, rest)
}

// poisonAfter is how many lost holders make a batch suspect of being why: it
// then goes one recipient at a time, so that a crash costs one, not his
// neighbours.
const poisonAfter = 2

// send feeds the batch to its relay's connections and waits until they have
// done what they could. It says how long the batch is to rest if it isn't done.
func (e *Engine) send(ctx context.Context, b *batch, tk *taken) (restTime, error) {
	start := e.c.Boot()
	p, err := e.route(ctx, tk.Relay)
	if err != nil {
		return e.restAfter(err), err
	}
	b.pool.Store(p)
	e.committer.hold(b)
	defer e.committer.drop(b)
	if b.template, err = e.template(ctx, tk.VariantID); err != nil {
		return e.restAfter(err), err
	}
	if b.signer, err = e.signer(ctx, b.template); err != nil {
		return e.restAfter(err), err
	}
	settled, err := e.prepare(ctx, b, tk)
	if err != nil {
		return e.restAfter(err), err
	}
	if err := e.composable(b); err != nil {
		e.pause(b.mailing, "no message can be composed: "+err.Error(), nil)
		return 0, nil
	}
	if len(settled) > 0 {
		e.committer.commit(&request{results: settled, answer: make(chan verdict, 1)})
	}
	e.metrics.loadSeconds.Observe(seconds(e.c.Boot() - start))
	rest := e.through(ctx, b, p, tk.Relay == "")
	e.putOff(b)
	return rest, nil
}

// through has the pool's connections work on the batch until they have done what
// they could, and when the relay can't be used and any will do, those of others.
func (e *Engine) through(ctx context.Context, b *batch, p *pool, any bool) restTime {
	for tried := []*pool{p}; ; tried = append(tried, p) {
		rest, ok := p.add(b)
		if ok {
			select {
			case <-b.idle:
			case <-ctx.Done(): // the job has run for too long, or the worker must stop now
				p.stop(b, 0)
				<-b.idle
			}
			rest = b.rest
		}
		if rest == 0 || !any || ctx.Err() != nil || b.lost.Load() {
			return rest
		}
		next := e.instead(ctx, tried)
		if next == nil {
			return rest
		}
		p.handOver(b, next)
		p = next
	}
}

// putOff defers those whose provider can't be sent to now. Nothing was in flight
// for them; they come back when the provider is to be tried again, not all at
// once.
func (e *Engine) putOff(b *batch) {
	if len(b.held) == 0 || b.lost.Load() {
		return
	}
	results := make([]result, len(b.held))
	for i, t := range b.held {
		results[i] = result{task: t, outcome: mailer.Deferred, delay: t.delay + time.Duration(e.c.Chance()*0.2*float64(t.delay))}
	}
	if e.committer.commit(&request{results: results, answer: make(chan verdict, 1)}) == granted {
		e.metrics.held.Add(float64(len(results)))
	}
}

// restAfter is how long a batch rests that could not even be begun.
func (e *Engine) restAfter(err error) restTime {
	if passing(err) {
		return e.c.Rest
	}
	return e.c.RestMax
}

// composable guards against what is wrong for everybody: when not one of five
// and more recipients can be written to, the mailing is at fault, and none of
// them fails for it.
func (e *Engine) composable(b *batch) error {
	if len(b.queue) < 5 {
		return nil
	}
	l := newLine(b.pool.Load())
	var first error
	for _, t := range b.queue {
		_, err := l.compose(t)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// prepare makes tasks of the recipients. It returns the results that need no
// relay: who was erased, and who is deferred beyond the mailing's deadline.
func (e *Engine) prepare(ctx context.Context, b *batch, tk *taken) (settled []result, err error) {
	ids := make([]int64, len(tk.Recipients))
	for i, w := range tk.Recipients {
		ids[i] = w.ID
	}
	found := map[int64]mailer.Recipient{}
	if len(ids) > 0 {
		if found, err = e.c.Slots.Slots(ctx, b.mailing, ids); err != nil {
			return nil, fmt.Errorf("look up the recipients: %w", err)
		}
	}
	var unknown []string
	for _, w := range tk.Recipients {
		t := &task{b: b, id: w.ID, tries: w.Tries}
		var known bool
		t.recipient, known = found[w.ID]
		t.provider = e.groups.group(t.recipient.Address, &unknown)
		switch {
		case !known:
			settled = append(settled, result{task: t, outcome: unlessResent(b, mailer.Skipped), reason: ReasonErased})
		case tk.Late && tk.Wave > 0:
			last := &mailer.Error{Code: w.Code, Enhanced: w.Enhanced}
			settled = append(settled, result{task: t, outcome: unlessResent(b, mailer.Failed), err: last, reason: ReasonGaveUp})
		default:
			b.queue = append(b.queue, t)
		}
	}
	e.learnGroups(b.pool.Load(), unknown)
	return settled, nil
}

// unlessResent is the outcome, but unknown for who may have got the mail before.
func unlessResent(b *batch, o mailer.Outcome) mailer.Outcome {
	if b.resend > 0 {
		return mailer.Unknown
	}
	return o
}

// leave closes the batch, or gives it back. When the database can't be reached
// before the lease ends, the next holder finds out by itself.
func (e *Engine) leave(b *batch, rest restTime) {
	for try := 1; !b.lost.Load(); try++ {
		ctx, cancel := context.WithTimeout(context.Background(), e.c.Lease/2)
		done, err := closeBatch(ctx, e.c.DB, b, e.c.Lease, rest)
		if err == nil && done {
			err = e.finish(ctx, b.mailing)
		}
		cancel()
		if err == nil {
			return
		}
		if !passing(err) || e.c.Boot() >= time.Duration(b.deadline.Load()) {
			e.c.Log.Warn("a batch could not be given back; its lease will run out", "batch", b.id, "error", err)
			return
		}
		select {
		case <-e.hard.Done():
			return
		case <-time.After(backoff(20*time.Millisecond, time.Second, try, 0.5)):
		}
	}
}

// finish marks a mailing (0: any) of which nothing is pending as sent.
func (e *Engine) finish(ctx context.Context, mailing int64) error {
	ids, err := finish(ctx, e.c.DB, mailing)
	for _, id := range ids {
		e.c.Log.Info("a mailing is sent", "mailing", id)
	}
	return err
}

// template gives a compiled variant; the last few are kept.
func (e *Engine) template(ctx context.Context, variant int64) (*mailer.Template, error) {
	e.mu.Lock()
	t := e.templates[variant]
	e.mu.Unlock()
	if t != nil {
		return t, nil
	}
	stored, err := storedTemplate(ctx, e.c.DB, variant)
	if err != nil {
		return nil, err
	}
	t = new(mailer.Template)
	if err := t.UnmarshalBinary(stored); err != nil {
		return nil, fmt.Errorf("variant %d: %w", variant, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.templates) >= keptTemplates {
		clear(e.templates)
	}
	e.templates[variant] = t
	return t, nil
}

// keptTemplates is how many compiled variants a worker keeps.
const keptTemplates = 16
