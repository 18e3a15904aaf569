package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// TestUnknownIsDecidedByHand: a relay that loses three replies leaves three
// unknown; they are exported, decided one by one and mailed again, and all the
// while the sums agree. The worker that sends is listed.
func TestUnknownIsDecidedByHand(t *testing.T) {
	t.Parallel()
	const recipients = 40
	var mu sync.Mutex
	lost := map[string]bool{}
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		mu.Lock()
		defer mu.Unlock()
		if e.Phase == mailertest.Dot && len(lost) < 3 && !lost[e.Address] {
			lost[e.Address] = true
			return mailertest.Action{Accept: true, Drop: true}
		}
		return mailertest.Action{}
	}})
	s := onDatabase(t)
	s.newsletter(peer.URL("connections=2"), recipients)
	issue := s.ok("issue", "draft", "weekly", "--article", s.article("scalp-care.md"))
	s.ok("issue", "approve", issue)
	s.ok("issue", "send", issue)
	work := s.start("work")
	var st issueStatus
	finished := func() bool {
		st = issueStatus{}
		s.json(&st, "issue", "status", issue, "--json", "--providers")
		return st.State == "sent"
	}
	eventually(t, 60*time.Second, "the issue is sent", finished)
	if st.Unknown != 3 || st.Sent != recipients-3 || len(st.Providers) == 0 {
		t.Fatalf("status %+v", st)
	}
	var fleet []outbox.Worker
	if s.json(&fleet, "worker", "list", "--json"); len(fleet) != 1 || fleet[0].Protocol != outbox.Protocol {
		t.Errorf("workers %+v", fleet)
	}

	file := filepath.Join(t.TempDir(), "where.csv")
	s.ok("issue", "reconcile", issue, "--export", file)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it is only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != recipients+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var unknown []string
	for _, r := range rows[1:] {
		if r[2] == "unknown" {
			unknown = append(unknown, r[1])
		} else if r[2] != "sent" {
			t.Errorf("row %v", r)
		}
	}
	if len(unknown) != 3 {
		t.Fatalf("unknown %v", unknown)
	}
	if got := s.ok("issue", "resolve", issue, "--unknown", "sent", "--recipient", unknown[0]); got != "1" {
		t.Errorf("resolved %s", got)
	}
	if r := s.run("issue", "resolve", issue, "--unknown", "failed", "--recipient", unknown[0]); r.code != 1 || !strings.Contains(r.stderr, "is not among the unknown") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	if got := s.ok("issue", "resolve", issue, "--unknown", "resend"); got != "2" {
		t.Errorf("resolved %s", got)
	}
	eventually(t, 60*time.Second, "they are sent", func() bool { return finished() && st.Unknown == 0 })
	if watched := s.ok("issue", "status", issue, "--watch"); !strings.Contains(watched, "40 recipients = 40 sent") || len(peer.Accepted()) != recipients+2 {
		t.Errorf("status %s, %d messages", watched, len(peer.Accepted()))
	}
	work.stop()
}

// TestLimitsByHand: throttles, preferences, warm-up and incidents as a person
// meets them.
func TestLimitsByHand(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	s.ok("relay", "add", "main", "smtp://127.0.0.1:25", "--weight", "3", "--rate", "50")
	s.ok("relay", "edit", "main", "--priority", "2")
	s.ok("relay", "warmup", "main", "--first", "100")
	s.ok("throttle", "set", "--provider", "gmail", "--rate", "2.5")
	var list []outbox.Throttle
	if s.json(&list, "throttle", "list", "--json"); len(list) != 2 || list[0].Name != "gmail" || list[0].Rate != 2.5 || list[1].Name != "main" || list[1].Rate != 50 {
		t.Errorf("throttles %+v", list)
	}
	s.ok("throttle", "remove", "--provider", "gmail")
	if out := s.ok("relay", "list", "--json"); !strings.Contains(out, `"priority": 2`) || !strings.Contains(out, `"weight": 3`) {
		t.Errorf("relays %s", out)
	}
	if out := s.ok("incident", "list", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("incidents %s", out)
	}
	for want, args := range map[string][]string{
		"no relay \"none\"":            {"throttle", "set", "--relay", "none", "--rate", "1"},
		"more than 0":                  {"throttle", "set", "--provider", "gmail", "--rate", "0"},
		"has no throttle":              {"throttle", "remove", "--provider", "gmail"},
		"no open incident 7":           {"incident", "resume", "7"},
		"nothing is to be changed":     {"relay", "edit", "main"},
		"begins with at least 1":       {"relay", "warmup", "main", "--first", "0"},
		"there is no relay \"nobody\"": {"relay", "test", "nobody", "--to", "me@example.org"},
	} {
		if r := s.run(args...); r.code != 1 || !strings.Contains(r.stderr, want) {
			t.Errorf("broadsheet %q: exit %d: %s", args, r.code, r.stderr)
		}
	}
}
