package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// TestRelayTest: what the connection was like, what was answered and, of a
// folder, the headers that arrived.
func TestRelayTest(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	server, _ := mailertest.Certificate(t, time.Now().Add(time.Hour))
	peer := mailertest.Start(t, mailertest.Options{TLS: server, User: "me", Pass: "secret"})
	s.ok("relay", "add", "main", strings.Replace(peer.URL(""), "smtp://", "smtp://me:secret@", 1))
	out := s.ok("relay", "test", "main", "--to", "me@example.invalid", "--from", "letter@example.invalid", "--json")
	var got relayTried
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !got.Accepted || !strings.HasPrefix(got.TLS, "TLS 1.") || got.Cipher == "" || got.Auth == "" || got.Reply != "250 2.0.0 taken" || len(got.DNS) == 0 {
		t.Errorf("said %s", out)
	}
	taken := peer.Accepted()
	if len(taken) != 1 || taken[0].To != "me@example.invalid" || !strings.Contains(string(taken[0].Message), "Message-ID: <"+got.MessageID+">") {
		t.Errorf("the peer took %v", taken)
	}
	if strings.Contains(out, "secret") {
		t.Error("the password is shown")
	}

	s.ok("relay", "add", "folder", "file://"+t.TempDir())
	out = s.ok("relay", "test", "folder", "--to", "me@example.invalid", "--from", "letter@example.invalid")
	if !strings.Contains(out, "headers that arrived:") || !strings.Contains(out, "Subject: Test of relay folder") {
		t.Errorf("said %s", out)
	}

	refusing := mailertest.Start(t, mailertest.Options{Script: mailertest.On(mailertest.RcptTo, mailertest.Action{Reply: "550 5.1.1 nobody"})})
	s.ok("relay", "add", "no", refusing.URL(""))
	if r := s.run("relay", "test", "no", "--to", "me@example.invalid", "--from", "letter@example.invalid"); r.code != 1 || !strings.Contains(r.stderr, "5.1.1 nobody") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	if r := s.run("relay", "test", "no", "--to", "me@example.invalid"); r.code != 1 || !strings.Contains(r.stderr, "--from") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}
