package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// With resend a takeover lets those it books as unknown be mailed again, by a
// batch of their own, and not for ever.
func TestTakeoverWithResend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", func(m *Mailing) { m.OnUnknown = Resend })
	d := w.desk("a")
	_, tasks := d.take(w.firstBatch(m), longLease)
	d.grant(tasks[0], tasks[1])
	original := tasks[0]
	for resend := range 4 {
		w.expire()
		var batch int64
		w.get(&batch, "SELECT id FROM batches WHERE resend = $1", resend)
		d.take(batch, longLease)
		if r := w.reconciled(m); r.Unknown != 2 || r.Pending != 1 {
			t.Fatalf("sums %+v", r.Sums)
		}
		n, err := pack(context.Background(), w.db, longLease, Protocol)
		if want := int64(2); err != nil || resend < 3 && n != want || resend == 3 && n != 0 {
			t.Fatalf("after %d resends %d were packed, %v", resend, n, err)
		}
		if resend == 3 {
			break
		}
		w.get(&batch, "SELECT id FROM batches WHERE resend = $1", resend+1)
		b, again := d.take(batch, longLease)
		if len(again) != 2 || b.resend != resend+1 {
			t.Fatalf("resend %d has %d recipients", b.resend, len(again))
		}
		d.grant(again[0], again[1])
		w.reconciled(m)
	}
	// The first attempt's own reply comes too late: it's not that attempt any more.
	if err := settle(context.Background(), w.db, lateSQL, []result{{task: original, outcome: mailer.Sent}}); err != nil {
		t.Fatal(err)
	}
	if s := w.reconciled(m).Sums; s.Unknown != 2 || s.Deferred != 0 {
		t.Errorf("sums %+v", s)
	}
}

// What a resend finds out replaces unknown; what is settled isn't sent again.
func TestResendSettlesUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", func(m *Mailing) { m.OnUnknown = Resend })
	d := w.desk("a")
	_, tasks := d.take(w.firstBatch(m), longLease)
	d.grant(tasks...)
	w.expire()
	d.take(w.firstBatch(m), longLease)
	if n, err := pack(context.Background(), w.db, longLease, Protocol); err != nil || n != 3 {
		t.Fatalf("packed %d, %v", n, err)
	}
	if err := settle(context.Background(), w.db, lateSQL, []result{{task: tasks[0], outcome: mailer.Sent}}); err != nil {
		t.Fatal(err)
	}
	var batch int64
	w.get(&batch, "SELECT id FROM batches WHERE resend = 1")
	b, again := d.take(batch, longLease)
	if len(again) != 2 {
		t.Fatalf("%d are mailed again although one is settled", len(again))
	}
	d.grant(again...)
	results := []result{{task: again[0], outcome: mailer.Sent}, {task: again[1], outcome: mailer.Unknown, delay: time.Hour}}
	l := d.lot(results)
	for range 2 {
		if _, err := d.conn.commit(context.Background(), l, longLease, time.Minute, results); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := closeBatch(context.Background(), w.db, b, longLease, 0); err != nil || !done {
		t.Errorf("the batch is done: %v, %v", done, err)
	}
	if s := w.reconciled(m).Sums; s.Sent != 2 || s.Unknown != 1 || s.Pending != 0 {
		t.Errorf("sums %+v", s)
	}
	if n := w.count("SELECT count(*) FROM retries WHERE batch_id IS NULL AND resend = 2 AND tries = 2"); n != 1 {
		t.Error("the one whose outcome is unknown still is not waiting for another resend")
	}
}
