package mailer_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// relay parses a URL that is right.
func relay(t *testing.T, url string) mailer.Relay {
	t.Helper()
	r, err := mailer.ParseRelay(url)
	if err != nil {
		t.Fatal(err)
	}
	return r.WithTimeouts(mailer.Timeouts{Dial: 20 * time.Second, Command: 20 * time.Second})
}

// send dials, sends one message and closes.
func send(t *testing.T, r mailer.Relay) error {
	t.Helper()
	c, err := r.Dial(t.Context())
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // Close of this transport never errs
	return c.Send(t.Context(), mailer.Envelope{From: "a@example.org", To: "b@example.net"}, []byte("Subject: x\r\n\r\nbody\r\n"), nil)
}

func TestTLS(t *testing.T) {
	future := time.Now().Add(time.Hour)
	server, client := mailertest.Certificate(t, future)
	expired, expiredClient := mailertest.Certificate(t, time.Now().Add(-time.Hour))
	for _, c := range []struct {
		name     string
		opt      mailertest.Options
		settings string
		client   *tls.Config
		tls      bool
		err      string
		phase    string
	}{
		{name: "auto on this machine, not offered", tls: false},
		{name: "auto on this machine, offered, unknown certificate", opt: mailertest.Options{TLS: server}, tls: true},
		{name: "required and trusted", opt: mailertest.Options{TLS: server}, settings: "tls=required", client: client, tls: true},
		{name: "required and not trusted", opt: mailertest.Options{TLS: server}, settings: "tls=required", err: "certificate can't be trusted", phase: mailer.PhaseStartTLS},
		{name: "required and expired", opt: mailertest.Options{TLS: expired}, settings: "tls=required", client: expiredClient, err: "expired", phase: mailer.PhaseStartTLS},
		{name: "required and stripped", settings: "tls=required", err: "doesn't offer STARTTLS", phase: mailer.PhaseHello},
		{name: "none though offered", opt: mailertest.Options{TLS: server}, settings: "tls=none", tls: false},
		{name: "smtps", opt: mailertest.Options{TLS: server, Implicit: true}, client: client, tls: true},
		{name: "smtps, not trusted", opt: mailertest.Options{TLS: server, Implicit: true}, err: "certificate can't be trusted", phase: mailer.PhaseConnect},
		{name: "STARTTLS refused", opt: mailertest.Options{TLS: server, Script: mailertest.On(mailertest.StartTLS, mailertest.Action{Reply: "454 4.7.0 not now", Drop: true})}, settings: "tls=required", err: "not now", phase: mailer.PhaseStartTLS},
		{name: "bytes behind the 220", opt: mailertest.Options{TLS: server, Script: mailertest.On(mailertest.StartTLS, mailertest.Action{Reply: "220 go\n250-evil\n250 AUTH PLAIN"})}, settings: "tls=required", client: client, err: "TLS", phase: mailer.PhaseStartTLS},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mailertest.Start(t, c.opt)
			r := relay(t, p.URL(c.settings))
			if c.client != nil {
				r = r.WithTLSConfig(c.client)
			}
			err := send(t, r)
			if c.err == "" {
				if got := p.Accepted(); err != nil || len(got) != 1 || got[0].TLS != c.tls {
					t.Fatalf("error %v, accepted %v", err, got)
				}
				return
			}
			var e *mailer.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.err) || e.Phase != c.phase || e.Outcome != mailer.Deferred || e.Scope != mailer.ScopeProtocol {
				t.Fatalf("got %v", err)
			}
			for _, line := range p.Lines() {
				if strings.HasPrefix(line, "MAIL") || strings.HasPrefix(line, "AUTH") {
					t.Errorf("the client said %s", line)
				}
			}
		})
	}
}

func TestAuth(t *testing.T) {
	server, client := mailertest.Certificate(t, time.Now().Add(time.Hour))
	const secret = "s3cret/+:@"
	for _, c := range []struct {
		name, url, mechanisms, err string
		auth, used                 string
		tls                        bool
		code                       int
	}{
		{name: "plain in clear on this machine", url: "smtp://u:s3cret%2F+%3A%40@"},
		{name: "login", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "LOGIN XYZ"},
		{name: "plain over TLS", url: "smtp://u:s3cret%2F+%3A%40@", tls: true},
		{name: "cram-md5", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "LOGIN PLAIN CRAM-MD5", used: "CRAM-MD5"},
		{name: "scram-sha-1", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "CRAM-MD5 SCRAM-SHA-1", used: "SCRAM-SHA-1"},
		{name: "scram-sha-256", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS", used: "SCRAM-SHA-256"},
		{name: "scram-sha-256-plus", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "SCRAM-SHA-256 SCRAM-SHA-256-PLUS", tls: true, used: "SCRAM-SHA-256-PLUS"},
		{name: "scram-sha-1-plus", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "SCRAM-SHA-1-PLUS", tls: true, used: "SCRAM-SHA-1-PLUS"},
		{name: "scram, wrong password", url: "smtp://u:wrong-password@", mechanisms: "SCRAM-SHA-256", err: "wrong user or password", code: 535},
		{name: "as the URL says", url: "smtp://u:s3cret%2F+%3A%40@", auth: "login", mechanisms: "SCRAM-SHA-256 PLAIN LOGIN", used: "LOGIN"},
		{name: "xoauth2", url: "smtp://u:s3cret%2F+%3A%40@", auth: "xoauth2", mechanisms: "PLAIN XOAUTH2", tls: true, used: "XOAUTH2"},
		{name: "xoauth2 only if asked for", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "XOAUTH2", tls: true, err: "isn't known here: XOAUTH2"},
		{name: "not what the URL says", url: "smtp://u:s3cret%2F+%3A%40@", auth: "plain", mechanisms: "LOGIN", err: "doesn't offer auth=plain; it offers LOGIN"},
		{name: "bound to nothing", url: "smtp://u:s3cret%2F+%3A%40@", auth: "scram-sha-256-plus", mechanisms: "SCRAM-SHA-256-PLUS", err: "needs an encrypted connection"},
		{name: "wrong password", url: "smtp://u:wrong-password@", err: "wrong user or password", code: 535},
		{name: "unknown mechanisms", url: "smtp://u:s3cret%2F+%3A%40@", mechanisms: "NTLM GSSAPI", err: "NTLM GSSAPI"},
	} {
		t.Run(c.name, func(t *testing.T) {
			opt := mailertest.Options{User: "u", Pass: secret, Mechanisms: c.mechanisms}
			settings := "?tls=auto"
			if c.tls {
				opt.TLS, settings = server, "?tls=required"
			}
			if c.auth != "" {
				settings += "&auth=" + c.auth
			}
			p := mailertest.Start(t, opt)
			r := relay(t, c.url+p.Addr()+settings)
			if c.tls {
				r = r.WithTLSConfig(client)
			}
			err := send(t, r)
			if c.err == "" {
				if got := p.Accepted(); err != nil || len(got) != 1 || got[0].TLS != c.tls {
					t.Fatalf("error %v, accepted %v", err, got)
				}
				if !slices.ContainsFunc(p.Lines(), func(l string) bool { return l == "AUTH "+c.used || strings.HasPrefix(l, "AUTH "+c.used+" ") }) && c.used != "" {
					t.Errorf("another mechanism than %s: %q", c.used, p.Lines())
				}
				return
			}
			var e *mailer.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.err) || e.Phase != mailer.PhaseAuth || e.Code != c.code ||
				e.Outcome != mailer.Deferred || e.Scope != mailer.ScopeProtocol || strings.Contains(err.Error(), "wrong-password") {
				t.Fatalf("got %v (%#v)", err, e)
			}
		})
	}
	t.Run("not offered", func(t *testing.T) {
		p := mailertest.Start(t, mailertest.Options{})
		if err := send(t, relay(t, "smtp://u:p@"+p.Addr())); err == nil || !strings.Contains(err.Error(), "offers no authentication") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestDialErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = relay(t, "smtp://"+addr).Dial(t.Context())
	var e *mailer.Error
	if !errors.As(err, &e) || e.Phase != mailer.PhaseConnect || !strings.Contains(err.Error(), addr) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a closed port gave %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = relay(t, "smtp://"+addr).Dial(ctx)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("a cancelled context gave %v", err)
	}
	p := mailertest.Start(t, mailertest.Options{Script: mailertest.On(mailertest.Greeting, mailertest.Action{Hang: true})})
	_, err = relay(t, p.URL("")).WithTimeouts(mailer.Timeouts{Dial: 50 * time.Millisecond}).Dial(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("a silent relay gave %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	p = mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		cancel()
		return mailertest.Action{Hang: true}
	}})
	if _, err = relay(t, p.URL("")).Dial(ctx); err == nil || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("a context that ended while waiting gave %v", err)
	}
}

func TestProbe(t *testing.T) {
	expires := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	server, client := mailertest.Certificate(t, expires)
	p := mailertest.Start(t, mailertest.Options{TLS: server, User: "u", Pass: "p", Extensions: []string{"SIZE 12345", "PIPELINING"}})
	got, err := relay(t, "smtp://u:p@"+p.Addr()+"?tls=required").WithTLSConfig(client).Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.TLS != "TLS 1.3" || !got.CertExpires.Equal(expires) || got.Auth != "PLAIN" || got.MaxSize != 12345 || got.Addr != p.Addr() ||
		!slices.Equal(got.Extensions, []string{"PIPELINING", "SIZE", "AUTH"}) {
		t.Errorf("got %+v", got)
	}
	if lines := p.Lines(); lines[len(lines)-1] != "QUIT" || len(p.Accepted()) != 0 {
		t.Errorf("lines %q", lines)
	}
	if _, err := relay(t, "smtp://u:x@"+p.Addr()+"?tls=required").WithTLSConfig(client).Probe(t.Context()); err == nil {
		t.Error("a wrong password was not noticed")
	}
}

// TestExtensions: what is offered is used, what isn't is not.
func TestExtensions(t *testing.T) {
	plain := mailertest.Start(t, mailertest.Options{Extensions: []string{"HELP"}})
	if err := send(t, relay(t, plain.URL(""))); err != nil {
		t.Fatal(err)
	}
	if lines := plain.Lines(); lines[1] != "MAIL FROM:<a@example.org>" {
		t.Errorf("lines %q", lines)
	}
	env := mailer.Envelope{From: "a@example.org", To: "jörg@bücher.example"}
	msg := []byte("Subject: x\r\n\r\nbody\r\n")
	try := func(ext ...string) (*mailertest.Peer, mailer.Conn, error) {
		p := mailertest.Start(t, mailertest.Options{Extensions: ext})
		c, err := relay(t, p.URL("")).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() }) // Close of this transport never errs
		return p, c, c.Send(t.Context(), env, msg, nil)
	}
	_, c, err := try("8BITMIME")
	var e *mailer.Error
	if !errors.As(err, &e) || e.Outcome != mailer.Failed || e.Scope != mailer.ScopeRecipient || e.Enhanced != "5.6.7" || e.Suppress != mailer.SuppressNot || !c.Usable() {
		t.Errorf("without SMTPUTF8: %v", err)
	}
	p, _, err := try("8BITMIME", "SMTPUTF8", "SIZE 100")
	if err != nil {
		t.Fatal(err)
	}
	if lines := p.Lines(); lines[1] != "MAIL FROM:<a@example.org> SIZE=20 BODY=8BITMIME SMTPUTF8" || lines[2] != "RCPT TO:<jörg@xn--bcher-kva.example>" {
		t.Errorf("lines %q", lines)
	}
	_, c, err = try("8BITMIME", "SMTPUTF8", "SIZE 19")
	if !errors.As(err, &e) || e.Outcome != mailer.Deferred || e.Scope != mailer.ScopeMessage || !c.Usable() {
		t.Errorf("too large: %v", err)
	}
}

// TestReset: RSET comes after a refused recipient and only there.
func TestReset(t *testing.T) {
	p := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Address == "bad@example.net" && e.Phase == mailertest.RcptTo {
			return mailertest.Action{Reply: "550 5.1.1 no"}
		}
		return mailertest.Action{}
	}})
	c, err := relay(t, p.URL("")).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"a@example.net", "bad@example.net", "b@example.net"} {
		if err := c.Send(t.Context(), mailer.Envelope{To: to}, []byte("a: b\r\n\r\n"), nil); (err != nil) != strings.HasPrefix(to, "bad") {
			t.Errorf("%s: %v", to, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	var verbs []string
	for _, line := range p.Lines() {
		verbs = append(verbs, line[:4])
	}
	want := "EHLO MAIL RCPT DATA MAIL RCPT DATA RSET MAIL RCPT DATA QUIT"
	if got := strings.Join(verbs, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
