package main

import "github.com/broadsheet/broadsheet/migrations"

type migrateStatusCmd struct {
	JSON bool `help:"Print JSON."`
}

func (migrateStatusCmd) Help() string {
	return "Example:\n  broadsheet migrate status"
}

func (c *migrateStatusCmd) Run(a *app) error {
	b, err := a.open(asItIs)
	if err != nil {
		return err
	}
	defer b.close()
	states, err := migrations.Status(a.ctx, b.db.DB)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(states)
	}
	rows := make([][]string, len(states))
	for i, s := range states {
		at := "pending"
		if !s.AppliedAt.IsZero() {
			at = stamp(s.AppliedAt)
		}
		rows[i] = []string{s.Name, at}
	}
	a.table([]string{"MIGRATION", "APPLIED"}, rows)
	return nil
}

type migrateUpCmd struct{}

func (migrateUpCmd) Help() string {
	return "Safe to run from several machines at once: one of them does it, the others wait.\n\nExample:\n  broadsheet migrate up"
}

func (c *migrateUpCmd) Run(a *app) error {
	b, err := a.open(asItIs)
	if err != nil {
		return err
	}
	defer b.close()
	applied, err := migrations.Up(a.ctx, b.url)
	if err != nil {
		return err
	}
	for _, name := range applied {
		a.print("%s", name)
	}
	a.say("%s applied; the schema is up to date", plural(int64(len(applied)), "migration", "migrations"))
	return nil
}
