package main

import (
	"errors"
	"fmt"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

type relayAddCmd struct {
	Name     string  `arg:"" help:"Short name: lower-case letters, digits and dashes."`
	URL      string  `arg:"" help:"smtp://user:password@host:587?connections=20, smtps://host:465, lmtp://host:24 or file:///directory"`
	Priority int     `help:"Of relays that may be used, those with the lowest go first; the others stand in when they can't." default:"0"`
	Weight   int     `help:"Share among relays of the same priority." default:"1"`
	Rate     float64 `help:"Messages per second at most; 0 for as many as it takes." default:"0"`
}

func (relayAddCmd) Help() string {
	return `STARTTLS is required unless the host is this machine; tls=none turns it off.
Behind the ?: connections=N at once, messages=N and age=30m after which a connection is
renewed, auth=plain|login|cram-md5|scram-sha-256|xoauth2|… instead of the strongest offered
(xoauth2 takes the token for the password), pipeline=commands or none for a relay that
stumbles over BDAT or PIPELINING, helo=NAME.
lmtp:///run/socket delivers to a mail store; file:///directory writes .eml files.
Priority and weight concern newsletters without a relay of their own.

Examples:
  broadsheet relay add main "smtp://user:password@smtp.example.org:587?connections=20"
  broadsheet relay add spare "smtps://user:password@mail.example.net" --priority 10
  broadsheet relay add files file:///var/spool/letters`
}

// Validate refuses a share of nothing.
func (c *relayAddCmd) Validate() error {
	return errors.Join(between("--weight", c.Weight, 1, 1000), between("--priority", c.Priority, 0, 1000))
}

func (c *relayAddCmd) Run(a *app, b *backend) error {
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		_, err := outbox.AddRelay(a.ctx, tx, c.Name, c.URL, outbox.Preference{Priority: c.Priority, Weight: c.Weight})
		if err != nil || c.Rate == 0 {
			return err
		}
		return outbox.SetThrottle(a.ctx, tx, outbox.Throttle{Scope: outbox.ScopeRelay, Name: c.Name, Rate: c.Rate})
	})
	if err != nil {
		return err
	}
	a.print("%s", c.Name)
	return nil
}

type relayEditCmd struct {
	Name     string `arg:"" help:"The relay."`
	URL      string `arg:"" optional:"" help:"Its new address, as with relay add."`
	Priority *int   `help:"Of relays that may be used, those with the lowest go first."`
	Weight   *int   `help:"Share among relays of the same priority."`
}

func (relayEditCmd) Help() string {
	return "Examples:\n  broadsheet relay edit main \"smtp://user:new-password@smtp.example.org:587?connections=20\"\n  broadsheet relay edit spare --weight 3"
}

func (c *relayEditCmd) Run(a *app, b *backend) error {
	if c.URL == "" && c.Priority == nil && c.Weight == nil {
		return fmt.Errorf("nothing is to be changed: give %s a new address, --priority or --weight", c.Name)
	}
	r, err := b.relay(a, c.Name)
	if err != nil {
		return err
	}
	p := outbox.Preference{Priority: r.Priority, Weight: r.Weight}
	if c.Priority != nil {
		p.Priority = *c.Priority
	}
	if c.Weight != nil {
		if err := between("--weight", *c.Weight, 1, 1000); err != nil {
			return err
		}
		p.Weight = *c.Weight
	}
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		if c.URL != "" {
			if err := outbox.ChangeRelay(a.ctx, tx, c.Name, c.URL); err != nil {
				return err
			}
		}
		return outbox.PreferRelay(a.ctx, tx, c.Name, p)
	})
}

// relay finds a relay by its name.
func (b *backend) relay(a *app, name string) (outbox.Relay, error) {
	relays, err := outbox.Relays(a.ctx, b.db)
	if err != nil {
		return outbox.Relay{}, err
	}
	for _, r := range relays {
		if r.Name == name {
			return r, nil
		}
	}
	return outbox.Relay{}, fmt.Errorf("there is no relay %q; broadsheet relay list shows those there are", name)
}

type relayWarmupCmd struct {
	Name   string  `arg:"" help:"The relay."`
	First  int64   `help:"Messages on the first day, which is today (UTC)." default:"200"`
	Growth float64 `help:"How many times as many each day." default:"1.5"`
	Until  int64   `help:"The plan ends when a day may have this many." default:"100000"`
	Off    bool    `help:"End the plan."`
}

func (relayWarmupCmd) Help() string {
	return `Mailbox providers distrust an address that sends much from its first day on. What a day's cap leaves over goes through other relays if it may, else the next day, or is given up at the mailing's deadline.

Example:
  broadsheet relay warmup main --first 200 --growth 1.5`
}

func (c *relayWarmupCmd) Run(a *app, b *backend) error {
	plan := &outbox.WarmUp{First: c.First, Growth: c.Growth, Until: c.Until}
	if c.Off {
		plan = nil
	}
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error { return outbox.WarmUpRelay(a.ctx, tx, c.Name, plan) })
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
		Priority    int    `json:"priority"`
		Weight      int    `json:"weight"`
	}
	list := make([]row, 0, len(relays))
	for _, r := range relays {
		parsed, err := mailer.ParseRelay(r.URL)
		if err != nil {
			return fmt.Errorf("relay %s: %w", r.Name, err)
		}
		list = append(list, row{r.Name, parsed.String(), parsed.Connections(), r.Priority, r.Weight})
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, r := range list {
		rows[i] = []string{r.Name, r.URL, fmt.Sprint(r.Connections), fmt.Sprint(r.Priority), fmt.Sprint(r.Weight)}
	}
	a.table([]string{"RELAY", "ADDRESS", "CONNECTIONS", "PRIORITY", "WEIGHT"}, rows)
	return nil
}
