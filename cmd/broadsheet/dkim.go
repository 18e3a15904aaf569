package main

import (
	"fmt"
	"os"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

type dkimAddCmd struct {
	Domain   string `arg:"" help:"The domain of the From address, or one above it."`
	Selector string `required:"" help:"Name of the key, new for each: s2026a."`
	KeyFile  string `help:"Private key in PEM. Without it a new key is made." placeholder:"FILE"`
	Kind     string `help:"Of a new key: ${enum}." enum:"rsa,ed25519" default:"rsa"`
}

func (dkimAddCmd) Help() string {
	return `Prints the TXT record for the DNS: its name, a tab, its value. Publish it first of all: mails
are signed from now on. Several keys sign side by side, so a key is replaced by adding
another and removing the old one; an Ed25519 key belongs beside one of RSA, which everybody
can verify. Where the relay signs by itself, none is needed.

Examples:
  broadsheet dkim add example.org --selector s2026a
  broadsheet dkim add example.org --selector old --key-file /etc/dkim/example.org.pem`
}

func (c *dkimAddCmd) Run(a *app, b *backend) error {
	k, err := c.key()
	if err != nil {
		return err
	}
	if err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error { return outbox.AddSigningKey(a.ctx, tx, k) }); err != nil {
		return err
	}
	if w := k.Warning(); w != "" {
		a.say("warning: %s", w)
	}
	name, value := k.Record()
	a.print("%s\t%s", name, value)
	return nil
}

func (c *dkimAddCmd) key() (*mailer.Key, error) {
	if c.KeyFile == "" {
		return mailer.GenerateKey(c.Domain, c.Selector, mailer.KeyKind(c.Kind))
	}
	text, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("the key file %s can't be read: %s", c.KeyFile, reason(err))
	}
	return mailer.ParseKey(c.Domain, c.Selector, text)
}

type dkimListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (dkimListCmd) Help() string { return "Example:\n  broadsheet dkim list --json" }

func (c *dkimListCmd) Run(a *app, b *backend) error {
	keys, err := outbox.SigningKeys(a.ctx, b.db)
	if err != nil {
		return err
	}
	type row struct {
		Domain    string `json:"domain"`
		Selector  string `json:"selector"`
		Algorithm string `json:"algorithm"`
		Since     string `json:"since"`
		Name      string `json:"record_name"`
		Value     string `json:"record_value"`
		Warning   string `json:"warning"`
	}
	list := make([]row, len(keys))
	rows := make([][]string, len(keys))
	for i, k := range keys {
		name, value := k.Record()
		kind, bits := k.Kind()
		algorithm := string(kind)
		if bits > 0 {
			algorithm = fmt.Sprintf("%s %d", kind, bits)
		}
		list[i] = row{k.Domain, k.Selector, algorithm, stamp(k.CreatedAt), name, value, k.Warning()}
		rows[i] = []string{k.Domain, k.Selector, algorithm, stamp(k.CreatedAt), orDash(k.Warning())}
	}
	if c.JSON {
		return a.json(list)
	}
	a.table([]string{"DOMAIN", "SELECTOR", "KEY", "SINCE", "WARNING"}, rows)
	return nil
}

type dkimRemoveCmd struct {
	Domain   string `arg:"" help:"The domain."`
	Selector string `arg:"" help:"The key's selector."`
}

func (dkimRemoveCmd) Help() string {
	return "Leave its DNS record for some days, for the mails that are still on their way.\n\nExample:\n  broadsheet dkim remove example.org s2025a"
}

func (c *dkimRemoveCmd) Run(a *app, b *backend) error {
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		return outbox.RemoveSigningKey(a.ctx, tx, c.Domain, c.Selector)
	})
}
