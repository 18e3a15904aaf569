package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/newsletter"
)

type issueAcknowledgeCmd struct {
	ID     int64  `arg:"" help:"The issue."`
	Rule   string `arg:"" help:"The rule's id, such as HTML-10."`
	Reason string `help:"Why the warning may stand." required:""`
	Number int    `help:"Only the Nth warning of the rule, from 1, in the order in which issue preview lists them." placeholder:"N"`
}

func (issueAcknowledgeCmd) Help() string {
	return `The word is bound to what was found and to what stands there: an edit of it voids the word, an edit elsewhere does not. An error can't be acknowledged, only mended.

Example:
  broadsheet issue acknowledge 7 HTML-10 --reason "The chart's size is set by the chart server."`
}

// Validate refuses a number that counts nothing.
func (c *issueAcknowledgeCmd) Validate() error {
	if c.Number < 0 {
		return fmt.Errorf("--number is %d; warnings count from 1", c.Number)
	}
	return nil
}

func (c *issueAcknowledgeCmd) Run(a *app, b *backend) error {
	done, err := b.newsletters.Acknowledge(a.ctx, c.ID, c.Rule, c.Number, c.Reason, a.byHand())
	if err != nil {
		return err
	}
	for _, f := range done {
		a.say("%s", printable(f.String()))
	}
	a.say("%s acknowledged", plural(int64(len(done)), "warning", "warnings"))
	return nil
}

type issueApproveCmd struct {
	ID          int64  `arg:"" help:"The issue."`
	Acknowledge string `help:"Let every open warning stand, for this reason." placeholder:"REASON"`
}

func (issueApproveCmd) Help() string {
	return `Any edit of the article, its newsletter or the subject afterwards voids the approval. Warnings that nobody acknowledged pass and are listed in the receipt, unless the newsletter is strict (newsletter edit --strict).

Examples:
  broadsheet issue approve 7
  broadsheet issue approve 7 --acknowledge "Read and fine for this once."`
}

func (c *issueApproveCmd) Run(a *app, b *backend) error {
	r, err := b.newsletters.ApproveAcknowledging(a.ctx, c.ID, a.byHand(), c.Acknowledge)
	var blocked *newsletter.BlockedError
	var unsaid *newsletter.UnacknowledgedError
	switch {
	case errors.As(err, &blocked):
		a.findings(blocked.Diagnostics)
		return fmt.Errorf("issue %d was not approved: %s", c.ID, plural(int64(len(blocked.Diagnostics)), "error stands", "errors stand")+" in the way")
	case errors.As(err, &unsaid):
		for _, f := range unsaid.Findings {
			a.findings([]article.Diagnostic{f.Diagnostic})
		}
		return fmt.Errorf("issue %d was not approved: its newsletter wants %s acknowledged; issue acknowledge %d RULE --reason \"…\" does it one by one, --acknowledge \"…\" all at once",
			c.ID, plural(int64(len(unsaid.Findings)), "warning", "warnings"), c.ID)
	case err != nil:
		return err
	}
	if n := r.Open(); n > 0 {
		a.say("%s passed unacknowledged; issue receipt %d lists them", plural(int64(n), "warning", "warnings"), c.ID)
	}
	if n := len(r.Bytes.Variants); n > 0 {
		a.say("%s approved with it, for readers who have had some of its articles", plural(int64(n), "variant is", "variants are"))
	}
	a.say("issue %d is approved; broadsheet issue send %d launches it", c.ID, c.ID)
	return nil
}

type issueReceiptCmd struct {
	ID   int64 `arg:"" help:"The issue."`
	JSON bool  `help:"Print JSON: hashes, every rule, the proof's positions, findings and acknowledgements."`
}

func (issueReceiptCmd) Help() string {
	return "The receipt is written when an issue is approved and never changes. The stored bytes are hashed again each time it is shown.\n\nExample:\n  broadsheet issue receipt 7 --json"
}

func (c *issueReceiptCmd) Run(a *app, b *backend) error {
	r, standing, err := b.newsletters.Receipt(a.ctx, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(struct {
			Standing newsletter.Standing `json:"standing"`
			newsletter.Receipt
		}{standing, r})
	}
	a.print("issue      %d of %s: %s", r.Issue, r.Newsletter, printable(r.Subject))
	a.print("approved   %s by %s, Broadsheet %s", stamp(r.ApprovedAt), printable(r.ApprovedBy), r.Version)
	a.print("standing   %s", standingSentence(standing))
	a.print("template   sha256 %s", r.Bytes.Template)
	a.print("message    sha256 %s (%d bytes)", r.Bytes.Message, r.Bytes.MessageSize)
	a.print("rules      %d run, edition %s", len(r.Rules), r.Edition)
	a.print("proof      %s", proofSentence(r.Proof))
	a.proof("HTML", r.Proof.HTML)
	a.proof("text", r.Proof.Text)
	a.print("findings   %d", len(r.Findings))
	for _, f := range r.Findings {
		a.print("  %s", printable(f.String()))
		a.print("    %s", printable(wordOn(f)))
	}
	return nil
}

// standingSentence says what a receipt is worth now.
func standingSentence(s newsletter.Standing) string {
	switch s {
	case newsletter.Holds:
		return "holds: the stored bytes are those that were checked"
	case newsletter.Void:
		return "void: something was edited since, so it has to be approved again"
	}
	return "broken: the stored bytes are not those that were checked"
}

func proofSentence(p lint.Proof) string {
	n := len(p.HTML) + len(p.Text)
	switch {
	case n == 0:
		return "nothing is paid for, so nothing has to be disclosed"
	case p.OK():
		return fmt.Sprintf("a disclosure precedes each of %s, and stands beside each pick", plural(int64(n), "paid place", "paid places"))
	}
	return "not every paid link is disclosed"
}

// proof prints where a part's paid links and their disclosures stand.
func (a *app) proof(part string, list []lint.LinkProof) {
	for _, l := range list {
		what := l.Href
		if l.Pick != "" {
			what = l.Pick
		}
		where := fmt.Sprintf("%s byte %d, disclosed at %d", part, l.At, l.Disclosure)
		if l.Beside >= 0 {
			where += fmt.Sprintf(" and beside it at %d", l.Beside)
		}
		if !l.OK {
			where += ": " + l.Why
		}
		a.print("  %s: %s", printable(short(what, 60)), printable(where))
	}
}

// findings are those of an issue with what was said to them, or, of a part of
// it that only some readers get, those of that mail.
func (b *backend) findings(a *app, id int64, m *newsletter.Compiled, part bool) ([]newsletter.Finding, error) {
	if !part {
		r, err := b.newsletters.Review(a.ctx, id)
		return r.Findings, err
	}
	out := make([]newsletter.Finding, len(m.Diagnostics))
	for i, d := range m.Diagnostics {
		out[i].Diagnostic = d
	}
	return out, nil
}

// reviewed lists findings with what was said to them, on standard error.
func (a *app) reviewed(list []newsletter.Finding) {
	for _, f := range list {
		a.findings([]article.Diagnostic{f.Diagnostic})
		if f.Acknowledged != nil {
			a.say("    %s", printable(wordOn(f)))
		}
	}
}

// wordOn is what was said to a finding.
func wordOn(f newsletter.Finding) string {
	switch {
	case f.Acknowledged != nil:
		return fmt.Sprintf("acknowledged by %s, %s: %s", f.Acknowledged.Actor, stamp(f.Acknowledged.At), f.Acknowledged.Reason)
	case f.Open():
		return "passed unacknowledged"
	}
	return strings.TrimSpace("for information " + f.Fix)
}
