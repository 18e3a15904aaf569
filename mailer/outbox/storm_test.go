package outbox

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// Pause, resume and cancel at random, on many mailings over several workers:
// the sums agree at every look, nobody is mailed twice, and after a cancel only
// what was in flight still arrives.
func TestStormOfPausesAndCancels(t *testing.T) {
	t.Parallel()
	const readers, mailings, workers, connections, gusts = 60, 20, 3, 4, 200
	for range rounds(t, 1) {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(t, readers)
			peer := mailertest.Start(t, mailertest.Options{})
			w.relay(peer.URL(fmt.Sprintf("connections=%d", connections)))
			for range workers {
				c := w.brisk()
				c.Log = slog.New(slog.DiscardHandler)
				w.run(c)
			}
			var ids []int64
			for i := range mailings {
				ids = append(ids, w.launch(fmt.Sprint(i), func(m *Mailing) { m.EnvelopeFrom = fmt.Sprintf("m%d@example.org", i) }))
			}
			atCancel := map[int]int{}
			for range gusts {
				i := random.IntN(mailings)
				err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error {
					switch random.IntN(5) {
					case 0, 1:
						return Pause(context.Background(), tx, ids[i], "a storm")
					case 2, 3:
						return Resume(context.Background(), tx, ids[i])
					}
					return Cancel(context.Background(), tx, ids[i], "a storm")
				})
				if err != nil && !strings.Contains(err.Error(), "there is nothing to") {
					t.Fatal(err)
				}
				if _, seen := atCancel[i]; !seen && w.status(ids[i]).State == Cancelled {
					atCancel[i] = fromMailing(peer, i)
				}
				w.reconciled(ids[random.IntN(mailings)])
			}
			w.exec("UPDATE mailings SET state = 'sending' WHERE state = 'paused'")
			for i, id := range ids {
				var s Status
				eventually(t, func() (bool, string) {
					s = w.status(id)
					return s.Pending == 0 && s.State != Sending, fmt.Sprintf("the end of mailing %d: %+v", i, s)
				})
			}
			for i, id := range ids {
				s := w.reconciled(id).Sums
				got, state := fromMailing(peer, i), w.status(id).State
				if state == Finished && (s.Sent != readers || got != readers) {
					t.Errorf("mailing %d is sent: %+v, %d messages", i, s, got)
				}
				if late := got - atCancel[i]; state == Cancelled && (late > workers*connections || int64(got) < s.Sent || int64(got) > s.Sent+s.Unknown) {
					t.Errorf("mailing %d was cancelled: %+v, %d messages, %d of them afterwards", i, s, got, late)
				}
			}
			seen := map[string]bool{}
			for _, a := range peer.Accepted() {
				if key := a.From + " " + a.To; seen[key] {
					t.Errorf("twice: %s", key)
				} else {
					seen[key] = true
				}
			}
		})
	}
}

func fromMailing(p *mailertest.Peer, i int) (n int) {
	for _, a := range p.Accepted() {
		if a.From == fmt.Sprintf("m%d@example.org", i) {
			n++
		}
	}
	return n
}

// The network to the relay: slow, in small pieces, cut off again and again.
func TestBadNetworkToTheRelay(t *testing.T) {
	t.Parallel()
	const recipients, connections = 300, 10
	for range rounds(t, 1) {
		w := newWorld(t, recipients)
		peer := mailertest.Start(t, mailertest.Options{})
		proxy := mailertest.StartProxy(t, peer.Addr(), mailertest.Faults{Latency: 10 * time.Millisecond, Slice: 61})
		w.relay(fmt.Sprintf("smtp://%s?connections=%d", proxy.Addr(), connections))
		c := w.brisk()
		c.Log = slog.New(slog.DiscardHandler)
		w.run(c)
		id := w.launch("issue:1", nil)
		stop := w.watch(id)
		cuts := 0
		for goal := 30; goal < recipients; goal += 60 {
			eventually(t, func() (bool, string) {
				return len(peer.Accepted()) >= goal || w.status(id).State == Finished, fmt.Sprintf("%d messages", goal)
			})
			if cuts++; cuts%2 == 0 {
				proxy.Stall()()
			}
			proxy.Cut()
		}
		s := w.finished(id)
		stop()
		if s.Unknown > int64(connections*cuts) || s.Sent+s.Unknown != recipients {
			t.Errorf("sums %+v after %d cuts", s, cuts)
		}
		w.comparePeer(id, peer)
	}
}

// comparePeer holds the ledger against what the peer accepted.
func (w *world) comparePeer(mailing int64, peer *mailertest.Peer) {
	w.t.Helper()
	seen := map[string]int{}
	for _, a := range peer.Accepted() {
		seen[a.To]++
	}
	w.compare(mailing, seen)
}

// A worker that is cut off from Postgres stops sending with its lease; another
// takes over; when the network is back the first one sends nothing more of it.
func TestPartitionFromPostgres(t *testing.T) {
	t.Parallel()
	const recipients, connections = 1200, 6
	for range rounds(t, 1) {
		w := newWorld(t, recipients)
		peer := mailertest.Start(t, mailertest.Options{})
		w.relay(peer.URL(fmt.Sprintf("connections=%d", connections)))
		proxy := mailertest.StartProxy(t, w.socket(), mailertest.Faults{})
		away := w.brisk()
		away.URL = w.through(proxy)
		db, err := postgres.Open(context.Background(), away.URL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		away.DB, away.Slots, away.Lease = db, readers{db}, 700*time.Millisecond
		away.Log = slog.New(slog.DiscardHandler)
		w.run(away)
		id := w.launch("issue:1", nil)
		stop := w.watch(id)
		eventually(t, func() (bool, string) { return len(peer.Accepted()) >= recipients/6, "some messages" })
		resume := proxy.Stall()
		heir := w.brisk()
		heir.Lease = 700 * time.Millisecond
		w.run(heir)
		s := w.finished(id)
		before := len(peer.Accepted())
		resume()
		again := w.launch("issue:2", nil) // both are there again
		w.finished(again)
		stop()
		if s.Unknown > connections || s.Sent+s.Unknown != recipients {
			t.Errorf("sums %+v", s)
		}
		if n := len(peer.Accepted()); n != before+recipients {
			t.Errorf("%d messages of the first mailing came after its end", n-before-recipients)
		}
	}
}

// socket is the path of the server's socket.
func (w *world) socket() string {
	w.t.Helper()
	u, err := url.Parse(w.url)
	if err != nil || u.Query().Get("host") == "" {
		w.t.Fatalf("%s names no socket: %v", w.url, err)
	}
	return u.Query().Get("host") + "/.s.PGSQL." + cmp.Or(u.Query().Get("port"), u.Port(), "5432")
}

// through is the database's URL by way of a proxy.
func (w *world) through(p *mailertest.Proxy) string {
	w.t.Helper()
	u, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	q := u.Query()
	q.Del("host")
	q.Del("port")
	q.Set("sslmode", "disable")
	if user := q.Get("user"); user != "" && u.User == nil {
		u.User = url.User(user)
		q.Del("user")
	}
	u.Host, u.RawQuery = p.Addr(), q.Encode()
	return u.String()
}

// The machine's clocks jump: leases may seem over that aren't, and the other way
// round. Nobody is lost, mailed twice or tried again too early.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	const recipients = 600
	w := newWorld(t, recipients)
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.RcptTo && strings.HasPrefix(e.Address, "r1") && e.Message%2 == 1 {
			return mailertest.Action{Reply: "451 4.3.0 later"}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=5"))
	var jump atomic.Int64
	c := w.brisk()
	c.Log = slog.New(slog.DiscardHandler)
	c.Lease = time.Second
	c.Boot = func() time.Duration { return bootTime() + 24*time.Hour + time.Duration(jump.Load()) }
	c.Now = func() time.Time { return time.Now().Add(time.Duration(jump.Load())) }
	w.run(c)
	id := w.launch("issue:1", nil)
	stop := w.watch(id)
	for i, by := range []time.Duration{2 * time.Hour, -2 * time.Hour, 0, -2 * time.Hour, 2 * time.Hour, 0} {
		goal := (i + 1) * recipients / 10
		eventually(t, func() (bool, string) {
			return len(peer.Accepted()) >= goal || w.status(id).State == Finished, fmt.Sprintf("%d messages", goal)
		})
		jump.Store(int64(by))
	}
	if s := w.finished(id); s.Sent != recipients {
		t.Errorf("sums %+v", s)
	}
	stop()
	once(t, peer, recipients)
	var early int
	w.get(&early, `SELECT count(*) FROM replies p JOIN deliveries d USING (mailing_id, recipient_id)
		WHERE p.tries = 1 AND d.at - p.at < $1 * interval '1 microsecond'`, interval(c.RetryBase*8/10))
	if n := w.count("SELECT count(*) FROM replies"); early > 0 || n == 0 {
		t.Errorf("of %d who were deferred %d were tried again too early", n, early)
	}
}

// The database has no room to write: nothing is sent, an incident says why, and
// it goes on by itself when there is room.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	const recipients, connections = 1500, 5
	w := newWorld(t, recipients)
	w.exec(`CREATE TABLE disk (is_full boolean); INSERT INTO disk VALUES (false)`)
	w.exec(`CREATE FUNCTION write_to_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF (SELECT is_full FROM disk) THEN
			RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
		END IF; RETURN NULL; END $$`)
	for _, table := range []string{"intents", "deliveries", "retries"} {
		w.exec(fmt.Sprintf("CREATE TRIGGER disk AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION write_to_disk()", table))
	}
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL(fmt.Sprintf("connections=%d", connections)))
	c := w.brisk()
	c.Log = slog.New(slog.DiscardHandler)
	c.Lease = time.Second
	w.run(c)
	id := w.launch("issue:1", nil)
	stop := w.watch(id)
	for round := range 2 {
		goal := (round + 1) * recipients / 4
		eventually(t, func() (bool, string) { return len(peer.Accepted()) >= goal, fmt.Sprintf("%d messages", goal) })
		w.exec("UPDATE disk SET is_full = true")
		eventually(t, func() (bool, string) { return len(w.incidents(-1)) == 1, "the incident" })
		if i := w.incidents(1)[0]; i.Kind != IncidentDisk || !strings.Contains(i.Reply, "disk is full") {
			t.Errorf("incident %+v", i)
		}
		full := len(peer.Accepted())
		eventually(t, func() (bool, string) {
			return w.count("SELECT count(*) FROM batches WHERE lease_until > clock_timestamp()") == 0, "the leases to run out"
		})
		if more := len(peer.Accepted()) - full; more > connections {
			t.Errorf("%d messages went while nothing could be written", more)
		}
		w.exec("UPDATE disk SET is_full = false")
		eventually(t, func() (bool, string) { return len(w.incidents(-1)) == 0, "the incident to be closed" })
	}
	s := w.finished(id)
	stop()
	if s.Sent+s.Unknown != recipients || s.Unknown > 2*connections {
		t.Errorf("sums %+v", s)
	}
	w.comparePeer(id, peer)
}
