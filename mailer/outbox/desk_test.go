package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer"
)

const longLease = time.Hour

// desk is a worker reduced to its statements.
type desk struct {
	w    *world
	name string
	conn *ledgerConn
	n    int64
}

func (w *world) desk(name string) *desk {
	w.t.Helper()
	conn, err := openLedger(context.Background(), w.url, 30*time.Second)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(conn.close)
	return &desk{w: w, name: name, conn: conn}
}

// take takes a batch, which must be to be had.
func (d *desk) take(id int64, lease time.Duration) (*batch, []*task) {
	d.w.t.Helper()
	tk, err := take(context.Background(), d.w.db, id, d.name, lease, Protocol)
	if err != nil || tk == nil {
		d.w.t.Fatalf("take batch %d: %v, %v", id, tk, err)
	}
	return held(tk)
}

func held(tk *taken) (*batch, []*task) {
	b := &batch{id: tk.ID, mailing: tk.MailingID, attempt: tk.Attempt, resend: tk.Resend, idle: make(chan struct{})}
	b.pool.Store(newPool(&Engine{c: Config{Log: slog.New(slog.DiscardHandler)}}, "", mailer.Relay{}))
	var tasks []*task
	for _, r := range tk.Recipients {
		tasks = append(tasks, &task{b: b, id: r.ID, tries: r.Tries})
	}
	return b, tasks
}

// lot makes the columns of one commit: results, then the next recipients.
func (d *desk) lot(results []result, next ...*task) *lot {
	d.n++
	l := &lot{n: d.n}
	seen := map[int64]bool{}
	add := func(b *batch) {
		if !seen[b.id] {
			seen[b.id] = true
			l.addBatch(b)
		}
	}
	for _, r := range results {
		add(r.task.b)
		l.addResult(r)
	}
	for i, t := range next {
		add(t.b)
		l.addNext(t, i)
	}
	return l
}

// answer is what a commit said.
type answer struct {
	held     map[int64]bool
	verdicts map[int64]verdict
	rows     []commitRow
}

func read(rows []commitRow) answer {
	a := answer{held: map[int64]bool{}, verdicts: map[int64]verdict{}, rows: rows}
	for _, r := range rows {
		switch r.Kind {
		case rowHeld:
			a.held[r.Batch] = true
		case rowVerdict:
			a.verdicts[r.Rcpt] = verdict(r.Value)
		}
	}
	return a
}

func (d *desk) commit(l *lot) answer {
	d.w.t.Helper()
	rows, err := d.conn.commit(context.Background(), l, longLease, 30*time.Second, nil)
	if err != nil {
		d.w.t.Fatal(err)
	}
	return read(rows)
}

// grant books intents for the tasks.
func (d *desk) grant(next ...*task) {
	d.w.t.Helper()
	a := d.commit(d.lot(nil, next...))
	for i := range next {
		if a.verdicts[int64(i)] != granted {
			d.w.t.Fatalf("intent %d: verdict %d", i, a.verdicts[int64(i)])
		}
	}
}

// within runs the statement of a lot in a transaction that stays open.
func (d *desk) within(l *lot) (answer, *sqlx.Tx) {
	d.w.t.Helper()
	tx, err := d.w.db.Beginx()
	if err != nil {
		d.w.t.Fatal(err)
	}
	d.w.t.Cleanup(func() { _ = tx.Rollback() }) // after a commit it errs
	var rows []commitRow
	if err := tx.Select(&rows, commitSQL, l.args(longLease)...); err != nil {
		d.w.t.Fatal(err)
	}
	return read(rows), tx
}

func (w *world) firstBatch(mailing int64) int64 {
	w.t.Helper()
	var id int64
	w.get(&id, "SELECT min(id) FROM batches WHERE mailing_id = $1", mailing)
	return id
}

// expire ends the lease of every batch.
func (w *world) expire() {
	w.t.Helper()
	if err := ExpireLeases(context.Background(), w.db); err != nil {
		w.t.Fatal(err)
	}
}

// awaitBlocked waits until n sessions of this database wait for a lock.
func (w *world) awaitBlocked(n int) {
	w.t.Helper()
	eventually(w.t, func() (bool, string) {
		got := w.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
		return got == n, fmt.Sprintf("%d sessions waiting for a lock (%d do)", n, got)
	})
}

func (w *world) outcome(mailing, recipient int64) mailer.Outcome {
	w.t.Helper()
	found, err := ledgerOutcomes(context.Background(), w.db, mailing, []int64{recipient})
	if err != nil {
		w.t.Fatal(err)
	}
	return found[recipient]
}

func (w *world) commitTx(tx *sqlx.Tx) {
	w.t.Helper()
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
}
