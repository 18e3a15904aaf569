package library

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

// web is a Reader over documents in memory. A document's articles are parted
// by empty lines; each is "guid | title | address | date | text", and an excerpt when it ends in "…".
type web struct {
	mu      sync.Mutex
	pages   map[string]string
	fetched map[string]int
	robots  map[string]bool // asked for as a page
	// before is called at each Read; it may end the poll.
	before func(ctx context.Context) error
}

func (w *web) set(address, data string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[address] = data
}

func (w *web) count(address string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fetched[address]
}

func (w *web) Fetch(_ context.Context, address string, page bool, since Version) (Document, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fetched[address]++
	w.robots[address] = page
	data, ok := w.pages[address]
	if !ok {
		return Document{}, refused("%s answered 404 Not Found; check the address", address)
	}
	v := Version{ETag: fmt.Sprintf("%d-%.20s", len(data), data)}
	if since == v {
		return Document{Version: v, NotModified: true}, nil
	}
	return Document{Name: address, URL: address, Data: []byte(data), Version: v}, nil
}

func (w *web) Read(ctx context.Context, d Document) ([]Item, error) {
	if w.before != nil {
		if err := w.before(ctx); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(string(d.Data), "broken") {
		return nil, refused("%s is not an article", d.Name)
	}
	var out []Item
	for _, part := range strings.Split(strings.Trim(string(d.Data), "\n"), "\n\n") {
		f := strings.SplitN(part, " | ", 5)
		if len(f) < 5 {
			return nil, fmt.Errorf("a test's document is wrong: %q", part)
		}
		a := &article.Article{Title: f[1], CanonicalURL: f[2]}
		if f[3] != "" {
			at, err := time.Parse(time.DateOnly, f[3])
			if err != nil {
				return nil, err
			}
			a.Published = &at
		}
		for line := range strings.Lines(f[4]) {
			a.Blocks = append(a.Blocks, &article.Paragraph{Text: article.Plain(strings.TrimSpace(line))})
		}
		out = append(out, Item{Draft: Draft{Article: a, Source: d.Data, Format: "text", Origin: d.Name}, GUID: strings.TrimSpace(f[0]), Feed: d.Name, Excerpt: strings.HasSuffix(f[4], "…")})
	}
	return out, nil
}

// press is a library with sources, a poller and a clock that is set by hand.
type press struct {
	*testing.T
	*Store
	db     *sqlx.DB
	web    *web
	poller *Poller
	mu     sync.Mutex
	at     time.Time
}

func newPress(t *testing.T) *press {
	t.Helper()
	w := &press{T: t, db: pgtest.New(t).DB, at: clock,
		web: &web{pages: map[string]string{}, fetched: map[string]int{}, robots: map[string]bool{}}}
	w.Store = New(w.db, func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at })
	w.poller = w.newPoller("a", w.web)
	return w
}

func (w *press) newPoller(node string, r Reader) *Poller {
	return NewPoller(PollerConfig{Store: w.Store, Reader: r, Node: node})
}

func (w *press) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *press) source(kind Kind, location string) int64 {
	w.Helper()
	return w.add(Source{Kind: kind, Location: location, Every: time.Hour})
}

func (w *press) add(src Source) int64 {
	w.Helper()
	err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) (err error) {
		src, err = w.AddSource(context.Background(), tx, src)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return src.ID
}

func (w *press) show(id int64) Source {
	w.Helper()
	list, err := w.Sources(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	for _, s := range list {
		if s.ID == id {
			return s
		}
	}
	w.Fatalf("there is no source %d", id)
	return Source{}
}

// poll polls a source, which must go well, and gives what came of it as
// "added Title".
func (w *press) poll(id int64) string {
	w.Helper()
	r, err := w.poller.Poll(context.Background(), id)
	if err != nil {
		w.Fatal(err)
	}
	return said(r)
}

func said(r Report) string {
	var out []string
	for _, i := range r.Items {
		if i.Error != "" {
			out = append(out, "failed "+i.Key)
			continue
		}
		out = append(out, fmt.Sprintf("%s %s", i.Verdict, i.Title))
	}
	return strings.Join(out, ", ")
}

func (w *press) wants(got, want string) {
	w.Helper()
	if got != want {
		w.Errorf("got  %s\nwant %s", got, want)
	}
}

// titles are those of all articles, by id.
func (w *press) titles() string {
	w.Helper()
	list, err := w.List(context.Background(), 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append([]string{e.Article.Title}, out...)
	}
	return strings.Join(out, ", ")
}

func (w *press) file(dir, name, text string) {
	w.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.Fatal(err)
	}
	// Each file is newer than the one before, whatever the file system's clock
	// can tell apart.
	w.later(time.Second)
	if err := os.Chtimes(path, w.now(), w.now()); err != nil {
		w.Fatal(err)
	}
}

func isRefused(err error, want string) bool {
	var r *RefusedError
	return errors.As(err, &r) && strings.Contains(err.Error(), want)
}
