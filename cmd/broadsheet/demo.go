package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/config"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/telemetry"
	"github.com/broadsheet/broadsheet/internal/web/preview"
	"github.com/broadsheet/broadsheet/mailer/capture"
	"github.com/broadsheet/broadsheet/mailer/outbox"
	"github.com/broadsheet/broadsheet/scheduler"
)

// sample is what the demo works with: articles and readers made for it. The
// first article has damaged characters, the second several picks.
//
//go:embed sample
var sample embed.FS

type demoCmd struct {
	Dir  string `help:"Keep everything in this directory instead of a temporary one." placeholder:"DIR"`
	Exit bool   `help:"End at once when the issue is sent; exit 0 only if every recipient is accounted for."`
}

func (demoCmd) Help() string {
	return "Nothing leaves this machine. The settings' database is not touched.\n\nExamples:\n  broadsheet demo\n  broadsheet demo --exit"
}

// demo is a run of it.
type demo struct {
	*app
	b     *backend
	inbox *capture.Server
	web   string // address of the pages
	n     newsletter.Newsletter
	issue int64
}

func (c *demoCmd) Run(a *app) error {
	if a.set.LogLevel == "info" { // the demo tells its own story
		a.log = telemetry.Logger(a.errw, "warn", a.set.LogFormat)
	}
	l, err := c.listen(a)
	if err != nil {
		return err
	}
	d := &demo{app: a, web: "http://" + l.Addr().String()}
	a.set.PublicURL, a.set.DatabaseURL = d.web, ""
	dir, err := c.dir(a)
	if err != nil {
		return err
	}
	a.set.MediaDir = config.MediaBeside(dir)
	if c.Dir == "" {
		defer func() { // they are temporary, and the demo is over
			_ = os.RemoveAll(dir)
			_ = os.RemoveAll(a.set.MediaDir)
		}()
	}
	a.say("starting a private Postgres in %s", dir)
	if d.b, err = a.open(serving); err != nil {
		return err
	}
	defer d.b.close()
	if d.inbox, err = capture.Start(capture.Options{Now: a.now, Log: a.log}); err != nil {
		return err
	}
	defer func() { _ = d.inbox.Close() }()
	return d.run(l, c.Exit)
}

// listen takes the usual address, or any free one when that is taken.
func (c *demoCmd) listen(a *app) (net.Listener, error) {
	l, err := net.Listen("tcp", a.set.Listen)
	if err == nil {
		return l, nil
	}
	if l, err2 := net.Listen("tcp", "127.0.0.1:0"); err2 == nil {
		a.say("%s is taken (%s), so the pages are at another port", a.set.Listen, netReason(err))
		return l, nil
	}
	return listen(a.set.Listen)
}

func (c *demoCmd) dir(a *app) (string, error) {
	if c.Dir != "" {
		dir, err := filepath.Abs(c.Dir)
		if err != nil {
			return "", err
		}
		a.set.Data = dir
		return dir, nil
	}
	// Only a name: the private Postgres makes the directory for the user it runs as.
	dir, err := os.MkdirTemp("", "broadsheet-demo-")
	if err != nil {
		return "", fmt.Errorf("a temporary directory can't be made (%s); name one with --dir", reason(err))
	}
	if err := os.Remove(dir); err != nil {
		return "", err
	}
	a.set.Data = dir
	return dir, nil
}

// run prepares everything, sends one issue and, unless exit is set, goes on
// until the user ends it.
func (d *demo) run(l net.Listener, exit bool) error {
	if err := d.prepare(); err != nil {
		return err
	}
	if err := d.send(); err != nil {
		return err
	}
	n := d.node(d.b)
	if err := n.pages(l, d.inbox); err != nil {
		return err
	}
	if err := n.sending(); err != nil {
		return err
	}
	n.scheduling()
	ctx, stop := context.WithCancel(d.ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- n.run(ctx) }()
	err := d.waitSent(d.b, d.issue)
	if err == nil {
		err = d.report()
	}
	if err == nil && !exit {
		d.say("\nRunning on; the schedule goes on too. Ctrl-C ends the demo.")
		select {
		case err = <-ended:
			return err
		case <-d.ctx.Done():
		}
	}
	stop()
	return errors.Join(err, <-ended)
}

// prepare makes list, readers, relay, newsletter, schedule and articles.
func (d *demo) prepare() error {
	var list audience.List
	err := postgres.InTx(d.ctx, d.b.db, func(tx *postgres.Tx) (err error) {
		if list, err = d.b.audience.CreateList(d.ctx, tx, audience.List{Slug: "readers", Name: "Fern & Ivy readers", DoubleOptIn: true}); err != nil {
			return err
		}
		relay := "smtp://" + d.inbox.Addr() + "?connections=4"
		if _, err = outbox.AddRelay(d.ctx, tx, "inbox", relay); err != nil {
			return err
		}
		d.n, err = d.b.newsletters.Create(d.ctx, tx, newsletter.Newsletter{
			Slug: "weekly", Name: "Fern & Ivy", FromName: "Fern & Ivy", FromEmail: "letter@fernandivy.example", ListID: list.ID,
			Relay: "inbox", Zone: "Europe/Berlin", PostalAddress: "Fern & Ivy Media, 12 Example Lane, Portland, OR 97201, USA",
			HomeURL: "https://fernandivy.example", DisclosureURL: "https://fernandivy.example/disclosure",
			Disclaimer: "Talk to your doctor before you change a treatment.", AutoApprove: true,
			Why: "You get this email because you signed up for the Fern & Ivy letter and confirmed your address.",
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := d.readers(list); err != nil {
		return err
	}
	if err := d.schedule(); err != nil {
		return err
	}
	return d.articles()
}

func (d *demo) readers(list audience.List) error {
	f, err := sample.Open("sample/subscribers.csv")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	r, err := d.b.audience.Import(d.ctx, f, audience.ImportOptions{
		ListID: list.ID, FileName: "subscribers.csv", Consent: "made up for the demo", Confirmed: true,
	})
	if err != nil {
		return err
	}
	d.say("imported %s in several time zones", plural(r.Created, "reader", "readers"))
	return nil
}

func (d *demo) schedule() error {
	rule, err := scheduler.ParseRule("every Tuesday at 08:00", d.n.Zone)
	if err != nil {
		return err
	}
	err = postgres.InTx(d.ctx, d.b.db, func(tx *postgres.Tx) error {
		_, err := d.b.schedules.Set(d.ctx, tx, scheduler.Schedule{NewsletterID: d.n.ID, Rule: rule, ActiveFrom: d.now()})
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range rule.Next(d.now(), 1) {
		d.say("%s goes out every Tuesday at 08:00 %s, next on %s", d.n.Name, f.Zone, f.Wall)
	}
	return nil
}

// articles reads the samples as a source would give them, oldest first.
func (d *demo) articles() error {
	for _, s := range []struct{ file, title string }{
		{"scalp-care.md", ""}, {"skin-barrier.txt", "Your Skin Barrier Heals When You Do Less"}, {"retinol-alternatives.md", ""},
	} {
		source, err := sample.ReadFile("sample/" + s.file)
		if err != nil {
			return err
		}
		parsed, err := parseArticle(d.ctx, s.file, source, s.title)
		if err != nil {
			return err
		}
		var id int64
		err = postgres.InTx(d.ctx, d.b.db, func(tx *postgres.Tx) (err error) {
			id, _, err = d.b.library.Add(d.ctx, tx, library.Draft{Article: parsed.Article, Source: source, Format: string(parsed.Format), Origin: s.file})
			return err
		})
		if err != nil {
			return err
		}
		picks := 0
		for range parsed.Article.Picks() {
			picks++
		}
		d.say("article %d: %q, %s, %s", id, parsed.Article.Title, plural(int64(picks), "pick", "picks"), plural(int64(len(parsed.Article.Takeaways)), "takeaway", "takeaways"))
		if s.file == "skin-barrier.txt" {
			d.say("    damaged characters repaired: %q", firstWith(parsed.Article, "—"))
		}
		if err := d.mend(id, parsed.Article); err != nil {
			return err
		}
	}
	return nil
}

// mend does what an editor would: a pick that leads nowhere is an error
// (PICK-1), so the article gets its address.
func (d *demo) mend(id int64, a *article.Article) error {
	if a.CanonicalURL != "" {
		return nil
	}
	at := "https://fernandivy.example/skin-barrier"
	d.say("    it does not say where it stands on the web, which would block it (PICK-1): corrected to %s", at)
	return postgres.InTx(d.ctx, d.b.db, func(tx *postgres.Tx) error {
		return d.b.library.Correct(d.ctx, tx, id, library.Correction{CanonicalURL: &at})
	})
}

// firstWith is the beginning of the first paragraph that has a mark in it.
func firstWith(a *article.Article, mark string) string {
	for _, b := range a.Blocks {
		if p, ok := b.(*article.Paragraph); ok && strings.Contains(p.Text.String(), mark) {
			return short(p.Text.String(), 72)
		}
	}
	return ""
}

// send launches an issue of the newest article. One reader leaves between the
// launch and the sending, to show that this is honoured.
func (d *demo) send() error {
	newest, err := d.b.library.List(d.ctx, 0, 1)
	if err != nil {
		return err
	}
	if d.issue, err = d.b.newsletters.Draft(d.ctx, d.n.ID, newsletter.Content{Articles: []int64{newest[0].ID}}, "demo"); err != nil {
		return err
	}
	preview, err := d.b.newsletters.Preview(d.ctx, d.issue)
	if err != nil {
		return err
	}
	d.say("issue %d: %q, %d bytes, %s", d.issue, preview.Subject, len(preview.Sample), plural(int64(len(preview.Diagnostics)), "finding", "findings"))
	d.findings(preview.Diagnostics)
	if err := d.b.newsletters.Approve(d.ctx, d.issue, "demo"); err != nil {
		return err
	}
	launched, err := d.b.newsletters.Send(d.ctx, d.issue, "demo")
	if err != nil {
		return err
	}
	d.say("approved and launched to %s", plural(launched.Recipients, "recipient", "recipients"))
	const leaver = "olivia@reader.example"
	who, err := d.b.audience.Show(d.ctx, leaver)
	if err != nil {
		return err
	}
	d.say("%s unsubscribes before her mail is let go", leaver)
	return postgres.InTx(d.ctx, d.b.db, func(tx *postgres.Tx) error {
		_, err := d.b.audience.Unsubscribe(d.ctx, tx, who.Subscriber.ID, d.n.ListID, "demo")
		return err
	})
}

// report prints who got what, checks the ledger, and says where to look.
func (d *demo) report() error {
	list, err := d.b.newsletters.Recipients(d.ctx, d.issue, "", 0, 1000)
	if err != nil {
		return err
	}
	d.print("")
	d.table([]string{"ID", "RECIPIENT", "OUTCOME", "AT", "REPLY", "WHY"}, recipientRows(list))
	r, err := d.b.newsletters.Reconcile(d.ctx, d.issue)
	if err != nil {
		return err
	}
	d.print("")
	d.print("%d recipients = %d sent + %d failed + %d skipped + %d unknown + %d pending; balanced: %s",
		r.Recipients, r.Sent, r.Failed, r.Skipped, r.Unknown, r.Pending, yesNo(r.Balanced))
	d.print("")
	d.print("The inbox:        %s/inbox/", d.web)
	d.print("The preview:      %s%s", d.web, preview.Path(d.b.ring, d.issue, d.now().Add(usualPreview)))
	d.print("The archive:      %s/", d.web)
	d.print("The web version:  %s/archive/%s", d.web, strconv.FormatInt(d.issue, 10))
	if !r.Balanced || r.Pending > 0 {
		return errors.New("not every recipient is accounted for")
	}
	return nil
}
