package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/bench"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/telemetry"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

type benchSendCmd struct {
	Relay       string `help:"The relay, as with relay add. It should swallow what it gets, as Postfix's smtp-sink does." required:"" placeholder:"URL"`
	Subscribers int    `help:"How many synthetic readers get the issue." default:"20000"`
	Size        int    `help:"Bytes of a message." default:"30000"`
	Connections int    `help:"Connections to the relay." default:"50"`
	JSON        bool   `help:"Print JSON."`
}

func (benchSendCmd) Help() string {
	return `Makes a database of its own (a private one, or a new one on the server of DATABASE_URL) with readers at addresses that don't exist, sends them one issue the way issues are sent, prints what that took, and drops the database.

Examples:
  smtp-sink -c 127.0.0.1:2601 1000 &
  broadsheet bench send --relay smtp://127.0.0.1:2601 --subscribers 50000 --connections 50 --json`
}

// Validate refuses what can't be measured.
func (c *benchSendCmd) Validate() error {
	return errors.Join(between("--subscribers", c.Subscribers, 1, 50_000_000), between("--size", c.Size, 1, 95_000),
		between("--connections", c.Connections, 1, 500))
}

// benchSent is what one measurement found. Times begin with the launch and end
// when the ledger says that all is sent.
type benchSent struct {
	Relay       string  `json:"relay"`
	Messages    int64   `json:"messages"`
	Bytes       int     `json:"bytes_per_message"`
	Connections int     `json:"connections"`
	Seconds     float64 `json:"seconds"`
	Launch      float64 `json:"launch_seconds"`
	PerSecond   float64 `json:"per_second"`
	CPU         float64 `json:"cpu_us_per_message"`
	// PostgresCPU is nil when the server is on another machine.
	PostgresCPU *float64 `json:"postgres_cpu_us_per_message"`
	PeakRSS     float64  `json:"peak_rss_mb"`
	WAL         float64  `json:"wal_bytes_per_message"`
	Rows        float64  `json:"rows_per_message"`
	Lot         float64  `json:"rows_per_commit"`
	Balanced    bool     `json:"balanced"`
	outbox.Sums
}

func (c *benchSendCmd) Run(a *app) error {
	relay, err := withConnections(c.Relay, c.Connections)
	if err != nil {
		return err
	}
	if err := reachable(a.ctx, relay); err != nil {
		return err
	}
	a.say("making a database with %s", plural(int64(c.Subscribers), "reader", "readers"))
	d, err := bench.Create(a.ctx, a.set.DatabaseURL, a.log)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), time.Minute)
		defer cancel()
		if err := d.Drop(ctx); err != nil {
			a.say("the measurement's database could not be removed: %s", err)
		}
	}()
	set := *a.set
	set.PublicURL = "https://bench.invalid" // as in a real newsletter; nobody reads it
	own := *a
	own.set = &set
	b := &backend{url: d.URL}
	defer b.close()
	if err := b.connect(&own, ready); err != nil {
		return err
	}
	issue, size, err := c.issue(&own, b, relay)
	if err != nil {
		return err
	}
	r, err := c.measure(&own, b, issue)
	if err != nil {
		return err
	}
	r.Relay, r.Connections, r.Bytes = c.Relay, c.Connections, size
	return c.report(a, r)
}

// reachable tries the relay, since sending would wait for one that is down.
func reachable(ctx context.Context, relay string) error {
	r, err := mailer.ParseRelay(relay)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if _, err := r.Probe(ctx); err != nil {
		return fmt.Errorf("the relay can't be measured: %s", err)
	}
	return nil
}

// withConnections is the relay with so many connections.
func withConnections(relay string, n int) (string, error) {
	if _, err := mailer.ParseRelay(relay); err != nil {
		return "", err
	}
	u, err := url.Parse(relay)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("connections", strconv.Itoa(n))
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// issue makes everything up to the launch: relay, list, readers, newsletter,
// an approved issue. It returns the issue and the size of its mail.
func (c *benchSendCmd) issue(a *app, b *backend, relay string) (id int64, size int, err error) {
	var n newsletter.Newsletter
	var list audience.List
	err = postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		if _, err := outbox.AddRelay(a.ctx, tx, "bench", relay); err != nil {
			return err
		}
		if list, err = b.audience.CreateList(a.ctx, tx, audience.List{Slug: "bench", Name: "Bench", DoubleOptIn: true}); err != nil {
			return err
		}
		n, err = b.newsletters.Create(a.ctx, tx, newsletter.Newsletter{
			Slug: "bench", Name: "Bench", FromName: "Bench", FromEmail: "letter@bench.invalid", ListID: list.ID, Relay: "bench",
			Zone: "UTC", HomeURL: "https://bench.invalid/", PostalAddress: "Nobody, 1 Nowhere Street, 00000 Nowhere",
		})
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	if err := bench.People(a.ctx, b.db, list.ID, c.Subscribers); err != nil {
		return 0, 0, err
	}
	letter, err := bench.Letter(c.Size, func(l *article.Article) (int, error) {
		m, err := newsletter.Compile(newsletter.Input{Newsletter: n, Articles: []*article.Article{l}, IssueID: 1, PublicURL: a.set.PublicURL, DoubleOptIn: true, Themes: a.opened})
		if err != nil {
			return 0, err
		}
		return benchSize(m)
	})
	if err != nil {
		return 0, 0, err
	}
	var kept int64
	err = postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		kept, _, err = b.library.Add(a.ctx, tx, library.Draft{Article: letter, Source: []byte(letter.Title), Format: "text", Origin: "bench"})
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	if id, err = b.newsletters.Draft(a.ctx, n.ID, newsletter.Content{Articles: []int64{kept}}, "bench"); err != nil {
		return 0, 0, err
	}
	m, err := b.newsletters.Preview(a.ctx, id)
	if err != nil {
		return 0, 0, err
	}
	if size, err = benchSize(m); err != nil {
		return 0, 0, err
	}
	return id, size, b.newsletters.Approve(a.ctx, id, "bench")
}

// benchSize is the size of the mail for one of the readers.
func benchSize(m *newsletter.Compiled) (int, error) {
	reader := mailer.Recipient{Address: "reader1@bench1.invalid", Name: "Reader 1", MessageID: "0123456789abcdef01@bench.invalid", Date: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	for range m.Template.Slots() {
		reader.Values = append(reader.Values, "012345678901234567890123456")
	}
	msg, err := m.Template.Splice(nil, reader)
	return len(msg), err
}

// measure launches the issue and works until it is sent.
func (c *benchSendCmd) measure(a *app, b *backend, issue int64) (*benchSent, error) {
	registry := prometheus.NewRegistry()
	log := a.log
	if a.set.LogLevel == "info" {
		log = telemetry.Logger(a.errw, "warn", a.set.LogFormat)
	}
	engine, err := outbox.New(outbox.Config{DB: b.db, URL: b.url, Slots: b.newsletters, Log: log, Registry: registry, Now: a.now})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(a.ctx)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	r, meter, err := c.timed(a, b, registry, issue)
	stop()
	if err = errors.Join(err, <-ended); err != nil {
		return nil, err
	}
	cost, err := meter.End(a.ctx)
	if err != nil {
		return nil, err
	}
	balance, err := b.newsletters.Reconcile(a.ctx, issue)
	if err != nil {
		return nil, err
	}
	r.Balanced, r.Sums, r.Messages = balance.Balanced, balance.Sums, balance.Sent
	n := float64(max(balance.Recipients, 1))
	r.PerSecond, r.CPU = float64(balance.Sent)/r.Seconds, float64(cost.CPU.Microseconds())/n
	if cost.PostgresCPU > 0 {
		pg := float64(cost.PostgresCPU.Microseconds()) / n
		r.PostgresCPU = &pg
	}
	r.PeakRSS, r.WAL, r.Rows = float64(cost.PeakRSS)/(1<<20), float64(cost.WAL)/n, float64(cost.Rows)/n
	r.Lot = bench.Mean(registry, "broadsheet_outbox_commit_lot_size")
	return r, nil
}

// timed launches the issue to a worker that is there already, as serve would be,
// and waits until it is sent.
func (c *benchSendCmd) timed(a *app, b *backend, registry *prometheus.Registry, issue int64) (*benchSent, *bench.Meter, error) {
	if err := c.await(a, b); err != nil {
		return nil, nil, err
	}
	meter, err := bench.Begin(a.ctx, b.db)
	if err != nil {
		return nil, nil, err
	}
	begin := time.Now()
	launched, err := b.newsletters.Send(a.ctx, issue, "bench")
	if err != nil {
		return nil, nil, err
	}
	r := &benchSent{Launch: time.Since(begin).Seconds()}
	err = c.follow(a, b, registry, launched.MailingID)
	r.Seconds = time.Since(begin).Seconds()
	return r, meter, err
}

// benchTick is how often it is looked whether all is sent.
const benchTick = 20 * time.Millisecond

// await waits for the worker.
func (c *benchSendCmd) await(a *app, b *backend) error {
	tick := time.NewTicker(benchTick)
	defer tick.Stop()
	for range int(time.Minute / benchTick) {
		workers, err := outbox.Workers(a.ctx, b.db)
		if err != nil || len(workers) > 0 {
			return err
		}
		select {
		case <-a.ctx.Done():
			return a.ctx.Err()
		case <-tick.C:
		}
	}
	return errors.New("the worker did not start; run again with --log-level debug to see why")
}

// follow waits until the mailing is sent.
func (c *benchSendCmd) follow(a *app, b *backend, registry *prometheus.Registry, mailing int64) error {
	bar := a.progress("sending", int64(c.Subscribers))
	defer bar.done()
	tick := time.NewTicker(benchTick)
	defer tick.Stop()
	for looks := 0; ; looks++ {
		state, err := outbox.StateOf(a.ctx, b.db, mailing)
		switch {
		case err != nil || state == outbox.Finished:
			return err
		case state != outbox.Sending:
			s, err := outbox.StatusOf(a.ctx, b.db, mailing)
			return cmp.Or(err, fmt.Errorf("the relay didn't take the messages, the mailing is %s: %s", s.State, s.Note))
		case looks%25 == 0:
			bar.set(int64(bench.Sum(registry, "broadsheet_outbox_outcomes_total")))
		}
		select {
		case <-a.ctx.Done():
			return errors.New("stopped before all was sent; nothing is left of the measurement")
		case <-tick.C:
		}
	}
}

func (c *benchSendCmd) report(a *app, r *benchSent) error {
	if r.Bytes > c.Size+c.Size/10 {
		a.say("the smallest mail of an issue has %d bytes", r.Bytes)
	}
	if c.JSON {
		return a.json(r)
	}
	a.print("%d messages of %d bytes over %d connections in %.1f s: %.0f per second", r.Messages, r.Bytes, r.Connections, r.Seconds, r.PerSecond)
	a.print("own CPU       %.0f µs per message", r.CPU)
	if r.PostgresCPU != nil {
		a.print("Postgres's    %.0f µs per message", *r.PostgresCPU)
	}
	a.print("memory        %.0f MB at most", r.PeakRSS)
	a.print("WAL           %.0f bytes and %.2f rows written per message, %.0f rows per commit", r.WAL, r.Rows, r.Lot)
	a.print("ledger        %d sent, %d failed, %d skipped, %d unknown, %d pending; balanced: %s",
		r.Sent, r.Failed, r.Skipped, r.Unknown, r.Pending, yesNo(r.Balanced))
	return nil
}
