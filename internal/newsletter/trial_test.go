package newsletter

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer"
)

// A test mail is what every reader gets, byte for byte, but for the mark before
// it and links that open nothing; nobody's ledger knows of it.
func TestATestMailIsTheVeryMail(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.readers("", "ada@a.example")
	a := w.article("water")
	issue := w.digest(Content{Articles: []int64{a, w.article("sun")}})
	preview, err := w.service.Preview(ctx, issue)
	w.must(err)
	for _, approved := range []bool{false, true} {
		if approved {
			w.must(w.service.Approve(ctx, issue, "test"))
		}
		got, err := w.service.SendTest(ctx, issue, " editor@example.org ")
		w.must(err)
		if got.Approved != approved || got.Relay != "inbox" || got.SHA256 != preview.Template.SHA256() {
			t.Errorf("approved %v: %+v", approved, got)
		}
	}
	mails := w.inbox.Mails(10)
	if len(mails) != 2 {
		t.Fatalf("%d mails", len(mails))
	}
	for _, m := range mails {
		if m.To[0] != "editor@example.org" || m.Header(TestHeader) == "" || m.Subject != preview.Subject {
			t.Errorf("to %v, %q, subject %q", m.To, m.Header(TestHeader), m.Subject)
		}
		date, err := parseDate(m.Header("Date"))
		w.must(err)
		want, err := preview.Template.Splice(nil, mailer.Recipient{Address: "editor@example.org", MessageID: m.MessageID, Date: date,
			Values: []string{testToken, testToken, testToken}})
		w.must(err)
		_, rest, _ := bytes.Cut(m.Raw, []byte("\r\n"))
		if !bytes.Equal(bytes.TrimRight(rest, "\r\n"), bytes.TrimRight(want, "\r\n")) {
			t.Error("the test mail is not what will be sent")
		}
	}
	var rows int
	w.must(w.db.Get(&rows, "SELECT (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM mailings)"))
	if rows != 0 {
		t.Error("the ledger knows of a test")
	}
}

func TestTestMailsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	issue := w.issue(w.article("water"))
	w.tx(func(tx *sqlx.Tx) error {
		_, err := w.audience.Suppress(ctx, tx, "gone@example.org", "manual", "")
		return err
	})
	for to, want := range map[string]string{"nonsense": "@", "gone@example.org": "is suppressed", "a@b.example\r\nBcc: x@y.example": "address"} {
		if _, err := w.service.SendTest(ctx, issue, to); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if _, err := w.service.SendTest(ctx, 99, "a@b.example"); err == nil || !strings.Contains(err.Error(), "no issue 99") {
		t.Errorf("an issue that isn't there: %v", err)
	}
	w.must(w.inbox.Close())
	if _, err := w.service.SendTest(ctx, issue, "a@b.example"); err == nil || !strings.Contains(err.Error(), "the relay inbox did not take the test mail") {
		t.Errorf("a relay that is gone: %v", err)
	}
}
