package main

import (
	"fmt"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

type listCreateCmd struct {
	Slug        string `arg:"" help:"Short name: lower-case letters, digits and dashes."`
	Name        string `help:"Name that readers see." required:""`
	DoubleOptIn bool   `help:"Mail only those who confirmed their address." default:"true" negatable:""`
}

func (listCreateCmd) Help() string {
	return "Example:\n  broadsheet list create readers --name \"Weekly readers\""
}

func (c *listCreateCmd) Run(a *app, b *backend) error {
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		_, err = b.audience.CreateList(a.ctx, tx, audience.List{Slug: c.Slug, Name: c.Name, DoubleOptIn: c.DoubleOptIn})
		return err
	})
	if err != nil {
		return err
	}
	a.print("%s", c.Slug)
	return nil
}

type listListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (listListCmd) Help() string { return "Example:\n  broadsheet list list --json" }

func (c *listListCmd) Run(a *app, b *backend) error {
	lists, err := b.audience.Lists(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(lists)
	}
	rows := make([][]string, len(lists))
	for i, l := range lists {
		rows[i] = []string{l.Slug, l.Name, yesNo(l.DoubleOptIn), fmt.Sprint(l.Active), fmt.Sprint(l.Pending), fmt.Sprint(l.Unsubscribed)}
	}
	a.table([]string{"LIST", "NAME", "DOUBLE OPT-IN", "ACTIVE", "PENDING", "LEFT"}, rows)
	return nil
}

type listShowCmd struct {
	Slug  string `arg:"" help:"The list."`
	After int64  `help:"Begin after this subscriber's id (the last one shown)."`
	paging
	JSON bool `help:"Print JSON."`
}

func (listShowCmd) Help() string { return "Example:\n  broadsheet list show readers --limit 20" }

func (c *listShowCmd) Run(a *app, b *backend) error {
	l, err := b.audience.ListBySlug(a.ctx, c.Slug)
	if err != nil {
		return err
	}
	people, err := b.audience.Subscribers(a.ctx, l.ID, c.After, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(map[string]any{"list": l, "subscribers": people})
	}
	a.say("%s (%s), double opt-in: %s", l.Name, l.Slug, yesNo(l.DoubleOptIn))
	rows := make([][]string, len(people))
	for i, p := range people {
		rows[i] = []string{fmt.Sprint(p.ID), p.Email, p.Name, p.Zone, string(p.State)}
	}
	a.table([]string{"ID", "EMAIL", "NAME", "ZONE", "STATE"}, rows)
	if len(people) == c.Limit {
		a.say("more: --after %d", people[len(people)-1].ID)
	}
	return nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
