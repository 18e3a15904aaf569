package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer/capture"
)

// serve is killed in the middle of 2,000 recipients and started again: the
// issue finishes by itself, nobody is mailed twice, nobody is lost, and what
// was in flight is listed by address. The judge is an SMTP server that writes
// every recipient down before it says that it took the mail.
func TestKilledServeFinishesByItself(t *testing.T) {
	t.Parallel()
	const recipients, connections, kills = 2000, 10, 2
	s := onPrivate(t)
	journal := filepath.Join(t.TempDir(), "journal")
	judge, err := capture.Start(capture.Options{Journal: journal, MaxMessages: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = judge.Close() }()
	s.newsletter("smtp://"+judge.Addr()+"?connections=10", recipients)
	issue := s.ok("issue", "draft", "weekly", "--article", s.article("scalp-care.md"))
	s.ok("issue", "approve", issue)
	s.ok("issue", "send", issue)
	for i := range kills {
		serve := s.start("serve", "--listen", freeAddr(t))
		eventually(t, 60*time.Second, "some more are sent", func() bool { return judge.Total() > (i+1)*recipients/5 })
		serve.kill()
	}
	serve := s.start("serve", "--listen", freeAddr(t))
	serve.said("web pages at")
	var st status
	eventually(t, 90*time.Second, "the issue is finished", func() bool {
		st = status{}
		if err := json.Unmarshal([]byte(s.ok("issue", "reconcile", issue, "--json")), &st); err != nil {
			t.Fatal(err)
		}
		if !st.Balanced || st.Recipients != st.Sent+st.Failed+st.Skipped+st.Unknown+st.Pending {
			t.Fatalf("not balanced: %+v", st)
		}
		return st.Pending == 0
	})
	serve.stop()
	data, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	accepted := map[string]int{}
	for line := range strings.Lines(string(data)) {
		address, _, _ := strings.Cut(line, " ")
		accepted[address]++
	}
	unknown := map[string]bool{}
	for _, u := range st.UnknownRecipients {
		unknown[u.Address] = true
	}
	for address, n := range accepted {
		if n > 1 {
			t.Errorf("%s was mailed %d times", address, n)
		}
	}
	if st.Sent+st.Unknown != recipients || st.Failed+st.Skipped != 0 {
		t.Errorf("the ledger: %+v", st)
	}
	if st.Unknown > connections*kills || len(unknown) != st.Unknown || unknown[""] {
		t.Errorf("%d unknown after %d kills with %d connections, %d listed", st.Unknown, kills, connections, len(unknown))
	}
	if missing := recipients - len(accepted); missing > st.Unknown {
		t.Errorf("%d were never mailed but only %d are unknown", missing, st.Unknown)
	}
}
