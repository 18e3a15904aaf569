package outbox

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// returning gives every reader a return path of his own.
type returning struct{ readers }

func (r returning) Slots(ctx context.Context, mailing int64, ids []int64) (map[int64]mailer.Recipient, error) {
	found, err := r.readers.Slots(ctx, mailing, ids)
	for id, x := range found {
		x.ReturnPath = fmt.Sprintf("b+%d@bounce.example.org", id)
		found[id] = x
	}
	return found, err
}

// TestSigned: what leaves is signed with all keys of the sender's domain and
// carries the reader's own return path.
func TestSigned(t *testing.T) {
	w := newWorld(t, 20)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=4"))
	var keys []*mailer.Key
	for selector, kind := range map[string]mailer.KeyKind{"s1": mailer.RSA, "s2": mailer.Ed25519} {
		k, err := mailer.GenerateKey("example.org", selector, kind)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
		w.inTx(func(tx *sqlx.Tx) error { return AddSigningKey(t.Context(), tx, k) })
	}
	other, err := mailer.GenerateKey("example.net", "s1", mailer.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	w.inTx(func(tx *sqlx.Tx) error { return AddSigningKey(t.Context(), tx, other) })
	c := w.brisk()
	c.Slots = returning{readers{w.db}}
	id := w.launch("signed", nil)
	w.run(c)
	if s := w.finished(id); s.Sent != 20 {
		t.Fatalf("sums %+v", s)
	}
	dns := &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		for _, k := range keys {
			if at, record := k.Record(); at == strings.TrimSuffix(name, ".") {
				return []string{record}, nil
			}
		}
		return nil, fmt.Errorf("no record %s", name)
	}}
	from := map[string]bool{}
	for _, m := range peer.Accepted() {
		from[m.From] = true
		results, err := dkim.VerifyWithOptions(bytes.NewReader(m.Message), dns)
		if err != nil || len(results) != 2 {
			t.Fatalf("%d signatures, %v", len(results), err)
		}
		for _, r := range results {
			if r.Err != nil || r.Domain != "example.org" {
				t.Errorf("signature of %s: %v", r.Domain, r.Err)
			}
		}
	}
	if len(from) != 20 || !from[fmt.Sprintf("b+%d@bounce.example.org", w.ids[7])] {
		t.Errorf("return paths %v", from)
	}
}

func TestSigningKeys(t *testing.T) {
	w := newWorld(t, 0)
	ctx := t.Context()
	for _, domain := range []string{"example.org", "news.example.org"} {
		k, err := mailer.GenerateKey(domain, "s1", mailer.Ed25519)
		if err != nil {
			t.Fatal(err)
		}
		w.inTx(func(tx *sqlx.Tx) error { return AddSigningKey(ctx, tx, k) })
		tx := w.db.MustBegin()
		if err := AddSigningKey(ctx, tx, k); err == nil || !strings.Contains(err.Error(), "already") {
			t.Errorf("a second key of that name gave %v", err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	for domain, want := range map[string]string{
		"example.org": "example.org", "NEWS.example.org": "news.example.org", "daily.news.example.org": "news.example.org",
		"shop.example.org": "example.org", "example.com": "", "notexample.org": "", "org": "", "": "",
	} {
		s, err := SignerFor(ctx, w.db, domain, time.Now)
		if err != nil || (s != nil) != (want != "") {
			t.Fatalf("%s: %v %v", domain, s, err)
		}
		if s == nil {
			continue
		}
		out, err := s.Sign(nil, []byte("From: a@"+domain+"\r\n\r\nx\r\n"))
		if err != nil || !bytes.Contains(out, []byte("d="+want+";")) {
			t.Errorf("%s is signed for by another than %s: %v %s", domain, want, err, out)
		}
	}
	keys, err := SigningKeys(ctx, w.db)
	if err != nil || len(keys) != 2 || keys[0].Domain != "example.org" || keys[0].CreatedAt.IsZero() {
		t.Errorf("got %v %v", keys, err)
	}
	w.inTx(func(tx *sqlx.Tx) error { return RemoveSigningKey(ctx, tx, "Example.org", "s1") })
	tx := w.db.MustBegin()
	if err := RemoveSigningKey(ctx, tx, "example.org", "s1"); err == nil || !strings.Contains(err.Error(), "no key under the selector s1") {
		t.Errorf("removing twice gave %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}
