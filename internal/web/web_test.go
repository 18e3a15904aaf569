package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/web"
)

// log is a log that can be read while it is written.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func start(t *testing.T, routes ...web.Route) (*httptest.Server, *log) {
	t.Helper()
	l := &log{}
	h, err := web.New(web.Options{Name: "The Weekly", Log: slog.New(slog.NewTextHandler(l, nil)), Now: time.Now}, routes...)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, l
}

func do(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func fails(err error) web.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func TestErrorsBecomePages(t *testing.T) {
	evil := `<img src=x onerror=alert(1)>`
	secret := errors.New(`pq: relation "secrets" does not exist`)
	var null *http.Request
	s, l := start(t,
		web.Route{Pattern: "GET /missing", Handler: fails(web.NotFound("No " + evil + " here."))},
		web.Route{Pattern: "GET /wrapped", Handler: fails(fmt.Errorf("deep: %w", web.Conflict("It is so.")))},
		web.Route{Pattern: "GET /bad", Handler: fails(web.BadRequest("Say it again."))},
		web.Route{Pattern: "GET /broken/{token}", Handler: fails(secret)},
		web.Route{Pattern: "GET /slow", Handler: fails(fmt.Errorf("query: %w", context.DeadlineExceeded))},
		web.Route{Pattern: "GET /panics", Handler: func(http.ResponseWriter, *http.Request) error { return errors.New(null.Host) }},
		web.Route{Pattern: "POST /form", Handler: func(_ http.ResponseWriter, r *http.Request) error { return r.ParseForm() }},
	)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/missing":          {404, "No &lt;img src=x onerror=alert(1)&gt; here."},
		"/wrapped":          {409, "It is so."},
		"/bad":              {400, "Say it again."},
		"/broken/s3cr3t":    {500, "The fault is ours"},
		"/slow":             {503, "took too long"},
		"/panics":           {500, "The fault is ours"},
		"/no/such":          {404, "There is no page at this address."},
		"/broken/s3cr3t/..": {404, "There is no page"},
	} {
		resp, body := do(t, "GET", s.URL+path, "")
		if resp.StatusCode != want.status || !strings.Contains(body, want.text) || !strings.Contains(body, "<!DOCTYPE html>") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
		for _, leak := range []string{"pq:", "secrets", "goroutine", "runtime error", "nil pointer", "<img"} {
			if strings.Contains(body, leak) {
				t.Errorf("%s: the page says %q", path, leak)
			}
		}
		id := resp.Header.Get("X-Request-Id")
		if want.status >= 500 && (id == "" || !strings.Contains(body, id) || !strings.Contains(l.String(), id)) {
			t.Errorf("%s: page and log don't both name request %q", path, id)
		}
		if strings.Contains(body, id) != (want.status >= 500) {
			t.Errorf("%s: the request id belongs on pages for our own faults only", path)
		}
	}
	for _, want := range []string{"secrets", "nil pointer dereference", "web_test.go", `route="GET /broken/{token}" status=500`} {
		if !strings.Contains(l.String(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	if strings.Contains(l.String(), "s3cr3t") {
		t.Error("the log holds a token")
	}
	resp, _ := do(t, "POST", s.URL+"/form", strings.Repeat("x", 65<<10), "Content-Type", "application/x-www-form-urlencoded")
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d", resp.StatusCode)
	}
	if resp, _ := do(t, "PUT", s.URL+"/missing", ""); resp.StatusCode != 404 {
		t.Errorf("an unknown method: %d", resp.StatusCode)
	}
}

func TestEveryAnswerIsHardened(t *testing.T) {
	s, _ := start(t, web.Route{Pattern: "GET /ok", Handler: func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, "fine")
		return err
	}})
	for _, path := range []string{"/ok", "/no"} {
		resp, _ := do(t, "GET", s.URL+path, "")
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff",
			"X-Frame-Options":        "DENY",
			"Referrer-Policy":        "no-referrer",
			"Cache-Control":          "no-store",
		} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		csp := resp.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: the policy is %q", path, csp)
		}
		if len(resp.Cookies()) != 0 {
			t.Errorf("%s sets cookies", path)
		}
	}
}

func TestForeignFormsAreRefused(t *testing.T) {
	done := func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, "done")
		return err
	}
	s, _ := start(t,
		web.Route{Pattern: "POST /own/{x}", Handler: done},
		web.Route{Pattern: "POST /any/{x}", Handler: done, AnyOrigin: true},
	)
	for _, c := range []struct {
		path, name, value string
		status            int
	}{
		{"/own/1", "Sec-Fetch-Site", "cross-site", 403},
		{"/own/1", "Origin", "https://evil.example", 403},
		{"/own/1", "Sec-Fetch-Site", "same-origin", 200},
		{"/own/1", "Origin", s.URL, 200},
		{"/own/1", "X-None", "1", 200}, // no browser
		{"/any/1", "Sec-Fetch-Site", "cross-site", 200},
		{"/any/1", "Origin", "https://mail.example", 200},
	} {
		if resp, _ := do(t, "POST", s.URL+c.path, "", c.name, c.value); resp.StatusCode != c.status {
			t.Errorf("%s with %s: %s gives %d, want %d", c.path, c.name, c.value, resp.StatusCode, c.status)
		}
	}
}

// TestHalfAnAnswerIsCut: a handler that panics after it began to write must not
// look as if it had finished.
func TestHalfAnAnswerIsCut(t *testing.T) {
	s, _ := start(t, web.Route{Pattern: "GET /half", Handler: func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
		_ = http.NewResponseController(w).Flush()
		panic("half way")
	}})
	resp, err := http.Get(s.URL + "/half")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("the answer looks complete")
	}
}

func TestWrongTablesAreErrors(t *testing.T) {
	o := web.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now}
	h := fails(nil)
	for _, routes := range [][]web.Route{
		{{Pattern: "GET /a", Handler: h}, {Pattern: "GET /a", Handler: h}},
		{{Pattern: "GET /{", Handler: h}},
	} {
		if _, err := web.New(o, routes...); err == nil || !strings.Contains(err.Error(), "route GET /") {
			t.Errorf("got %v", err)
		}
	}
	if _, err := web.ParsePages("public/none.html"); err == nil {
		t.Error("a page that isn't there was parsed")
	}
}

// TestSlowRequestsAreDropped: a client that never ends its header holds no
// connection for ever.
func TestSlowRequestsAreDropped(t *testing.T) {
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	srv := web.Server(h, slog.New(slog.DiscardHandler))
	if srv.ReadHeaderTimeout <= 0 || srv.ReadTimeout <= 0 || srv.WriteTimeout <= 0 || srv.IdleTimeout <= 0 {
		t.Fatalf("a limit is missing: %+v", srv)
	}
	srv.ReadHeaderTimeout = 50 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := io.ReadAll(c); errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("the connection is still open")
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
