package main

import "encoding/hex"

type issueTestCmd struct {
	ID   int64  `arg:"" help:"The issue."`
	To   string `help:"The address." required:"" placeholder:"ADDRESS"`
	JSON bool   `help:"Print JSON."`
}

func (issueTestCmd) Help() string {
	return `The same bytes as to readers, through the newsletter's relay and with the same subject; only a header X-Broadsheet-Test stands before them, and the links to unsubscribe and to preferences open nothing. A draft may be tested too. No ledger knows of it.

Example:
  broadsheet issue test 7 --to me@example.org`
}

func (c *issueTestCmd) Run(a *app, b *backend) error {
	t, err := b.newsletters.SendTest(a.ctx, c.ID, c.To)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(map[string]any{"issue": c.ID, "to": c.To, "relay": t.Relay, "approved": t.Approved, "bytes": t.Bytes, "sha256": hex.EncodeToString(t.SHA256[:])})
	}
	what := "as it would be approved now"
	if t.Approved {
		what = "as it was approved"
	}
	a.print("issue %d, %s, was given to relay %s for %s", c.ID, what, t.Relay, printable(c.To))
	a.print("content    sha256 %x (%d bytes)", t.SHA256, t.Bytes)
	return nil
}
