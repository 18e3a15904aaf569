package main

import (
	"fmt"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

type suppressAddCmd struct {
	Email string `arg:"" help:"The address; it need not be a subscriber's."`
	Note  string `help:"Why, for the record."`
}

func (suppressAddCmd) Help() string {
	return "Only a keyed hash of the address is kept, so a suppression outlives imports and erasures.\n\nExample:\n  broadsheet suppress add ada@example.org --note \"asked by letter\""
}

func (c *suppressAddCmd) Run(a *app, b *backend) error {
	var already bool
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		already, err = b.audience.Suppress(a.ctx, tx, c.Email, "manual", c.Note)
		return err
	})
	if err != nil {
		return err
	}
	if already {
		a.say("%s was suppressed already", c.Email)
	} else {
		a.say("%s will not be mailed", c.Email)
	}
	return nil
}

type suppressRemoveCmd struct {
	Email string `arg:"" help:"The address."`
}

func (suppressRemoveCmd) Help() string {
	return "Example:\n  broadsheet suppress remove ada@example.org"
}

func (c *suppressRemoveCmd) Run(a *app, b *backend) error {
	var was bool
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		was, err = b.audience.Unsuppress(a.ctx, tx, c.Email)
		return err
	})
	if err != nil {
		return err
	}
	if was {
		a.say("%s may be mailed again if subscribed", c.Email)
	} else {
		a.say("%s was not suppressed", c.Email)
	}
	return nil
}

type suppressListCmd struct {
	After int64 `help:"Begin after this number (the last one shown)."`
	paging
	JSON bool `help:"Print JSON."`
}

func (suppressListCmd) Help() string { return "Example:\n  broadsheet suppress list" }

func (c *suppressListCmd) Run(a *app, b *backend) error {
	list, err := b.audience.Suppressions(a.ctx, c.After, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, s := range list {
		rows[i] = []string{fmt.Sprint(s.ID), stamp(s.CreatedAt), s.Reason, orDash(s.Email), s.Note}
	}
	a.table([]string{"NUMBER", "SINCE", "REASON", "SUBSCRIBER", "NOTE"}, rows)
	return nil
}
