package outbox

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// atGmail moves every second reader there.
func (w *world) atGmail() {
	w.t.Helper()
	w.exec("UPDATE subscribers SET email = 'r' || id || '@gmail.com' WHERE id % 2 = 0")
}

// throttle sets a throttle with so many tokens in its bucket.
func (w *world) throttle(scope, name string, rate, tokens float64) {
	w.t.Helper()
	w.inTx(func(tx *sqlx.Tx) error {
		return SetThrottle(context.Background(), tx, Throttle{Scope: scope, Name: name, Rate: rate, Burst: max(tokens, rate)})
	})
	w.exec("UPDATE throttles SET tokens = $3, at = clock_timestamp() WHERE scope = $1 AND name = $2", scope, name, tokens)
}

// settled waits until the mailing's sums satisfy ok and nobody works on it.
func (w *world) settled(mailing int64, ok func(Sums) bool) Sums {
	w.t.Helper()
	var s Status
	eventually(w.t, func() (bool, string) {
		s = w.status(mailing)
		return ok(s.Sums), fmt.Sprintf("sums %+v", s)
	})
	return w.reconciled(mailing).Sums
}

func acceptedAt(p *mailertest.Peer, domain string) (n int) {
	for _, a := range p.Accepted() {
		if strings.HasSuffix(a.To, "@"+domain) {
			n++
		}
	}
	return n
}

// A provider's throttle holds back its own readers only; they are put off, none
// is charged, and the rest of the batch goes.
func TestThrottledProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 200)
	w.atGmail()
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=5"))
	w.throttle(ScopeProvider, "gmail", 0.001, 3)
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	s := w.settled(id, func(s Sums) bool { return s.Deferred == 97 })
	if s.Sent != 103 || acceptedAt(peer, "gmail.com") != 3 {
		t.Errorf("sums %+v, %d went to Gmail", s, acceptedAt(peer, "gmail.com"))
	}
	w.inTx(func(tx *sqlx.Tx) error {
		_, err := RemoveThrottle(context.Background(), tx, ScopeProvider, "gmail")
		return err
	})
	w.exec("UPDATE retries SET next_at = clock_timestamp()")
	if s := w.finished(id); s.Sent != 200 {
		t.Errorf("sums %+v", s)
	}
	once(t, peer, 200)
}

// Relays and streams have throttles too. Their batches go back and come again;
// those of other streams go on.
func TestThrottledRelayAndStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1200)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=5"))
	w.throttle(ScopeStream, "slow", 0.001, 7)
	w.run(w.brisk())
	slow := w.launch("issue:1", func(m *Mailing) { m.Stream = "slow" })
	w.settled(slow, func(s Sums) bool { return s.Sent == 7 })
	quick := w.launch("issue:2", func(m *Mailing) { m.Stream = "quick" })
	if s := w.finished(quick); s.Sent != 1200 {
		t.Errorf("sums %+v", s)
	}
	if s := w.reconciled(slow).Sums; s.Sent != 7 || s.Pending != 1193 {
		t.Errorf("sums %+v", s)
	}
	w.throttle(ScopeRelay, "relay-1", 0.001, 5)
	w.throttle(ScopeStream, "slow", 1e5, 1e5)
	w.settled(slow, func(s Sums) bool { return s.Sent == 12 })
	w.throttle(ScopeRelay, "relay-1", 1e5, 1e5)
	if s := w.finished(slow); s.Sent != 1200 {
		t.Errorf("sums %+v", s)
	}
}

// Connections that have nothing to do because of a throttle don't leave: what
// waits for tokens is sent when they come.
func TestThrottledForLongerThanIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=3"))
	w.throttle(ScopeStream, "slow", 4, 1)
	c := w.brisk()
	c.Idle = 20 * time.Millisecond
	w.run(c)
	id := w.launch("issue:1", func(m *Mailing) { m.Stream = "slow" })
	if s := w.finished(id); s.Sent != 5 || w.count("SELECT max(attempt) FROM batches") > 4 {
		t.Errorf("sums %+v, taken %d times", s, w.count("SELECT max(attempt) FROM batches"))
	}
}

// What a relay's warm-up plan leaves over goes through another relay, if the
// mailing may.
func TestWarmUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 700)
	cold, warm := mailertest.Start(t, mailertest.Options{}), mailertest.Start(t, mailertest.Options{})
	w.relay(cold.URL("connections=4"))
	w.inTx(func(tx *sqlx.Tx) error {
		return WarmUpRelay(context.Background(), tx, "relay-1", &WarmUp{First: 40, Growth: 2, Until: 1000})
	})
	_, stop := w.run(w.brisk())
	id := w.launch("issue:1", nil)
	if s := w.settled(id, func(s Sums) bool { return s.Sent == 40 }); s.Pending != 660 {
		t.Errorf("sums %+v", s)
	}
	w.inTx(func(tx *sqlx.Tx) error {
		_, err := AddRelay(context.Background(), tx, "spare", warm.URL("connections=4"), Preference{Priority: 5})
		return err
	})
	if s := w.finished(id); s.Sent != 700 || len(cold.Accepted()) != 40 || len(warm.Accepted()) != 660 {
		t.Errorf("sums %+v: %d by the cold one, %d by the other", s, len(cold.Accepted()), len(warm.Accepted()))
	}
	stop() // it has been told that the day isn't over
	w.exec("UPDATE relays SET warm_since = warm_since - 1 WHERE name = 'relay-1'")
	w.exec("UPDATE relay_days SET day = day - 1")
	w.run(w.brisk())
	again := w.launch("issue:2", nil)
	if s := w.finished(again); s.Sent != 700 || len(cold.Accepted()) != 40+80 {
		t.Errorf("sums %+v: %d by the cold one on two days", s, len(cold.Accepted()))
	}
}

// A relay that is down is stood in for, and comes back.
func TestFailOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2000)
	var broken atomic.Bool
	first := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if broken.Load() && (e.Phase == mailertest.MailFrom || e.Phase == mailertest.Greeting) {
			return mailertest.Action{Reply: "421 4.3.2 down", Drop: true}
		}
		if e.Phase == mailertest.Dot && e.Conn == 1 && e.Message == 20 {
			broken.Store(true)
		}
		return mailertest.Action{}
	}})
	second := mailertest.Start(t, mailertest.Options{})
	w.relay(first.URL("connections=4"))
	w.inTx(func(tx *sqlx.Tx) error {
		_, err := AddRelay(context.Background(), tx, "spare", second.URL("connections=4"), Preference{Priority: 1})
		return err
	})
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	if s := w.finished(id); s.Sent != 2000 {
		t.Errorf("sums %+v", s)
	}
	a, b := len(first.Accepted()), len(second.Accepted())
	if a+b != 2000 || a == 0 || b == 0 {
		t.Errorf("%d and %d messages", a, b)
	}
	broken.Store(false)
	before := a
	again := w.launch("issue:2", nil)
	w.finished(again)
	if len(first.Accepted()) == before {
		t.Error("the relay that is back takes nothing")
	}
}

// Weights share the mail out among relays of one priority.
func TestWeights(t *testing.T) {
	t.Parallel()
	e := &Engine{c: Config{Chance: func() float64 { return 0 }, Boot: func() time.Duration { return time.Hour }}}
	e.limits = newLimits(e)
	var ways []way
	for i, weight := range []int{1, 3, 6} {
		r := Relay{Name: fmt.Sprint(i), Weight: weight, Priority: 2}
		ways = append(ways, way{&pool{e: e, name: r.Name}, r})
	}
	ways = append(ways, way{&pool{e: e, name: "last"}, Relay{Name: "last", Weight: 1000, Priority: 3}})
	seen := map[string]int{}
	for i := range 100 {
		e.c.Chance = func() float64 { return float64(i) / 100 }
		seen[e.choose(ways).name]++
	}
	if seen["0"] != 10 || seen["1"] != 30 || seen["2"] != 60 {
		t.Errorf("chosen %v", seen)
	}
	for _, w := range ways[:3] {
		w.pool.until = 2 * time.Hour
	}
	if p := e.choose(ways); p.name != "last" {
		t.Errorf("with all others resting: %s", p.name)
	}
	ways[3].pool.until = 3 * time.Hour
	if p := e.choose(ways); p.name != "0" {
		t.Errorf("with all resting: %s", p.name)
	}
}

// gmailer is a relay at which Gmail refuses the sender for a while.
type gmailer struct {
	peer  *mailertest.Peer
	mu    sync.Mutex
	reply string
	asked int // names at Gmail
}

func newGmailer(t *testing.T, reply string) *gmailer {
	g := &gmailer{reply: reply}
	g.peer = mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase != mailertest.RcptTo || !strings.HasSuffix(e.Address, "@gmail.com") {
			return mailertest.Action{}
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.asked++
		return mailertest.Action{Reply: g.reply}
	}})
	return g
}

func (g *gmailer) say(reply string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reply = reply
}

func (g *gmailer) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// A provider that refuses the sender is left alone by every worker; its readers
// wait, uncharged, the others go. It is tried again by few.
func TestBreaker(t *testing.T) {
	t.Parallel()
	const connections = 5
	w := newWorld(t, 400)
	w.atGmail()
	g := newGmailer(t, "450 4.7.28 unusual rate of mail")
	w.relay(g.peer.URL(fmt.Sprintf("connections=%d", connections)))
	_, stop := w.run(w.brisk())
	id := w.launch("issue:1", func(m *Mailing) { m.Stream = "weekly" })
	s := w.settled(id, func(s Sums) bool { return s.Sent == 200 && s.Deferred == 200 })
	if n := g.count(); n > connections || n == 0 || s.Failed != 0 {
		t.Errorf("Gmail was asked %d times; sums %+v", n, s)
	}
	list := w.incidents(1)
	if i := list[0]; i.Kind != IncidentProvider || i.Provider != "gmail" || i.Stream != "weekly" || i.Rule != "SMTP-6" || i.Code != 450 || i.HeldUntil == nil {
		t.Errorf("incident %+v", i)
	}
	stop()

	// Another worker finds it in the table.
	before := g.count()
	w.exec("UPDATE retries SET next_at = clock_timestamp()")
	w.run(w.brisk())
	other := w.launch("issue:2", func(m *Mailing) { m.Stream = "weekly" })
	w.settled(other, func(s Sums) bool { return s.Sent == 200 && s.Deferred == 200 })
	if n := g.count(); n != before {
		t.Errorf("Gmail was asked %d times by a worker that could know", n-before)
	}

	// Rested, but it refuses again: one try, and a longer rest.
	w.exec("UPDATE incidents SET held_until = clock_timestamp()")
	w.exec("UPDATE retries SET next_at = clock_timestamp()")
	eventually(t, func() (bool, string) { return w.incidents(1)[0].Times >= 2, "it to be refused again" })
	if n := g.count() - before; n > 2 {
		t.Errorf("Gmail was tried by %d", n)
	}

	// Rested and taking mail: everybody gets his, and the incident is over.
	g.say("")
	w.exec("UPDATE incidents SET held_until = clock_timestamp()")
	eventually(t, func() (bool, string) {
		w.exec("UPDATE retries SET next_at = clock_timestamp() WHERE batch_id IS NULL")
		return w.status(id).State == Finished && w.status(other).State == Finished, fmt.Sprintf("the end: %+v", w.status(id))
	})
	if n := len(g.peer.Accepted()); n != 2*400 {
		t.Errorf("%d messages were accepted", n)
	}
	eventually(t, func() (bool, string) { return len(w.incidents(-1)) == 0, "the incident to be closed" })
}

// incidents lists those that are open; want -1 is any number.
func (w *world) incidents(want int) []Incident {
	w.t.Helper()
	list, err := Incidents(context.Background(), w.db, false, 10)
	if err != nil || want >= 0 && len(list) != want {
		w.t.Fatalf("incidents %+v, %v", list, err)
	}
	return list
}

// Three refusals without a word on how long open a breaker; by hand it ends at
// once.
func TestBreakerByStrikes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100)
	w.atGmail()
	g := newGmailer(t, "550 5.7.1 policy")
	w.relay(g.peer.URL("connections=1"))
	w.run(w.brisk())
	id := w.launch("issue:1", func(m *Mailing) { m.Stream = "weekly" })
	s := w.settled(id, func(s Sums) bool { return s.Sent == 50 && s.Deferred == 50 })
	eventually(t, func() (bool, string) { return len(w.incidents(-1)) == 1, "the incident" })
	if n := g.count(); n < strikes {
		t.Errorf("Gmail was asked %d times; sums %+v", n, s)
	}
	i := w.incidents(1)[0]
	g.say("")
	w.inTx(func(tx *sqlx.Tx) error { return ResumeIncident(context.Background(), tx, i.ID, "an editor") })
	if s := w.finished(id); s.Sent != 100 || s.Failed != 0 {
		t.Errorf("sums %+v", s)
	}
	all, err := Incidents(context.Background(), w.db, true, 10)
	if err != nil || len(all) != 1 || all[0].ClosedBy != "an editor" {
		t.Errorf("incidents %+v, %v", all, err)
	}
}

// Too many complaints pause every mailing of the stream until somebody resumes.
func TestComplaintsPauseTheStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	w.relay("smtp://127.0.0.1:25")
	a := w.launch("a", func(m *Mailing) { m.Stream = "weekly" })
	b := w.launch("b", func(m *Mailing) { m.Stream = "weekly" })
	c := w.launch("c", func(m *Mailing) { m.Stream = "daily" })
	w.exec("INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome) SELECT $1, 1000 + i, 1, 1, 1 FROM generate_series(1, 2000) i", a)
	complained := func(n int64) (paused bool) {
		w.inTx(func(tx *sqlx.Tx) (err error) {
			paused, err = Complained(context.Background(), tx, a, n)
			return err
		})
		return paused
	}
	if complained(2) || complained(5) {
		t.Error("paused below the rate, or for two complaints")
	}
	if !complained(6) || w.status(a).State != Paused || w.status(b).State != Paused || w.status(c).State != Sending {
		t.Errorf("states %s, %s, %s", w.status(a).State, w.status(b).State, w.status(c).State)
	}
	if s := w.status(w.launch("next", func(m *Mailing) { m.Stream = "weekly" })); s.State != Paused || !strings.Contains(s.Note, "spam") {
		t.Errorf("the next mailing: %+v", s)
	}
	i := w.incidents(1)[0]
	if i.Rule != "REP-1" || i.Stream != "weekly" {
		t.Errorf("incident %+v", i)
	}
	w.inTx(func(tx *sqlx.Tx) error { return ResumeIncident(context.Background(), tx, i.ID, "an editor") })
	if w.status(a).State != Sending || w.status(b).State != Sending || len(w.incidents(0)) != 0 {
		t.Error("not resumed")
	}
}

// A relay that was never there becomes an incident too.
func TestRelayDownFromTheFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.relay("smtp://" + l.Addr().String() + "?connections=1")
	_ = l.Close()
	w.run(w.brisk())
	w.launch("issue:1", func(m *Mailing) { m.Stream = "weekly" })
	eventually(t, func() (bool, string) { return len(w.incidents(-1)) == 1, "the incident" })
	if i := w.incidents(1)[0]; i.Kind != IncidentRelay {
		t.Errorf("incident %+v", i)
	}
}
