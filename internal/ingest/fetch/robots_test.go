package fetch

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestRobotsRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rules, path string
		allowed     bool
	}{
		{"", "/a", true},
		{"User-agent: *\nDisallow: /", "/a", false},
		{"User-agent: *\nDisallow:", "/a", true},
		{"User-agent: *\nDisallow: /private", "/private/a", false},
		{"User-agent: *\nDisallow: /private/", "/private", true},
		{"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true},
		{"User-agent: *\nAllow: /a\nDisallow: /a", "/a", true},
		{"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false},
		{"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", true},
		{"User-agent: *\nDisallow: /*?print=", "/x?print=1", false},
		{"User-agent: *\nDisallow: /a*b*c", "/aXbYcZ", false},
		{"User-agent: *\nDisallow: /$", "/", false},
		{"User-agent: *\nDisallow: /$", "/a", true},
		{"User-agent: GoogleBot\nDisallow: /", "/a", true},
		{"User-agent: googlebot\nUser-agent: broadsheet\nDisallow: /", "/a", false},
		{"User-agent: *\nDisallow: /\n\nUser-agent: BroadSheet\nDisallow: /b", "/a", true},
		{"User-agent: Broadsheet\nDisallow: /b\n\nUser-agent: *\nDisallow: /", "/b", false},
		{"User-agent: Broadsheet/2.0\nDisallow: /b", "/b", false},
		{"User-agent: Broadsheeter\nDisallow: /b", "/b", true},
		{"User-agent: Broadsheet\nAllow: /\n\nUser-agent: *\nDisallow: /", "/b", true},
		{"\ufeffUSER-AGENT : *  # all\r\nDISALLOW : /a # not this\r\n", "/a", false},
		{"Sitemap: https://x.example/s.xml\nnonsense\nDisallow: /", "/a", true},
		{"User-agent: *\nDisallow: /caf%C3%A9", "/caf%C3%A9", false},
	} {
		u, err := url.Parse("https://x.example" + c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := parseRobots(c.rules).allow(u); got != c.allowed {
			t.Errorf("%q, %s: allowed %v", c.rules, c.path, got)
		}
	}
}

func TestRobotsAreAskedForPagesAndRemembered(t *testing.T) {
	t.Parallel()
	asked, status := 0, http.StatusOK
	s, guard := server(t, "127.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			asked++
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "User-agent: *\nDisallow: /closed")
		case "/around":
			http.Redirect(w, r, "/closed/a", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "page")
		}
	}))
	now := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	f := New(Config{Guard: guard, Now: func() time.Time { return now }, Timeout: 20 * time.Second})
	page := func(path string) error {
		_, err := f.Page(context.Background(), s.URL+path, Conditional{})
		return err
	}
	if err := page("/open"); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/closed/a", "/around"} {
		if err := page(path); err == nil || !strings.Contains(err.Error(), "robots.txt closes it to Broadsheet") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := f.Get(context.Background(), s.URL+"/closed/feed.xml", Conditional{}); err != nil {
		t.Errorf("a feed: %v", err)
	}
	if asked != 1 {
		t.Errorf("robots.txt was fetched %d times", asked)
	}
	now, status = now.Add(2*time.Hour), http.StatusServiceUnavailable
	if err := page("/open"); err == nil || !strings.Contains(err.Error(), "robots.txt can't be had (503") {
		t.Errorf("a broken robots.txt: %v", err)
	}
	status = http.StatusForbidden
	if err := page("/closed/a"); err != nil {
		t.Errorf("no robots.txt: %v", err)
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /a*b$\nAllow: /a", "/a/b?c")
	f.Add("User-agent: broadsheet\r\nDisallow: ****$", "/")
	f.Fuzz(func(t *testing.T, rules, path string) {
		u := &url.URL{Scheme: "https", Host: "x.example", Path: "/" + path}
		parseRobots(rules).allow(u)
	})
}
