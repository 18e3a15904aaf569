package main

import (
	"fmt"
	"time"

	"github.com/broadsheet/broadsheet/internal/newsletter"
)

type issueStatusCmd struct {
	ID        int64 `arg:"" help:"The issue."`
	Watch     bool  `help:"Go on showing it, each second, until nothing is pending."`
	Providers bool  `help:"Also count by mailbox provider."`
	JSON      bool  `help:"Print JSON; with --watch one object per line."`
}

func (issueStatusCmd) Help() string {
	return "Examples:\n  broadsheet issue status 7 --json\n  broadsheet issue status 7 --watch --providers"
}

// shownProviders is how many providers are shown.
const shownProviders = 12

// issueStatus is what the command prints.
type issueStatus struct {
	newsletter.Status
	// ETA is in how many seconds everybody will have been tried at this rate; nil
	// when it can't be told.
	ETA       *float64              `json:"eta_seconds,omitempty"`
	Providers []newsletter.Provider `json:"providers,omitempty"`
}

func (c *issueStatusCmd) Run(a *app, b *backend) error {
	if !c.Watch {
		s, err := c.look(a, b)
		if err != nil {
			return err
		}
		return c.show(a, s)
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		s, err := c.look(a, b)
		if err != nil {
			return err
		}
		if err := c.show(a, s); err != nil {
			return err
		}
		if s.State != "sending" && s.State != "paused" {
			return nil
		}
		select {
		case <-a.ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (c *issueStatusCmd) look(a *app, b *backend) (s issueStatus, err error) {
	if s.Status, err = b.newsletters.Status(a.ctx, c.ID); err != nil {
		return s, err
	}
	if waiting := s.Pending - s.Deferred; s.State == "sending" && s.Rate > 0 && waiting > 0 {
		eta := float64(waiting) / s.Rate
		s.ETA = &eta
	}
	if c.Providers && s.LaunchedAt != nil {
		s.Providers, err = b.newsletters.Providers(a.ctx, c.ID, shownProviders)
	}
	return s, err
}

func (c *issueStatusCmd) show(a *app, s issueStatus) error {
	if c.JSON && c.Watch {
		return a.jsonLine(s)
	}
	if c.JSON {
		return a.json(s)
	}
	a.print("issue %d: %s", c.ID, printable(s.Subject))
	a.print("%s", summary(s.Status))
	if s.Rate > 0 {
		eta := ""
		if s.ETA != nil {
			eta = fmt.Sprintf(", all tried in %s", (time.Duration(*s.ETA) * time.Second).Round(time.Second))
		}
		a.print("%.1f per second%s", s.Rate, eta)
	}
	if s.Note != "" {
		a.print("%s", printable(s.Note))
	}
	if len(s.Providers) > 0 {
		rows := make([][]string, len(s.Providers))
		for i, p := range s.Providers {
			rows[i] = []string{p.Name, fmt.Sprint(p.Sent), fmt.Sprint(p.Failed), fmt.Sprint(p.Skipped), fmt.Sprint(p.Unknown)}
		}
		a.table([]string{"PROVIDER", "SENT", "FAILED", "SKIPPED", "UNKNOWN"}, rows)
	}
	return nil
}
