package library

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

const feedURL = "https://x.example/feed.xml"

func TestAFeedGivesEachArticleOnce(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Feed, feedURL)
	w.web.set(feedURL, "g3 | Three | https://x.example/3 |  | c\n\ng2 | Two | https://x.example/2 |  | b\n\n | One | https://x.example/1 |  | a")
	w.wants(w.poll(id), "added One, added Two, added Three") // the newest last
	w.wants(w.poll(id), "")                                  // 304
	// A date, another order and tracking of the way here are no new articles;
	// a moved address is none under the same GUID, nor is a new GUID at the
	// same address.
	w.web.set(feedURL, "g4 | One | http://x.example/1/?utm_source=rss&UTM_medium=x#top | 2026-11-01 | a\n\ng3 | Three | https://x.example/three | 2026-10-30 | c\n\ng2 | Two! | https://x.example/2 | 2026-10-31 | b\n\ng5 | Five | https://x.example/5 | 2026-11-02 | e")
	w.wants(w.poll(id), "updated Three, updated Two!, updated One, added Five")
	w.wants(w.titles(), "One, Two!, Three, Five")
	s := w.show(id)
	if s.Articles != 4 || s.Unread != 0 || s.LastError != "" || s.Polling || !s.LastPolledAt.Equal(w.now()) || !s.NextPollAt.Equal(w.now().Add(time.Hour)) {
		t.Errorf("%+v", s)
	}
	if w.web.robots[feedURL] {
		t.Error("robots.txt was asked about a feed")
	}
}

// An excerpt is read from its page where the source asks for that: once, until
// the feed says something new.
func TestExcerptsAreReadFromTheirPages(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.add(Source{Kind: Feed, Location: feedURL, Every: time.Hour, Whole: true})
	page := "https://x.example/1"
	w.web.set(page, " |  | https://x.example/1 |  | all of it, and more than that\nwith an end")
	w.web.set(feedURL, "g1 | One | https://x.example/1 | 2026-10-01 | all of …\n\ng2 | Two | https://x.example/2 | 2026-10-02 | gone …\n\ng3 | Three | https://x.example/3 | 2026-10-03 | whole")
	w.wants(w.poll(id), "added One, added Two, added Three")
	one := get(t, w.Store, 1).Article
	if text := article.PlainText(one); !strings.Contains(text, "with an end") || one.Title != "One" || one.Published == nil {
		t.Errorf("the article %+v says %q", one, text)
	}
	if two := get(t, w.Store, 2).Article; len(two.Diagnostics) != 1 || !strings.Contains(two.Diagnostics[0].Message, "https://x.example/2 answered 404") {
		t.Errorf("diagnostics %+v", two.Diagnostics)
	}
	w.web.set(feedURL, "g1 | One | https://x.example/1 | 2026-10-01 | all of …\n\ng4 | Four | https://x.example/4 | 2026-10-04 | whole")
	w.wants(w.poll(id), "added Four")
	w.web.set(page, " |  | https://x.example/1 |  | all of it, quite anew, and more than that")
	w.web.set(feedURL, "g1 | One | https://x.example/1 | 2026-10-01 | all anew …")
	w.wants(w.poll(id), "updated One")
	if n := w.web.count(page); n != 2 || !w.web.robots[page] {
		t.Errorf("the page was fetched %d times, robots.txt asked: %v", n, w.web.robots[page])
	}
	plain := w.source(Feed, "https://x.example/other.xml")
	w.web.set("https://x.example/other.xml", "h1 | Five | https://x.example/5 |  | only …")
	w.wants(w.poll(plain), "added Five")
	if w.web.count("https://x.example/5") != 0 {
		t.Error("a page was fetched that nobody asked for")
	}
}

// An item without an address is the same article, whether a person adds it or
// its feed is polled.
func TestAnItemIsKnownByItsGUID(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	add := func(text string) string {
		items, err := w.web.Read(context.Background(), Document{Name: feedURL, Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		var verdict Verdict
		err = postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) (err error) {
			_, verdict, err = w.AddItem(context.Background(), tx, items[0])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(verdict)
	}
	w.wants(add("g1 | One |  |  | a"), "added")
	w.wants(add("g1 | One |  |  | b"), "updated")
	id := w.source(Feed, feedURL)
	w.web.set(feedURL, "g1 | One |  |  | c")
	w.wants(w.poll(id), "updated One")
	w.wants(add("g1 | One |  |  | c"), "unchanged")
	w.wants(add("g2 | Two |  |  | d"), "added")
}

func TestAddressesThatAreTheSamePage(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"http://X.example/a/":                            "https://x.example/a",
		"https://x.example/a?utm_campaign=x#y":           "https://x.example/a",
		"https://x.example/?p=12&utm_source=rss&page=2&": "https://x.example?p=12&page=2",
		"https://x.example/a?fbclid=1&b=%20":             "https://x.example/a?b=%20",
		"/a":                                             "",
		"":                                               "",
	} {
		if got := normalURL(raw); got != want {
			t.Errorf("%s: %s", raw, got)
		}
	}
}

func TestAnUpdateKeepsTheEditorsCorrections(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Feed, feedURL)
	w.web.set(feedURL, "g1 | One | https://x.example/1 |  | a")
	w.poll(id)
	if err := correct(w.Store, w.db, 1, Correction{Title: p("Won"), CanonicalURL: p("https://shop.example/won")}); err != nil {
		t.Fatal(err)
	}
	w.web.set(feedURL, "g1 | Uno | https://x.example/uno |  | a new text")
	w.wants(w.poll(id), "updated Uno")
	e := get(t, w.Store, 1)
	if e.Article.Title != "Won" || e.Article.CanonicalURL != "https://shop.example/won" || e.Revisions != 2 ||
		e.Article.Blocks[0].(*article.Paragraph).Text.String() != "a new text" {
		t.Errorf("%+v", e)
	}
}

func TestAFolderIsReadWhereItChanged(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	dir := t.TempDir()
	id := w.source(Folder, dir)
	w.file(dir, "b.md", " | B |  |  | first\nsecond\nthird")
	w.file(dir, "deep/a.md", " | A | https://x.example/a |  | a")
	w.file(dir, "feed.xml", "g1 | Old |  |  | o\n\ng2 | Older |  |  | oo")
	w.file(dir, "bad.txt", "broken")
	w.file(dir, ".hidden.md", " | Hidden |  |  | h")
	w.file(dir, "deep/photo.JPG", "\xff\xd8\xff")
	w.file(dir, "half.md.part", " | Half |  |  | h")
	outside := filepath.Join(t.TempDir(), "secret.md")
	if err := os.WriteFile(outside, []byte(" | Secret |  |  | s"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.md")); err != nil {
		t.Fatal(err)
	}
	w.wants(w.poll(id), "added B, added A, added Older, added Old, failed bad.txt")
	w.wants(w.poll(id), "")
	if s := w.show(id); s.Articles != 4 || s.Unread != 1 || s.UnreadError != "bad.txt is not an article" || s.LastError != "" {
		t.Errorf("%+v", s)
	}
	if err := correct(w.Store, w.db, 1, Correction{Title: p("Bee")}); err != nil {
		t.Fatal(err)
	}
	w.file(dir, "b.md", " | B |  |  | first\nsecond, mended\nthird") // an update,
	w.wants(w.poll(id), "updated B")
	w.file(dir, "b.md", " | B again |  |  | first\nsecond, mended\nthird, too") // also under another title
	w.wants(w.poll(id), "updated B again")
	w.file(dir, "b.md", " | Quite different |  |  | something else\naltogether") // and this is another article
	w.wants(w.poll(id), "added Quite different")
	w.file(dir, "moved.md", " | A | https://x.example/a |  | a") // the same one in another place
	w.wants(w.poll(id), "unchanged A")
	w.file(dir, "bad.txt", " | Good |  |  | g")
	w.wants(w.poll(id), "added Good")
	if s := w.show(id); s.Unread != 0 {
		t.Errorf("%+v", s)
	}
	w.wants(w.titles(), "Bee, A, Older, Old, Quite different, Good")
	w.file(dir, "bad2.txt", "broken")
	w.wants(w.poll(id), "failed bad2.txt")
	if err := os.Remove(filepath.Join(dir, "bad2.txt")); err != nil {
		t.Fatal(err)
	}
	w.wants(w.poll(id), "")
	if s := w.show(id); s.Unread != 0 {
		t.Errorf("a file that is gone still counts: %+v", s)
	}
}

func TestAListOfPages(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	dir := t.TempDir()
	w.file(dir, "urls.txt", "\ufeff# ours\nhttps://x.example/1\n\nhttps://x.example/gone\r\nhttps://x.example/1\nhttps://x.example/bad\n")
	id := w.source(URLs, filepath.Join(dir, "urls.txt"))
	w.web.set("https://x.example/1", " | One |  |  | a\nb\nc")
	w.web.set("https://x.example/bad", "broken")
	w.wants(w.poll(id), "added One, failed https://x.example/gone, failed https://x.example/bad")
	w.wants(w.poll(id), "failed https://x.example/gone, failed https://x.example/bad")
	if s := w.show(id); s.Articles != 1 || s.Unread != 2 || s.LastError != "" {
		t.Errorf("%+v", s)
	}
	if !w.web.robots["https://x.example/1"] {
		t.Error("robots.txt was not asked about a page")
	}
	w.web.set("https://x.example/1", " | One |  |  | a\nb\nd") // known again by its address
	w.web.set("https://x.example/gone", " | Two |  |  | back")
	w.file(dir, "urls.txt", "https://x.example/1\nhttps://x.example/gone")
	w.wants(w.poll(id), "updated One, added Two")
	if s := w.show(id); s.Articles != 2 || s.Unread != 0 {
		t.Errorf("%+v", s)
	}
	// A page that could not be reached for a while is as it was.
	w.web.mu.Lock()
	was := w.web.pages
	w.web.pages = map[string]string{}
	w.web.mu.Unlock()
	if _, err := w.poller.Poll(context.Background(), id); !isRefused(err, "none of 2 could be read; the first: https://x.example/1 answered 404") {
		t.Errorf("%v", err)
	}
	if s := w.show(id); s.Failures != 1 || s.Unread != 2 {
		t.Errorf("%+v", s)
	}
	w.web.mu.Lock()
	w.web.pages = was
	w.web.mu.Unlock()
	w.wants(w.poll(id), "")
	if s := w.show(id); s.Failures != 0 || s.Unread != 0 || s.Articles != 2 {
		t.Errorf("%+v", s)
	}
}

func TestFailuresAreKeptAndBackedOff(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Feed, feedURL)
	for i, pause := range []time.Duration{2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 24 * time.Hour, 24 * time.Hour} {
		if _, err := w.poller.Poll(context.Background(), id); !isRefused(err, "404 Not Found") {
			t.Fatal(err)
		}
		s := w.show(id)
		if s.Failures != i+1 || !strings.Contains(s.LastError, "404") || s.NextPollAt.Sub(w.now()) != pause {
			t.Errorf("after %d failures: %+v", i+1, s)
		}
	}
	w.web.set(feedURL, "broken")
	if _, err := w.poller.Poll(context.Background(), id); !isRefused(err, "is not an article") {
		t.Fatal(err)
	}
	w.web.set(feedURL, "g1 | One | https://x.example/1 |  | a")
	w.wants(w.poll(id), "added One") // the version that failed is not taken for dealt with
	if s := w.show(id); s.Failures != 0 || s.LastError != "" || s.NextPollAt.Sub(w.now()) != time.Hour {
		t.Errorf("%+v", s)
	}
	if ok, failed := testutil.ToFloat64(w.poller.polls.WithLabelValues("ok")), testutil.ToFloat64(w.poller.polls.WithLabelValues("failed")); ok != 1 || failed != 7 {
		t.Errorf("metrics: %v ok, %v failed", ok, failed)
	}
	if added := testutil.ToFloat64(w.poller.items.WithLabelValues("added")); added != 1 {
		t.Errorf("metrics: %v added", added)
	}
	w.web.before = func(context.Context) error { panic("a defect") }
	w.web.set(feedURL, "g1 | Won | https://x.example/1 |  | a")
	if _, err := w.poller.Poll(context.Background(), id); !isRefused(err, "failed unexpectedly") {
		t.Fatal(err)
	}
	if s := w.show(id); s.Failures != 1 || s.Polling {
		t.Errorf("after a panic: %+v", s)
	}
}

// What the database can't hold is that item's fault, and its neighbours are
// taken in.
func TestOneItemSpoilsNothing(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Feed, feedURL)
	w.web.set(feedURL, "g3 | Three | https://x.example/3 |  | c\n\ng2 | Tw\x00o | https://x.example/2 |  | b\n\n"+
		strings.Repeat("g", 5000)+" | One | https://x.example/"+strings.Repeat("x", 5000)+" |  | a")
	r, err := w.poller.Poll(context.Background(), id)
	if err != nil || len(r.Items) != 3 || r.Count(Added) != 2 || !strings.Contains(r.Items[1].Error, "can't keep") {
		t.Fatalf("%+v, %v", r.Items, err)
	}
	if s := w.show(id); s.Articles != 2 || s.Unread != 1 {
		t.Errorf("%+v", s)
	}
}

func TestSourcesAreChecked(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Feed, feedURL)
	add := func(s Source) error {
		return postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error {
			_, err := w.AddSource(context.Background(), tx, s)
			return err
		})
	}
	for _, c := range []struct {
		s    Source
		want string
	}{
		{Source{Kind: Feed, Location: "x.example/feed", Every: time.Hour}, "is not a web address"},
		{Source{Kind: Feed, Location: "https://a:b@x.example/feed", Every: time.Hour}, "name or password"},
		{Source{Kind: Feed, Location: feedURL, Every: time.Hour}, "source 1 is this feed already"},
		{Source{Kind: Feed, Location: feedURL + "2", Every: time.Second}, "every 1s; between a minute"},
		{Source{Kind: Feed, Location: feedURL + "2", Every: time.Hour, Name: "a\nb"}, "line break"},
		{Source{Kind: Folder, Location: "articles", Every: time.Hour}, "not an absolute path"},
		{Source{Kind: "imap", Location: "x", Every: time.Hour}, "no kind of source"},
	} {
		if err := add(c.s); !isRefused(err, c.want) {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
	if s := w.show(id); s.Name != "x.example" || !s.LastPolledAt.IsZero() || s.Every != time.Hour {
		t.Errorf("%+v", s)
	}
	w.web.set(feedURL, "g1 | One | https://x.example/1 |  | a")
	w.poll(id)
	for i, want := range []string{"", "there is no source 1"} {
		err := postgres.InTx(context.Background(), w.db, func(tx *sqlx.Tx) error { return w.RemoveSource(context.Background(), tx, id) })
		if i == 0 && err != nil || i == 1 && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("removing it: %v", err)
		}
	}
	w.wants(w.titles(), "One")
	if _, err := w.poller.Poll(context.Background(), id); err == nil || !strings.Contains(err.Error(), "there is no source 1") {
		t.Errorf("polling what is removed: %v", err)
	}
	if _, err := w.poller.Poll(context.Background(), w.source(Folder, filepath.Join(t.TempDir(), "no"))); !isRefused(err, "can't be read") {
		t.Errorf("a folder that is not there: %v", err)
	}
}
