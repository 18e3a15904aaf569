package inbox_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/internal/web/inbox"
	"github.com/broadsheet/broadsheet/mailer/capture"
)

// setUp gives an inbox over TCP on a capture server that took the given mails,
// each for one reader.
func setUp(t *testing.T, mails ...string) (server string, smtpAddr string) {
	t.Helper()
	c, err := capture.Start(capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // nothing is sent any more
	for i, m := range mails {
		to := fmt.Sprintf("reader-%d@example.org", i+1)
		if err := smtp.SendMail(c.Addr(), nil, "bounce@example.org", []string{to}, []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	routes, err := inbox.Routes(c)
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now}, routes...)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL, c.Addr()
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
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

const plain = "From: \"Gut Letter\" <gut@example.org>\r\nTo: a@b.org\r\nSubject: Hello =?utf-8?q?W=C3=B6rld?=\r\n\r\nSee https://example.org/a?b=c&d=e.\r\n"

// hostile puts markup wherever a mail has text.
const hostile = "From: \"<img src=x onerror=alert(1)>\" <gut@example.org>\r\n" +
	"To: a@b.org\r\n" +
	"Subject: <script>alert(2)</script>\r\n" +
	"X-Evil: \"><svg onload=alert(3)>\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n</pre><script>alert(4)</script> https://example.org/\"onclick=alert(5) javascript:alert(6)\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
	"<!DOCTYPE html><html><head><style>p{color:#123456}</style></head><body><p id=\"mail\">The mail</p>" +
	"<script>document.getElementById('mail').textContent='run'</script>" +
	"<img src=\"data:,\" onerror=\"document.getElementById('mail').textContent='run'\">" +
	"<form action=\"/\" method=\"post\"><button id=\"go\">Go</button></form><a id=\"out\" href=\"https://example.org/\">Out</a></body></html>\r\n" +
	"--b--\r\n"

func TestList(t *testing.T) {
	server, _ := setUp(t, plain, hostile)
	resp, body := get(t, server+"/inbox")
	if resp.StatusCode != 200 || resp.Request.URL.Path != "/inbox/" {
		t.Fatalf("%d at %s", resp.StatusCode, resp.Request.URL)
	}
	for _, want := range []string{"2 mails", "Hello Wörld", "Gut Letter", "reader-1@example.org", `href="/inbox/1"`, "&lt;script&gt;alert(2)"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	if strings.Index(body, `href="/inbox/2"`) > strings.Index(body, `href="/inbox/1"`) {
		t.Error("the newest mail is not first")
	}
	if strings.Contains(body, "http-equiv") || strings.Contains(body, "<script") || strings.Contains(body, "<img") {
		t.Errorf("the list holds what it shouldn't:\n%s", body)
	}
	if _, body := get(t, server+"/inbox/?live=1"); !strings.Contains(body, `http-equiv="refresh" content="5"`) {
		t.Error("the list doesn't renew itself")
	}
}

func TestEmptyList(t *testing.T) {
	server, _ := setUp(t)
	if _, body := get(t, server+"/inbox/"); !strings.Contains(body, "No mail yet") || !strings.Contains(body, "0 mails") {
		t.Errorf("got %s", body)
	}
}

func TestListPages(t *testing.T) {
	mails := make([]string, 120)
	for i := range mails {
		mails[i] = fmt.Sprintf("Subject: mail %d.\r\n\r\nx\r\n", i+1)
	}
	server, _ := setUp(t, mails...)
	next, seen := "/inbox/", 0
	for pages := 0; next != ""; pages++ {
		_, body := get(t, server+next)
		n := strings.Count(body, `class="subject"`)
		if first := fmt.Sprintf("mail %d.", 120-seen); !strings.Contains(body, first) || n > 50 || pages > 2 {
			t.Fatalf("%s: %d mails, want the first to be %q", next, n, first)
		}
		seen += n
		_, after, more := strings.Cut(body, `href="/inbox/?before=`)
		next = ""
		if more {
			id, _, _ := strings.Cut(after, `"`)
			next = "/inbox/?before=" + id
		}
	}
	if seen != 120 {
		t.Errorf("%d mails were listed", seen)
	}
	for _, path := range []string{"/inbox/?before=x", "/inbox/?before=-1", "/inbox/121", "/inbox/x", "/inbox/0/text"} {
		if resp, _ := get(t, server+path); resp.StatusCode != 404 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

func TestHostileMail(t *testing.T) {
	server, _ := setUp(t, hostile)
	for _, tab := range []string{"", "/text", "/headers", "/source", "?width=phone"} {
		resp, body := get(t, server+"/inbox/1"+tab)
		if resp.StatusCode != 200 || !strings.Contains(body, "<h1>&lt;script&gt;alert(2)&lt;/script&gt;</h1>") {
			t.Errorf("%s: %d", tab, resp.StatusCode)
		}
		for _, evil := range []string{"<script", "<svg", "<img", `"onclick=`, `href="javascript`} {
			if strings.Contains(body, evil) {
				t.Errorf("%s: %q is not escaped", tab, evil)
			}
		}
		if csp := resp.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-src 'self'") {
			t.Errorf("%s: the policy is %q", tab, csp)
		}
	}
	_, body := get(t, server+"/inbox/1/text")
	if !strings.Contains(body, `<a href="https://example.org/"`) {
		t.Errorf("the link is not one:\n%s", body)
	}
	if _, body := get(t, server+"/inbox/1"); !strings.Contains(body, `<iframe src="/inbox/1/html" sandbox="allow-popups allow-popups-to-escape-sandbox"`) {
		t.Errorf("no sandboxed frame:\n%s", body)
	}
}

func TestFrameAndFile(t *testing.T) {
	server, _ := setUp(t, hostile, plain)
	resp, body := get(t, server+"/inbox/1/html")
	csp := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "sandbox", "form-action 'none'", "frame-ancestors 'self'", "style-src 'unsafe-inline'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the frame's policy %q lacks %s", csp, want)
		}
	}
	if strings.Contains(csp, "script") || strings.Contains(csp, "allow-same-origin") || resp.Header.Get("X-Frame-Options") != "SAMEORIGIN" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", resp.Header)
	}
	if !strings.HasPrefix(body, "<!DOCTYPE html>") || !strings.HasSuffix(body, `<base target="_blank">`) {
		t.Errorf("the frame holds %s", body)
	}
	if resp, _ := get(t, server+"/inbox/2/html"); resp.StatusCode != 404 {
		t.Errorf("a mail without HTML: %d", resp.StatusCode)
	}
	if _, body := get(t, server+"/inbox/2"); !strings.Contains(body, "has no HTML part") || strings.Contains(body, "<iframe") {
		t.Errorf("got %s", body)
	}
	resp, body = get(t, server+"/inbox/2/eml")
	if resp.Header.Get("Content-Type") != "message/rfc822" || resp.Header.Get("Content-Disposition") != `attachment; filename="mail-2.eml"` || !strings.HasSuffix(body, "See https://example.org/a?b=c&d=e.\r\n") {
		t.Errorf("%v %q", resp.Header, body)
	}
	if _, body := get(t, server+"/inbox/2/text"); !strings.Contains(body, `<a href="https://example.org/a?b=c&amp;d=e"`) {
		t.Errorf("got %s", body)
	}
}
