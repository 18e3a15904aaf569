package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// unknowns launches a mailing to n readers of whom a lost worker leaves some
// unknown; the rest is sent.
func (w *world) unknowns(key string, some int) (mailing int64, ids []int64) {
	w.t.Helper()
	mailing = w.launch(key, nil)
	d := w.desk(key)
	_, tasks := d.take(w.firstBatch(mailing), longLease)
	d.grant(tasks[:some]...)
	var results []result
	for _, t := range tasks[some:] {
		results = append(results, result{task: t, outcome: mailer.Sent})
	}
	d.commit(d.lot(results))
	w.expire()
	d.take(w.firstBatch(mailing), longLease)
	w.expire()
	for _, t := range tasks[:some] {
		ids = append(ids, t.id)
	}
	if r := w.reconciled(mailing); int(r.Unknown) != some {
		w.t.Fatalf("sums %+v", r.Sums)
	}
	return mailing, ids
}

func (w *world) resolve(mailing int64, v Verdict, ids ...int64) (done []int64, err error) {
	err = postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) (err error) {
		done, err = Resolve(context.Background(), tx, mailing, v, ids, "an editor")
		return err
	})
	return done, err
}

// By hand unknown becomes sent or failed, once, and only unknown does.
func TestResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	w.relay("smtp://127.0.0.1:25")
	m, ids := w.unknowns("m", 4)
	if done, err := w.resolve(m, ResolveSent, ids[0]); err != nil || !slices.Equal(done, ids[:1]) {
		t.Errorf("resolved %v, %v", done, err)
	}
	if done, err := w.resolve(m, ResolveFailed, ids[0], w.ids[9]); err != nil || len(done) != 0 {
		t.Errorf("resolved %v again, %v", done, err)
	}
	if done, err := w.resolve(m, ResolveFailed); err != nil || len(done) != 3 {
		t.Errorf("resolved %v, %v", done, err)
	}
	if s := w.reconciled(m).Sums; s.Sent != 7 || s.Failed != 3 || s.Unknown != 0 {
		t.Errorf("sums %+v", s)
	}
	if n := w.count("SELECT sum(cardinality(recipient_ids)) FROM resolutions WHERE actor = 'an editor'"); n != 4 {
		t.Errorf("%d decisions are noted", n)
	}
	if _, err := w.db.Exec("DELETE FROM resolutions"); err == nil {
		t.Error("decisions can be deleted")
	}
	// What the attempt itself says later doesn't count any more.
	if err := settle(context.Background(), w.db, lateSQL, []result{{task: &task{id: ids[1], b: &batch{id: w.firstBatch(m), mailing: m, attempt: 1}}, outcome: mailer.Sent}}); err != nil {
		t.Fatal(err)
	}
	if s := w.reconciled(m).Sums; s.Failed != 3 {
		t.Errorf("sums %+v", s)
	}
	if _, err := w.resolve(m, "perhaps"); err == nil || !strings.Contains(err.Error(), "sent, failed or resend") {
		t.Errorf("got %v", err)
	}
	if _, err := w.resolve(12345, ResolveSent); err == nil {
		t.Error("a mailing that isn't there was resolved")
	}
}

// A resend mails exactly those, once more, also when the mailing was finished;
// meanwhile nobody can decide otherwise about them.
func TestResolveByResending(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=2"))
	m, ids := w.unknowns("m", 3)
	_, stop := w.run(w.brisk())
	w.finished(m)
	stop()
	if n := len(peer.Accepted()); n != 0 {
		t.Fatalf("%d messages", n)
	}
	if done, err := w.resolve(m, ResolveResend, ids[:2]...); err != nil || len(done) != 2 {
		t.Fatalf("resolved %v, %v", done, err)
	}
	if s := w.status(m); s.State != Sending || s.Unknown != 3 {
		t.Errorf("status %+v", s)
	}
	if done, err := w.resolve(m, ResolveFailed); err != nil || !slices.Equal(done, ids[2:]) {
		t.Errorf("resolved %v, %v", done, err)
	}
	if done, err := w.resolve(m, ResolveResend); err != nil || len(done) != 0 {
		t.Errorf("resolved %v, %v", done, err)
	}
	w.run(w.brisk())
	if s := w.finished(m); s.Sent != 9 || s.Failed != 1 || s.Unknown != 0 {
		t.Errorf("sums %+v", s)
	}
	once(t, peer, 2)
}

func TestACancelledMailingIsNotResent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.relay("smtp://127.0.0.1:25")
	m, _ := w.unknowns("m", 2)
	w.inTx(func(tx *sqlx.Tx) error { return Cancel(context.Background(), tx, m, "") })
	if _, err := w.resolve(m, ResolveResend); err == nil || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("got %v", err)
	}
	if done, err := w.resolve(m, ResolveSent); err != nil || len(done) != 2 {
		t.Errorf("resolved %v, %v", done, err)
	}
}

// Standings name everybody once, in the states that the sums count.
func TestStandings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 25)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	d := w.desk("a")
	_, tasks := d.take(w.firstBatch(m), longLease)
	d.commit(d.lot([]result{{task: tasks[0], outcome: mailer.Sent}, {task: tasks[1], outcome: mailer.Failed, err: &mailer.Error{Code: 550, Enhanced: "5.1.1"}},
		{task: tasks[2], outcome: mailer.Deferred, err: &mailer.Error{Code: 451}}, {task: tasks[3], outcome: mailer.Unknown}}, tasks[4], tasks[5]))
	seen := map[string]int{}
	var all []int64
	lots := 0
	err := Standings(context.Background(), w.db, m, 10, func(lot []Standing) error {
		lots++
		for _, s := range lot {
			seen[s.State]++
			all = append(all, s.RecipientID)
			if s.State == "failed" && (s.Code != 550 || s.Enhanced != "5.1.1" || s.At == nil) || s.State == "deferred" && (s.NextAt == nil || s.Tries != 1) {
				t.Errorf("standing %+v", s)
			}
		}
		return nil
	})
	if err != nil || lots != 3 || !slices.Equal(all, w.ids) {
		t.Errorf("%d lots, %v", lots, err)
	}
	want := map[string]int{"sent": 1, "failed": 1, "deferred": 1, "unknown": 1, "in flight": 2, "waiting": 19}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("standings %v", seen)
	}
}
