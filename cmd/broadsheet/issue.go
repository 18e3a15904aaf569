package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/web/preview"
)

// byHand is the actor of what is done on the command line: the system's user.
func (a *app) byHand() string {
	if name, ok := a.getenv("USER"); ok && name != "" {
		return "command line, " + name
	}
	return "command line"
}

// findings lists diagnostics on standard error.
func (a *app) findings(list []article.Diagnostic) {
	for _, d := range list {
		a.say("%s", printable(d.String()))
		if d.Fix != "" {
			a.say("    %s", printable(d.Fix))
		}
	}
}

type issueListCmd struct {
	Newsletter string `arg:"" optional:"" help:"Only this newsletter's."`
	Before     int64  `help:"Begin below this id (the last one shown)."`
	paging
	JSON bool `help:"Print JSON."`
}

func (issueListCmd) Help() string { return "Example:\n  broadsheet issue list weekly" }

func (c *issueListCmd) Run(a *app, b *backend) error {
	var of int64
	if c.Newsletter != "" {
		n, err := b.newsletters.BySlug(a.ctx, c.Newsletter)
		if err != nil {
			return err
		}
		of = n.ID
	}
	issues, err := b.newsletters.Issues(a.ctx, of, c.Before, c.Limit)
	if err != nil {
		return err
	}
	list := make([]newsletter.Status, 0, len(issues))
	rows := make([][]string, 0, len(issues))
	for _, i := range issues {
		s, err := b.newsletters.Status(a.ctx, i.ID)
		if err != nil {
			return err
		}
		list = append(list, s)
		rows = append(rows, []string{fmt.Sprint(i.ID), i.Newsletter, s.State, short(s.Subject, 50), fmt.Sprint(s.Sent), fmt.Sprint(s.Recipients)})
	}
	if c.JSON {
		return a.json(list)
	}
	a.table([]string{"ISSUE", "NEWSLETTER", "STATE", "SUBJECT", "SENT", "OF"}, rows)
	return nil
}

type issuePreviewCmd struct {
	ID   int64   `arg:"" help:"The issue."`
	Had  []int64 `help:"Of a digest: as readers get it who have had this article." placeholder:"ID" sep:"none"`
	Out  string  `help:"Folder for preview.html, message.eml, message.html, message.txt, web.html and diagnostics.json." placeholder:"DIR"`
	JSON bool    `help:"Print JSON."`
	previewLink
}

func (issuePreviewCmd) Help() string {
	return "The bytes are those that go out, filled in for a sample reader with the longest possible links. --link prints the address of a page that shows them as phones and desktops do, by day and by night, with every finding at its place; whoever has the address can open it until it ends.\n\nExamples:\n  broadsheet issue preview 7 --out preview\n  broadsheet issue preview 7 --link --for 48h\n  broadsheet issue preview 8 --had 3"
}

func (c *issuePreviewCmd) Run(a *app, b *backend) error {
	if c.Link {
		return c.print(a, b, c.ID)
	}
	m, err := b.newsletters.PreviewFor(a.ctx, c.ID, c.Had)
	if err != nil {
		return err
	}
	found, err := b.findings(a, c.ID, m, len(c.Had) > 0)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeMail(c.Out, m); err != nil {
			return err
		}
		a.say("written to %s: preview.html, message.eml, message.html, message.txt, web.html, diagnostics.json", c.Out)
	}
	sum := m.Template.SHA256()
	if c.JSON {
		return a.json(map[string]any{
			"issue": c.ID, "subject": m.Subject, "preheader": m.Mail.Preheader, "bytes": len(m.Sample),
			"sha256": hex.EncodeToString(sum[:]), "diagnostics": found,
		})
	}
	a.print("subject    %s", printable(m.Subject))
	a.print("preheader  %s", printable(m.Mail.Preheader))
	a.print("size       %d bytes", len(m.Sample))
	a.print("content    sha256 %x", sum)
	a.reviewed(found)
	if n := len(m.Errors()); n > 0 {
		a.say("%s in the way of approval", plural(int64(n), "error stands", "errors stand"))
	}
	return nil
}

// writeMail writes what an editor or a browser can open.
func writeMail(dir string, m *newsletter.Compiled) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the folder %s can't be made (%s); name another one with --out", dir, reason(err))
	}
	found := m.Diagnostics
	if found == nil {
		found = []article.Diagnostic{}
	}
	diagnostics, err := json.MarshalIndent(found, "", "  ")
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := preview.File(&page, m.Review()); err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"preview.html": page.Bytes(),
		"message.eml":  m.Sample, "message.html": []byte(m.HTML), "message.txt": []byte(m.Text),
		"web.html": []byte(m.Mail.Web), "diagnostics.json": append(diagnostics, '\n'),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return fmt.Errorf("%s can't be written: %s", filepath.Join(dir, name), reason(err))
		}
	}
	return nil
}

type issueSendCmd struct {
	ID   int64 `arg:"" help:"The issue."`
	Wait bool  `help:"Wait until nothing is pending any more."`
}

func (issueSendCmd) Help() string {
	return "The recipients are frozen at once; serve or work does the sending.\n\nExample:\n  broadsheet issue send 7 --wait"
}

func (c *issueSendCmd) Run(a *app, b *backend) error {
	launched, err := b.newsletters.Send(a.ctx, c.ID, a.byHand())
	if err != nil {
		return err
	}
	if launched.Again {
		a.say("issue %d had been launched already, to %s", c.ID, plural(launched.Recipients, "recipient", "recipients"))
	} else {
		a.say("issue %d is launched to %s", c.ID, plural(launched.Recipients, "recipient", "recipients"))
		if s, err := b.newsletters.Status(a.ctx, c.ID); err == nil && s.LeftOut > 0 {
			a.say("%s not get it, having had every article", plural(s.LeftOut, "reader does", "readers do"))
		}
	}
	if !c.Wait {
		return nil
	}
	return a.waitSent(b, c.ID)
}

// patience is how many looks without a change are too many: 10 s.
const patience = 50

// waitSent follows an issue until nothing is pending.
func (a *app) waitSent(b *backend, id int64) error {
	s, err := b.newsletters.Status(a.ctx, id)
	if err != nil {
		return err
	}
	bar := a.progress("sending", s.Recipients)
	defer bar.done()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	lost, still := 0, 0
	for s.State == "sending" {
		bar.set(s.Recipients - s.Pending)
		if still == patience {
			a.say("nothing has been sent for a while: is broadsheet serve (or work) running, and does its relay answer?")
		}
		select {
		case <-a.ctx.Done():
			return fmt.Errorf("stopped waiting; issue %d goes on, broadsheet issue status %d shows how far", id, id)
		case <-tick.C:
		}
		now, err := b.newsletters.Status(a.ctx, id)
		switch {
		case err == nil && now.Pending == s.Pending:
			lost, still = 0, still+1
		case err == nil:
			lost, still = 0, 0
		case lost < 3*patience: // it may be restarting
			lost++
			continue
		default:
			a.log.Debug("the status can't be read", "error", err)
			return fmt.Errorf("the database does not answer any more; issue %d goes on by itself once it does, broadsheet issue status %d shows how far", id, id)
		}
		s = now
	}
	bar.done()
	a.say("%s", summary(s))
	if s.State != "sent" {
		return fmt.Errorf("issue %d is %s: %s", id, s.State, s.Note)
	}
	return nil
}

func summary(s newsletter.Status) string {
	return fmt.Sprintf("%s: %d recipients = %d sent + %d failed + %d skipped + %d unknown + %d pending (%d of them deferred)",
		s.State, s.Recipients, s.Sent, s.Failed, s.Skipped, s.Unknown, s.Pending, s.Deferred)
}
