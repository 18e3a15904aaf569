package newsletter

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer/capture"
	"github.com/broadsheet/broadsheet/mailer/outbox"
	"github.com/broadsheet/broadsheet/scheduler"
)

// world is a database with a list, a relay that captures and a newsletter.
type world struct {
	t        *testing.T
	db       *sqlx.DB
	url      string
	audience *audience.Store
	library  *library.Store
	sched    *scheduler.Store
	service  *Service
	inbox    *capture.Server
	list     audience.List
	n        Newsletter
	now      time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := pgtest.New(t)
	ctx := context.Background()
	w := &world{t: t, db: db.DB, url: db.URL, now: time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	ring, err := keyring.Load(ctx, db.DB)
	w.must(err)
	w.audience, w.library, w.sched = audience.New(db.DB, ring, clock), library.New(db.DB, clock), scheduler.NewStore(db.DB)
	w.service, err = New(Config{DB: db.DB, Ring: ring, Audience: w.audience, Library: w.library, Schedules: w.sched,
		PublicURL: "http://127.0.0.1:8080", Now: clock, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.inbox, err = capture.Start(capture.Options{})
	w.must(err)
	t.Cleanup(func() { _ = w.inbox.Close() })
	w.tx(func(tx *sqlx.Tx) (err error) {
		if w.list, err = w.audience.CreateList(ctx, tx, audience.List{Slug: "readers", Name: "Readers", DoubleOptIn: true}); err != nil {
			return err
		}
		if _, err = outbox.AddRelay(ctx, tx, "inbox", "smtp://"+w.inbox.Addr()+"?connections=4"); err != nil {
			return err
		}
		w.n, err = w.service.Create(ctx, tx, Newsletter{Slug: "weekly", Name: "The Weekly", FromName: "The Weekly",
			FromEmail: "letter@example.org", ListID: w.list.ID, Relay: "inbox", Zone: "Europe/Berlin",
			HomeURL: "https://example.org/", PostalAddress: "Example Media, 100 Example Street, Portland, OR 97201, USA"})
		return err
	})
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tx(fn func(tx *sqlx.Tx) error) {
	w.t.Helper()
	w.must(postgres.InTx(context.Background(), w.db, fn))
}

// readers puts people of a zone onto the list and gives their ids.
func (w *world) readers(zone string, emails ...string) []int64 {
	w.t.Helper()
	ids := make([]int64, len(emails))
	for i, email := range emails {
		w.tx(func(tx *sqlx.Tx) error {
			s, _, err := w.audience.Add(context.Background(), tx, w.list.ID,
				audience.NewSubscriber{Email: email, Zone: zone}, audience.Consent{Source: "test", Confirmed: true})
			ids[i] = s.ID
			return err
		})
	}
	return ids
}

// article keeps a sound article under a name of its own.
func (w *world) article(name string) int64 {
	return w.keep(&article.Article{
		Title: "About " + name, Author: article.Author{Name: "Ada"}, Language: "en", CanonicalURL: "https://example.org/" + name,
		Disclosures: []article.Notice{{Text: article.Plain("We may earn a commission if you purchase through our links.")}},
		Takeaways: []article.Takeaway{
			{Text: "Wash with lukewarm water.", Origin: article.Explicit},
			{Text: "Wear sunscreen every morning.", Origin: article.Explicit},
		},
		Blocks: article.Blocks{
			&article.Paragraph{Text: article.Plain("Skin is better at repairing itself than any serum is, if it is left alone for a while.")},
			&article.Heading{Level: 2, Text: article.Plain("What to do")},
			&article.Paragraph{Text: article.Plain("Wash with lukewarm water. Wear sunscreen every morning.")},
			&article.Pick{Label: "Editor's Choice", Name: "Mossbank Balm", Blurb: article.Plain("A plain balm."), CTA: "View at Mossbank",
				URL: "https://www.shareasale.com/r.cfm?b=1&u=2&m=3", Merchant: "Mossbank"},
		},
	})
}

func (w *world) keep(a *article.Article) int64 {
	w.t.Helper()
	var id int64
	w.tx(func(tx *sqlx.Tx) (err error) {
		id, _, err = w.library.Add(context.Background(), tx, library.Draft{Article: a, Source: []byte(a.Title), Format: "text", Origin: "test"})
		return err
	})
	return id
}

// correct edits an article.
func (w *world) correct(id int64, c library.Correction) {
	w.t.Helper()
	w.tx(func(tx *sqlx.Tx) error { return w.library.Correct(context.Background(), tx, id, c) })
}

// draft, approve and send by hand.
func (w *world) issue(articleID int64) int64 {
	w.t.Helper()
	id, err := w.service.Draft(context.Background(), w.n.ID, Content{Articles: []int64{articleID}}, "test")
	w.must(err)
	return id
}

// deliver runs an engine until the issue has nothing pending.
func (w *world) deliver(issue int64) Status {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	engine, err := outbox.New(outbox.Config{DB: w.db, URL: w.url, Slots: w.service})
	w.must(err)
	done := make(chan error, 1)
	run, stop := context.WithCancel(ctx)
	go func() { done <- engine.Run(run) }()
	defer func() { stop(); w.must(<-done) }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		s, err := w.service.Status(ctx, issue)
		w.must(err)
		if s.State != "sending" {
			return s
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("issue %d is still %+v", issue, s)
		case <-tick.C:
		}
	}
}

// acts lists what was done to an issue.
func (w *world) acts(issue int64) string {
	w.t.Helper()
	var acts []string
	w.must(w.db.Select(&acts, "SELECT act FROM issue_reviews WHERE issue_id = $1 ORDER BY id", issue))
	return strings.Join(acts, ", ")
}

func addresses(domain string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("reader%d@%s", i, domain)
	}
	return out
}
