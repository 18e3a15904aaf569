package main

import (
	"fmt"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// throttled is what a throttle is for: one of three.
type throttled struct {
	Relay      string `help:"The relay." xor:"scope" required:""`
	Newsletter string `help:"The newsletter's slug." xor:"scope" required:""`
	Provider   string `help:"A mailbox provider (gmail, outlook, yahoo …) or a domain." xor:"scope" required:""`
}

// scope is the one that was given, in the outbox's words. It must be there.
func (t throttled) scope(a *app, b *backend) (scope, name string, err error) {
	switch {
	case t.Newsletter != "":
		_, err = b.newsletters.BySlug(a.ctx, t.Newsletter)
		return outbox.ScopeStream, t.Newsletter, err
	case t.Relay != "":
		_, err = b.relay(a, t.Relay)
		return outbox.ScopeRelay, t.Relay, err
	}
	return outbox.ScopeProvider, t.Provider, nil
}

type throttleSetCmd struct {
	throttled
	Rate  float64 `help:"Messages per second, over all workers together." required:""`
	Burst float64 `help:"How many may go at once after a pause. Default: one second's."`
}

func (throttleSetCmd) Help() string {
	return "Confirmations and account mails are counted but never wait.\n\nExamples:\n  broadsheet throttle set --provider gmail --rate 20\n  broadsheet throttle set --relay main --rate 100 --burst 500"
}

func (c *throttleSetCmd) Run(a *app, b *backend) error {
	scope, name, err := c.scope(a, b)
	if err != nil {
		return err
	}
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		return outbox.SetThrottle(a.ctx, tx, outbox.Throttle{Scope: scope, Name: name, Rate: c.Rate, Burst: c.Burst})
	})
}

type throttleRemoveCmd struct{ throttled }

func (throttleRemoveCmd) Help() string {
	return "Example:\n  broadsheet throttle remove --provider gmail"
}

func (c *throttleRemoveCmd) Run(a *app, b *backend) error {
	scope, name, err := c.scope(a, b)
	if err != nil {
		return err
	}
	var was bool
	err = postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		was, err = outbox.RemoveThrottle(a.ctx, tx, scope, name)
		return err
	})
	if err == nil && !was {
		return fmt.Errorf("%s has no throttle; broadsheet throttle list shows those there are", name)
	}
	return err
}

type throttleListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (throttleListCmd) Help() string { return "Example:\n  broadsheet throttle list" }

func (c *throttleListCmd) Run(a *app, b *backend) error {
	list, err := outbox.Throttles(a.ctx, b.db)
	if err != nil {
		return err
	}
	rows := make([][]string, len(list))
	for i, t := range list {
		if t.Scope == outbox.ScopeStream {
			list[i].Scope = "newsletter"
		}
		rows[i] = []string{list[i].Scope, t.Name, fmt.Sprintf("%g", t.Rate), fmt.Sprintf("%g", t.Burst)}
	}
	if c.JSON {
		return a.json(list)
	}
	a.table([]string{"FOR", "NAME", "PER SECOND", "BURST"}, rows)
	return nil
}

type incidentListCmd struct {
	All   bool `help:"Also those that are over."`
	Limit int  `help:"How many to show." default:"50"`
	JSON  bool `help:"Print JSON."`
}

func (incidentListCmd) Help() string {
	return "Examples:\n  broadsheet incident list\n  broadsheet incident list --all --json"
}

func (c *incidentListCmd) Run(a *app, b *backend) error {
	list, err := outbox.Incidents(a.ctx, b.db, c.All, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, x := range list {
		rows[i] = []string{fmt.Sprint(x.ID), x.Kind, where(x), stamp(x.OpenedAt), until(x), x.Rule, short(printable(said(x)), 70)}
	}
	a.table([]string{"INCIDENT", "KIND", "WHERE", "SINCE", "UNTIL", "RULE", "REPLY"}, rows)
	return nil
}

// where is what an incident is about.
func where(i outbox.Incident) string {
	switch {
	case i.Provider != "":
		return i.Provider + ", " + i.Stream + " by " + i.Relay
	case i.Relay != "":
		return "relay " + i.Relay
	case i.MailingID != 0:
		return fmt.Sprintf("mailing %d", i.MailingID)
	}
	return i.Stream
}

func until(i outbox.Incident) string {
	switch {
	case i.ClosedAt != nil:
		return i.ClosedAt.Local().Format(time.DateTime) + " (" + i.ClosedBy + ")"
	case i.HeldUntil != nil:
		return i.HeldUntil.Local().Format(time.DateTime)
	}
	return "open"
}

func said(i outbox.Incident) string {
	if i.Code == 0 {
		return i.Reply
	}
	return fmt.Sprintf("%d %s %s", i.Code, i.Enhanced, i.Reply)
}

type incidentResumeCmd struct {
	ID int64 `arg:"" help:"The incident."`
}

func (incidentResumeCmd) Help() string { return "Example:\n  broadsheet incident resume 3" }

func (c *incidentResumeCmd) Run(a *app, b *backend) error {
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error { return outbox.ResumeIncident(a.ctx, tx, c.ID, a.byHand()) })
	if err == nil {
		a.say("incident %d is over; what it held goes on", c.ID)
	}
	return err
}

type workerListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (workerListCmd) Help() string { return "Example:\n  broadsheet worker list" }

func (c *workerListCmd) Run(a *app, b *backend) error {
	list, err := outbox.Workers(a.ctx, b.db)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, w := range list {
		state := "at work"
		if w.Draining {
			state = "draining"
		}
		if w.Silent {
			state = "silent"
		}
		rows[i] = []string{w.Name, w.Version, fmt.Sprint(w.Protocol), state, fmt.Sprint(w.Connections), fmt.Sprint(w.Batches),
			fmt.Sprintf("%.1f", w.Rate), stamp(w.SeenAt)}
	}
	a.table([]string{"WORKER", "VERSION", "PROTOCOL", "STATE", "CONNECTIONS", "BATCHES", "PER SECOND", "SEEN"}, rows)
	return nil
}
