package main

import (
	"fmt"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/scheduler"
)

type scheduleSetCmd struct {
	Newsletter  string        `arg:"" help:"The newsletter's slug."`
	Cron        string        `help:"When: a cron rule (\"0 8 * * 2\") or words (\"every Tuesday at 08:00\")." required:""`
	Zone        string        `help:"IANA zone of the rule, or reader for each reader's own. Default: the newsletter's."`
	MaxLateness time.Duration `help:"A firing missed by more than this is held instead of sent late." default:"6h"`
}

func (scheduleSetCmd) Help() string {
	return `The rule is read on the wall clock of the zone: 08:00 stays 08:00 when the clocks change.

Examples:
  broadsheet schedule set weekly --cron "0 8 * * 2" --zone Europe/Berlin
  broadsheet schedule set weekly --cron "every Tuesday at 08:00" --zone reader`
}

func (c *scheduleSetCmd) Run(a *app, b *backend) error {
	n, err := b.newsletters.BySlug(a.ctx, c.Newsletter)
	if err != nil {
		return err
	}
	zone := c.Zone
	if zone == "" {
		zone = n.Zone
	}
	rule, err := scheduler.ParseRule(c.Cron, zone)
	if err != nil {
		return err
	}
	err = postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		_, err = b.schedules.Set(a.ctx, tx, scheduler.Schedule{NewsletterID: n.ID, Rule: rule, MaxLateness: c.MaxLateness, ActiveFrom: a.now()})
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range rule.Next(a.now(), 1) {
		a.say("%s goes out next at %s %s (%s UTC)", n.Slug, f.Wall, f.Zone, f.UTC.UTC().Format("2006-01-02 15:04"))
	}
	return nil
}

type scheduleListCmd struct {
	Last int  `help:"How many past firings to show of each." default:"3"`
	JSON bool `help:"Print JSON."`
}

func (scheduleListCmd) Help() string {
	return "Each firing has left a decision: which article was taken and why, or why nothing went out.\n\nExample:\n  broadsheet schedule list --last 10"
}

type scheduleRow struct {
	Newsletter string             `json:"newsletter"`
	Rule       string             `json:"rule"`
	Zone       string             `json:"zone"`
	Next       []scheduler.Firing `json:"next"`
	Decisions  []scheduler.Logged `json:"decisions"`
}

// Validate bounds the number of past firings.
func (c *scheduleListCmd) Validate() error { return between("--last", c.Last, 0, 1000) }

func (c *scheduleListCmd) Run(a *app, b *backend) error {
	all, err := b.schedules.All(a.ctx)
	if err != nil {
		return err
	}
	list := make([]scheduleRow, 0, len(all))
	for _, s := range all {
		n, err := b.newsletters.ByID(a.ctx, s.NewsletterID)
		if err != nil {
			return err
		}
		past, err := b.schedules.Decisions(a.ctx, n.ID, 0, c.Last)
		if err != nil {
			return err
		}
		list = append(list, scheduleRow{n.Slug, s.Rule.String(), s.Rule.Zone(), s.Rule.Next(a.now(), 1), past})
	}
	if c.JSON {
		return a.json(list)
	}
	for _, s := range list {
		next := "never"
		for _, f := range s.Next {
			next = fmt.Sprintf("%s %s (%s UTC)", f.Wall, f.Zone, f.UTC.UTC().Format("2006-01-02 15:04"))
		}
		a.print("%s: %s in %s, next %s", s.Newsletter, s.Rule, s.Zone, next)
		for _, d := range s.Decisions {
			verdict := string(d.Verdict)
			if d.Open {
				verdict = "at work"
			}
			a.print("  %s %s: %s", d.Wall, verdict, printable(d.Reason))
			for _, cand := range d.Candidates {
				a.print("    article %d %q: %s", cand.ArticleID, short(printable(cand.Title), 60), cand.Reason)
			}
		}
	}
	return nil
}

type scheduleNextCmd struct {
	Newsletter string `arg:"" help:"The newsletter's slug."`
	Number     int    `short:"n" help:"How many firings." default:"5"`
	JSON       bool   `help:"Print JSON."`
}

func (scheduleNextCmd) Help() string {
	return "Example:\n  broadsheet schedule next weekly -n 10 --json"
}

// Validate bounds the number of firings.
func (c *scheduleNextCmd) Validate() error { return between("-n", c.Number, 1, 1000) }

func (c *scheduleNextCmd) Run(a *app, b *backend) error {
	n, err := b.newsletters.BySlug(a.ctx, c.Newsletter)
	if err != nil {
		return err
	}
	s, err := b.schedules.OfNewsletter(a.ctx, n.ID)
	if err != nil {
		return err
	}
	firings := s.Rule.Next(a.now(), c.Number)
	if c.JSON {
		return a.json(firings)
	}
	rows := make([][]string, len(firings))
	for i, f := range firings {
		rows[i] = []string{f.Wall, f.Zone, f.UTC.UTC().Format(time.RFC3339)}
	}
	a.table([]string{"WALL CLOCK", "ZONE", "UTC"}, rows)
	if len(rows) == 0 {
		return fmt.Errorf("the rule %q never fires again", c.Newsletter)
	}
	return nil
}
