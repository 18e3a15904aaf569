package mailer_test

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// TestAttacksOnEveryTransport sends what could end a command, a message or a
// header, and what needs an extension that isn't there, over each transport:
// exactly one good message arrives, as it was sent.
func TestAttacksOnEveryTransport(t *testing.T) {
	m := sample()
	m.Text = "one\n.\ntwo\r.\rthree\n.\r\nQUIT\r\n.\r\n..\n.five" + mailer.Mark("name") + mailer.Mark("token")
	m.HTML = m.Text
	r := someone
	r.Name = "Eve\r\nBcc: all@example.org\r\n\r\n.\r\n"
	r.Values = []string{"o", "t", "\r\n.\r\nMAIL FROM:<evil@example.org>\r\n\n.\n\r.\r\nBDAT 0 LAST\r\n"}
	good, err := compile(t, m).Splice(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range mailertest.Transports(t) {
		if tr.Dir {
			continue // nobody reads commands there
		}
		t.Run(tr.Name, func(t *testing.T) {
			p := mailertest.Start(t, tr.Peer)
			c, err := tr.Dial(t.Context(), p.URL(tr.Settings), mailer.Timeouts{Dial: 20 * time.Second, Command: 20 * time.Second, Data: 20 * time.Second, Reply: 20 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }() // Close of this transport never errs
			for _, to := range []string{"\"a> ORCPT=x\"@example.net", "a@example.net\r\nDATA", "a@example.net> ORCPT=x", "a@example.net>\r\nBDAT 0 LAST\r\n"} {
				var e *mailer.Error
				if err := c.Send(t.Context(), mailer.Envelope{To: to}, good, nil); !errors.As(err, &e) || e.Outcome != mailer.Failed || e.Phase != mailer.PhaseAddress {
					t.Errorf("%q gave %v", to, err)
				}
			}
			for _, bad := range []string{"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\x00\r\n.\r", "\n"} {
				if err := c.Send(t.Context(), mailer.Envelope{To: "a@example.net"}, []byte("a: b\r\n\r\nx"+bad+"MAIL FROM:<>\r\n"), nil); err == nil {
					t.Errorf("a body with %q was sent", bad)
				}
			}
			if err := c.Send(t.Context(), mailer.Envelope{To: "b@example.net"}, good, nil); err != nil {
				t.Fatal(err)
			}
			if got := p.Accepted(); len(got) != 1 || string(got[0].Message) != string(good) || got[0].To != "b@example.net" {
				t.Errorf("%d messages arrived", len(got))
			}
			for _, line := range p.Lines() {
				verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
				if !strings.Contains("EHLO LHLO STARTTLS MAIL RCPT DATA BDAT RSET", verb) {
					t.Errorf("the relay was told %q", line)
				}
			}
		})
	}
}

// TestAttack7: what a relay can't take fails cleanly, on the spot.
func TestAttack7(t *testing.T) {
	p := mailertest.Start(t, mailertest.Options{Extensions: []string{"PIPELINING"}})
	c, err := relay(t, p.URL("")).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // Close of this transport never errs
	for to, code := range map[string]string{"jörg@example.net": "5.6.7", "j@example.net": "5.6.3"} {
		var e *mailer.Error
		err := c.Send(t.Context(), mailer.Envelope{To: to}, []byte("Subject: jörg\r\n\r\nx\r\n"), nil)
		if !errors.As(err, &e) || e.Outcome != mailer.Failed || e.Enhanced != code || e.Suppress != mailer.SuppressNot || !c.Usable() {
			t.Errorf("%s gave %v", to, err)
		}
	}
	if n := len(p.Lines()); n != 1 {
		t.Errorf("the relay was told %q", p.Lines())
	}
}

// TestAttack8: of a hostile reply no control character, invisible one or
// escape sequence is left, and nothing is longer than promised.
func TestAttack8(t *testing.T) {
	p := mailertest.Start(t, mailertest.Options{Script: mailertest.On(mailertest.RcptTo, mailertest.Action{
		Reply: "550-5.1.1 \x1b[31m<script>alert(1)</script>\x07\x00\u202e\u200b\n550 5.1.1 " + strings.Repeat("long ", 2000) + "\xff\x9b2J",
	})})
	c, err := relay(t, p.URL("")).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // Close of this transport never errs
	var e *mailer.Error
	if err := c.Send(t.Context(), mailer.Envelope{To: "b@example.net"}, []byte("a: b\r\n\r\nx\r\n"), nil); !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if strings.ContainsAny(e.Error(), "\x1b\x07\x00\r\n\u202e\u200b\u009b") || len(e.Reply) > 1000 || !strings.HasPrefix(e.Reply, "[31m<script>alert(1)</script>") {
		t.Errorf("got %q", e.Error())
	}
}

// TestStrippedTLS: with a password in hand nothing of it is said in clear,
// whether STARTTLS is missing or its answer is followed by bytes of somebody else.
func TestStrippedTLS(t *testing.T) {
	server, client := mailertest.Certificate(t, time.Now().Add(time.Hour))
	for name, opt := range map[string]mailertest.Options{
		"stripped": {User: "u", Pass: "p"},
		"injected": {User: "u", Pass: "p", TLS: server, Script: mailertest.On(mailertest.StartTLS, mailertest.Action{Reply: "220 go\n250-evil\n250 AUTH PLAIN"})},
		"refused":  {User: "u", Pass: "p", TLS: server, Script: mailertest.On(mailertest.StartTLS, mailertest.Action{Reply: "454 4.7.0 not now"})},
	} {
		p := mailertest.Start(t, opt)
		if err := send(t, relay(t, "smtp://u:p@"+p.Addr()+"?tls=required").WithTLSConfig(client)); err == nil {
			t.Errorf("%s: a message was sent", name)
		}
		for _, line := range p.Lines() {
			if strings.HasPrefix(line, "AUTH") || strings.HasPrefix(line, "MAIL") {
				t.Errorf("%s: said in clear: %s", name, line)
			}
		}
	}
}

// TestEndlessReplies: relays that never stop talking cost little memory and
// free their connection at once.
func TestEndlessReplies(t *testing.T) {
	const connections = 20
	for name, script := range map[string]mailertest.Script{
		"220-":            mailertest.On(mailertest.Greeting, mailertest.Action{Endless: "220-welcome\r\n"}),
		"one 220 line":    mailertest.On(mailertest.Greeting, mailertest.Action{Endless: strings.Repeat("220 welcome ", 1000)}),
		"EHLO":            mailertest.On(mailertest.Ehlo, mailertest.Action{Endless: "250-" + strings.Repeat("X", 60) + "\r\n"}),
		"line at RCPT":    mailertest.On(mailertest.RcptTo, mailertest.Action{Endless: strings.Repeat("550 x", 1000)}),
		"after the dot":   mailertest.On(mailertest.Dot, mailertest.Action{Endless: "250-and\r\n", Accept: true}),
		"short lines":     mailertest.On(mailertest.RcptTo, mailertest.Action{Endless: "550-\r\n"}),
		"no SMTP at all":  mailertest.On(mailertest.Greeting, mailertest.Action{Endless: "\x00\x01\x02\x03"}),
		"at RSET or MAIL": mailertest.On(mailertest.MailFrom, mailertest.Action{Endless: "451 later"}),
	} {
		t.Run(name, func(t *testing.T) {
			p := mailertest.Start(t, mailertest.Options{Script: script})
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var wg sync.WaitGroup
			for range connections {
				wg.Go(func() {
					if err := send(t, relay(t, p.URL(""))); err == nil {
						t.Error("a message was sent")
					}
				})
			}
			wg.Wait()
			runtime.ReadMemStats(&after)
			if grown := (after.TotalAlloc - before.TotalAlloc) / connections; grown > 5<<20 { // garbage included; the library quotes what it can't read
				t.Errorf("each connection allocated %d bytes", grown)
			}
		})
	}
}
