package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

type subscriberImportCmd struct {
	File      string            `arg:"" help:"CSV file with a header line; - reads standard input."`
	List      string            `help:"The list's slug." required:""`
	Consent   string            `help:"Where and how these people agreed; kept with each of them." required:""`
	Confirmed bool              `help:"They have confirmed their addresses already."`
	Map       map[string]string `help:"Columns by other names, as COLUMN=FIELD; fields are email, name, zone, language." placeholder:"COLUMN=FIELD" mapsep:","`
	DryRun    bool              `help:"Say what would happen and change nothing."`
	JSON      bool              `help:"Print JSON."`
}

func (subscriberImportCmd) Help() string {
	return `The file is read as a stream and written in lots; a bad line is reported with its number and reason and doesn't stop the others. The same file can be imported again: nobody is taken twice.

Example:
  broadsheet subscriber import readers.csv --list readers --confirmed --consent "form at example.org/letter, 2025" --map "E-mail=email"`
}

func (c *subscriberImportCmd) Run(a *app, b *backend) error {
	l, err := b.audience.ListBySlug(a.ctx, c.List)
	if err != nil {
		return err
	}
	in, name := a.in, "standard input"
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("%s can't be read: %s", c.File, reason(err))
		}
		defer func() { _ = f.Close() }()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a directory; name a CSV file", c.File)
		}
		in, name = f, c.File
	}
	bar := a.progress("importing", -1)
	report, err := b.audience.Import(a.ctx, in, audience.ImportOptions{
		ListID: l.ID, FileName: name, Consent: c.Consent, Confirmed: c.Confirmed, Map: c.Map, DryRun: c.DryRun,
		Progress: bar.set,
		OnReject: func(r audience.Reject) {
			if !c.JSON {
				a.say("line %d: %s: %s", r.Line, orDash(printable(r.Email)), r.Reason)
			}
		},
	})
	bar.done()
	if c.JSON && (err == nil || report.Lines > 0) {
		if jerr := a.json(report); jerr != nil {
			return jerr
		}
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("stopped; %s of people are in, and importing the same file again does not repeat them", plural(report.Created+report.Updated+report.Unchanged, "line", "lines"))
	}
	if err != nil {
		return err
	}
	if !c.JSON {
		c.summarise(a, l, report)
	}
	return nil
}

func (c *subscriberImportCmd) summarise(a *app, l audience.List, r audience.ImportReport) {
	for _, col := range r.Ignored {
		a.say("column %q was not used; --map \"%s=FIELD\" would use it", printable(col), printable(col))
	}
	verb := "imported"
	if c.DryRun {
		verb = "would be imported"
	}
	a.print("%s read: %d new, %d updated, %d unchanged, %d refused", plural(r.Lines, "line", "lines"), r.Created, r.Updated, r.Unchanged, r.Rejected)
	if l.DoubleOptIn && !c.Confirmed && r.Created > 0 {
		a.say("%s is double opt-in and --confirmed was not given: the new people %s as pending and get no mail until they confirm", l.Slug, verb)
	}
}

type subscriberAddCmd struct {
	Email     string `arg:"" help:"The address."`
	List      string `help:"The list's slug." required:""`
	Consent   string `help:"Where and how this person agreed." required:""`
	Confirmed bool   `help:"The address has been confirmed already."`
	Name      string `help:"How to address the person."`
	Zone      string `help:"IANA zone, such as Europe/Berlin."`
	Language  string `help:"BCP 47 language tag, such as en or pt-BR."`
}

func (subscriberAddCmd) Help() string {
	return "Example:\n  broadsheet subscriber add ada@example.org --list readers --confirmed --consent \"asked by phone, 2026-11-02\" --name Ada"
}

func (c *subscriberAddCmd) Run(a *app, b *backend) error {
	l, err := b.audience.ListBySlug(a.ctx, c.List)
	if err != nil {
		return err
	}
	var id int64
	var verdict audience.Verdict
	err = postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		s, v, err := b.audience.Add(a.ctx, tx, l.ID,
			audience.NewSubscriber{Email: c.Email, Name: c.Name, Zone: c.Zone, Language: c.Language},
			audience.Consent{Source: c.Consent, Confirmed: c.Confirmed})
		id, verdict = s.ID, v
		return err
	})
	if err != nil {
		return err
	}
	a.print("%d", id)
	a.say("%s", verdict)
	if addr, err := audience.ParseAddress(c.Email); err == nil {
		if typo := audience.Typo(addr); typo != "" {
			a.say("note: did you mean %s? It was added as given", typo)
		}
	}
	if l.DoubleOptIn && !c.Confirmed && verdict == audience.Created {
		a.say("%s is double opt-in and --confirmed was not given: pending until confirmed", l.Slug)
	}
	return nil
}

type subscriberShowCmd struct {
	Email string `arg:"" help:"The address."`
	JSON  bool   `help:"Print JSON."`
}

func (subscriberShowCmd) Help() string {
	return "Example:\n  broadsheet subscriber show ada@example.org"
}

func (c *subscriberShowCmd) Run(a *app, b *backend) error {
	d, err := b.audience.Show(a.ctx, c.Email)
	if err != nil {
		return err
	}
	history := []outbox.Past{}
	if d.Subscriber != nil {
		if history, err = outbox.History(a.ctx, b.db, d.Subscriber.ID, 100); err != nil {
			return err
		}
	}
	if c.JSON {
		return a.json(struct {
			audience.Detail
			Deliveries []outbox.Past `json:"deliveries"`
		}{d, history})
	}
	a.showSubscriber(d, history)
	return nil
}

func (a *app) showSubscriber(d audience.Detail, history []outbox.Past) {
	if d.Suppression != nil {
		a.print("suppressed: %s %s (%s)", d.Suppression.Reason, printable(d.Suppression.Note), stamp(d.Suppression.CreatedAt))
	}
	if d.Subscriber == nil {
		a.print("not a subscriber")
		return
	}
	a.print("%d  %s  %s  zone %s  since %s", d.Subscriber.ID, d.Subscriber.Email, printable(d.Subscriber.Name), orDash(d.Subscriber.Zone), stamp(d.Subscriber.CreatedAt))
	rows := make([][]string, len(d.Subscriptions))
	for i, s := range d.Subscriptions {
		since := s.CreatedAt
		if s.EndedAt != nil && s.State == "unsubscribed" {
			since = *s.EndedAt
		}
		rows[i] = []string{s.ListSlug, s.State, stamp(since)}
	}
	a.table([]string{"LIST", "STATE", "SINCE"}, rows)
	rows = make([][]string, len(d.Events))
	for i, e := range d.Events {
		rows[i] = []string{stamp(e.At), e.ListSlug, e.Kind, e.Source}
	}
	a.table([]string{"AT", "LIST", "CONSENT", "HOW"}, rows)
	rows = make([][]string, len(history))
	for i, h := range history {
		rows[i] = []string{stamp(h.At), h.Key, h.Outcome.String(), cmp.Or(h.Reason, h.Reply)}
	}
	a.table([]string{"AT", "MAILING", "OUTCOME", "WHY"}, rows)
}

type subscriberUnsubscribeCmd struct {
	Email string `arg:"" help:"The address."`
	List  string `help:"The list's slug." required:""`
	How   string `help:"How the person said so; kept with the consent." required:""`
}

func (subscriberUnsubscribeCmd) Help() string {
	return "Example:\n  broadsheet subscriber unsubscribe ada@example.org --list readers --how \"asked by phone\""
}

func (c *subscriberUnsubscribeCmd) Run(a *app, b *backend) error {
	l, err := b.audience.ListBySlug(a.ctx, c.List)
	if err != nil {
		return err
	}
	d, err := b.audience.Show(a.ctx, c.Email)
	if err != nil {
		return err
	}
	if d.Subscriber == nil {
		return fmt.Errorf("%s is not a subscriber", c.Email)
	}
	var already bool
	err = postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		already, err = b.audience.Unsubscribe(a.ctx, tx, d.Subscriber.ID, l.ID, c.How)
		return err
	})
	if err != nil {
		return err
	}
	if already {
		a.say("%s had left %s already", d.Subscriber.Email, l.Slug)
	} else {
		a.say("%s has left %s", d.Subscriber.Email, l.Slug)
	}
	return nil
}
