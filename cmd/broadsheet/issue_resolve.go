package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

type issueResolveCmd struct {
	ID        int64  `arg:"" help:"The issue."`
	Unknown   string `help:"What became of them: sent, failed, or resend to mail them once more." enum:"sent,failed,resend" required:""`
	Recipient string `help:"Only this address. Default: all whose outcome is unknown." placeholder:"ADDRESS"`
}

func (issueResolveCmd) Help() string {
	return `An outcome is unknown when a connection broke, or a worker was lost, after a message was handed over and before the relay's answer had come. Only such recipients are touched; the decision and who took it are kept. A resend carries the same Message-ID, which most mailboxes show once.

Examples:
  broadsheet issue resolve 7 --unknown sent
  broadsheet issue resolve 7 --unknown resend --recipient ada@example.org`
}

func (c *issueResolveCmd) Run(a *app, b *backend) error {
	n, err := b.newsletters.Resolve(a.ctx, c.ID, outbox.Verdict(c.Unknown), c.Recipient, a.byHand())
	if err != nil {
		return err
	}
	a.print("%d", n)
	switch {
	case n == 0:
		a.say("no recipient of issue %d has an unknown outcome that could be decided", c.ID)
	case c.Unknown == string(outbox.ResolveResend):
		a.say("%s of issue %d will be mailed once more", plural(int64(n), "recipient", "recipients"), c.ID)
	default:
		a.say("%s of issue %d noted as %s", plural(int64(n), "recipient", "recipients"), c.ID, c.Unknown)
	}
	return a.showStatus(b, c.ID)
}

// export writes where each recipient of an issue stands as CSV. The file is
// there whole or not at all.
func (a *app) export(b *backend, id int64, path string) (err error) {
	if info, serr := os.Stat(path); serr == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name a file in it", path)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".broadsheet-*")
	if err != nil {
		return fmt.Errorf("%s can't be written: %s", path, reason(err))
	}
	defer func() { err = errors.Join(err, removed(tmp.Name())) }()
	n, err := a.standings(b, id, tmp)
	if cerr := tmp.Close(); err == nil && cerr != nil {
		return fmt.Errorf("%s can't be written: %s", path, reason(cerr))
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), 0o600); err != nil { // it holds addresses
		return fmt.Errorf("%s can't be written: %s", path, reason(err))
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("%s can't be written: %s", path, reason(err))
	}
	a.say("where each of %s stands is written to %s", plural(n, "recipient", "recipients"), path)
	return nil
}

// removed takes a temporary file away if it is still there.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// standings writes one line per recipient.
func (a *app) standings(b *backend, id int64, to io.Writer) (n int64, err error) {
	w := csv.NewWriter(to)
	if err := w.Write([]string{"recipient", "address", "state", "at", "code", "enhanced", "reason", "deferred", "next_try"}); err != nil {
		return 0, err
	}
	err = b.newsletters.Standings(a.ctx, id, func(s newsletter.Whereabouts) error {
		n++
		code, tries := "", ""
		if s.Code != 0 {
			code = strconv.Itoa(s.Code)
		}
		if s.Tries != 0 {
			tries = strconv.Itoa(s.Tries)
		}
		return w.Write([]string{strconv.FormatInt(s.RecipientID, 10), tame(s.Address), s.State, instant(s.At), code, s.Enhanced,
			tame(s.Reason), tries, instant(s.NextAt)})
	})
	w.Flush()
	return n, errors.Join(err, w.Error())
}

func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// tame keeps a spreadsheet from taking a cell for a formula.
func tame(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
