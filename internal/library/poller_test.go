package library

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
)

// ticks is a Wait that is let go by hand; begun tells of each wait.
type ticks struct{ begun, next chan struct{} }

func newTicks() ticks { return ticks{make(chan struct{}), make(chan struct{})} }

func (k ticks) wait(ctx context.Context, _ time.Duration) error {
	select {
	case k.begun <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-k.next:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Many nodes look at many sources, over and over: each due poll is made once
// and each article is there once.
func TestManyPollersEachArticleOnce(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	const nodes, feeds, rounds = 3, 8, 3
	for f := range feeds {
		address := fmt.Sprintf("https://x.example/%d.xml", f)
		w.source(Feed, address)
		// Neighbours share an article.
		w.web.set(address, fmt.Sprintf("g | Own %d | https://x.example/own/%d |  | text\n\nh | Shared %d | https://x.example/shared/%d |  | text", f, f, f/2, f/2))
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var running sync.WaitGroup
	var clocks []ticks
	for n := range nodes {
		k := newTicks()
		clocks = append(clocks, k)
		p := NewPoller(PollerConfig{Store: w.Store, Reader: w.web, Node: fmt.Sprint(n), Wait: k.wait})
		running.Go(func() {
			if err := p.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for round := range rounds {
		for _, k := range clocks {
			<-k.begun
		}
		w.settled(round + 1)
		for f := range feeds {
			if n := w.web.count(fmt.Sprintf("https://x.example/%d.xml", f)); n != round+1 {
				t.Errorf("round %d: feed %d was fetched %d times", round, f, n)
			}
		}
		w.later(time.Hour)
		for _, k := range clocks {
			k.next <- struct{}{}
		}
	}
	cancel()
	running.Wait()
	if n := len(strings.Split(w.titles(), ", ")); n != feeds+feeds/2 {
		t.Errorf("%d articles: %s", n, w.titles())
	}
}

// settled waits until all sources have been polled in a round.
func (w *press) settled(round int) {
	w.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var left int
		if err := w.db.Get(&left, `SELECT count(*) FROM sources WHERE attempt < $1 OR lease_until IS NOT NULL`, round); err != nil {
			w.Fatal(err)
		}
		if left == 0 {
			return
		}
		select {
		case <-limit.C:
			w.Fatalf("%d sources are still waiting", left)
		case <-tick.C:
		}
	}
}

// A poll is broken off after each of its steps in turn, as by a kill: what it
// had written stays, the next one does the rest, and nothing is there twice.
func TestABrokenPollIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	dir := t.TempDir()
	for i := range 4 {
		w.file(dir, fmt.Sprintf("%d.md", i), fmt.Sprintf(" | %d |  |  | text %d", i, i))
	}
	id := w.source(Folder, dir)
	for i := range 4 {
		ctx, kill := context.WithCancel(context.Background())
		reads := 0
		w.web.before = func(context.Context) error {
			if reads++; reads > 1 { // the second file of what is left
				kill()
			}
			return nil
		}
		r, err := w.poller.Poll(ctx, id)
		kill()
		if i < 3 && !errors.Is(err, context.Canceled) || i == 3 && err != nil {
			t.Fatalf("poll %d: %v", i, err)
		}
		w.wants(said(r), fmt.Sprintf("added %d", i))
		if s := w.show(id); s.Polling || (i < 3) != s.LastPolledAt.IsZero() || s.Failures != 0 {
			t.Errorf("poll %d: %+v", i, s)
		}
	}
	w.wants(w.titles(), "0, 1, 2, 3")
}

// A node that stops without a word, with half of a poll done, loses its claim
// after the lease; the next one does the rest, and the dead one, should it wake
// up, can write nothing more.
func TestAZombieWritesNothing(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	ctx := context.Background()
	id := w.source(Feed, feedURL)
	w.web.set(feedURL, "g2 | Two | https://x.example/2 |  | b\n\ng1 | One | https://x.example/1 |  | a")
	dead, ok, err := w.take(ctx, id, "dead", time.Minute, true)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	half := &poll{Poller: w.poller, claim: dead, report: &Report{}}
	doc, err := w.web.Fetch(ctx, feedURL, false, Version{})
	if err != nil {
		t.Fatal(err)
	}
	items, err := w.web.Read(ctx, doc)
	if err != nil {
		t.Fatal(err)
	}
	if err := half.takeIn(ctx, keyOf(items[1]), items[1], half.guid(items[1]), Version{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.poller.Poll(ctx, id); !isRefused(err, "is being polled just now") {
		t.Fatalf("while it is polled: %v", err)
	}
	if due, err := w.due(ctx); err != nil || len(due) != 0 {
		t.Fatalf("due while it is polled: %v, %v", due, err)
	}
	if err := w.GiveUpPolls(ctx); err != nil { // its lease has run out
		t.Fatal(err)
	}
	w.wants(w.poll(id), "unchanged One, added Two")
	d := Draft{Article: sample(), Source: []byte("x"), Format: "text", Origin: "x"}
	if _, err := w.keep(ctx, dead, "late", d, place{}, Version{}); !errors.Is(err, errLost) {
		t.Errorf("keep: %v", err)
	}
	if err := w.mark(ctx, dead, Polled{Key: "late"}, Version{}); !errors.Is(err, errLost) {
		t.Errorf("mark: %v", err)
	}
	if err := w.finish(ctx, dead, Version{ETag: "wrong"}, "", time.Hour); !errors.Is(err, errLost) {
		t.Errorf("finish: %v", err)
	}
	if err := w.renew(ctx, dead, time.Hour); !errors.Is(err, errLost) {
		t.Errorf("renew: %v", err)
	}
	w.wants(w.titles(), "One, Two")
}

// A poll whose claim is taken over while it works breaks off.
func TestALostClaimEndsThePoll(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Feed, feedURL)
	w.web.set(feedURL, "g1 | One | https://x.example/1 |  | a")
	var seen atomic.Bool
	w.web.before = func(ctx context.Context) error {
		if _, err := w.db.Exec(`UPDATE sources SET attempt = attempt + 1, lease_until = clock_timestamp() + interval '1 hour'`); err != nil {
			return err
		}
		<-ctx.Done()
		seen.Store(true)
		return ctx.Err()
	}
	p := NewPoller(PollerConfig{Store: w.Store, Reader: w.web, Lease: 90 * time.Millisecond})
	if _, err := p.Poll(context.Background(), id); !errors.Is(err, errLost) {
		t.Errorf("%v", err)
	}
	if s := w.show(id); !seen.Load() || !s.Polling || !s.LastPolledAt.IsZero() {
		t.Errorf("%+v", s)
	}
}

// A folder of another machine is left to it for a while before it is missed.
func TestAFolderElsewhereIsLeftToItsNode(t *testing.T) {
	t.Parallel()
	w := newPress(t)
	id := w.source(Folder, filepath.Join(t.TempDir(), "elsewhere"))
	var running sync.WaitGroup
	if err := w.poller.look(context.Background(), &running); err != nil {
		t.Fatal(err)
	}
	running.Wait()
	if s := w.show(id); s.LastError != "" || !s.LastPolledAt.IsZero() {
		t.Errorf("at once: %+v", s)
	}
	w.later(2 * time.Minute)
	if err := w.poller.look(context.Background(), &running); err != nil {
		t.Fatal(err)
	}
	running.Wait()
	if s := w.show(id); !strings.Contains(s.LastError, "can't be read") || s.Failures != 1 {
		t.Errorf("later: %+v", s)
	}
}

func TestRelated(t *testing.T) {
	t.Parallel()
	text := func(title string, lines ...string) *article.Article {
		a := &article.Article{Title: title}
		for _, l := range lines {
			a.Blocks = append(a.Blocks, &article.Paragraph{Text: article.Plain(l)})
		}
		return a
	}
	for _, c := range []struct {
		was, now *article.Article
		want     bool
	}{
		{text("A", "x"), text("A", "y"), true},
		{text("A", "x", "y", "z"), text("B", "x", "q", "r"), true},
		{text("A", "x", "y", "z", "v"), text("B", "x", "q", "r", "s"), false},
		{text("", "x"), text("", "y"), false},
		{text("", "x  y"), text("", "x y"), true},
		{text("A", "x"), text("B", "x", "much", "more", "of", "it"), true},
	} {
		if got := related(c.was, c.now); got != c.want {
			t.Errorf("%v → %v: %v", c.was, c.now, got)
		}
	}
}
