package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer"
)

// maxLot bounds one commit.
const maxLot = 2000

// request is what one connection (or a batch as a whole) has for the ledger:
// results, and perhaps the recipient it would send to next.
type request struct {
	results []result
	next    *task
	answer  chan verdict // one buffered place
}

// committer writes for all connections of an engine, one statement at a time.
// It never waits for company: whatever came while the last statement ran makes
// the next, so that a lot is as large as the load.
type committer struct {
	url     string
	db      *sqlx.DB // for what isn't the commit statement
	lease   time.Duration
	boot    func() time.Duration
	log     *slog.Logger
	metrics *metrics

	// What is done when the disk is found full, and when it no longer is.
	full, freed func(error)
	isFull      bool

	in   chan *request
	dead chan struct{} // closed when nothing is written any more
	n    int64
	c    *ledgerConn

	mu   sync.Mutex
	held map[int64]*batch
}

func newCommitter(c Config, m *metrics) *committer {
	return &committer{url: c.URL, db: c.DB, lease: c.Lease, boot: c.Boot, log: c.Log, metrics: m,
		full: func(error) {}, freed: func(error) {}, in: make(chan *request, maxLot), dead: make(chan struct{}), held: map[int64]*batch{}}
}

// hold has the batch's lease renewed until drop.
func (c *committer) hold(b *batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[b.id] = b
}

// holds tells whether this worker has the batch.
func (c *committer) holds(id int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[id] != nil
}

// count is how many batches this worker has.
func (c *committer) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.held)
}

func (c *committer) drop(b *batch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, b.id)
}

// commit hands in a request and waits for the verdict on its next: granted,
// halted, barred or lost. A request without one gets granted or lost. Once run
// has returned everything is lost, and the batches are left to a takeover.
func (c *committer) commit(r *request) verdict {
	select {
	case c.in <- r:
		select {
		case v := <-r.answer:
			return v
		case <-c.dead:
		}
	case <-c.dead:
	}
	r.lose()
	return lost
}

// lose gives up the batches of a request that could not be written.
func (r *request) lose() {
	for _, res := range r.results {
		res.task.b.lose()
	}
	if r.next != nil {
		r.next.b.lose()
	}
}

// run writes until ctx ends.
func (c *committer) run(ctx context.Context) {
	defer close(c.dead)
	defer c.reset()
	renew := time.NewTicker(c.lease / 3)
	defer renew.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-c.in:
			c.write(ctx, c.gather(r))
		case <-renew.C:
			c.write(ctx, nil)
		}
	}
}

// gather takes what else is waiting.
func (c *committer) gather(first *request) []*request {
	requests := []*request{first}
	for size := 1 + len(first.results); size < maxLot; {
		select {
		case r := <-c.in:
			requests = append(requests, r)
			size += 1 + len(r.results)
		default:
			return requests
		}
	}
	return requests
}

// write commits the requests, or with none renews the leases that are held.
func (c *committer) write(ctx context.Context, requests []*request) {
	l, batches, resent := c.lot(requests)
	if len(batches) == 0 {
		return
	}
	start := c.boot()
	rows, before, err := c.execute(ctx, l, batches, resent)
	if err != nil {
		c.log.Error("the ledger can't be written; what is in flight stays unknown", "error", err, "results", len(l.rRcpt))
		for _, b := range batches {
			b.lose()
		}
		c.answerLost(requests)
		return
	}
	c.metrics.commitSeconds.Observe(seconds(c.boot() - start))
	c.metrics.lotSize.Observe(float64(len(l.rRcpt) + len(l.nRcpt)))
	c.conclude(ctx, requests, batches, rows, before)
}

// lot turns requests into columns.
func (c *committer) lot(requests []*request) (l *lot, batches map[int64]*batch, resent []result) {
	c.n++
	l = &lot{n: c.n}
	batches = map[int64]*batch{}
	add := func(b *batch) {
		if batches[b.id] == nil {
			batches[b.id] = b
			l.addBatch(b)
		}
	}
	for i, r := range requests {
		for _, res := range r.results {
			add(res.task.b)
			l.addResult(res)
			if res.task.b.resend > 0 && res.outcome != mailer.Deferred {
				resent = append(resent, res)
			}
		}
		if r.next != nil {
			add(r.next.b)
			l.addNext(r.next, i)
		}
	}
	if requests == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, b := range c.held {
			add(b)
		}
	}
	return l, batches, resent
}

// execute repeats the statement, unchanged, until it is through. An error of
// the kind that doesn't pass ends it once the leases have run out.
func (c *committer) execute(ctx context.Context, l *lot, batches map[int64]*batch, resent []result) ([]commitRow, time.Duration, error) {
	for try := 0; ; try++ {
		before := c.boot()
		rows, err := c.once(ctx, l, resent)
		c.watchDisk(err)
		if err == nil && !askAgain(rows) {
			return rows, before, nil
		}
		if err == nil {
			continue
		}
		c.reset()
		if ctx.Err() != nil || !passing(err) && c.leasesOver(batches) {
			return nil, 0, err
		}
		if try%10 == 0 {
			c.log.Warn("a commit to the ledger failed and is repeated", "try", try+1, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(backoff(10*time.Millisecond, time.Second, try+1, 0.5)):
		}
	}
}

// watchDisk tells when the database has no room to write, and when it has again.
func (c *committer) watchDisk(err error) {
	switch full := diskFull(err); {
	case full && !c.isFull:
		c.isFull = true
		c.full(err)
	case err == nil && c.isFull:
		c.isFull = false
		c.freed(nil)
	}
}

func (c *committer) once(ctx context.Context, l *lot, resent []result) ([]commitRow, error) {
	timeout := c.lease / 2
	if c.c == nil {
		conn, err := openLedger(ctx, c.url, timeout)
		if err != nil {
			return nil, err
		}
		c.c = conn
	}
	return c.c.commit(ctx, l, c.lease, timeout, resent)
}

func (c *committer) reset() {
	if c.c != nil {
		c.c.close()
		c.c = nil
	}
}

func (c *committer) leasesOver(batches map[int64]*batch) bool {
	now := c.boot()
	for _, b := range batches {
		if now < time.Duration(b.deadline.Load()) {
			return false
		}
	}
	return true
}

func askAgain(rows []commitRow) bool {
	for _, r := range rows {
		if r.Kind == rowVerdict && verdict(r.Value) == again {
			return true
		}
	}
	return false
}

// conclude reads what the statement returned and answers everybody.
func (c *committer) conclude(ctx context.Context, requests []*request, batches map[int64]*batch, rows []commitRow, before time.Duration) {
	verdicts := make(map[int64]verdict, len(requests))
	conflicts := map[int64]mailer.Outcome{}
	held := map[int64]bool{}
	for _, r := range rows {
		switch r.Kind {
		case rowHeld:
			held[r.Batch] = true
			batches[r.Batch].deadline.Store(int64(before + time.Duration(r.Value)*time.Microsecond))
		case rowVerdict:
			verdicts[r.Rcpt] = verdict(r.Value)
		case rowConflict:
			conflicts[r.Rcpt] = mailer.Outcome(r.Value)
		}
	}
	for id, b := range batches {
		if !held[id] && b.lose() {
			c.metrics.lostBatches.Inc()
			c.log.Warn("another worker has taken a batch from this one", "batch", id, "attempt", b.attempt)
		}
	}
	c.after(ctx, requests, held, conflicts)
	for i, r := range requests {
		v := granted
		if r.next != nil {
			v = verdicts[int64(i)] // none is lost
		} else if len(r.results) > 0 && !held[r.results[0].task.b.id] {
			v = lost
		}
		if v == barred {
			c.metrics.outcome(mailer.Skipped)
		}
		r.answer <- v
	}
}

// after counts the results, settles those that came too late and reports those
// that the ledger contradicts.
func (c *committer) after(ctx context.Context, requests []*request, held map[int64]bool, conflicts map[int64]mailer.Outcome) {
	late := map[int64][]result{}
	doubtful := map[int64][]result{}
	for _, r := range requests {
		for _, res := range r.results {
			b := res.task.b
			switch _, conflict := conflicts[res.task.id]; {
			case held[b.id] && conflict:
				doubtful[b.mailing] = append(doubtful[b.mailing], res)
			case held[b.id]:
				c.metrics.outcome(res.outcome)
			case res.outcome == mailer.Sent || res.outcome == mailer.Failed:
				late[b.mailing] = append(late[b.mailing], res)
			}
		}
	}
	for mailing, results := range late {
		if err := c.settleLate(ctx, results); err != nil {
			c.log.Error("results that came too late are lost; these recipients stay unknown", "mailing", mailing, "results", len(results), "error", err)
		}
	}
	for mailing, results := range doubtful {
		c.compare(ctx, mailing, results)
	}
}

func (c *committer) settleLate(ctx context.Context, results []result) error {
	var err error
	for try := range 5 {
		if err = settle(ctx, c.db, lateSQL, results); err == nil || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(backoff(50*time.Millisecond, time.Second, try+1, 0.5)):
		}
	}
	return err
}

// compare tells a repetition, where the ledger says the same, from a
// disagreement.
func (c *committer) compare(ctx context.Context, mailing int64, results []result) {
	ids := make([]int64, len(results))
	for i, r := range results {
		ids[i] = r.task.id
	}
	found, err := ledgerOutcomes(ctx, c.db, mailing, ids)
	if err != nil {
		c.log.Warn("results already in the ledger could not be compared", "mailing", mailing, "error", err)
		return
	}
	for _, r := range results {
		if found[r.task.id] == r.outcome {
			c.metrics.outcome(r.outcome)
			continue
		}
		c.metrics.disagreements.Inc()
		c.log.Error("the ledger says otherwise than the relay", "mailing", mailing, "recipient", r.task.id,
			"ledger", found[r.task.id].String(), "relay", r.outcome.String(), "batch", r.task.b.id, "attempt", r.task.b.attempt)
	}
}

func (c *committer) answerLost(requests []*request) {
	for _, r := range requests {
		r.lose()
		r.answer <- lost
	}
}
