package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// TestBenchSend: what is measured is a real issue to everybody, and nothing is
// left of it on the server.
func TestBenchSend(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	peer := mailertest.Start(t, mailertest.Options{})
	var got benchSent
	out := s.ok("bench", "send", "--relay", peer.URL(""), "--subscribers", "120", "--size", "30000", "--connections", "5", "--json")
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	taken := peer.Accepted()
	if len(taken) != 120 || got.Messages != 120 || got.Sent != 120 || !got.Balanced || got.Connections != 5 {
		t.Fatalf("%d messages were taken: %s", len(taken), out)
	}
	if n := len(taken[0].Message); n < 30_000 || n > 33_000 || got.Bytes < 30_000 {
		t.Errorf("a message has %d bytes, said to be %d", n, got.Bytes)
	}
	if !strings.HasSuffix(taken[0].To, ".invalid") {
		t.Errorf("a mail went to %s", taken[0].To)
	}
	if got.PerSecond <= 0 || got.CPU <= 0 || got.WAL <= 0 || got.Rows < 1 || got.PeakRSS <= 0 {
		t.Errorf("nothing was measured: %s", out)
	}
	if r := s.run("bench", "send", "--relay", "ftp://x"); r.code != 1 || !strings.Contains(r.stderr, "scheme") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	if lists := s.ok("list", "list", "--json"); strings.Contains(lists, "bench") {
		t.Errorf("the measurement left a list behind: %s", lists)
	}
}
