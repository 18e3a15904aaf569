package outbox

import (
	"context"
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// A worker leaves alone what asks for a later version of the protocol; a newer
// one does it, so that versions can be mixed while a new one is rolled out.
func TestRollingUpgrade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1500)
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.RcptTo && e.Message%7 == 0 {
			return mailertest.Action{Reply: "451 4.3.0 later"}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=4"))
	old := w.launch("issue:old", nil)
	var next int64
	w.inTx(func(tx *sqlx.Tx) error { // launched by a version that this one doesn't know
		l, err := Launch(context.Background(), tx, Mailing{Key: "issue:new", Kind: "issue", ListID: w.list, EnvelopeFrom: "b@example.org"}, letter(t), w.everybody())
		if err != nil {
			return err
		}
		next = l.MailingID
		for _, q := range []string{"UPDATE mailings SET protocol = $2 WHERE id = $1", "UPDATE batches SET protocol = $2 WHERE mailing_id = $1"} {
			if _, err := tx.Exec(q, next, Protocol+1); err != nil {
				return err
			}
		}
		return nil
	})
	stop := w.watch(next)
	w.run(w.brisk())
	if s := w.finished(old); s.Sent != 1500 {
		t.Errorf("sums %+v", s)
	}
	if s := w.reconciled(next).Sums; s.Pending != 1500 || len(peer.Accepted()) != 1500 {
		t.Errorf("an old worker touched what it doesn't know: %+v", s)
	}
	c := w.brisk()
	c.protocol = Protocol + 1
	w.run(c)
	if s := w.finished(next); s.Sent != 1500 || len(peer.Accepted()) != 3000 {
		t.Errorf("sums %+v, %d messages", s, len(peer.Accepted()))
	}
	stop()
	if n := w.count("SELECT count(*) FROM batches WHERE mailing_id = $1 AND protocol <> $2", next, Protocol+1); n > 0 {
		t.Errorf("%d batches of retries forgot the version", n)
	}
}

// The fleet's table shows who works, and no longer who has ended in good order.
func TestFleet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	c := w.brisk()
	c.Name, c.Version = "worker-a", "v1.2.3"
	_, stop := w.run(c)
	var list []Worker
	eventually(t, func() (bool, string) {
		var err error
		list, err = Workers(context.Background(), w.db)
		return err == nil && len(list) == 1, fmt.Sprintf("one worker, not %v (%v)", list, err)
	})
	if x := list[0]; x.Name != "worker-a" || x.Version != "v1.2.3" || x.Protocol != Protocol || x.Draining || x.Silent {
		t.Errorf("worker %+v", x)
	}
	w.exec("INSERT INTO workers (name, version, protocol, seen_at) VALUES ('lost', 'v1', 1, now() - interval '1 hour'), ('long lost', 'v1', 1, now() - interval '2 days')")
	stop()
	list, err := Workers(context.Background(), w.db)
	if err != nil || len(list) != 1 || !list[0].Silent || list[0].Name != "lost" {
		t.Errorf("workers %+v, %v", list, err)
	}
}

// A confirmation goes out while a campaign of 20,000 is held up, and before it.
func TestFastQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20_000)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=2"))
	w.throttle(ScopeRelay, "relay-1", 0.001, 300)
	c := w.brisk()
	c.Batches = 1
	w.run(c)
	campaign := w.launch("issue:1", nil)
	w.settled(campaign, func(s Sums) bool { return s.Sent == 300 })
	confirmation := w.one("confirm:1", "confirmation", w.ids[7])
	if s := w.finished(confirmation); s.Sent != 1 {
		t.Errorf("sums %+v", s)
	}
	if s := w.status(campaign); s.Sent != 300 || s.State != Sending {
		t.Errorf("the campaign went on meanwhile: %+v", s)
	}
	if n := w.count("SELECT count(*) FROM river_job WHERE queue = $1", fastQueue); n == 0 {
		t.Error("no job in the fast queue")
	}
}

// one launches a mailing to one reader.
func (w *world) one(key, kind string, id int64) int64 {
	w.t.Helper()
	var l Launched
	w.inTx(func(tx *sqlx.Tx) (err error) {
		l, err = Launch(context.Background(), tx, Mailing{Key: key, Kind: kind, ListID: w.list, EnvelopeFrom: "b@example.org"}, letter(w.t),
			Audience{SQL: "SELECT $1::bigint, NULL::timestamptz", Args: []any{id}})
		return err
	})
	return l.MailingID
}

// Of what waits in a pool, a fast mailing's recipients come first.
func TestPickPrefersTheFast(t *testing.T) {
	t.Parallel()
	e := &Engine{}
	e.limits = newLimits(e)
	p := &pool{e: e}
	for i := range int64(3) {
		b := &batch{id: i, mailing: i + 1, fast: i == 1, idle: make(chan struct{})}
		b.queue = []*task{{b: b, id: 10 * i}, {b: b, id: 10*i + 1}}
		p.batches = append(p.batches, b)
	}
	var got []int64
	for t := p.pick(); t != nil; t = p.pick() {
		got = append(got, t.id)
	}
	if fmt.Sprint(got) != "[10 11 20 0 21 1]" {
		t.Errorf("picked %v", got)
	}
}
