package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// status is what scripts rely on of issue status and issue reconcile.
type status struct {
	State             string `json:"state"`
	Recipients        int    `json:"recipients"`
	Sent              int    `json:"sent"`
	Failed            int    `json:"failed"`
	Skipped           int    `json:"skipped"`
	Unknown           int    `json:"unknown"`
	Deferred          int    `json:"deferred"`
	Pending           int    `json:"pending"`
	Balanced          bool   `json:"balanced"`
	UnknownRecipients []struct {
		Address string `json:"address"`
	} `json:"unknown_recipients"`
}

const postal = "Example Media, 100 Example Street, Portland, OR 97201, USA"

// newsletter makes list, relay and newsletter for readers made by number.
func (s *site) newsletter(relay string, readers int) {
	s.t.Helper()
	var csv strings.Builder
	csv.WriteString("email,name,zone\n")
	for i := range readers {
		fmt.Fprintf(&csv, "reader%d@a.example,Reader %d,Europe/Berlin\n", i, i)
	}
	s.ok("list", "create", "readers", "--name", "Readers")
	s.ok("subscriber", "import", s.write("readers.csv", csv.String()), "--list", "readers", "--confirmed", "--consent", "test form, 2026")
	s.ok("relay", "add", "main", relay)
	s.ok("newsletter", "create", "weekly", "--name", "The Weekly", "--from", "The Weekly <letter@example.org>",
		"--list", "readers", "--postal", postal, "--zone", "Europe/Berlin", "--relay", "main")
}

// article keeps one of the samples and gives its id.
func (s *site) article(name string) string {
	s.t.Helper()
	source, err := os.ReadFile(filepath.Join("sample", name))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.ok("article", "add", s.write(name, string(source)))
}

func get(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", address, res.Status, body)
	}
	return string(body)
}

// The README's tutorial, with an article that has everything wrong that an
// editor can mend: no title, a pick that leads nowhere, damaged characters.
func TestTutorial(t *testing.T) {
	t.Parallel()
	s := onPrivate(t)
	web, smtp := freeAddr(t), freeAddr(t)
	s.env = append(s.env, "BROADSHEET_LISTEN="+web, "BROADSHEET_PUBLIC_URL=http://"+web)

	source, err := os.ReadFile(filepath.Join("sample", "skin-barrier.txt"))
	if err != nil {
		t.Fatal(err)
	}
	file := s.write("article.txt", string(source))
	var parsed struct {
		Title      string   `json:"title"`
		Author     string   `json:"author"`
		Disclosure []string `json:"disclosure"`
		Takeaways  []string `json:"takeaways"`
		Picks      []struct{ Name, Label, CTA, URL string }
		Text       string `json:"text"`
	}
	s.json(&parsed, "article", "parse", file, "--json", "--title", "Do Less")
	if parsed.Title != "Do Less" || parsed.Author != "The Fern & Ivy Team" || len(parsed.Disclosure) != 1 || len(parsed.Takeaways) < 3 {
		t.Errorf("parsed %+v", parsed)
	}
	if !strings.Contains(parsed.Text, "skin—it may be") || strings.Contains(parsed.Text, "Table of Contents") {
		t.Errorf("text %q", parsed.Text)
	}
	if r := s.run("article", "add", file); r.code != 1 || !strings.Contains(r.stderr, "has no title; give it one with --title") {
		t.Errorf("an article without a title: %+v", r)
	}
	article := s.ok("article", "add", file, "--title", "Do Less")

	s.newsletter("smtp://"+smtp+"?connections=5", 6)
	s.ok("schedule", "set", "weekly", "--cron", "every Tuesday at 08:00")
	var next []struct{ Wall, Zone, UTC string }
	s.json(&next, "schedule", "next", "weekly", "-n", "5", "--json")
	if len(next) != 5 || !strings.HasSuffix(next[0].Wall, "T08:00") || next[0].Zone != "Europe/Berlin" {
		t.Errorf("next firings %+v", next)
	}

	serve := s.start("serve", "--capture", smtp)
	serve.said("web pages at")
	issue := s.ok("issue", "draft", "weekly", "--article", article)
	if r := s.run("issue", "approve", issue); r.code != 1 || !strings.Contains(r.stderr, "PICK-1") {
		t.Errorf("approving a pick that leads nowhere: %+v", r)
	}
	s.ok("article", "edit", article, "--canonical-url", "https://example.org/do-less")
	s.ok("issue", "preview", issue, "--out", "preview")
	if page, err := os.ReadFile(filepath.Join(s.dir, "preview", "message.html")); err != nil || !strings.Contains(string(page), "Do Less") {
		t.Errorf("preview: %v, %.80s", err, page)
	}
	s.ok("issue", "approve", issue)
	s.ok("issue", "send", issue, "--wait")
	var st status
	s.json(&st, "issue", "status", issue, "--json")
	if st.State != "sent" || st.Sent != 6 || st.Recipients != 6 || st.Pending != 0 {
		t.Errorf("status %+v", st)
	}
	s.json(&st, "issue", "reconcile", issue, "--json")
	if !st.Balanced || st.UnknownRecipients == nil {
		t.Errorf("reconciled %+v", st)
	}
	if page := get(t, "http://"+web+"/archive/"+issue); !strings.Contains(page, "Do Less") {
		t.Errorf("web version: %.200s", page)
	}
	s.leave(web)

	second := s.ok("issue", "draft", "weekly", "--article", s.article("scalp-care.md"))
	s.ok("issue", "approve", second)
	s.ok("issue", "send", second, "--wait")
	s.json(&st, "issue", "status", second, "--json")
	if st.Recipients != 5 || st.Sent != 5 {
		t.Errorf("the second issue: %+v", st)
	}
	serve.stop()
	s.json(&st, "issue", "status", issue, "--json") // also without serve
	if st.Sent != 6 {
		t.Errorf("after serve has ended: %+v", st)
	}
}

// leave takes a reader off by the button of the mail he got.
func (s *site) leave(web string) {
	s.t.Helper()
	list := get(s.t, "http://"+web+"/inbox/")
	m := regexp.MustCompile(`href="(/inbox/\d+)"`).FindStringSubmatch(list)
	if m == nil {
		s.t.Fatalf("no mail in the inbox: %s", list)
	}
	raw := get(s.t, "http://"+web+m[1]+"/eml")
	link := regexp.MustCompile(`List-Unsubscribe:\s*<(http[^>]+)>`).FindStringSubmatch(raw)
	if link == nil {
		s.t.Fatalf("the mail has no List-Unsubscribe: %.2000s", raw)
	}
	get(s.t, link[1]) // a scanner that follows links changes nothing
	res, err := http.PostForm(link[1], url.Values{"List-Unsubscribe": {"One-Click"}})
	if err != nil {
		s.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		s.t.Errorf("one-click unsubscribe: %s", res.Status)
	}
}

func TestDemo(t *testing.T) {
	s := &site{t: t, dir: t.TempDir(), env: append(clean(), "BROADSHEET_LISTEN="+freeAddr(t))}
	r := s.run("demo", "--exit")
	if r.code != 0 {
		t.Fatalf("exit %d\n%s\n%s", r.code, r.out, r.stderr)
	}
	for _, want := range []string{"25 recipients = 24 sent + 0 failed + 1 skipped + 0 unknown + 0 pending; balanced: yes", "unsubscribed", "/inbox/", "/archive/1"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("the summary lacks %q:\n%s", want, r.out)
		}
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "broadsheet-demo-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A schedule a minute ahead sends on time and once, with two serves on one
// database.
func TestTwoServesFireOnce(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	smtp := freeAddr(t)
	s.newsletter("smtp://"+smtp+"?connections=3", 4)
	s.ok("newsletter", "edit", "weekly", "--auto-approve")
	s.article("scalp-care.md")
	due := time.Now().UTC().Truncate(time.Minute).Add(time.Minute)
	if time.Until(due) < 5*time.Second {
		due = due.Add(time.Minute)
	}
	first := s.start("serve", "--listen", freeAddr(t), "--capture", smtp)
	second := s.start("serve", "--listen", freeAddr(t))
	first.said("web pages at")
	second.said("web pages at")
	s.ok("schedule", "set", "weekly", "--cron", fmt.Sprintf("%d %d * * *", due.Minute(), due.Hour()), "--zone", "UTC")
	var issues []struct {
		Issue      int64      `json:"issue"`
		State      string     `json:"state"`
		Sent       int        `json:"sent"`
		LaunchedAt *time.Time `json:"launched_at"`
	}
	eventually(t, time.Until(due)+20*time.Second, "the scheduled issue is sent", func() bool {
		issues = nil
		if err := json.Unmarshal([]byte(s.ok("issue", "list", "weekly", "--json")), &issues); err != nil {
			t.Fatal(err)
		}
		return len(issues) > 0 && issues[0].State == "sent"
	})
	if len(issues) != 1 || issues[0].Sent != 4 {
		t.Fatalf("issues %+v", issues)
	}
	if late := issues[0].LaunchedAt.Sub(due); late < 0 || late > 10*time.Second {
		t.Errorf("launched %s after it was due", late)
	}
	first.stop()
	second.stop()
}
