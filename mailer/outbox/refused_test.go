package outbox

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// TestRefused: who is told of a reply that says something lasting.
func TestRefused(t *testing.T) {
	w := newWorld(t, 10)
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		switch {
		case e.Phase != mailertest.RcptTo:
		case e.Address == "r3@example.net":
			return mailertest.Action{Reply: "550 5.1.1 no such user"}
		case e.Address == "r4@example.net":
			return mailertest.Action{Reply: "550 5.7.1 policy"}
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=3"))
	var mu sync.Mutex
	var heard []string
	c := w.brisk()
	c.Refused = func(_ context.Context, mailing, recipient int64, e *mailer.Error) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, fmt.Sprintf("%d %d %s %d", mailing, slices.Index(w.ids, recipient)+1, e.Rule, e.Suppress))
	}
	id := w.launch("refused", nil)
	_, stop := w.run(c)
	eventually(t, func() (bool, string) {
		mu.Lock()
		defer mu.Unlock()
		s := w.status(id)
		return s.Sent == 8 && len(heard) > 0, fmt.Sprintf("8 sent and 1 heard: %+v %q", s, heard)
	})
	stop()
	if want := fmt.Sprintf("%d 3 SMTP-2 1", id); len(heard) != 1 || heard[0] != want {
		t.Errorf("heard %q, want %s", heard, want)
	}
}
