package bounce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := goleak.Find(); err != nil { // listeners must end
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// world is a listener over a database with readers 1 to 5.
type world struct {
	t       *testing.T
	db      *pgtest.DB
	desk    *Desk
	returns mailer.VERP
	addr    string
	// complained is the last word on complaints.
	complained atomic.Value
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	if _, err := db.Exec(`INSERT INTO subscribers (email, email_key, email_hash)
		SELECT 'r' || i || '@example.net', 'r' || i || '@example.net', sha256(('r' || i)::bytea) FROM generate_series(1, 5) i`); err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.Load(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, returns: mailer.VERP{Domain: "bounce.example.org", MAC: func(data string) []byte { return ring.Hash(keyring.Bounce, data) }}}
	log := slog.New(slog.DiscardHandler)
	w.desk, err = New(Config{DB: db.DB, Audience: audience.New(db.DB, ring, time.Now), Now: time.Now, Log: log,
		Complained: func(_ context.Context, _ *Tx, mailing, complaints int64) error {
			w.complained.Store(fmt.Sprintf("%d about mailing %d", complaints, mailing))
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen("127.0.0.1:0", w.desk, w.returns, log)
	if err != nil {
		t.Fatal(err)
	}
	w.addr = l.Addr()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

// send brings a mail to an address, as a mail server would.
func (w *world) send(to, mail string) error {
	w.t.Helper()
	c, err := smtp.Dial(w.addr)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // whatever came of it is known
	return c.SendMail("", []string{to}, strings.NewReader(strings.ReplaceAll(mail, "\n", "\r\n")))
}

func (w *world) suppressed() string {
	w.t.Helper()
	var out []string
	if err := w.db.Select(&out, "SELECT subscriber_id || ' ' || reason || ' ' || note FROM suppressions ORDER BY 1"); err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(out, "; ")
}

func (w *world) list() []Bounce {
	w.t.Helper()
	list, err := List(w.t.Context(), w.db, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func dsn(action, status, diagnostic string) string {
	return fmt.Sprintf(`Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; somebody.else@example.com
Action: %s
Status: %s
Diagnostic-Code: smtp; %s

--b--
`, action, status, diagnostic)
}

const complaint = `MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: %s
Version: 1
Original-Rcpt-To: <r1@example.net>

--b--
`

// TestBounces is the whole way: who is suppressed for what, over TCP, in the
// database.
func TestBounces(t *testing.T) {
	w := newWorld(t)
	gone := dsn("failed", "5.1.1", "550 5.1.1 <r1@example.net>: no such user r1@example.net")
	for _, s := range []struct {
		mailing, recipient int64
		mail, want         string // suppressed afterwards
	}{
		{7, 1, dsn("delayed", "4.4.1", "451 4.4.1 later"), ""},
		{7, 1, dsn("failed", "5.7.1", "550 5.7.1 policy"), ""},
		{7, 2, "Subject: I am away\n\nFinal-Recipient: rfc822; r2@example.net\nAction: failed\nStatus: 5.1.1\n", ""},
		{7, 3, gone, "3 bounce SMTP-2 at mailing 7"},
		{7, 3, gone, "3 bounce SMTP-2 at mailing 7"},
		{7, 99, gone, "3 bounce SMTP-2 at mailing 7"},
		{7, 4, dsn("failed", "5.2.2", "552 5.2.2 mailbox full"), "3 bounce SMTP-2 at mailing 7"},
		{7, 4, dsn("failed", "5.2.2", "552 5.2.2 mailbox full"), "3 bounce SMTP-2 at mailing 7"},
		{8, 4, dsn("failed", "4.2.2", "452 4.2.2 mailbox full"), "3 bounce SMTP-2 at mailing 7"},
		{9, 4, dsn("failed", "5.2.2", "552 5.2.2 mailbox full"), "3 bounce SMTP-2 at mailing 7; 4 bounce SMTP-3: full for 3 issues"},
		{7, 5, fmt.Sprintf(complaint, "not-spam"), "3 bounce SMTP-2 at mailing 7; 4 bounce SMTP-3: full for 3 issues"},
		{7, 5, fmt.Sprintf(complaint, "abuse"), "3 bounce SMTP-2 at mailing 7; 4 bounce SMTP-3: full for 3 issues; 5 complaint SMTP-11 at mailing 7"},
	} {
		to := w.returns.Address(s.mailing, s.recipient)
		if s.recipient == 3 {
			to = strings.ToUpper(to)
		}
		if err := w.send(to, s.mail); err != nil {
			t.Fatalf("%d.%d: %v", s.mailing, s.recipient, err)
		}
		if got := w.suppressed(); got != s.want {
			t.Errorf("%d.%d\n got %s\nwant %s", s.mailing, s.recipient, got, s.want)
		}
	}
	list := w.list()
	if len(list) != 7 {
		t.Fatalf("%d facts: %+v", len(list), list)
	}
	if b := list[6]; b.Kind != KindBounce || b.MailingID != 7 || b.RecipientID != 1 || b.Code != 550 || b.Enhanced != "5.7.1" || b.Rule != "SMTP-4" || b.Scope != "sender" || b.Suppressed {
		t.Errorf("the first is %+v", b)
	}
	if b := list[5]; !b.Suppressed || b.Diagnostic != "<address>: no such user <address>" {
		t.Errorf("the second is %+v", b)
	}
	if b := list[0]; b.Kind != KindComplaint || !b.Suppressed || b.Diagnostic != "abuse" {
		t.Errorf("the last is %+v", b)
	}
	if got := w.complained.Load(); got != "1 about mailing 7" {
		t.Errorf("told of complaints: %v", got)
	}
}

// TestForged: without a valid MAC nothing is even read (SMTP-12).
func TestForged(t *testing.T) {
	w := newWorld(t)
	real := w.returns.Address(7, 1)
	other := mailer.VERP{Domain: w.returns.Domain, MAC: func(string) []byte { return make([]byte, 32) }}
	for _, to := range []string{
		other.Address(7, 1), strings.Replace(real, "b+7.1", "b+7.2", 1), strings.Replace(real, "b+7.1", "b+8.1", 1),
		"r1@example.net", "postmaster@bounce.example.org", strings.Replace(real, "bounce.example.org", "example.org", 1), "b+7.1@bounce.example.org",
	} {
		var e *smtp.SMTPError
		if err := w.send(to, dsn("failed", "5.1.1", "550 5.1.1 no")); !errors.As(err, &e) || e.Code != 550 {
			t.Errorf("%s gave %v", to, err)
		}
	}
	if got := w.suppressed(); got != "" || len(w.list()) != 0 {
		t.Errorf("suppressed %q, facts %+v", got, w.list())
	}
}

// TestFeedbackLoop: a complaint at the registered address counts if it quotes a
// return path that was really ours.
func TestFeedbackLoop(t *testing.T) {
	w := newWorld(t)
	loop := w.returns.Feedback()
	other := mailer.VERP{Domain: w.returns.Domain, MAC: func(string) []byte { return make([]byte, 32) }}
	quoting := func(path string) string {
		return strings.Replace(fmt.Sprintf(complaint, "abuse"), "\nVersion: 1\n", "\nOriginal-Mail-From: <"+path+">\n", 1)
	}
	for _, mail := range []string{
		fmt.Sprintf(complaint, "abuse"), quoting(other.Address(7, 1)), quoting("news@example.org"), quoting(loop), dsn("failed", "5.1.1", "550 5.1.1 no"),
	} {
		if err := w.send(loop, mail); err != nil || w.suppressed() != "" {
			t.Errorf("got %v, suppressed %q by %s", err, w.suppressed(), mail)
		}
	}
	if err := w.send(loop, quoting(w.returns.Address(7, 2))); err != nil || w.suppressed() != "2 complaint SMTP-11 at mailing 7" {
		t.Errorf("got %v, suppressed %q", err, w.suppressed())
	}
}

// TestKeepFails: what can't be kept is asked for again, and then kept.
func TestKeepFails(t *testing.T) {
	w := newWorld(t)
	if _, err := w.db.Exec("ALTER TABLE suppressions RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	to, mail := w.returns.Address(7, 1), dsn("failed", "5.1.1", "550 5.1.1 no")
	var e *smtp.SMTPError
	if err := w.send(to, mail); !errors.As(err, &e) || e.Code != 451 {
		t.Errorf("got %v", err)
	}
	if _, err := w.db.Exec("ALTER TABLE away RENAME TO suppressions"); err != nil {
		t.Fatal(err)
	}
	if len(w.list()) != 0 {
		t.Error("half of it was kept")
	}
	if err := w.send(to, mail); err != nil || w.suppressed() != "1 bounce SMTP-2 at mailing 7" {
		t.Errorf("got %v, suppressed %q", err, w.suppressed())
	}
}

// TestLimits: neither size, nor recipients, nor connections are without bound.
func TestLimits(t *testing.T) {
	w := newWorld(t)
	to := w.returns.Address(7, 1)
	if err := w.send(to, dsn("failed", "5.1.1", "550 5.1.1 no")+strings.Repeat(strings.Repeat("x", 70)+"\n", maxMessage/70)); err == nil {
		t.Error("a mail of more than 2 MB was taken")
	}
	c, err := smtp.Dial(w.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // it is only asked
	if err := c.Mail("", nil); err != nil {
		t.Fatal(err)
	}
	taken := 0
	for i := range maxRecipients + 5 {
		if err := c.Rcpt(w.returns.Address(7, int64(i)), nil); err == nil {
			taken++
		}
	}
	if taken != maxRecipients {
		t.Errorf("%d recipients were taken", taken)
	}
	if len(w.list()) != 0 {
		t.Errorf("facts %+v", w.list())
	}
}

func TestConnectionsOfOneAddress(t *testing.T) {
	w := newWorld(t)
	var crowd []net.Conn
	greeted := 0
	for range maxConnectionsIP + 3 {
		c, err := net.Dial("tcp", w.addr)
		if err != nil {
			t.Fatal(err)
		}
		crowd = append(crowd, c)
		line := make([]byte, 3)
		if _, err := c.Read(line); err == nil && string(line) == "220" {
			greeted++
		}
	}
	for _, c := range crowd {
		_ = c.Close() // they only stood there
	}
	if greeted != maxConnectionsIP {
		t.Errorf("%d connections from one address", greeted)
	}
}

// TestRefused: the relay's own replies suppress alike; several at once count once.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			w.desk.Refused(t.Context(), 7, 1, &mailer.Error{Outcome: mailer.Failed, Scope: mailer.ScopeRecipient, Code: 550, Enhanced: "5.1.1",
				Reply: "<r1@example.net> unknown", Rule: "SMTP-2", Suppress: mailer.SuppressNow})
			w.desk.Refused(t.Context(), 7, 2, &mailer.Error{Outcome: mailer.Failed, Scope: mailer.ScopeSender, Code: 550, Enhanced: "5.7.1", Rule: "SMTP-4"})
		})
	}
	wg.Wait()
	if got := w.suppressed(); got != "1 bounce SMTP-2 at mailing 7" {
		t.Errorf("suppressed %s", got)
	}
	if list := w.list(); len(list) != 1 || list[0].Kind != KindRefusal || list[0].Diagnostic != "<address> unknown" {
		t.Errorf("facts %+v", list)
	}
	if err := postgres.InTx(t.Context(), w.db.DB, func(tx *Tx) error {
		already, err := w.desk.audience.SuppressReader(t.Context(), tx, 99, "bounce", "")
		if !already {
			t.Error("somebody who isn't there was suppressed")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if _, err := Listen(w.addr, w.desk, w.returns, nil); err == nil || !strings.Contains(err.Error(), "choose another address with --bounce-listen") {
		t.Errorf("got %v", err)
	}
}
