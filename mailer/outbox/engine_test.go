package outbox

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// once checks that n recipients were accepted, nobody twice.
func once(t testing.TB, peer *mailertest.Peer, n int) {
	t.Helper()
	seen := map[string]int{}
	for _, a := range peer.Accepted() {
		seen[a.To]++
		if seen[a.To] == 2 {
			t.Errorf("%s was mailed twice", a.To)
		}
	}
	if len(seen) != n {
		t.Errorf("%d recipients were mailed instead of %d", len(seen), n)
	}
}

// watch reconciles a mailing again and again until the returned function is
// called: the sums must agree at every instant.
func (w *world) watch(mailing int64) (stop func()) {
	ended := make(chan struct{})
	var polls int
	var all sync.WaitGroup
	all.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			r, err := Reconcile(context.Background(), w.db, mailing)
			if err == nil && !r.Balanced {
				w.t.Errorf("poll %d is not balanced: %+v", polls, r)
				return
			}
			if err == nil {
				polls++
			}
		}
	})
	stop = sync.OnceFunc(func() {
		close(ended)
		all.Wait()
		w.t.Logf("%d polls", polls)
	})
	w.t.Cleanup(stop)
	return stop
}

func TestEverybodyGetsTheMailOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1200)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=10"))
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	stop := w.watch(id)
	if s := w.finished(id); s.Sent != 1200 || s.Recipients != 1200 {
		t.Errorf("sums %+v", s)
	}
	stop()
	once(t, peer, 1200)
	if n := peer.Conns(); n > 10 {
		t.Errorf("%d connections were opened instead of 10", n)
	}
	if n := w.count("SELECT count(*) FROM intents"); n != 0 {
		t.Errorf("%d intents are left behind", n)
	}
	list, err := Ledger(context.Background(), w.db, id, w.ids[9], 5)
	if err != nil || len(list) != 5 || list[0].RecipientID != w.ids[10] {
		t.Errorf("ledger page %+v, %v", list, err)
	}
	past, err := History(context.Background(), w.db, w.ids[0], 5)
	if err != nil || len(past) != 1 || past[0].Key != "issue:1" || past[0].Outcome != mailer.Sent {
		t.Errorf("history %+v, %v", past, err)
	}
}

func TestTwoEnginesShareTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3000)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=5"))
	id := w.launch("issue:1", nil)
	for _, name := range []string{"one", "two"} {
		c := w.brisk()
		c.Name = name
		w.run(c)
	}
	stop := w.watch(id)
	if s := w.finished(id); s.Sent != 3000 {
		t.Errorf("sums %+v", s)
	}
	stop()
	once(t, peer, 3000)
}

// number is the number in a reader's address.
func number(address string) int {
	var n int
	_, _ = fmt.Sscanf(address, "r%d@", &n) // 0 for MAIL FROM's address
	return n
}

func TestOutcomesAreAsTheRelayGaveThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 200)
	var tried sync.Map
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		n := number(e.Address)
		_, again := tried.LoadOrStore(fmt.Sprint(e.Phase, n), true)
		switch {
		case e.Phase == mailertest.RcptTo && n == 10:
			return mailertest.Action{Reply: "550 5.1.1 nobody of that name"}
		case e.Phase == mailertest.Dot && n == 20:
			return mailertest.Action{Reply: "554 5.7.1 not wanted \xff\x1b[31m"}
		case e.Phase == mailertest.RcptTo && n == 30 && !again:
			return mailertest.Action{Reply: "451 4.7.1 come back later"}
		case e.Phase == mailertest.Dot && n == 40 && !again:
			return mailertest.Action{Reply: "421 4.3.2 closing", Drop: true}
		case e.Phase == mailertest.Dot && n == 50:
			return mailertest.Action{Accept: true, Drop: true}
		case e.Phase == mailertest.Dot && n == 60:
			return mailertest.Action{Accept: true, Reset: true}
		case e.Phase == mailertest.DataCmd && n == 70 && !again:
			return mailertest.Action{Drop: true}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=4"))
	id := w.launch("issue:1", nil)
	stop := w.watch(id)
	w.run(w.brisk())
	eventually(t, func() (bool, string) {
		s := w.status(id)
		return s.Pending == 1 && s.Deferred == 1, fmt.Sprintf("all but one to be settled: %+v", s)
	})
	w.expired(id)
	s := w.finished(id)
	stop()
	once(t, peer, 198) // those whose reply was lost among them
	got := map[int]string{}
	list, err := Ledger(context.Background(), w.db, id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Outcome != mailer.Sent {
			got[int(e.RecipientID-w.ids[0])+1] = fmt.Sprintf("%s %d %s", e.Outcome, e.Code, e.Enhanced)
		}
	}
	// The twentieth, a provider's policy, was tried until the deadline.
	want := map[int]string{10: "failed 550 5.1.1", 20: "failed 554 5.7.1", 50: "unknown 0 ", 60: "unknown 0 "}
	if !maps.Equal(got, want) {
		t.Errorf("outcomes %v instead of %v", got, want)
	}
	r := w.reconciled(id)
	if s.Unknown != 2 || len(r.UnknownRecipients) != 2 {
		t.Fatalf("sums %+v", s)
	}
	if err := r.Addresses(context.Background(), readers{w.db}); err != nil || r.UnknownRecipients[0].Address != "r50@example.net" {
		t.Errorf("unknown %+v, %v", r.UnknownRecipients, err)
	}
}

func TestDeferredUntilTheDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30)
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.RcptTo && number(e.Address) <= 5 {
			return mailertest.Action{Reply: "452 4.2.2 mailbox full"}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=3"))
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	stop := w.watch(id)
	eventually(t, func() (bool, string) {
		s := w.status(id)
		if s.State == Finished && s.Failed == 0 {
			t.Fatalf("sent while somebody was pending: %+v", s)
		}
		tried := w.count("SELECT coalesce(min(tries), 0) FROM retries")
		return s.Deferred == 5 && s.Pending == 5 && s.Sent == 25 && tried > 1, fmt.Sprintf("five to be deferred again and again: %+v", s)
	})
	w.expired(id)
	if s := w.finished(id); s.Sent != 25 || s.Failed != 5 || s.Deferred != 0 {
		t.Errorf("sums %+v", s)
	}
	stop()
	list, err := Ledger(context.Background(), w.db, id, 0, 1)
	if err != nil || list[0].Reason != ReasonGaveUp || list[0].Code != 452 || list[0].Reply != "mailbox full" || list[0].Tries < 2 {
		t.Errorf("ledger %+v, %v", list, err)
	}
}

// Whoever has left, was suppressed or erased before his intent is skipped.
func TestEntitlementAtTheLastMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=2"))
	id := w.launch("issue:1", nil)
	w.exec("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber_id = $1", w.ids[0])
	w.exec("INSERT INTO suppressions (email_hash, reason) SELECT email_hash, 'manual' FROM subscribers WHERE id = $1", w.ids[1])
	w.exec("DELETE FROM subscribers WHERE id = $1", w.ids[2])
	w.exec("DELETE FROM subscriptions WHERE subscriber_id = $1", w.ids[3])
	w.run(w.brisk())
	if s := w.finished(id); s.Sent != 36 || s.Skipped != 4 {
		t.Errorf("sums %+v", s)
	}
	once(t, peer, 36)
	list, err := Ledger(context.Background(), w.db, id, 0, 4)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"unsubscribed", "suppressed", ReasonErased, "not subscribed"} {
		if list[i].Reason != want {
			t.Errorf("recipient %d: %q instead of %q", i, list[i].Reason, want)
		}
	}
}

// Somebody leaves while the mail goes out: what committed before the intent
// counts.
func TestUnsubscribedWhileSending(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	reached, release := make(chan struct{}, 3), make(chan struct{})
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.Dot && number(e.Address) == 1 {
			reached <- struct{}{}
			return mailertest.Action{After: release}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=1"))
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	<-reached
	w.exec("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber_id = $1", w.ids[1])
	close(release)
	if s := w.finished(id); s.Sent != 2 || s.Skipped != 1 {
		t.Errorf("sums %+v", s)
	}
}

func TestUnknownIsHeldOrSentAgain(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{Hold, Resend} {
		t.Run(policy, func(t *testing.T) {
			w := newWorld(t, 30)
			var lost sync.Map
			peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
				n := number(e.Address)
				if e.Phase != mailertest.Dot || n > 2 && n != 9 {
					return mailertest.Action{}
				}
				if _, again := lost.LoadOrStore(n, true); again && n != 9 {
					return mailertest.Action{}
				}
				return mailertest.Action{Accept: n == 1, Drop: true} // the first got it, the second didn't, the ninth never does
			}})
			w.relay(peer.URL("connections=3"))
			w.run(w.brisk())
			id := w.launch("issue:1", func(m *Mailing) { m.OnUnknown = policy })
			stop := w.watch(id)
			s := w.finished(id)
			stop()
			counts, messageIDs := map[string]int{}, map[string]bool{}
			for _, a := range peer.Accepted() {
				counts[a.To]++
				for line := range strings.SplitSeq(string(a.Message), "\r\n") {
					if v, ok := strings.CutPrefix(line, "Message-ID: "); ok && a.To == "r1@example.net" {
						messageIDs[v] = true
					}
				}
			}
			if policy == Hold {
				if s.Unknown != 3 || counts["r1@example.net"] != 1 || counts["r2@example.net"] != 0 {
					t.Errorf("sums %+v, accepted %v", s, counts)
				}
				return
			}
			if s.Unknown != 1 || s.Sent != 29 || counts["r1@example.net"] != 2 || counts["r2@example.net"] != 1 || len(messageIDs) != 1 {
				t.Errorf("sums %+v, accepted %v, message ids %v", s, counts, messageIDs)
			}
			if n := w.count("SELECT max(resend) FROM batches"); fmt.Sprint(n) != maxResends {
				t.Errorf("sent again %d times instead of %s", n, maxResends)
			}
		})
	}
}

// Who can't be written to fails alone.
func TestPoisonedRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=3"))
	w.exec("UPDATE subscribers SET email = 'not an address' WHERE id = $1", w.ids[7])
	id := w.launch("issue:1", nil)
	w.run(w.brisk())
	if s := w.finished(id); s.Sent != 49 || s.Failed != 1 {
		t.Errorf("sums %+v", s)
	}
	if list, err := Ledger(context.Background(), w.db, id, w.ids[6], 1); err != nil || list[0].Reason != ReasonCompose {
		t.Errorf("ledger %+v, %v", list, err)
	}
}

// What is wrong for everybody is the mailing's fault, and nobody fails for it.
func TestNobodyCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=3"))
	w.exec("UPDATE subscribers SET name = repeat('x', 500)") // longer than the slot takes
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	eventually(t, func() (bool, string) { return w.status(id).State == Paused, "a pause" })
	if s := w.status(id); s.Pending != 50 || !strings.Contains(s.Note, "no message can be composed") {
		t.Errorf("status %+v", s)
	}
	w.exec("UPDATE subscribers SET name = ''")
	w.inTx(func(tx *sqlx.Tx) error { return Resume(context.Background(), tx, id) })
	if s := w.finished(id); s.Sent != 50 {
		t.Errorf("sums %+v", s)
	}
}

// A batch with which workers were lost twice goes one recipient at a time.
func TestSuspectBatchGoesOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	var flying, most atomic.Int32
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		switch e.Phase {
		case mailertest.RcptTo:
			n := flying.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
		case mailertest.Dot:
			flying.Add(-1)
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=5"))
	id := w.launch("issue:1", nil)
	for range poisonAfter + 1 {
		w.desk("mortal").take(w.firstBatch(id), longLease)
		w.expire()
	}
	w.run(w.brisk())
	if s := w.finished(id); s.Sent != 60 {
		t.Errorf("sums %+v", s)
	}
	if most.Load() != 1 {
		t.Errorf("%d recipients were in flight at once", most.Load())
	}
}

func TestPanicWhileComposing(t *testing.T) {
	t.Parallel()
	l := newLine(&pool{e: &Engine{c: Config{Now: time.Now}}})
	if _, err := l.compose(&task{b: &batch{}}); err == nil { // no template
		t.Error("a panic is no error")
	}
}

// A message that takes longer than the lease keeps it.
func TestLeaseIsRenewedWhileTheRelayIsSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	reached, release := make(chan struct{}), make(chan struct{})
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.Dot {
			close(reached) // a second message would panic
			return mailertest.Action{After: release}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=1"))
	for _, name := range []string{"one", "two"} {
		c := w.brisk()
		c.Name, c.Lease = name, 3*time.Second
		w.run(c)
	}
	id := w.launch("issue:1", nil)
	<-reached
	var first time.Time
	w.get(&first, "SELECT lease_until FROM batches")
	eventually(t, func() (bool, string) {
		return w.count("SELECT count(*) FROM batches WHERE lease_until > $1", first.Add(3*time.Second)) == 1, "the lease to be renewed"
	})
	close(release)
	if s := w.finished(id); s.Sent != 1 {
		t.Errorf("sums %+v", s)
	}
	if n := w.count("SELECT takeovers FROM batches"); n != 0 {
		t.Errorf("taken over %d times", n)
	}
}

func TestGateClosesWithTheLease(t *testing.T) {
	t.Parallel()
	now := time.Minute
	e := &Engine{c: Config{Boot: func() time.Duration { return now }}}
	b := &batch{}
	b.deadline.Store(int64(2 * time.Minute))
	if err := e.gate(b); err != nil {
		t.Error(err)
	}
	now = 2 * time.Minute
	if e.gate(b) == nil {
		t.Error("the gate is open when the lease may have run out")
	}
	now = time.Minute
	b.lost.Store(true)
	if e.gate(b) == nil {
		t.Error("the gate is open for a lost batch")
	}
}
