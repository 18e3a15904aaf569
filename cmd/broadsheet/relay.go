package main

import (
	"fmt"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

type relayAddCmd struct {
	Name string `arg:"" help:"Short name: lower-case letters, digits and dashes."`
	URL  string `arg:"" help:"smtp://user:password@host:587?connections=20, smtps://host:465, lmtp://host:24 or file:///directory"`
}

func (relayAddCmd) Help() string {
	return `STARTTLS is required unless the host is this machine; tls=none turns it off.
Behind the ?: connections=N at once, messages=N and age=30m after which a connection is
renewed, auth=plain|login|cram-md5|scram-sha-256|xoauth2|… instead of the strongest offered
(xoauth2 takes the token for the password), pipeline=commands or none for a relay that
stumbles over BDAT or PIPELINING, helo=NAME.
lmtp:///run/socket delivers to a mail store; file:///directory writes .eml files.

Examples:
  broadsheet relay add main "smtp://user:password@smtp.example.org:587?connections=20"
  broadsheet relay add files file:///var/spool/letters`
}

func (c *relayAddCmd) Run(a *app, b *backend) error {
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		_, err := outbox.AddRelay(a.ctx, tx, c.Name, c.URL)
		return err
	})
	if err != nil {
		return err
	}
	a.print("%s", c.Name)
	return nil
}

type relayEditCmd struct {
	Name string `arg:"" help:"The relay."`
	URL  string `arg:"" help:"Its new address, as with relay add."`
}

func (relayEditCmd) Help() string {
	return "Example:\n  broadsheet relay edit main \"smtp://user:new-password@smtp.example.org:587?connections=20\""
}

func (c *relayEditCmd) Run(a *app, b *backend) error {
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		return outbox.ChangeRelay(a.ctx, tx, c.Name, c.URL)
	})
}

type relayRemoveCmd struct {
	Name string `arg:"" help:"The relay."`
}

func (relayRemoveCmd) Help() string { return "Example:\n  broadsheet relay remove old" }

func (c *relayRemoveCmd) Run(a *app, b *backend) error {
	newsletters, err := b.newsletters.List(a.ctx)
	if err != nil {
		return err
	}
	for _, n := range newsletters {
		if n.Relay == c.Name {
			return fmt.Errorf("newsletter %s goes through relay %s; give it another with broadsheet newsletter edit %s --relay NAME", n.Slug, c.Name, n.Slug)
		}
	}
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error { return outbox.RemoveRelay(a.ctx, tx, c.Name) })
}

type relayListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (relayListCmd) Help() string { return "Example:\n  broadsheet relay list" }

func (c *relayListCmd) Run(a *app, b *backend) error {
	relays, err := outbox.Relays(a.ctx, b.db)
	if err != nil {
		return err
	}
	type row struct {
		Name        string `json:"name"`
		URL         string `json:"url"` // without the password
		Connections int    `json:"connections"`
	}
	list := make([]row, 0, len(relays))
	for _, r := range relays {
		parsed, err := mailer.ParseRelay(r.URL)
		if err != nil {
			return fmt.Errorf("relay %s: %w", r.Name, err)
		}
		list = append(list, row{r.Name, parsed.String(), parsed.Connections()})
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, r := range list {
		rows[i] = []string{r.Name, r.URL, fmt.Sprint(r.Connections)}
	}
	a.table([]string{"RELAY", "ADDRESS", "CONNECTIONS"}, rows)
	return nil
}
