package mailertest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/capture"
)

// Dialer opens a connection of the transport under test to a relay URL, with
// phases bounded by limit.
type Dialer func(ctx context.Context, relayURL string, limit mailer.Timeouts) (mailer.Conn, error)

// SMTP is the Dialer of package mailer.
func SMTP(ctx context.Context, relayURL string, limit mailer.Timeouts) (mailer.Conn, error) {
	r, err := mailer.ParseRelay(relayURL)
	if err != nil {
		return nil, err
	}
	return r.WithTimeouts(limit).Dial(ctx)
}

// Transport is a way to a relay that [Run] tests.
type Transport struct {
	Name     string
	Dial     Dialer
	Peer     Options // the relay that it is tested against, but for the script
	Settings string  // behind the ? of the relay's URL
	// OneWrite: commands and content leave together, so that whatever breaks
	// afterwards is Unknown, and a shut gate costs no connection.
	OneWrite bool
	// Dir: a directory takes the place of the relay.
	Dir bool
}

// Transports are those of package mailer.
func Transports(t testing.TB) []Transport {
	server, client := Certificate(t, time.Now().Add(time.Hour))
	trusting := func(ctx context.Context, url string, limit mailer.Timeouts) (mailer.Conn, error) {
		r, err := mailer.ParseRelay(url)
		if err != nil {
			return nil, err
		}
		return r.WithTimeouts(limit).WithTLSConfig(client).Dial(ctx)
	}
	all := []string{"PIPELINING", "CHUNKING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"}
	return []Transport{
		{Name: "plain", Dial: SMTP, Peer: Options{Extensions: []string{"HELP"}}},
		{Name: "pipelining", Dial: SMTP, Peer: Options{Extensions: []string{"PIPELINING", "SIZE 10000000", "8BITMIME"}}},
		{Name: "chunking", Dial: SMTP, Peer: Options{Extensions: all}, OneWrite: true},
		{Name: "one by one though more is offered", Dial: SMTP, Peer: Options{Extensions: all}, Settings: "pipeline=none"},
		{Name: "smtps", Dial: trusting, Peer: Options{Extensions: all[:1], TLS: server, Implicit: true}},
		{Name: "smtps with chunking", Dial: trusting, Peer: Options{Extensions: all, TLS: server, Implicit: true}, OneWrite: true},
		{Name: "STARTTLS", Dial: trusting, Peer: Options{Extensions: all[:1], TLS: server}, Settings: "tls=required"},
		{Name: "lmtp", Dial: SMTP, Peer: Options{Extensions: all[:1], LMTP: true}},
		{Name: "lmtp with chunking", Dial: SMTP, Peer: Options{Extensions: all, LMTP: true}, OneWrite: true},
		{Name: "file", Dial: SMTP, Dir: true},
	}
}

// RunAll runs the suite on every transport of package mailer.
func RunAll(t *testing.T) {
	for _, tr := range Transports(t) {
		t.Run(tr.Name, func(t *testing.T) { Run(t, tr) })
	}
	t.Run("capture", func(t *testing.T) {
		suite{Transport{Dial: SMTP, OneWrite: true}}.everyday(t, startCapture)
	})
}

// Run is the conformance suite: what every transport must do with a relay that
// behaves and with one that doesn't.
func Run(t *testing.T, tr Transport) {
	s := suite{tr}
	if tr.Dir {
		s.everyday(t, func(t *testing.T) sink { return dirSink{t, t.TempDir()} })
		return
	}
	s.everyday(t, func(t *testing.T) sink { return peerSink{s.peer(t, nil), tr.Settings} })
	t.Run("hostile", s.hostile)
}

// suite is the cases for one transport.
type suite struct{ Transport }

// peer starts a relay of the transport's kind.
func (s suite) peer(t *testing.T, script Script) *Peer {
	opt := s.Peer
	opt.Script = script
	return Start(t, opt)
}

// sink is a relay that knows what it accepted, oldest first.
type sink interface {
	url() string
	accepted() []Accepted
}

type peerSink struct {
	*Peer
	settings string
}

func (p peerSink) url() string          { return p.URL(p.settings) }
func (p peerSink) accepted() []Accepted { return p.Accepted() }

type captureSink struct{ *capture.Server }

func startCapture(t *testing.T) sink {
	s, err := capture.Start(capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return captureSink{s}
}

func (c captureSink) url() string { return "smtp://" + c.Addr() }
func (c captureSink) accepted() []Accepted {
	var out []Accepted
	for _, m := range c.Mails(0) {
		out = append([]Accepted{{From: m.From, To: strings.Join(m.To, ","), Message: m.Raw}}, out...)
	}
	return out
}

// dirSink reads what was written to files; the suite's Message-IDs count up.
type dirSink struct {
	t    *testing.T
	path string
}

func (d dirSink) url() string { return "file://" + d.path }
func (d dirSink) accepted() []Accepted {
	files, err := filepath.Glob(filepath.Join(d.path, "*.eml"))
	if err != nil {
		d.t.Fatal(err)
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	var out []Accepted
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			d.t.Fatal(err)
		}
		from, rest, _ := strings.Cut(strings.TrimPrefix(string(raw), "Return-Path: <"), ">\r\nDelivered-To: ")
		to, rest, _ := strings.Cut(rest, "\r\n")
		out = append(out, Accepted{From: from, To: to, Message: []byte(rest)})
	}
	return out
}

// ample are timeouts that no case is meant to reach.
var ample = mailer.Timeouts{Dial: 20 * time.Second, Command: 20 * time.Second, Data: 20 * time.Second, Reply: 20 * time.Second, Quit: 5 * time.Second}

func (s suite) mustDial(t *testing.T, url string) mailer.Conn {
	t.Helper()
	c, err := s.Dial(t.Context(), url, ample)
	if err != nil {
		t.Fatalf("dial %s: %v", url, err)
	}
	t.Cleanup(func() { _ = c.Close() }) // cases that look at Close's error do so themselves
	return c
}

// letter is a message with a body of the given lines.
func letter(id string, lines ...string) []byte {
	return []byte("From: a@example.org\r\nMessage-ID: <" + id + "@example.org>\r\nSubject: s\r\n\r\n" + strings.Join(lines, "\r\n") + "\r\n")
}

var envelope = mailer.Envelope{From: "news@example.org", To: "reader@example.net"}

func (s suite) everyday(t *testing.T, start func(*testing.T) sink) {
	t.Run("arrives as sent", func(t *testing.T) { s.arrives(t, start(t)) })
	t.Run("many on one connection", func(t *testing.T) { s.many(t, start(t)) })
	t.Run("gate", func(t *testing.T) { s.gate(t, start(t)) })
	t.Run("refuses", func(t *testing.T) { s.refuses(t, start(t)) })
	t.Run("context", func(t *testing.T) { s.context(t, start(t)) })
	t.Run("close", func(t *testing.T) { s.close(t, start(t)) })
}

func (x suite) arrives(t *testing.T, s sink) {
	c := x.mustDial(t, s.url())
	long := strings.Repeat("x", 998)
	msgs := [][]byte{
		letter("1", "plain"),
		letter("2", ".", "..", ".dot", "a.", "", ".", "RSET", "QUIT"),
		letter("3", long, "."+long[1:]),
		letter("4", strings.Split(strings.Repeat("seventy characters or so of text that fill a line of a large message\n", 15000), "\n")...),
		letter("5", "", "", ""),
	}
	for i, m := range msgs {
		if err := c.Send(t.Context(), envelope, m, nil); err != nil {
			t.Fatalf("message %d: %v", i+1, err)
		}
	}
	got := s.accepted()
	if len(got) != len(msgs) {
		t.Fatalf("%d messages arrived instead of %d", len(got), len(msgs))
	}
	for i, g := range got {
		if !bytes.Equal(g.Message, msgs[i]) {
			t.Errorf("message %d arrived changed: %d bytes instead of %d", i+1, len(g.Message), len(msgs[i]))
		}
		if g.From != envelope.From || g.To != envelope.To {
			t.Errorf("message %d: envelope %s → %s", i+1, g.From, g.To)
		}
	}
	if !c.Usable() {
		t.Error("the connection is not usable after success")
	}
}

func (x suite) many(t *testing.T, s sink) {
	c := x.mustDial(t, s.url())
	const n = 100
	for i := range n {
		env := mailer.Envelope{To: fmt.Sprintf("reader%d@example.net", i)} // the null return path
		if err := c.Send(t.Context(), env, letter(fmt.Sprint(i), "x"), func() error { return nil }); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	got := s.accepted()
	if len(got) != n {
		t.Fatalf("%d messages arrived instead of %d", len(got), n)
	}
	for i, g := range got {
		if g.From != "" || g.To != fmt.Sprintf("reader%d@example.net", i) {
			t.Errorf("message %d: envelope %q → %s", i, g.From, g.To)
		}
	}
}

func (x suite) gate(t *testing.T, s sink) {
	c := x.mustDial(t, s.url())
	calls := 0
	err := c.Send(t.Context(), envelope, letter("1", "x"), func() error {
		calls++
		if n := len(s.accepted()); n != 0 {
			t.Errorf("%d accepted while the gate was asked", n)
		}
		return nil
	})
	if err != nil || calls != 1 || len(s.accepted()) != 1 {
		t.Fatalf("error %v, gate asked %d times, %d accepted", err, calls, len(s.accepted()))
	}
	shut := errors.New("lease lost")
	err = c.Send(t.Context(), envelope, letter("2", "x"), func() error { return shut })
	e := wantError(t, err, mailer.Deferred)
	if !errors.Is(err, shut) || e != nil && (e.Scope != 0 || e.Phase != mailer.PhaseGate) {
		t.Errorf("a shut gate gave %#v", e)
	}
	if c.Usable() != (x.OneWrite || x.Dir) {
		t.Errorf("after a shut gate the connection is usable: %v", c.Usable())
	}
	c = x.mustDial(t, s.url())
	panicked := func() (v any) {
		defer func() { v = recover() }()
		_ = c.Send(t.Context(), envelope, letter("3", "x"), func() error { panic("boom") }) // it panics
		return nil
	}()
	if panicked == nil || c.Usable() && !x.Dir {
		t.Errorf("after a panic in the gate (%v) the connection is usable: %v", panicked, c.Usable())
	}
	if err := x.mustDial(t, s.url()).Send(t.Context(), envelope, letter("4", "x"), nil); err != nil {
		t.Fatal(err)
	}
	if n := len(s.accepted()); n != 2 {
		t.Errorf("%d accepted, but only two were let through", n)
	}
}

func (x suite) refuses(t *testing.T, s sink) {
	c := x.mustDial(t, s.url())
	for _, to := range []string{
		"", "reader", "@example.net", "reader@", "a b@example.net", "\"a> ORCPT=x\"@example.net",
		"x@example.net\r\nDATA", "x@example.net>\r\nRSET\r\nRCPT TO:<y@example.net", "x\r\n@example.net",
		"a@b@example.net", "<x@example.net>", "x@[127.0.0.1]", "x@exa mple.net", "x@-.net", ".x@example.net", "x..y@example.net",
		strings.Repeat("l", 65) + "@example.net", "x@" + strings.Repeat("d.", 130) + "net", "x\x00@example.net", "x\u202e@example.net",
	} {
		err := c.Send(t.Context(), mailer.Envelope{From: "a@example.org", To: to}, letter("1", "x"), nil)
		if e := wantError(t, err, mailer.Failed); e != nil && (e.Scope != mailer.ScopeRecipient || e.Phase != mailer.PhaseAddress) {
			t.Errorf("recipient %q gave %v, scope %v", to, e, e.Scope)
		}
	}
	for _, msg := range []string{
		"", "Subject: x\r\n\r\nno end", "a: b\r\n\r\nx\n.\nMAIL FROM:<>\r\n", "a: b\r\n\r\nx\r.\r\n", "a: b\r\n\r\nx\n.\r\ny\r\n", "a: b\r\n\r\nx\r\r\n",
		"a: b\r\n\r\n" + strings.Repeat("x", 999) + "\r\n",
	} {
		err := c.Send(t.Context(), envelope, []byte(msg), nil)
		if e := wantError(t, err, mailer.Failed); e != nil && e.Scope != mailer.ScopeMessage {
			t.Errorf("message %.40q gave %v, scope %v", msg, e, e.Scope)
		}
	}
	err := c.Send(t.Context(), mailer.Envelope{From: "x\r\n@y", To: envelope.To}, letter("2", "x"), nil)
	wantOutcome(t, err, mailer.Deferred)
	if !c.Usable() {
		t.Fatal("what was never sent cost the connection")
	}
	if err := c.Send(t.Context(), mailer.Envelope{From: "a@bücher.example", To: "b@BÜCHER.example"}, letter("3", "x"), nil); err != nil {
		t.Fatal(err)
	}
	got := s.accepted()
	if len(got) != 1 || got[0].From != "a@xn--bcher-kva.example" || got[0].To != "b@xn--bcher-kva.example" {
		t.Errorf("accepted %v", got)
	}
}

func (x suite) context(t *testing.T, s sink) {
	c := x.mustDial(t, s.url())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantOutcome(t, c.Send(ctx, envelope, letter("1", "x"), nil), mailer.Deferred)
	if !c.Usable() {
		t.Error("a context that had ended before cost the connection")
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	err := c.Send(ctx, envelope, letter("2", "x"), func() error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	})
	wantOutcome(t, err, mailer.Deferred)
	if c.Usable() && !x.Dir || len(s.accepted()) != 0 {
		t.Errorf("cancelled before the dot: usable %v, %d accepted", c.Usable(), len(s.accepted()))
	}
}

func (x suite) close(t *testing.T, s sink) {
	c := x.mustDial(t, s.url())
	if !c.Usable() {
		t.Error("a new connection is not usable")
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if c.Usable() {
		t.Error("a closed connection is usable")
	}
	err := c.Send(t.Context(), envelope, letter("1", "x"), nil)
	if e := wantError(t, err, mailer.Deferred); !errors.Is(err, mailer.ErrClosed) {
		t.Errorf("a closed connection gave %v", e)
	}
}

func wantOutcome(t *testing.T, err error, want mailer.Outcome) {
	t.Helper()
	_ = wantError(t, err, want) // it has reported what is wrong
}

func wantError(t *testing.T, err error, want mailer.Outcome) *mailer.Error {
	t.Helper()
	var e *mailer.Error
	if !errors.As(err, &e) {
		t.Errorf("got %v instead of a *mailer.Error", err)
		return nil
	}
	if e.Outcome != want {
		t.Errorf("outcome %v instead of %v: %v", e.Outcome, want, e)
	}
	if e.Error() == "" || strings.ContainsAny(e.Error(), "\r\n") {
		t.Errorf("the error is not one line: %q", e.Error())
	}
	return e
}
