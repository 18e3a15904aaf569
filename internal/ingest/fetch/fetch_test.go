package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestAPageWithItsValidators(t *testing.T) {
	t.Parallel()
	var seen http.Header
	s, f := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/old":
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "1", Path: "/"})
			http.Redirect(w, r, "/new#part", http.StatusMovedPermanently)
		default:
			seen = r.Header.Clone()
			w.Header().Set("ETag", `"one"`)
			w.Header().Set("Last-Modified", "Mon, 02 Nov 2026 08:00:00 GMT")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if r.Header.Get("If-None-Match") == `"one"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, "<p>Hello")
			_ = z.Close()
		}
	})
	p, err := f.Page(context.Background(), s.URL+"/old", Conditional{})
	if err != nil {
		t.Fatal(err)
	}
	if string(p.Body) != "<p>Hello" || p.URL != s.URL+"/new" || p.ContentType != "text/html; charset=utf-8" || p.NotModified {
		t.Errorf("%+v", p)
	}
	if got := seen.Get("User-Agent"); got != "Broadsheet/1.0 (+https://letters.example.org)" {
		t.Errorf("user agent %q", got)
	}
	if seen.Get("Cookie") != "" || seen.Get("Referer") != "" {
		t.Errorf("headers %v", seen)
	}
	again, err := f.Page(context.Background(), s.URL+"/old", Conditional{p.ETag, p.LastModified})
	if err != nil || !again.NotModified || again.Body != nil || again.ETag != `"one"` {
		t.Errorf("again: %+v, %v", again, err)
	}
	if got := seen.Get("If-Modified-Since"); got != "Mon, 02 Nov 2026 08:00:00 GMT" {
		t.Errorf("If-Modified-Since %q", got)
	}
}

func TestGzipBombsStop(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 40 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	s, guard := server(t, "127.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		case "/members": // empty members without end
			w.Header().Set("Content-Encoding", "gzip")
			var empty bytes.Buffer
			_ = gzip.NewWriter(&empty).Close()
			many := bytes.Repeat(empty.Bytes(), 10_000)
			for {
				if _, err := w.Write(many); err != nil {
					return
				}
			}
		case "/endless":
			for {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		case "/broken":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "no gzip at all")
		case "/brotli":
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, "x")
		}
	}))
	f := New(Config{Guard: guard, MaxBytes: 1 << 20})
	var before, after runtime.MemStats
	for path, want := range map[string]string{
		"/bomb": "larger than 1 MB", "/members": "larger than 1 MB", "/endless": "larger than 1 MB",
		"/broken": "is damaged", "/brotli": "an encoding that was not asked for",
	} {
		runtime.ReadMemStats(&before)
		_, err := f.Get(context.Background(), s.URL+path, Conditional{})
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
		if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 20<<20 {
			t.Errorf("%s took %d MB in all", path, grown>>20)
		}
	}
}

func TestSlowServersAreGivenUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s, guard := server(t, "127.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/dripping" {
			w.WriteHeader(http.StatusOK)
			_, _ = io.WriteString(w, "some")
			w.(http.Flusher).Flush()
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(release) })
	f := New(Config{Guard: guard, Timeout: 150 * time.Millisecond})
	for _, path := range []string{"/silent", "/dripping"} {
		_, err := f.Get(context.Background(), s.URL+path, Conditional{})
		if err == nil || !strings.Contains(err.Error(), "did not answer in full within 150ms") {
			t.Errorf("%s: %v", path, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Get(ctx, s.URL+"/silent", Conditional{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped by the caller: %v", err)
	}
}

func TestAnswersThatAreNoPage(t *testing.T) {
	t.Parallel()
	s, f := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/nowhere":
			w.WriteHeader(http.StatusFound) // without saying where
		case "/unasked": // there is nothing here that could be unmodified
			w.WriteHeader(http.StatusNotModified)
		case "/part":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		case "/header":
			for i := range 200 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 1000))
			}
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	_ = l.Close()
	n := &names{of: map[string][]string{}}
	strange := New(Config{Guard: Private, Resolver: n.resolver(t), Timeout: 20 * time.Second})
	for _, c := range []struct {
		f             *Fetcher
		address, want string
	}{
		{f, s.URL + "/gone", "answered 410 Gone; check the address"},
		{f, s.URL + "/nowhere", "answered 302"},
		{f, s.URL + "/unasked", "answered 304"},
		{f, s.URL + "/part", "broke off"},
		{f, s.URL + "/header", "can't be reached"},
		{f, "ftp://example.org/", "only http and https"},
		{f, "example.org", "is not a web address"},
		{f, "https://", "is not a web address"},
		{f, "https://u:hunter2@example.org/", "leave these out"},
		{f, "https://example.org/" + strings.Repeat("x", 3000), "2048 are allowed"},
		{strange, "http://nobody.example/", "the name nobody.example can't be found"},
		{strange, "http://" + nobody + "/", "connection refused"},
	} {
		_, err := c.f.Get(context.Background(), c.address, Conditional{})
		var ours *Error
		if !errors.As(err, &ours) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: %v", c.address, err)
			continue
		}
		if strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%.60s: %v", c.address, err)
		}
	}
}

func TestTheServersWordOnCharacters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, body, want string }{
		{"text/html; charset=windows-1252", "<p>caf\xe9", "<p>café"},
		{"text/html; charset=windows-1251", "<p>\xc4\xe0", "<p>Да"},
		{"text/html; charset=iso-8859-1", "<p>café", "<p>café"},                                             // UTF-8 after all
		{"text/html; charset=utf-8", "<p>caf\xe9", "<p>caf\xe9"},                                            // neither
		{"text/html; charset=windows-1251", "<meta charset=latin1>caf\xe9", "<meta charset=latin1>caf\xe9"}, // the page knows
		{"text/html; charset=klingon", "\xe9", "\xe9"},
		{"text/html", "\xe9", "\xe9"},
		{"", "\xe9", "\xe9"},
	} {
		if got := string(Page{Body: []byte(c.body), ContentType: c.kind}.Text()); got != c.want {
			t.Errorf("%s, %q: %q", c.kind, c.body, got)
		}
	}
}

func TestACertificateThatProvesNothing(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	f := New(Config{Guard: Private, Timeout: 20 * time.Second})
	if _, err := f.Get(context.Background(), s.URL+"/", Conditional{}); err == nil || !strings.Contains(err.Error(), "failed to verify certificate") {
		t.Errorf("%v", err)
	}
}
