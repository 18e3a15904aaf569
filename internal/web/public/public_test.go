package public_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/internal/web/public"
)

// newsletters and issues are what the command supplies, in memory.
type newsletters map[int64]public.Newsletter

func (n newsletters) Of(_ context.Context, id int64) (public.Newsletter, bool, error) {
	found, ok := n[id]
	return found, ok, nil
}

type issues map[int64]string

func (i issues) Page(_ context.Context, id int64) (string, bool, error) {
	html, ok := i[id]
	return html, ok, nil
}

func (i issues) Latest(_ context.Context, limit int) ([]public.Sent, error) {
	var list []public.Sent
	for id := range i {
		list = append(list, public.Sent{IssueID: id, Newsletter: "Gut <b>Letter</b>", Headline: "Less <i>is</i> more", At: time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)})
	}
	return list[:min(limit, len(list))], nil
}

const gut = 7 // the newsletter of the tests

// fixture is a site over real TCP with a real database: ada is on "gut" and
// "news", both confirmed.
type fixture struct {
	*audience.Store
	db     *pgtest.DB
	ring   *keyring.Ring
	server *httptest.Server
	health error
	lists  map[string]int64
	ada    int64
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{db: pgtest.New(t), lists: map[string]int64{}}
	var err error
	if f.ring, err = keyring.Load(t.Context(), f.db); err != nil {
		t.Fatal(err)
	}
	f.Store = audience.New(f.db.DB, f.ring, time.Now)
	f.do(t, func(tx *postgres.Tx) error {
		for _, slug := range []string{"gut", "news"} {
			l, err := f.CreateList(t.Context(), tx, audience.List{Slug: slug, Name: strings.ToUpper(slug) + " & <Co>", DoubleOptIn: true})
			if err != nil {
				return err
			}
			f.lists[slug] = l.ID
		}
		return nil
	})
	f.ada = f.add(t, "gut", "ada@example.org", true)
	f.add(t, "news", "ada@example.org", true)
	routes, err := public.Routes(public.Options{
		Audience: f.Store, Ring: f.ring,
		InTx: func(ctx context.Context, fn func(*postgres.Tx) error) error { return postgres.InTx(ctx, f.db.DB, fn) },
		Newsletters: newsletters{
			gut: {Name: "Gut <b>Letter</b>", HomeURL: "https://example.org/", ListID: f.lists["gut"]},
		},
		Issues: issues{3: `<!DOCTYPE html><title>Issue</title><style>p{color:red}</style><p style="margin:0">Hello<script>document.title="run"</script>`},
		Health: func(context.Context) error { return f.health },
		Name:   "Example", Inbox: "/inbox/",
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Options{Name: "Example", Log: slog.New(slog.DiscardHandler), Now: time.Now}, routes...)
	if err != nil {
		t.Fatal(err)
	}
	f.server = httptest.NewServer(h)
	t.Cleanup(f.server.Close)
	return f
}

func (f *fixture) do(t *testing.T, act func(*postgres.Tx) error) {
	t.Helper()
	if err := postgres.InTx(t.Context(), f.db.DB, act); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) add(t *testing.T, list, email string, confirmed bool) int64 {
	t.Helper()
	var s audience.Subscriber
	f.do(t, func(tx *postgres.Tx) (err error) {
		s, _, err = f.Add(t.Context(), tx, f.lists[list], audience.NewSubscriber{Email: email}, audience.Consent{Source: "form", Confirmed: confirmed})
		return err
	})
	return s.ID
}

// history is the reader's ledger and state, in short.
func (f *fixture) history(t *testing.T) string {
	t.Helper()
	d, err := f.Show(t.Context(), "ada@example.org")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range d.Events[2:] {
		said = append(said, e.ListSlug+" "+e.Kind+" by "+e.Source)
	}
	for _, s := range d.Subscriptions {
		said = append(said, s.ListSlug+" "+s.State)
	}
	return strings.Join(said, ", ")
}

const untouched = "gut active, news active"

// link is the path of a page for ada.
func (f *fixture) link(p keyring.Purpose) string {
	page := "unsubscribe"
	if p == keyring.Preferences {
		page = "preferences"
	}
	return "/" + page + "/" + f.ring.Token(p, f.ada, gut)
}

// client follows no redirects.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

type answer struct {
	*http.Response
	body string
}

func (f *fixture) send(t *testing.T, method, path, contentType, body string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(b)}
}

func (f *fixture) get(t *testing.T, path string) answer { return f.send(t, "GET", path, "", "") }

func (f *fixture) post(t *testing.T, path string, form ...string) answer {
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	return f.send(t, "POST", path, "application/x-www-form-urlencoded", values.Encode())
}

func (a answer) want(t *testing.T, status int, parts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s %s: %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.body)
	}
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			t.Errorf("%s %s lacks %q:\n%s", a.Request.Method, a.Request.URL.Path, p, a.body)
		}
	}
	if strings.Contains(a.body, "<b>Letter") || strings.Contains(a.body, "<Co>") {
		t.Errorf("a name is not escaped:\n%s", a.body)
	}
}

func TestHealth(t *testing.T) {
	f := setUp(t)
	f.get(t, "/healthz").want(t, 200, "ok")
	f.health = errors.New("pq: gone")
	a := f.get(t, "/healthz")
	a.want(t, 503, "again in a minute")
	if strings.Contains(a.body, "pq") {
		t.Error("the page says too much")
	}
}

func TestArchive(t *testing.T) {
	f := setUp(t)
	a := f.get(t, "/archive/3")
	a.want(t, 200, "<p style=\"margin:0\">Hello")
	csp := a.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "style-src 'unsafe-inline'", "sandbox", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy %q lacks %s", csp, want)
		}
	}
	if strings.Contains(csp, "script") || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("headers %v", a.Header)
	}
	for _, path := range []string{"/archive/4", "/archive/0", "/archive/-3", "/archive/x", "/archive/3%27", "/archive/99999999999999999999"} {
		f.get(t, path).want(t, 404, "There is no issue at this address")
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// The home page lists what has been sent, and shows strangers' words as words.
func TestHome(t *testing.T) {
	f := setUp(t)
	for _, path := range []string{"/", "/archive"} {
		a := f.get(t, path)
		for _, want := range []string{`href="/archive/3"`, "Less &lt;i&gt;is&lt;/i&gt; more", "3 November 2026", `href="/inbox/"`} {
			a.want(t, 200, want)
		}
	}
}
