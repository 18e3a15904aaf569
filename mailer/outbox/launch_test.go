package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

func TestLaunchIsIdempotent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	var all sync.WaitGroup
	ids := make([]Launched, 6)
	for i := range ids {
		all.Go(func() {
			err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) (err error) {
				ids[i], err = Launch(context.Background(), tx,
					Mailing{Key: "issue:7", Kind: "issue", ListID: w.list, EnvelopeFrom: "b@example.org"}, letter(t), w.everybody())
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	fresh := 0
	for _, l := range ids {
		if !l.Again {
			fresh++
		}
		if l.MailingID != ids[0].MailingID || l.Recipients != 3 {
			t.Errorf("launched %+v and %+v", ids[0], l)
		}
	}
	if fresh != 1 || w.count("SELECT count(*) FROM batches") != 1 {
		t.Errorf("%d launches were fresh, %d batches", fresh, w.count("SELECT count(*) FROM batches"))
	}
}

func TestLaunchThatRollsBackLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	boom := errors.New("boom")
	err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error {
		if _, err := Launch(context.Background(), tx, Mailing{Key: "k", EnvelopeFrom: "b@example.org", ListID: w.list}, letter(t), w.everybody()); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) || w.count("SELECT count(*) FROM mailings")+w.count("SELECT count(*) FROM batches") != 0 {
		t.Errorf("error %v", err)
	}
}

func TestFreezeCutsByInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1201)
	w.relay("smtp://127.0.0.1:25")
	at := time.Date(2030, 3, 1, 8, 0, 0, 0, time.UTC)
	var l Launched
	w.inTx(func(tx *sqlx.Tx) (err error) {
		// The first 1,100 at once, some of them twice; the rest at an instant of
		// their own and again, later.
		l, err = Launch(context.Background(), tx, Mailing{Key: "k", EnvelopeFrom: "b@example.org", ListID: w.list}, letter(t), Audience{
			SQL: `SELECT id, NULL::timestamptz FROM subscribers WHERE id <= $1
			      UNION ALL SELECT id, $2::timestamptz FROM subscribers WHERE id > $1 - 10
			      UNION ALL SELECT id, $2::timestamptz + interval '1 day' FROM subscribers;`,
			Args: []any{w.ids[1099], at}})
		return err
	})
	var rows []struct {
		Now bool
		N   int
	}
	if err := w.db.Select(&rows, "SELECT not_before = '-infinity' AS now, cardinality(recipient_ids) AS n FROM batches ORDER BY id"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(rows); l.Recipients != 1201 || got != "[{true 500} {true 500} {true 100} {false 101}]" {
		t.Errorf("%d recipients in batches %v", l.Recipients, got)
	}
	w.reconciled(l.MailingID)
}

func TestLaunchToNobodyIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.relay("smtp://127.0.0.1:25")
	if s := w.finished(w.launch("k", nil)); s != (Sums{}) {
		t.Errorf("sums %+v", s)
	}
}

func TestLedgerGetsItsPartitions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.relay("smtp://127.0.0.1:25")
	w.exec("ALTER TABLE mailings ALTER COLUMN id RESTART WITH 2999")
	var all sync.WaitGroup
	for i := range 4 { // ids 2999 to 3002: two partitions, made at the same time
		all.Go(func() {
			err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error {
				_, err := Launch(context.Background(), tx, Mailing{Key: fmt.Sprint(i), EnvelopeFrom: "b@example.org", ListID: w.list}, letter(t), w.everybody())
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d := w.desk("a")
	var ids []int64
	if err := w.db.Select(&ids, "SELECT id FROM batches ORDER BY id"); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		_, tasks := d.take(id, longLease)
		d.commit(d.lot([]result{{task: tasks[0], outcome: 1}, {task: tasks[1], outcome: 2}}))
	}
	if a, b := w.count("SELECT count(*) FROM deliveries_2000"), w.count("SELECT count(*) FROM deliveries_3000"); a != 2 || b != 6 {
		t.Errorf("%d and %d rows", a, b)
	}
}

func TestLaunchRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	try := func(m Mailing) error {
		return postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error {
			_, err := Launch(context.Background(), tx, m, letter(t), w.everybody())
			return err
		})
	}
	good := Mailing{Key: "k", EnvelopeFrom: "b@example.org", ListID: w.list}
	refuses := func(what string, m Mailing) {
		t.Helper()
		if err := try(m); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v instead of %q", err, what)
		}
	}
	refuses("there is no relay to send through", good)
	w.relay("smtp://127.0.0.1:25")
	w.relay("smtp://127.0.0.1:26")
	bad := good
	bad.Relay = "other"
	refuses(`there is no relay "other"; choose one of relay-1, relay-2`, bad)
	bad = good
	bad.Relay = "relay-1"
	bad.OnUnknown = "maybe"
	refuses("hold or resend", bad)
	bad = good
	bad.Key = ""
	refuses("needs a key", bad)
	bad = good
	bad.EnvelopeFrom = "nobody"
	refuses("envelope sender", bad)
	bad = good
	bad.Deadline = -time.Second
	refuses("in the past", bad)
}

func TestRelays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	add := func(name, url string) error {
		return postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error {
			_, err := AddRelay(context.Background(), tx, name, url)
			return err
		})
	}
	if err := add("main", "smtp://u:secret@127.0.0.1:2525?connections=20"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, url, want string }{
		{"main", "smtp://127.0.0.1", "a relay called main already"},
		{"Main Relay", "smtp://127.0.0.1", "can't name a relay"},
		{"next", "http://127.0.0.1", "scheme"},
		{"next", "smtp://127.0.0.1?connections=0", "connections"},
	} {
		if err := add(c.name, c.url); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("relay %s %s: %v", c.name, c.url, err)
		}
	}
	list, err := Relays(context.Background(), w.db)
	if err != nil || len(list) != 1 || list[0].Name != "main" {
		t.Errorf("relays %+v, %v", list, err)
	}
	change := func(fn func(tx *sqlx.Tx) error) error {
		return postgres.InTx(context.Background(), w.db, fn)
	}
	if err := change(func(tx *sqlx.Tx) error { return ChangeRelay(context.Background(), tx, "main", "smtp://127.0.0.1:2626") }); err != nil {
		t.Error(err)
	}
	if list, err = Relays(context.Background(), w.db); err != nil || list[0].URL != "smtp://127.0.0.1:2626" {
		t.Errorf("changed: %+v, %v", list, err)
	}
	for _, fn := range []func(tx *sqlx.Tx) error{
		func(tx *sqlx.Tx) error { return ChangeRelay(context.Background(), tx, "none", "smtp://127.0.0.1") },
		func(tx *sqlx.Tx) error { return RemoveRelay(context.Background(), tx, "none") },
	} {
		if err := change(fn); err == nil || !strings.Contains(err.Error(), "no relay \"none\"") {
			t.Errorf("a relay that isn't there: %v", err)
		}
	}
	remove := func(tx *sqlx.Tx) error { return RemoveRelay(context.Background(), tx, "main") }
	if _, err := w.db.Exec(`INSERT INTO mailings (key, kind, list_id, relay, envelope_from, state, deadline_at)
		VALUES ('running', 'issue', 1, 'main', 'a@b.example', 'sending', now())`); err != nil {
		t.Fatal(err)
	}
	if err := change(remove); err == nil || !strings.Contains(err.Error(), "unfinished issues: 1") {
		t.Errorf("removing a relay in use: %v", err)
	}
	if _, err := w.db.Exec("UPDATE mailings SET state = 'sent' WHERE key = 'running'"); err != nil {
		t.Fatal(err)
	}
	if err := change(remove); err != nil {
		t.Error(err)
	}
}

func TestStatusOfNoMailing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	if _, err := StatusOf(context.Background(), w.db, 12); !errors.Is(err, ErrNoMailing) {
		t.Errorf("status: %v", err)
	}
	if _, err := Reconcile(context.Background(), w.db, 12); !errors.Is(err, ErrNoMailing) {
		t.Errorf("reconcile: %v", err)
	}
}
