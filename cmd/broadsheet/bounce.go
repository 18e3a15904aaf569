package main

import (
	"errors"
	"fmt"

	"github.com/broadsheet/broadsheet/internal/bounce"
)

type bounceAddressCmd struct{}

func (bounceAddressCmd) Help() string {
	return `For the forms of mailbox providers that report complaints. Reports that come there must quote
the return path of the mail, which tells whose it was.

Example:
  broadsheet bounce address --bounce-domain bounce.example.org`
}

func (c *bounceAddressCmd) Run(a *app, b *backend) error {
	if a.set.BounceDomain == "" {
		return errors.New("there is no such address without a domain for bounces; give --bounce-domain or set BROADSHEET_BOUNCE_DOMAIN")
	}
	a.print("%s", b.returns(a).Feedback())
	return nil
}

type bounceListCmd struct {
	Before int64 `help:"Begin before this number (the last one shown)."`
	paging
	JSON bool `help:"Print JSON."`
}

func (bounceListCmd) Help() string {
	return `Bounces and complaints come in at --bounce-listen, refusals from the relay while sending.

Example:
  broadsheet bounce list --limit 20`
}

func (c *bounceListCmd) Run(a *app, b *backend) error {
	list, err := bounce.List(a.ctx, b.db, c.Before, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, x := range list {
		suppressed := "no"
		if x.Suppressed {
			suppressed = "yes"
		}
		rows[i] = []string{fmt.Sprint(x.ID), stamp(x.At), string(x.Kind), fmt.Sprint(x.MailingID), fmt.Sprint(x.RecipientID),
			orDash(x.Enhanced), orDash(x.Rule), suppressed, x.Diagnostic}
	}
	a.table([]string{"NUMBER", "AT", "KIND", "MAILING", "READER", "STATUS", "RULE", "SUPPRESSED", "SAID"}, rows)
	return nil
}
