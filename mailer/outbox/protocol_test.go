package outbox

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
)

// Each test here is a hole that was found in a prototype of the protocol.

// A takeover that waits for a running commit must see the intent that commit
// books: hence separate statements, READ COMMITTED, and FOR SHARE (FOR KEY
// SHARE would not make it wait).
func TestTakeoverSeesTheIntentItWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	a, b := w.desk("a"), w.desk("b")
	_, tasks := a.take(w.firstBatch(m), longLease)
	w.expire() // the renewal that rides in the statement is not visible before it commits
	said, tx := a.within(a.lot(nil, tasks[0]))
	if said.verdicts[0] != granted {
		t.Fatalf("verdict %d", said.verdicts[0])
	}
	taken := make(chan *taken, 1)
	go func() {
		tk, err := take(context.Background(), w.db, w.firstBatch(m), b.name, longLease, Protocol)
		if err != nil {
			t.Error(err)
		}
		taken <- tk
	}()
	w.awaitBlocked(1)
	w.commitTx(tx)
	if tk := <-taken; tk != nil {
		t.Fatalf("the batch was taken although its lease had just been renewed: %+v", tk)
	}

	// The same when the lease does run out in between.
	w.expire()
	said, tx = a.within(a.lot(nil, tasks[1]))
	if said.verdicts[0] != granted {
		t.Fatalf("verdict %d", said.verdicts[0])
	}
	if _, err := tx.Exec("UPDATE batches SET lease_until = clock_timestamp() - interval '1 second'"); err != nil {
		t.Fatal(err)
	}
	go func() {
		tk, err := take(context.Background(), w.db, w.firstBatch(m), b.name, longLease, Protocol)
		if err != nil {
			t.Error(err)
		}
		taken <- tk
	}()
	w.awaitBlocked(1)
	w.commitTx(tx)
	tk := <-taken
	if tk == nil || tk.InFlight != 2 || len(tk.Recipients) != 1 || tk.Recipients[0].ID != tasks[2].id {
		t.Fatalf("taken: %+v", tk)
	}
	for _, task := range tasks[:2] {
		if o := w.outcome(m, task.id); o != mailer.Unknown {
			t.Errorf("recipient %d is %s", task.id, o)
		}
	}
	w.reconciled(m)
}

// An intent that comes while a takeover is under way must wait for it and fail:
// hence FOR SHARE on the batch.
func TestLateIntentDoesNotPassTheFence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	a := w.desk("a")
	_, tasks := a.take(w.firstBatch(m), longLease)
	w.expire()

	tx, err := w.db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it errs
	var tk taken
	if err := tx.Get(&tk, takeSQL, w.firstBatch(m), "b", interval(longLease), Protocol); err != nil {
		t.Fatal(err)
	}
	said := make(chan answer, 1)
	go func() { said <- a.commit(a.lot([]result{{task: tasks[0], outcome: mailer.Sent}}, tasks[1])) }()
	w.awaitBlocked(1)
	w.commitTx(tx)
	if got := <-said; len(got.rows) != 0 {
		t.Errorf("the zombie was answered %+v", got.rows)
	}
	if n := w.count("SELECT count(*) FROM intents") + w.count("SELECT count(*) FROM deliveries"); n != 0 {
		t.Errorf("the zombie wrote %d rows", n)
	}
}

// A commit whose fate is unknown is repeated unchanged, while the first one may
// be there already, come later, or be under way.
func TestCommitOfUnknownFate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	b, tasks := d.take(w.firstBatch(m), longLease)

	// It had landed, and since then one recipient has left and one has come back.
	w.exec("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber_id = $1", tasks[2].id)
	l := d.lot([]result{{task: tasks[0], outcome: mailer.Deferred, delay: time.Hour}}, tasks[1], tasks[2])
	first := d.commit(l)
	w.exec("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber_id = $1", tasks[1].id)
	w.exec("UPDATE subscriptions SET state = 'active' WHERE subscriber_id = $1", tasks[2].id)
	second := d.commit(l)
	if first.verdicts[0] != granted || first.verdicts[1] != barred || second.verdicts[0] != granted || second.verdicts[1] == granted {
		t.Errorf("verdicts %v, then %v", first.verdicts, second.verdicts)
	}
	if n := w.count("SELECT tries FROM retries WHERE recipient_id = $1", tasks[0].id); n != 1 {
		t.Errorf("the deferral counts %d times", n)
	}
	if o := w.outcome(m, tasks[1].id); o != 0 {
		t.Errorf("who is being sent to is %s in the ledger", o)
	}

	// It is under way: the repetition must not grant what is not booked.
	l = d.lot(nil, tasks[3], tasks[4])
	w.exec("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber_id = $1", tasks[3].id)
	orphan, tx := d.within(l)
	w.exec("UPDATE subscriptions SET state = 'active' WHERE subscriber_id = $1", tasks[3].id)
	w.exec("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber_id = $1", tasks[4].id)
	repeated := make(chan answer, 1)
	go func() { repeated <- d.commit(l) }()
	w.awaitBlocked(1)
	w.commitTx(tx)
	if got := <-repeated; got.verdicts[0] != again || got.verdicts[1] != again {
		t.Errorf("the concurrent repetition was answered %v", got.verdicts)
	}
	if got := d.commit(l); orphan.verdicts[0] != barred || got.verdicts[0] == granted || got.verdicts[1] != granted {
		t.Errorf("orphan %v, repetition %v", orphan.verdicts, got.verdicts)
	}
	if o := w.outcome(m, tasks[4].id); o != 0 {
		t.Errorf("who is being sent to is %s in the ledger", o)
	}

	// It comes later, when the batch has been given back.
	l = d.lot([]result{{task: tasks[5], outcome: mailer.Deferred, delay: time.Hour}}, tasks[6])
	if _, err := closeBatch(context.Background(), w.db, b, longLease, 0); err != nil {
		t.Fatal(err)
	}
	if got := d.commit(l); len(got.rows) != 0 {
		t.Errorf("after the batch was given back the orphan was answered %v", got.rows)
	}
	if n := w.count("SELECT count(*) FROM intents"); n != 0 {
		t.Errorf("the orphan left %d intents", n)
	}
	w.reconciled(m)
}

// Cancel must fence first: a granted intent is in flight, not skipped, and its
// own reply settles it later.
func TestCancelWhileAMessageIsInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	_, tasks := d.take(w.firstBatch(m), longLease)
	d.grant(tasks[0], tasks[1])
	d.commit(d.lot([]result{{task: tasks[2], outcome: mailer.Deferred, delay: time.Hour}}))
	w.inTx(func(tx *sqlx.Tx) error { return Cancel(context.Background(), tx, m, "wrong picture") })
	for i, want := range []mailer.Outcome{mailer.Unknown, mailer.Unknown, mailer.Skipped, mailer.Skipped} {
		if o := w.outcome(m, tasks[i].id); o != want {
			t.Errorf("recipient %d is %s instead of %s", i, o, want)
		}
	}
	if got := d.commit(d.lot([]result{{task: tasks[0], outcome: mailer.Sent}}, tasks[3])); len(got.rows) != 0 {
		t.Errorf("after the cancel the worker was answered %v", got.rows)
	}
	if err := settle(context.Background(), w.db, lateSQL, []result{{task: tasks[0], outcome: mailer.Sent}, {task: tasks[3], outcome: mailer.Sent}}); err != nil {
		t.Fatal(err)
	}
	if s := w.reconciled(m).Sums; s.Sent != 1 || s.Unknown != 1 || s.Skipped != 2 || s.Pending != 0 {
		t.Errorf("sums %+v", s)
	}
	err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error { return Resume(context.Background(), tx, m) })
	if err == nil || !strings.Contains(err.Error(), "is cancelled") {
		t.Errorf("resuming a cancelled mailing: %v", err)
	}
}

// Raising the fence must wait for a commit under way, also one that renews no
// lease: FOR KEY SHARE would let it pass.
func TestCancelWaitsForTheCommitUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	_, tasks := d.take(w.firstBatch(m), longLease)
	_, tx := d.within(d.lot(nil, tasks[0]))
	done := make(chan error, 1)
	go func() {
		done <- postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error { return Cancel(context.Background(), tx, m, "") })
	}()
	w.awaitBlocked(1)
	w.commitTx(tx)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if a, b := w.outcome(m, tasks[0].id), w.outcome(m, tasks[1].id); a != mailer.Unknown || b != mailer.Skipped {
		t.Errorf("in flight: %s, the other: %s", a, b)
	}
}

// A worker that freezes in the middle of taking a batch must not keep the
// others from it.
func TestFrozenInTheMiddleOfATake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	tx, err := w.db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // the server has ended it
	var tk taken
	if err := limit(context.Background(), tx, 200*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := tx.Get(&tk, takeSQL, w.firstBatch(m), "frozen", interval(longLease), Protocol); err != nil {
		t.Fatal(err)
	}
	if b, tasks := w.desk("b").take(w.firstBatch(m), longLease); b.attempt != 1 || len(tasks) != 1 {
		t.Errorf("attempt %d, %d tasks", b.attempt, len(tasks))
	}
}

// A retry may be packed while the mailing is being cancelled: it must not leave
// an open batch behind.
func TestCancelAgainstPacking(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	_, tasks := d.take(w.firstBatch(m), longLease)
	d.commit(d.lot([]result{{task: tasks[0], outcome: mailer.Deferred}, {task: tasks[1], outcome: mailer.Deferred}}))
	tx, err := w.db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it errs
	var packed int
	if err := tx.Get(&packed, packSQL, batchSize, Protocol); err != nil || packed != 2 {
		t.Fatalf("packed %d, %v", packed, err)
	}
	done := make(chan error, 1)
	go func() {
		done <- postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error { return Cancel(context.Background(), tx, m, "") })
	}()
	w.awaitBlocked(1)
	w.commitTx(tx)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if s := w.reconciled(m).Sums; s.Skipped != 2 || s.Pending != 0 {
		t.Errorf("sums %+v", s)
	}
	if n := w.count("SELECT count(*) FROM batches WHERE NOT done"); n != 0 {
		t.Errorf("%d batches are open", n)
	}
}

// A deferred recipient stands in two batches; retries.batch_id says which one
// may send, load and book him.
func TestDeferredRecipientBelongsToOneBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	a, c := w.desk("a"), w.desk("c")
	first := w.firstBatch(m)
	_, tasks := a.take(first, longLease)
	a.grant(tasks[0], tasks[1])
	l := a.lot([]result{{task: tasks[0], outcome: mailer.Deferred}})
	a.commit(l)
	a.commit(l)
	if n, err := pack(context.Background(), w.db, longLease, Protocol); err != nil || n != 1 {
		t.Fatalf("packed %d, %v", n, err)
	}
	a.commit(l) // a repetition must not take him out of his new batch
	if n, err := pack(context.Background(), w.db, longLease, Protocol); err != nil || n != 0 {
		t.Fatalf("packed %d once more, %v", n, err)
	}
	w.reconciled(m)

	// The first holder is lost: its batch has him among its intents still.
	w.expire()
	tk, err := take(context.Background(), w.db, first, "b", longLease, Protocol)
	if err != nil || tk == nil || tk.InFlight != 1 || len(tk.Recipients) != 1 || tk.Recipients[0].ID != tasks[2].id {
		t.Fatalf("taken %+v, %v", tk, err)
	}
	var second int64
	w.get(&second, "SELECT id FROM batches WHERE wave = 1")
	_, retried := c.take(second, longLease)
	if len(retried) != 1 || retried[0].id != tasks[0].id || retried[0].tries != 1 {
		t.Fatalf("the retry's batch has %+v", retried)
	}
	w.reconciled(m)

	// Now the second holder is lost while sending to him.
	c.grant(retried[0])
	w.expire()
	if tk, err = take(context.Background(), w.db, second, "d", longLease, Protocol); err != nil || tk == nil || tk.InFlight != 1 || len(tk.Recipients) != 0 {
		t.Fatalf("taken %+v, %v", tk, err)
	}
	if s := w.reconciled(m).Sums; s.Unknown != 2 || s.Pending != 1 {
		t.Errorf("sums %+v", s)
	}
}

// What the ledger already says is kept, but a different result is reported.
func TestDisagreementIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	b, tasks := d.take(w.firstBatch(m), longLease)
	d.commit(d.lot([]result{{task: tasks[0], outcome: mailer.Failed}, {task: tasks[1], outcome: mailer.Sent}}))

	var log bytes.Buffer
	counts, err := newMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := newCommitter(Config{DB: w.db, URL: w.url, Lease: longLease, Boot: bootTime, Log: slog.New(slog.NewTextHandler(&log, nil))}, counts)
	ctx, cancel := context.WithCancel(context.Background())
	go c.run(ctx)
	c.commit(&request{results: []result{{task: tasks[0], outcome: mailer.Sent}, {task: tasks[1], outcome: mailer.Sent}}, answer: make(chan verdict, 1)})
	cancel()
	<-c.dead
	if b.lost.Load() || w.outcome(m, tasks[0].id) != mailer.Failed {
		t.Errorf("lost %v, ledger %s", b.lost.Load(), w.outcome(m, tasks[0].id))
	}
	if n := strings.Count(log.String(), "says otherwise"); n != 1 || !strings.Contains(log.String(), "ledger=failed relay=sent") {
		t.Errorf("logged %d times: %s", n, log.String())
	}
}

// One statement serves many batches; the fence is each one's own.
func TestFenceIsPerBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, batchSize+2)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	var ids []int64
	if err := w.db.Select(&ids, "SELECT id FROM batches ORDER BY id"); err != nil || len(ids) != 2 {
		t.Fatalf("batches %v, %v", ids, err)
	}
	kept, mine := d.take(ids[0], longLease)
	_, theirs := d.take(ids[1], longLease)
	w.exec("UPDATE batches SET lease_until = clock_timestamp() - interval '1 second' WHERE id = $1", ids[1])
	w.desk("b").take(ids[1], longLease)
	got := d.commit(d.lot([]result{{task: mine[0], outcome: mailer.Sent}, {task: theirs[0], outcome: mailer.Sent}}, mine[1], theirs[1]))
	if !got.held[kept.id] || got.held[ids[1]] || got.verdicts[0] != granted || got.verdicts[1] != lost {
		t.Errorf("answer %+v", got)
	}
	if w.outcome(m, mine[0].id) != mailer.Sent || w.outcome(m, theirs[0].id) != 0 {
		t.Errorf("ledger: mine %s, theirs %s", w.outcome(m, mine[0].id), w.outcome(m, theirs[0].id))
	}
}

// Only the very attempt that sent may settle an unknown outcome.
func TestLateResultOfAnotherAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	a := w.desk("a")
	_, tasks := a.take(w.firstBatch(m), longLease)
	a.grant(tasks[0])
	w.expire()
	b, _ := w.desk("b").take(w.firstBatch(m), longLease)
	late := func(task *task, o mailer.Outcome) {
		if err := settle(context.Background(), w.db, lateSQL, []result{{task: task, outcome: o}}); err != nil {
			t.Fatal(err)
		}
	}
	late(&task{b: b, id: tasks[0].id}, mailer.Sent)
	if o := w.outcome(m, tasks[0].id); o != mailer.Unknown {
		t.Errorf("another attempt made it %s", o)
	}
	late(tasks[0], mailer.Failed)
	late(tasks[0], mailer.Sent) // settled is settled
	if o := w.outcome(m, tasks[0].id); o != mailer.Failed {
		t.Errorf("the attempt that sent made it %s", o)
	}
}

// Renewing a lease must not rewrite the array of recipients.
func TestRenewalLeavesTheRecipientsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, batchSize)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	_, tasks := d.take(w.firstBatch(m), longLease)
	const toast = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'batches'"
	before := w.count(toast)
	if before == 0 {
		t.Fatal("a batch's recipients are not stored apart")
	}
	for i := range 50 {
		w.expire()
		d.commit(d.lot([]result{{task: tasks[i], outcome: mailer.Sent}}))
	}
	if after := w.count(toast); after != before {
		t.Errorf("the recipients' storage grew from %d to %d bytes", before, after)
	}
	if n := w.count("SELECT count(*) FROM batches WHERE lease_until > clock_timestamp()"); n != 1 {
		t.Error("the lease was not renewed")
	}
}
