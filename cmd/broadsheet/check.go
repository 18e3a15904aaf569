package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
	"github.com/broadsheet/broadsheet/migrations"
)

type checkCmd struct {
	JSON bool `help:"Print JSON."`
}

func (checkCmd) Help() string {
	return "Opens every relay, but sends nothing. Exits 1 when something is wrong.\n\nExample:\n  broadsheet check"
}

// finding is one line of the check.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func (c *checkCmd) Run(a *app) error {
	list := []finding{{"settings", true, "readable"}}
	b, err := a.open(asItIs)
	if err != nil {
		list = append(list, finding{"database", false, err.Error()})
	} else {
		defer b.close()
		list = append(list, a.checkDatabase(b)...)
	}
	list = append(append(list, a.checkThemes()...), checkRules(a.now()))
	bad := 0
	rows := make([][]string, len(list))
	for i, f := range list {
		mark := "ok"
		if !f.OK {
			mark, bad = "WRONG", bad+1
		}
		rows[i] = []string{f.What, mark, f.Detail}
	}
	if c.JSON {
		if err := a.json(list); err != nil {
			return err
		}
	} else {
		a.table([]string{"WHAT", "", "DETAIL"}, rows)
	}
	if bad > 0 {
		return fmt.Errorf("%s", plural(int64(bad), "thing is wrong", "things are wrong"))
	}
	return nil
}

func (a *app) checkDatabase(b *backend) []finding {
	where := "the server of DATABASE_URL"
	if b.cluster != nil {
		where = "private, in " + a.set.Data
	}
	list := []finding{{"database", true, where}}
	if b.cluster != nil {
		if err := b.migrate(a); err != nil {
			return append(list, finding{"schema", false, err.Error()})
		}
	}
	if err := migrations.Check(a.ctx, b.db.DB); err != nil {
		return append(list, finding{"schema", false, err.Error()})
	}
	list = append(list, finding{"schema", true, "this version's"})
	relays, err := outbox.Relays(a.ctx, b.db)
	if err != nil {
		return append(list, finding{"relays", false, err.Error()})
	}
	if len(relays) == 0 {
		list = append(list, finding{"relays", false, "there is none; broadsheet relay add makes one"})
	}
	away := false
	for _, r := range relays {
		f, local := a.checkRelay(r)
		list, away = append(list, f), away || !local
	}
	list = append(list, a.checkSending(b)...)
	return append(list, a.checkPublicURL(away))
}

// checkSending tells who sends and what is in the way: an open incident is
// wrong.
func (a *app) checkSending(b *backend) []finding {
	workers, err := outbox.Workers(a.ctx, b.db)
	if err != nil {
		return []finding{{"workers", false, err.Error()}}
	}
	var list []finding
	for _, w := range workers {
		f := finding{"worker " + w.Name, true, fmt.Sprintf("version %s, protocol %d, %d connections, %.1f messages per second", w.Version, w.Protocol, w.Connections, w.Rate)}
		if w.Silent {
			f.Detail = "gone without a word, last seen " + stamp(w.SeenAt) + "; its work goes to others"
		}
		list = append(list, f)
	}
	incidents, err := outbox.Incidents(a.ctx, b.db, false, 1000)
	if err != nil {
		return append(list, finding{"incidents", false, err.Error()})
	}
	if len(incidents) > 0 {
		list = append(list, finding{"incidents", false, plural(int64(len(incidents)), "is", "are") + " open; broadsheet incident list shows them"})
	}
	return list
}

// checkRelay opens a relay as sending would.
func (a *app) checkRelay(r outbox.Relay) (f finding, local bool) {
	f = finding{What: "relay " + r.Name}
	relay, err := mailer.ParseRelay(r.URL)
	if err != nil {
		f.Detail = err.Error()
		return f, true
	}
	ctx, cancel := context.WithTimeout(a.ctx, 15*time.Second)
	defer cancel()
	p, err := relay.Probe(ctx)
	if err != nil {
		f.Detail = fmt.Sprintf("%s: %s", relay, err)
		return f, relay.Loopback()
	}
	f.OK, f.Detail = true, fmt.Sprintf("%s: answers, %s", relay, cmp.Or(p.TLS, "without TLS"))
	if p.Dir {
		f.Detail = fmt.Sprintf("%s: can be written to", relay)
	}
	return f, relay.Loopback()
}

// sendsAway says whether any relay is on another machine.
func (b *backend) sendsAway(a *app) bool {
	relays, err := outbox.Relays(a.ctx, b.db)
	return err == nil && slices.ContainsFunc(relays, func(r outbox.Relay) bool {
		relay, err := mailer.ParseRelay(r.URL)
		return err == nil && !relay.Loopback()
	})
}

// checkPublicURL wants https as soon as mail leaves this machine (HDR-1).
func (a *app) checkPublicURL(away bool) finding {
	f := finding{"public address", true, a.set.PublicURL}
	if u, err := url.Parse(a.set.PublicURL); away && (err != nil || u.Scheme != "https") {
		f.OK, f.Detail = false, a.set.PublicURL+" is not https; set BROADSHEET_PUBLIC_URL to where readers reach you, since one-click unsubscribe needs it"
	}
	return f
}

// checkThemes loads every theme, the override folder's too, and judges a
// sample mail made with it as an issue is judged.
func (a *app) checkThemes() []finding {
	themes, err := a.themes()
	if err != nil {
		return []finding{{"templates", false, err.Error()}}
	}
	var list []finding
	for _, name := range themes.Names() {
		f := finding{"theme " + name, true, "loads, with enough contrast"}
		if err := checkTheme(a.ctx, themes, name); err != nil {
			f.OK, f.Detail = false, err.Error()
		}
		list = append(list, f)
	}
	return list
}

func checkTheme(ctx context.Context, themes *render.Themes, name string) error {
	const file = "scalp-care.md"
	source, err := sample.Open("sample/" + file)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // it is part of the program
	r, err := ingest.Parse(ctx, file, source, ingest.Options{})
	if err != nil {
		return err
	}
	m, err := newsletter.Compile(newsletter.Input{
		Newsletter: sampleNewsletter("Your Newsletter", "Example Media, 100 Example Street, Portland, OR 97201, USA", name, ""),
		Articles:   []*article.Article{r.Article}, IssueID: 1, PublicURL: "https://mail.example.org", DoubleOptIn: true, Themes: themes,
	})
	if err != nil {
		return err
	}
	for _, d := range m.Errors() {
		return fmt.Errorf("a sample mail has an error, %s", d)
	}
	return nil
}

// checkRules says which rules the mails are checked against, and which of them
// rest on sources that nobody has read for a year. Those are still kept to.
func checkRules(now time.Time) finding {
	f := finding{"rules", true, fmt.Sprintf("%d, edition %s", len(lint.Rules()), lint.Edition())}
	if stale := lint.Stale(now); len(stale) > 0 {
		f.Detail += fmt.Sprintf("; the sources of %d, such as %s, were last read more than a year ago: see whether there is a newer Broadsheet", len(stale), stale[0].ID)
	}
	return f
}
