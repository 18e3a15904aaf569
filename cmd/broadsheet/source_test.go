package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// listed is what scripts rely on of source list.
type listed struct {
	ID           int64  `json:"id"`
	Kind         string `json:"kind"`
	State        string `json:"state"`
	LastError    string `json:"last_error"`
	Failures     int    `json:"failures"`
	Articles     int    `json:"articles"`
	Unread       int    `json:"unread"`
	LastPolledAt string `json:"last_polled_at"`
}

func (s *site) sources() []listed {
	s.t.Helper()
	var list []listed
	s.json(&list, "source", "list", "--json")
	return list
}

// A file in a folder becomes an article, the article an issue, and the issue
// mails, without anybody but serve.
func TestAFolderIsPickedUpAndSent(t *testing.T) {
	t.Parallel()
	s := onPrivate(t)
	smtp := freeAddr(t)
	s.newsletter("smtp://"+smtp+"?connections=5", 4)
	source, err := os.ReadFile(filepath.Join("sample", "scalp-care.md"))
	if err != nil {
		t.Fatal(err)
	}
	drop := filepath.Join(s.dir, "drop")
	if err := os.Mkdir(drop, 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("drop/scalp-care.md", string(source))
	serve := s.start("serve", "--listen", freeAddr(t), "--capture", smtp)
	serve.said("web pages at")
	if id := s.ok("source", "add", "folder", "drop", "--every", "1m", "--name", "Drop"); id != "1" {
		t.Errorf("id %q", id)
	}
	eventually(t, 60*time.Second, "the folder is polled", func() bool { l := s.sources(); return len(l) == 1 && l[0].State == "waiting" })
	if l := s.sources()[0]; l.Articles != 1 || l.Unread != 0 || l.LastError != "" || l.LastPolledAt == "" || l.Kind != "folder" {
		t.Errorf("%+v", l)
	}
	issue := s.ok("issue", "draft", "weekly", "--article", "1")
	s.ok("issue", "approve", issue)
	s.ok("issue", "send", issue, "--wait")
	var st status
	s.json(&st, "issue", "status", issue, "--json")
	if st.State != "sent" || st.Sent != 4 {
		t.Errorf("%+v", st)
	}
	// By hand, beside serve: an editor's title outlives the new text.
	s.ok("article", "edit", "1", "--title", "An Editor's Title")
	s.write("drop/scalp-care.md", string(source)+"\n\nOne more thing.\n")
	s.write("drop/binary.txt", "\x00\x01\x02\x03")
	s.write("drop/data.json", `{"neither": "article nor feed"}`)
	s.write("drop/photo.png", "\x89PNG")
	eventually(t, 60*time.Second, "the new text is there", func() bool {
		r := s.run("source", "poll", "1")
		return r.code == 0 && strings.Contains(s.ok("article", "show", "1", "--json"), "One more thing.")
	})
	if show := s.ok("article", "show", "1"); !strings.Contains(show, "An Editor's Title") {
		t.Errorf("the correction is gone:\n%s", show)
	}
	if l := s.sources()[0]; l.Articles != 1 || l.Unread != 2 {
		t.Errorf("%+v", l)
	}
	serve.stop()
	s.ok("source", "remove", "1")
	if l := s.sources(); len(l) != 0 {
		t.Errorf("%+v", l)
	}
}

// feedText is a feed of some items.
func feedText(site string, items ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Site</title><link>` + site + `</link>`)
	for _, title := range items {
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s/%s</link><guid isPermaLink="false">guid-%s</guid><description>&lt;p&gt;%s&lt;/p&gt;</description></item>`,
			title, site, strings.ToLower(title), title, strings.Repeat("Whoever reads this sentence learns something. ", 10))
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

// A site on this machine: closed, unless the settings say otherwise.
func TestFetchingAndPolling(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	var mu sync.Mutex
	feed, agents := "", map[string]bool{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		agents[r.UserAgent()] = true
		switch r.URL.Path {
		case "/robots.txt":
			_, _ = fmt.Fprint(w, "User-agent: *\nDisallow: /closed")
		case "/feed.xml":
			_, _ = fmt.Fprint(w, feed)
		case "/page.md":
			http.ServeFile(w, r, filepath.Join("sample", "scalp-care.md"))
		case "/short.xml":
			_, _ = fmt.Fprintf(w, `<rss version="2.0"><channel><title>S</title><item><title>Kettles</title><link>http://%s/kettles</link><guid>k1</guid><description>A kettle boils …</description></item></channel></rss>`, r.Host)
		case "/kettles":
			_, _ = fmt.Fprint(w, `<html><body><article><h1>Kettles</h1><p>A kettle boils water, and it does so for as long as you let it. What is left is lime.</p></article></body></html>`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer web.Close()
	publish := func(items ...string) {
		mu.Lock()
		defer mu.Unlock()
		feed = feedText(web.URL, items...)
		clear(agents)
	}
	publish("Two", "One")
	if r := s.run("article", "parse", web.URL+"/page.md"); r.code != 1 || !strings.Contains(r.stderr, "127.0.0.1 (this machine)") {
		t.Errorf("closed: %+v", r)
	}
	s.env = append(s.env, "BROADSHEET_ALLOW_PRIVATE=true", "BROADSHEET_PUBLIC_URL=https://letters.example.org")
	var parsed struct {
		Title string `json:"title"`
	}
	s.json(&parsed, "article", "parse", web.URL+"/page.md", "--json")
	if parsed.Title == "" {
		t.Error("the page has no title")
	}
	var several []struct {
		Title        string `json:"title"`
		CanonicalURL string `json:"canonical_url"`
	}
	s.json(&several, "article", "parse", web.URL+"/feed.xml", "--json")
	if len(several) != 2 || several[0].Title != "Two" || several[1].CanonicalURL != web.URL+"/one" {
		t.Errorf("the feed: %+v", several)
	}
	if r := s.run("article", "parse", web.URL+"/closed/page.md"); r.code != 1 || !strings.Contains(r.stderr, "robots.txt closes it") {
		t.Errorf("robots.txt: %+v", r)
	}
	if r := s.run("article", "add", web.URL+"/gone"); r.code != 1 || !strings.Contains(r.stderr, "answered 404 Not Found") {
		t.Errorf("gone: %+v", r)
	}
	s.ok("source", "add", "feed", web.URL+"/feed.xml")
	s.ok("source", "add", "urls", s.write("pages.txt", "# ours\n"+web.URL+"/page.md\n"+web.URL+"/gone\n"))
	s.ok("source", "add", "feed", web.URL+"/page.md")
	r := s.run("source", "poll")
	for _, want := range []string{`added: article 1 "One"`, `added: article 2 "Two"`, "added: article 3 ", "/gone answered 404"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in\n%s", want, r.out)
		}
	}
	if r.code != 1 || strings.Count(r.stderr, "\n") != 0 || !strings.Contains(r.stderr, "source 3: ") || !strings.Contains(r.stderr, "is not a feed") {
		t.Errorf("%+v", r)
	}
	publish("Three", "Two", "One")
	var rows []struct {
		Verdict, Title string
		ArticleID      int64 `json:"article_id"`
	}
	s.json(&rows, "source", "poll", "1", "--json")
	if len(rows) != 3 || rows[2].Verdict != "added" || rows[2].Title != "Three" || rows[0].Verdict != "unchanged" || rows[0].ArticleID != 1 {
		t.Errorf("%+v", rows)
	}
	l := s.sources()
	if len(l) != 3 || l[0].Articles != 3 || l[1].Articles != 1 || l[1].Unread != 1 || l[2].State != "failing" || l[2].Failures != 1 {
		t.Errorf("%+v", l)
	}
	if text := s.ok("source", "list"); !strings.Contains(text, "is not a feed") || !strings.Contains(text, "1 item could not be read") {
		t.Errorf("%s", text)
	}
	s.ok("source", "add", "feed", web.URL+"/short.xml", "--full")
	s.json(&rows, "source", "poll", "4", "--json")
	if shown := s.ok("article", "show", fmt.Sprint(rows[0].ArticleID)); len(rows) != 1 || rows[0].Verdict != "added" || !strings.Contains(shown, "20 words") {
		t.Errorf("%+v %s", rows, shown)
	}
	mu.Lock()
	defer mu.Unlock()
	if !agents["Broadsheet/1.0 (+https://letters.example.org)"] || len(agents) != 1 {
		t.Errorf("user agents %v", agents)
	}
}

// serve is killed while it polls, after the first of three pages: started
// again it does the rest, and each article is there once.
func TestKilledPollIsMadeAgain(t *testing.T) {
	t.Parallel()
	s := onPrivate(t)
	release, asked := make(chan struct{}), make(chan struct{}, 100)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		if r.URL.Path == "/2" {
			asked <- struct{}{}
			select {
			case <-release:
			case <-r.Context().Done():
				return
			}
		}
		_, _ = fmt.Fprintf(w, "# Article %s\n\n%s\n", r.URL.Path, strings.Repeat("Whoever reads this sentence learns something. ", 10))
	}))
	defer web.Close()
	s.env = append(s.env, "BROADSHEET_ALLOW_PRIVATE=true")
	s.ok("source", "add", "urls", s.write("pages.txt", web.URL+"/1\n"+web.URL+"/2\n"+web.URL+"/3\n"))
	serve := s.start("serve", "--listen", freeAddr(t))
	select {
	case <-asked:
	case <-time.After(60 * time.Second):
		t.Fatal("the second page is not asked for")
	}
	if l := s.sources()[0]; l.State != "polling" || l.Articles != 1 {
		t.Errorf("in the middle: %+v", l)
	}
	serve.kill()
	close(release)
	serve = s.start("serve", "--listen", freeAddr(t))
	eventually(t, 60*time.Second, "the poll is finished", func() bool { return s.sources()[0].State == "waiting" })
	serve.stop()
	var kept []struct {
		Origin    string `json:"origin"`
		Revisions int    `json:"revisions"`
	}
	s.json(&kept, "article", "list", "--json")
	if len(kept) != 3 || s.sources()[0].Articles != 3 {
		t.Errorf("%+v", kept)
	}
	for i, a := range kept {
		if a.Revisions != 1 || a.Origin != fmt.Sprintf("%s/%d", web.URL, 3-i) {
			t.Errorf("%+v", a)
		}
	}
}
