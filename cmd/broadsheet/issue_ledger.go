package main

import (
	"fmt"
	"time"

	"github.com/broadsheet/broadsheet/internal/newsletter"
)

type issueReconcileCmd struct {
	ID     int64  `arg:"" help:"The issue."`
	Export string `help:"Also write where each recipient stands to this file, as CSV." placeholder:"FILE.csv"`
	JSON   bool   `help:"Print JSON."`
}

func (issueReconcileCmd) Help() string {
	return `Counts from the frozen audience and the ledger themselves, not from anything kept up to date: balanced means that every frozen recipient is in exactly one of sent, failed, skipped, unknown and pending. Exits 1 when it is not.

Example:
  broadsheet issue reconcile 7 --json`
}

func (c *issueReconcileCmd) Run(a *app, b *backend) error {
	r, err := b.newsletters.Reconcile(a.ctx, c.ID)
	if err != nil {
		return err
	}
	if c.Export != "" {
		if err := a.export(b, c.ID, c.Export); err != nil {
			return err
		}
	}
	if c.JSON {
		if err := a.json(r); err != nil {
			return err
		}
	} else {
		a.print("recipients frozen at launch  %d", r.Recipients)
		for _, row := range []struct {
			name string
			n    int64
		}{{"sent", r.Sent}, {"failed", r.Failed}, {"skipped", r.Skipped}, {"unknown", r.Unknown}, {"pending", r.Pending}, {"  of them deferred", r.Deferred}} {
			a.print("%-28s %d", row.name, row.n)
		}
		for _, u := range r.UnknownRecipients {
			a.print("unknown: %s (found so at %s)", printable(u.Address), u.At.Local().Format(time.DateTime))
		}
		a.print("balanced: %s", yesNo(r.Balanced))
	}
	if !r.Balanced {
		a.say("the ledger of issue %d does not add up: %d lost, %d foreign, %d doubled, %d repeated; please report this with a backup of the database",
			c.ID, r.Lost, r.Foreign, r.Doubled, r.Repeated)
		return errSilent
	}
	return nil
}

type issueRecipientsCmd struct {
	ID      int64  `arg:"" help:"The issue."`
	Outcome string `help:"Only this outcome." enum:",sent,failed,skipped,unknown" default:""`
	After   int64  `help:"Begin after this recipient's id (the last one shown)."`
	paging
	JSON bool `help:"Print JSON."`
}

func (issueRecipientsCmd) Help() string {
	return "Example:\n  broadsheet issue recipients 7 --outcome skipped"
}

func (c *issueRecipientsCmd) Run(a *app, b *backend) error {
	list, err := b.newsletters.Recipients(a.ctx, c.ID, c.Outcome, c.After, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(list)
	}
	a.table([]string{"ID", "RECIPIENT", "OUTCOME", "AT", "REPLY", "WHY"}, recipientRows(list))
	if len(list) == c.Limit {
		a.say("more: --after %d", list[len(list)-1].ID)
	}
	return nil
}

func recipientRows(list []newsletter.Recipient) [][]string {
	rows := make([][]string, len(list))
	for i, r := range list {
		reply := ""
		if r.Code != 0 {
			reply = fmt.Sprint(r.Code)
			if r.Enhanced != "" {
				reply += " " + r.Enhanced
			}
		}
		rows[i] = []string{fmt.Sprint(r.ID), r.Address, r.Outcome, r.At.Local().Format(time.DateTime), reply, r.Reason}
	}
	return rows
}
