package outbox

import (
	"context"
	"testing"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

func TestEverybodyGetsTheMailOnce(t *testing.T) {
	w := newWorld(t, 1200)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=10"))
	w.run(w.brisk())
	id := w.launch("issue:1", nil)
	if s := w.finished(id); s.Sent != 1200 || s.Recipients != 1200 {
		t.Errorf("sums %+v", s)
	}
	once(t, peer, 1200)
	if n := w.count("SELECT count(*) FROM intents"); n != 0 {
		t.Errorf("%d intents are left behind", n)
	}
	list, err := Ledger(context.Background(), w.db, id, w.ids[9], 5)
	if err != nil || len(list) != 5 || list[0].RecipientID != w.ids[10] {
		t.Errorf("ledger page %+v, %v", list, err)
	}
}

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
