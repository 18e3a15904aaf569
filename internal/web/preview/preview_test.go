package preview_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/internal/web/preview"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shelf has one issue.
type shelf struct{ review newsletter.Review }

func (s *shelf) Review(_ context.Context, id int64) (newsletter.Review, error) {
	if id != s.review.Issue.ID {
		return newsletter.Review{}, &newsletter.NotFoundError{Sentence: "there is no issue"}
	}
	return s.review, nil
}

// desk is a preview over TCP.
type desk struct {
	*shelf
	server *httptest.Server
	ring   *keyring.Ring
	now    time.Time
}

func setUp(t *testing.T, a *article.Article) *desk {
	t.Helper()
	ring, err := keyring.Load(t.Context(), pgtest.New(t).DB)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{shelf: &shelf{review: review(t, a)}, ring: ring, now: time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	routes, err := preview.Routes(preview.Options{Issues: d.shelf, Ring: ring, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Now: clock}, routes...)
	if err != nil {
		t.Fatal(err)
	}
	d.server = httptest.NewServer(h)
	t.Cleanup(d.server.Close)
	return d
}

// at is the address of a page of the preview.
func (d *desk) at(rest string) string {
	return d.server.URL + preview.Path(d.ring, 7, d.now.Add(time.Hour)) + rest
}

// review makes an issue of an article as package newsletter does.
func review(t *testing.T, a *article.Article) newsletter.Review {
	t.Helper()
	n := newsletter.Newsletter{
		Slug: "weekly", Name: "Fern & Ivy", FromName: "Fern & Ivy", FromEmail: "letter@example.org", HomeURL: "https://example.org/",
		PostalAddress: "Example Media, 100 Example Street, Portland, OR 97201, USA",
	}
	c, err := newsletter.Compile(newsletter.Input{Newsletter: n, Articles: []*article.Article{a}, IssueID: 7, PublicURL: "https://mail.example.org", DoubleOptIn: true})
	if err != nil {
		t.Fatal(err)
	}
	r := newsletter.Review{
		Issue: newsletter.Issue{ID: 7, State: newsletter.Draft}, Newsletter: n, Subject: c.Subject, Preheader: c.Mail.Preheader,
		Template: strings.Repeat("ab", 32), Message: c.Sample, HTML: c.HTML, Text: c.Text,
	}
	for _, d := range c.Diagnostics {
		f := newsletter.Finding{Diagnostic: d}
		if d.Rule == "LAW-8" {
			f.Excerpt = claim
		}
		r.Findings = append(r.Findings, f)
	}
	return r
}

const claim = "This balm heals your skin in a day, says its maker."

// sample is an article with findings in the article and in the mail.
func sample() *article.Article {
	line := func(n int) article.Place { return article.Place{Block: n, Line: n*2 + 1, Column: 1} }
	return &article.Article{
		Title: "Your Skin Barrier Heals When You Do Less", Language: "en", CanonicalURL: "https://example.org/barrier",
		Preheader:   "What your skin does by itself, and what to leave out.",
		Disclosures: []article.Notice{{Text: article.Plain("We may earn a commission if you purchase through our links.")}},
		Takeaways: []article.Takeaway{
			{Text: "Wash with lukewarm water.", Origin: article.Explicit}, {Text: "Wear sunscreen every morning.", Origin: article.Explicit},
		},
		Blocks: article.Blocks{
			&article.Paragraph{Text: article.Plain("Skin is better at repairing itself than any serum is, if it is left alone for a while."), Place: line(0)},
			&article.Heading{Level: 2, Text: article.Plain("What to do"), Place: line(1)},
			&article.Paragraph{Text: article.Plain("Wash with lukewarm water. Wear sunscreen every morning. " + strings.Repeat("Then wait, and look again in a week. ", 12)), Place: line(2)},
			&article.Image{URL: "https://example.org/pictures/balm.jpg", Alt: "A tin of balm on a wooden table", Place: line(3)},
			&article.Paragraph{Text: article.Plain(claim), Place: line(4)},
			&article.Pick{Label: "Editor's Choice", Name: "Mossbank Balm", Blurb: article.Plain("A plain balm."), CTA: "View at Mossbank",
				URL: "https://www.shareasale.com/r.cfm?b=1&u=2&m=3", Merchant: "Mossbank", Place: line(5)},
		},
	}
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
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

func TestPageShowsWhatWasFound(t *testing.T) {
	d := setUp(t, sample())
	resp, body := get(t, d.at(""))
	if resp.StatusCode != 200 || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("X-Robots-Tag") != "noindex" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	csp := resp.Header.Get("Content-Security-Policy")
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") || !strings.Contains(csp, "frame-src 'self'") {
		t.Errorf("the policy is %q", csp)
	}
	for _, want := range []string{
		"Issue 7 · Draft", "Your Skin Barrier Heals When You Do Less", "What your skin does by itself", "LAW-8", "HTML-10", "ART-2",
		"3 warnings are not acknowledged", "Gmail shows all of it", "broadsheet issue acknowledge 7 LAW-8", "approving the issue writes it",
		`sandbox="allow-popups allow-popups-to-escape-sandbox"`, "Go to it in the mail", "This page opens until 3 November 2026, 08:00 UTC",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "<form") {
		t.Error("the page holds a script or a form")
	}
	if _, body := get(t, d.at("?view=text")); !strings.Contains(body, "View at Mossbank") || !strings.Contains(body, "<ol>") {
		t.Error("no text part")
	}
	if _, body := get(t, d.at("?view=headers")); !strings.Contains(body, "List-Unsubscribe-Post") || !strings.Contains(body, "Fern &amp; Ivy") {
		t.Error("no headers")
	}
	if _, body := get(t, d.at("?view=compare")); strings.Count(body, "<iframe") != 4 {
		t.Error("not four frames side by side")
	}
	if resp, body := get(t, d.at("/eml")); body != string(d.review.Message) || resp.Header.Get("Content-Type") != "message/rfc822" ||
		resp.Header.Get("Content-Disposition") != `attachment; filename="issue-7.eml"` {
		t.Errorf("the file: %v", resp.Header)
	}
}

// Nothing opens without a token made for this, whole and in time.
func TestOnlyItsTokenOpens(t *testing.T) {
	d := setUp(t, sample())
	token := d.ring.Token(keyring.Preview, 7, d.now.Add(time.Hour).Unix())
	for name, path := range map[string]string{
		"none": "/preview/", "a number": "/preview/7", "cut off": "/preview/" + token[:len(token)-1], "changed": "/preview/" + token[:20] + strings.Map(func(r rune) rune { return r ^ 1 }, token[20:21]) + token[21:],
		"another purpose": "/preview/" + d.ring.Token(keyring.Preferences, 7, d.now.Add(time.Hour).Unix()),
		"another issue":   preview.Path(d.ring, 8, d.now.Add(time.Hour)),
	} {
		for _, rest := range []string{"", "/frame", "/eml"} {
			if resp, body := get(t, d.server.URL+path+rest); resp.StatusCode != 404 || strings.Contains(body, "Skin Barrier") {
				t.Errorf("%s%s: %d", name, rest, resp.StatusCode)
			}
		}
	}
	address := d.at("")
	d.now = d.now.Add(2 * time.Hour)
	if resp, body := get(t, address); resp.StatusCode != http.StatusGone || !strings.Contains(body, "broadsheet issue preview 7 --link") {
		t.Errorf("too late: %d %s", resp.StatusCode, body)
	}
}

func TestFrames(t *testing.T) {
	d := setUp(t, sample())
	resp, body := get(t, d.at("/frame?mode=own&marks=off"))
	if want := d.review.HTML + `<base target="_blank">`; body != want {
		t.Error("the frame without anything added is not the HTML part")
	}
	csp := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "sandbox", "form-action 'none'", "frame-ancestors 'self'", "img-src https:"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy %q lacks %s", csp, want)
		}
	}
	if strings.Contains(csp, "script") || strings.Contains(csp, "allow-same-origin") || resp.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("headers %v", resp.Header)
	}
	if resp, _ := get(t, d.at("/frame?images=off")); !strings.Contains(resp.Header.Get("Content-Security-Policy"), "img-src 'none'") {
		t.Error("pictures are loaded with images off")
	}
	_, light := get(t, d.at("/frame?marks=off"))
	_, dark := get(t, d.at("/frame?marks=off&mode=dark"))
	if strings.Contains(light+dark, "prefers-color-scheme") || !strings.Contains(light, "(max-width:0px)") || !strings.Contains(dark, "(min-width:0px)") {
		t.Error("the colour scheme is not settled")
	}
	_, marked := get(t, d.at("/frame"))
	for i, f := range d.review.Findings {
		shown := strings.Contains(marked, `id="finding-`+string(rune('1'+i))+`"`)
		if want := f.Rule == "LAW-8" || f.Rule == "HTML-10"; shown != want {
			t.Errorf("%s (byte %d) is marked: %v", f.Rule, f.Byte, shown)
		}
	}
	if !regexp.MustCompile(`<span class="bs-marks"><b class="bs-warn" id="finding-\d" title="LAW-8[^>]*>\d</b></span>This balm`).MatchString(marked) {
		t.Error("the claim is not marked at its place")
	}
	if strings.Contains(marked, "bs-clip\" id") {
		t.Error("a short mail has a clip line")
	}
}

// A mail that Gmail cuts shows where.
func TestClipLine(t *testing.T) {
	a := sample()
	for range 260 {
		a.Blocks = append(a.Blocks, &article.Paragraph{Text: article.Plain(strings.Repeat("The skin renews itself, layer by layer. ", 9))})
	}
	d := setUp(t, a)
	_, page := get(t, d.at(""))
	if !strings.Contains(page, "Gmail cuts it off") || !strings.Contains(page, "stand in the way of approval") && !strings.Contains(page, "stands in the way of approval") {
		t.Error("the page doesn't say that Gmail cuts the mail")
	}
	_, frame := get(t, d.at("/frame"))
	before, _, found := strings.Cut(frame, `id="clip"`)
	if !found || len(before) < 60_000 || len(before) > 101_000 {
		t.Errorf("the clip line stands at %d", len(before))
	}
}

// What strangers wrote is text wherever it is not in the frame.
func TestHostileArticle(t *testing.T) {
	a := sample()
	a.Title = `<script>alert(1)</script>"><img src=x onerror=alert(2)>`
	a.Blocks = append(a.Blocks, &article.Paragraph{Text: article.Plain(`</code></pre><svg onload=alert(3)> heals your skin`)})
	d := setUp(t, a)
	for i := range d.review.Findings {
		d.review.Findings[i].Acknowledged = &newsletter.Acknowledgement{Actor: "<b>Ada", Reason: `"><script>alert(4)</script>`}
	}
	for _, rest := range []string{"", "?view=text", "?view=headers", "?view=compare", `?view="><script>&mode=x&at=-1`} {
		_, body := get(t, d.at(rest))
		for _, evil := range []string{"<script", "<img", "<svg onload", "<b>Ada"} {
			if strings.Contains(body, evil) {
				t.Errorf("%s: %q is not escaped", rest, evil)
			}
		}
	}
	if _, frame := get(t, d.at("/frame")); strings.Contains(frame, "<script") || strings.Contains(frame, "<svg onload") {
		t.Error("the frame holds a script")
	}
}
