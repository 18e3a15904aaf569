package outbox

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2000)
	var dots atomic.Int32
	half := make(chan struct{})
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.Dot && dots.Add(1) == 300 {
			close(half)
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=5"))
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	stop := w.watch(id)
	<-half
	w.inTx(func(tx *sqlx.Tx) error { return Pause(context.Background(), tx, id, "look at it first") })
	atPause := len(peer.Accepted())
	eventually(t, func() (bool, string) {
		return w.count("SELECT count(*) FROM batches WHERE owner IS NOT NULL") == 0, "the batches to be given back"
	})
	after := len(peer.Accepted())
	if after > atPause+5 || after == 2000 {
		t.Errorf("%d messages went after the pause", after-atPause)
	}
	if s := w.status(id); s.State != Paused || s.Sent != int64(after) || s.Note != "look at it first" {
		t.Errorf("status %+v, accepted %d", s, after)
	}
	w.inTx(func(tx *sqlx.Tx) error { return Resume(context.Background(), tx, id) })
	if s := w.finished(id); s.Sent != 2000 {
		t.Errorf("sums %+v", s)
	}
	stop()
	once(t, peer, 2000)
}

// A drain lets what is in flight finish, writes it and gives the leases back.
func TestDrain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1500)
	var dots atomic.Int32
	half, release := make(chan struct{}), make(chan struct{})
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase != mailertest.Dot {
			return mailertest.Action{}
		}
		if dots.Add(1) == 400 {
			close(half)
		}
		if dots.Load() >= 400 {
			return mailertest.Action{After: release}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=5"))
	_, stop := w.run(w.brisk())
	id := w.launch("issue:1", nil)
	<-half
	drained := make(chan struct{})
	go func() {
		stop()
		close(drained)
	}()
	close(release)
	<-drained
	if n := w.count("SELECT count(*) FROM batches WHERE owner IS NOT NULL") + w.count("SELECT count(*) FROM intents"); n != 0 {
		t.Errorf("%d leases or intents are left", n)
	}
	s := w.reconciled(id).Sums
	if s.Unknown != 0 || s.Sent != int64(len(peer.Accepted())) || s.Pending == 0 {
		t.Errorf("sums %+v, accepted %d", s, len(peer.Accepted()))
	}
	w.run(w.brisk())
	if s := w.finished(id); s.Sent != 1500 {
		t.Errorf("sums %+v", s)
	}
	once(t, peer, 1500)
}

// A drain that takes too long cuts the connections: what was in flight is
// written as unknown, and nothing else is lost.
func TestDrainWithAStuckRelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	stuck := make(chan struct{}, 20)
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.Dot {
			stuck <- struct{}{}
			return mailertest.Action{Hang: true}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=2"))
	c := w.brisk()
	c.Drain = 200 * time.Millisecond
	_, stop := w.run(c)
	id := w.launch("issue:1", nil)
	<-stuck
	<-stuck
	stop()
	if s := w.reconciled(id).Sums; s.Unknown != 2 || s.Pending != 18 {
		t.Errorf("sums %+v", s)
	}
}

// A relay that is down costs nobody anything: no intent, no try, and the mailing
// is pending until the relay is back.
func TestRelayDown(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]mailertest.Script{
		"greeting": mailertest.On(mailertest.Greeting, mailertest.Action{Drop: true}),
		"busy":     mailertest.On(mailertest.Greeting, mailertest.Action{Reply: "421 4.3.2 too busy", Drop: true}),
		"ehlo":     mailertest.On(mailertest.Ehlo, mailertest.Action{Reply: "550 go away"}),
		"sender":   mailertest.On(mailertest.MailFrom, mailertest.Action{Reply: "550 5.7.1 sender not allowed"}),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 600)
			var up atomic.Bool
			peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
				if up.Load() {
					return mailertest.Action{}
				}
				return down(e)
			}})
			w.relay(peer.URL("connections=3"))
			w.run(w.brisk())
			id := w.launch("issue:1", nil)
			eventually(t, func() (bool, string) { return peer.Conns() >= 12, "the relay to be tried again and again" })
			if s := w.reconciled(id).Sums; s.Pending != 600 || s.Deferred != 0 {
				t.Errorf("sums %+v", s)
			}
			if s := w.status(id); s.State != Sending {
				t.Errorf("state %s", s.State)
			}
			if n := w.count("SELECT count(*) FROM intents"); n > 0 && name != "sender" {
				t.Errorf("%d intents without a connection", n)
			}
			up.Store(true)
			if s := w.finished(id); s.Sent != 600 {
				t.Errorf("sums %+v", s)
			}
			once(t, peer, 600)
		})
	}
}

// Content that a relay refuses is nobody's fault but the mailing's: it pauses.
func TestRefusedContentPausesTheMailing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	var fixed atomic.Bool
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.Dot && !fixed.Load() {
			return mailertest.Action{Reply: "554 5.6.0 malformed message"}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=3"))
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	eventually(t, func() (bool, string) { s := w.status(id); return s.State == Paused, fmt.Sprintf("a pause: %+v", s) })
	if s := w.status(id); !strings.Contains(s.Note, "malformed message") {
		t.Errorf("note %q", s.Note)
	}
	eventually(t, func() (bool, string) {
		return w.count("SELECT count(*) FROM batches WHERE lease_until IS NOT NULL") == 0, "the batch to be given back"
	})
	if s := w.reconciled(id).Sums; s.Pending != 60 {
		t.Errorf("sums %+v", s)
	}
	fixed.Store(true)
	w.inTx(func(tx *sqlx.Tx) error { return Resume(context.Background(), tx, id) })
	if s := w.finished(id); s.Sent != 60 {
		t.Errorf("sums %+v", s)
	}
}
