package capture_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/capture"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, opt capture.Options) *capture.Server {
	t.Helper()
	s, err := capture.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dial(t *testing.T, s *capture.Server) mailer.Conn {
	t.Helper()
	r, err := mailer.ParseRelay("smtp://" + s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // Close of this transport never errs
	return c
}

func send(t *testing.T, c mailer.Conn, to string, msg []byte) error {
	t.Helper()
	return c.Send(t.Context(), mailer.Envelope{From: "news@example.org", To: to}, msg, nil)
}

func plain(id int, body string) []byte {
	return fmt.Appendf(nil, "Message-ID: <%d@example.org>\r\nSubject: number %d\r\n\r\n%s\r\n", id, id, body)
}

// TestCompiled: what the mailer makes is read back whole.
func TestCompiled(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	seen := make(chan capture.Mail, 1)
	s := start(t, capture.Options{Now: func() time.Time { return at }, OnMessage: func(m capture.Mail) { seen <- m }})
	tpl, err := mailer.Compile(mailer.Message{
		From: mail.Address{Name: "Zoë", Address: "news@example.org"}, Subject: "Grüße 🥖", Text: "Hej " + mailer.Mark("n"), HTML: "<b>" + mailer.Mark("n") + "</b>",
		Slots: []mailer.Slot{{Name: "n", Max: 100, Kind: mailer.Plain}},
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tpl.Splice(nil, mailer.Recipient{Address: "a@example.net", Name: "Åse", MessageID: "1@example.org", Date: at, Values: []string{"<Åse>"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := send(t, dial(t, s), "a@example.net", raw); err != nil {
		t.Fatal(err)
	}
	got, ok := s.Get(1)
	want := capture.Mail{
		ID: 1, From: "news@example.org", To: []string{"a@example.net"}, At: at, Raw: raw, Subject: "Grüße 🥖", MessageID: "1@example.org",
		Text: "Hej <Åse>", HTML: "<b>&lt;Åse&gt;</b>", Headers: got.Headers,
	}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.Header("from") != "Zoë <news@example.org>" || got.Headers[0].Name != "Date" || got.Header("none") != "" {
		t.Errorf("headers %v", got.Headers)
	}
	if m := <-seen; m.ID != 1 || !bytes.Equal(m.Raw, raw) {
		t.Errorf("OnMessage got %v", m.ID)
	}
}

// TestCaps: the oldest go first, ids and order stay.
func TestCaps(t *testing.T) {
	for name, opt := range map[string]capture.Options{
		"messages": {MaxMessages: 3},
		"bytes":    {MaxBytes: 3 * 6000},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, opt)
			c := dial(t, s)
			for i := 1; i <= 10; i++ {
				if err := send(t, c, "a@example.net", plain(i, strings.Repeat(strings.Repeat("x", 98)+"\r\n", 25))); err != nil {
					t.Fatal(err)
				}
			}
			var ids []int
			for _, m := range s.Mails(0) {
				ids = append(ids, m.ID)
			}
			if !slices.Equal(ids, []int{10, 9, 8}) || s.Total() != 10 {
				t.Errorf("kept %v of %d", ids, s.Total())
			}
			if two := s.Mails(2); len(two) != 2 || two[0].ID != 10 || two[0].Subject != "number 10" {
				t.Errorf("the newest two are %v", two)
			}
			if _, ok := s.Get(7); ok {
				t.Error("a dropped mail is still there")
			}
			if m, ok := s.Get(9); !ok || m.MessageID != "9@example.org" {
				t.Errorf("got %v %v", m.MessageID, ok)
			}
		})
	}
	s := start(t, capture.Options{MaxBytes: 4000})
	var e *mailer.Error
	if err := send(t, dial(t, s), "a@example.net", plain(1, strings.Repeat("x\r\n", 500))); !errors.As(err, &e) || e.Scope != mailer.ScopeMessage {
		t.Errorf("a mail that is too large gave %v", err)
	}
}

// TestUnreadable: whatever arrives is kept raw, and says what is wrong with it.
func TestUnreadable(t *testing.T) {
	s := start(t, capture.Options{})
	c := dial(t, s)
	for i, raw := range []string{
		"\r\n", "no header at all\r\n", "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nbroken",
		"Content-Type: text/plain; charset=klingon\r\n\r\nx", "Content-Type: multipart/mixed\r\n\r\nx", "Content-Transfer-Encoding: base64\r\n\r\n!!!!",
		"Subject: =?utf-9?q?x?=\r\n\r\n<script>", ": \r\n\r\n",
	} {
		raw += "\r\n"
		if err := send(t, c, "a@example.net", []byte(raw)); err != nil {
			t.Fatal(err)
		}
		if m, ok := s.Get(i + 1); !ok || string(m.Raw) != raw {
			t.Errorf("%q was kept as %q", raw, m.Raw)
		}
	}
	if m, _ := s.Get(3); m.Problem == "" || m.Subject != "x" {
		t.Errorf("a broken mail: subject %q, problem %q", m.Subject, m.Problem)
	}
}

// TestJournal: a line per accepted recipient, written before the reply, by
// many connections at once, and kept over a restart.
func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	lines := func() []string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(b)), "\n")
	}
	s := start(t, capture.Options{Journal: path, OnMessage: func(m capture.Mail) {
		if !slices.Contains(lines(), m.To[0]+" "+m.MessageID) {
			t.Errorf("mail %d is not in the journal before its reply", m.ID)
		}
	}})
	var wg sync.WaitGroup
	for i := range 8 {
		c := dial(t, s)
		wg.Go(func() {
			for j := range 10 {
				if err := send(t, c, fmt.Sprintf("r%d-%d@example.net", i, j), plain(i*10+j, "x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, capture.Options{Journal: path})
	if err := send(t, dial(t, s), "last@example.net", []byte("Subject: no id\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	got := lines()
	if len(got) != 81 || got[80] != "last@example.net -" {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	for i := range 8 {
		for j := range 10 {
			if want := fmt.Sprintf("r%d-%d@example.net %d@example.org", i, j, i*10+j); !slices.Contains(got, want) {
				t.Errorf("no line %q", want)
			}
		}
	}
}

// TestJournalFull: what can't be recorded isn't taken.
func TestJournalFull(t *testing.T) {
	s := start(t, capture.Options{Journal: "/dev/full"})
	var e *mailer.Error
	if err := send(t, dial(t, s), "a@example.net", plain(1, "x")); !errors.As(err, &e) || e.Outcome != mailer.Deferred || e.Code != 451 {
		t.Errorf("got %v", err)
	}
	if s.Total() != 0 {
		t.Error("a mail was kept that isn't in the journal")
	}
}

// TestClose cuts open connections, takes nothing half, and can be repeated.
func TestClose(t *testing.T) {
	s := start(t, capture.Options{})
	idle := dial(t, s)
	half, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = half.Close() }() // the server has cut it
	if _, err := half.Write([]byte("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.net>\r\nDATA\r\nSubject: half\r\n")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	var e *mailer.Error
	if err := send(t, idle, "a@example.net", plain(1, "x")); !errors.As(err, &e) || e.Outcome != mailer.Deferred {
		t.Errorf("a closed server gave %v", err)
	}
	if s.Total() != 0 {
		t.Error("half a mail was taken")
	}
}

func TestStartErrors(t *testing.T) {
	s := start(t, capture.Options{})
	for name, opt := range map[string]capture.Options{
		"can't listen on " + s.Addr(): {Addr: s.Addr()},
		"can't write its journal":     {Journal: filepath.Join(t.TempDir(), "none", "journal")},
	} {
		if _, err := capture.Start(opt); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want …%s…", err, name)
		}
	}
}
