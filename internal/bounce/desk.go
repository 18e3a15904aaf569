package bounce

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
)

// Audience suppresses a reader by his number; somebody who has been erased is
// no error.
type Audience interface {
	SuppressReader(ctx context.Context, tx *Tx, recipientID int64, reason, note string) (already bool, err error)
}

// fullIssues is after how many issues a full mailbox is given up (SMTP-3).
const fullIssues = 3

const ruleFull = "SMTP-3"

// Desk takes in what is known about deliveries. It may be used by many
// goroutines.
type Desk struct {
	db       *postgres.DB
	audience Audience
	alarm    func(ctx context.Context, tx *Tx, mailing, complaints int64) error
	now      func() time.Time
	log      *slog.Logger
	metrics  *metrics
}

// Config is what a desk needs.
type Config struct {
	DB       *postgres.DB
	Audience Audience
	Now      func() time.Time
	Log      *slog.Logger
	Registry prometheus.Registerer // nil for no metrics
	// Complained is told of how many complaints about a mailing there are now, in
	// the transaction that keeps the last one (REP-1); nil for nobody.
	Complained func(ctx context.Context, tx *Tx, mailing, complaints int64) error
}

// New makes a desk.
func New(c Config) (*Desk, error) {
	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, err
	}
	return &Desk{db: c.DB, audience: c.Audience, alarm: c.Complained, now: c.Now, log: c.Log, metrics: m}, nil
}

// Report keeps what a report says of the delivery that its address named.
// noted is false when it says nothing that counts (SMTP-10).
func (d *Desk) Report(ctx context.Context, mailing, recipient int64, r *mailer.Report) (noted bool, err error) {
	b := Bounce{MailingID: mailing, RecipientID: recipient}
	if r.Kind == mailer.ReportARF {
		if r.Feedback == "not-spam" { // RFC 5965 §7.3: the contrary of a complaint
			return false, nil
		}
		b.Kind, b.Rule, b.Scope, b.Diagnostic = KindComplaint, "SMTP-11", mailer.ScopeRecipient.String(), r.Feedback
		return true, d.keep(ctx, b, mailer.SuppressNow)
	}
	for _, x := range r.Recipients {
		e := x.Verdict()
		if e == nil {
			continue
		}
		b.Kind = KindBounce
		b.describe(e)
		return true, d.keep(ctx, b, e.Suppress)
	}
	return false, nil
}

// Refused keeps a relay's own reply that says something lasting of the reader;
// all others are nothing to this package. It logs what goes wrong.
func (d *Desk) Refused(ctx context.Context, mailing, recipient int64, e *mailer.Error) {
	if e.Suppress == mailer.SuppressNot {
		return
	}
	b := Bounce{Kind: KindRefusal, MailingID: mailing, RecipientID: recipient}
	b.describe(e)
	if err := d.keep(ctx, b, e.Suppress); err != nil {
		d.log.Warn("a refusal could not be kept; the next issue will tell again", "mailing", mailing, "recipient", recipient, "error", err)
	}
}

func (b *Bounce) describe(e *mailer.Error) {
	b.Code, b.Enhanced, b.Rule, b.Scope, b.Diagnostic = e.Code, e.Enhanced, e.Rule, e.Scope.String(), anonymous(e.Reply)
}

var addressLike = regexp.MustCompile(`<?[^\s<>@]+@[^\s<>@]+>?`)

// anonymous takes the addresses out of a server's words: they would outlive
// the reader's erasure.
func anonymous(s string) string { return addressLike.ReplaceAllString(s, "<address>") }

// keep writes a fact and what follows from it, together.
func (d *Desk) keep(ctx context.Context, b Bounce, what mailer.Suppress) error {
	b.At = d.now()
	fresh, suppressed := false, false
	err := postgres.InTx(ctx, d.db, func(tx *Tx) (err error) {
		if fresh, err = insert(ctx, tx, b); err != nil || !fresh {
			return err
		}
		if suppressed, err = d.follow(ctx, tx, b, what); err != nil || b.Kind != KindComplaint || d.alarm == nil {
			return err
		}
		n, err := complaints(ctx, tx, b.MailingID)
		if err != nil {
			return err
		}
		return d.alarm(ctx, tx, b.MailingID, n)
	})
	if err != nil {
		return err
	}
	if fresh {
		d.metrics.facts.WithLabelValues(string(b.Kind)).Inc()
		d.log.Debug("something came back", "kind", b.Kind, "mailing", b.MailingID, "recipient", b.RecipientID, "rule", b.Rule, "suppressed", suppressed)
	}
	if suppressed {
		d.metrics.suppressed.Inc()
	}
	return nil
}

// follow suppresses the reader if the rule says so.
func (d *Desk) follow(ctx context.Context, tx *Tx, b Bounce, what mailer.Suppress) (suppressed bool, err error) {
	reason, note := "bounce", fmt.Sprintf("%s at mailing %d", b.Rule, b.MailingID)
	switch {
	case what == mailer.SuppressNot:
		return false, nil
	case what == mailer.SuppressCount:
		n, err := mailingsWith(ctx, tx, b.RecipientID, ruleFull)
		if err != nil || n < fullIssues {
			return false, err
		}
		note = fmt.Sprintf("%s: full for %d issues", ruleFull, n)
	case b.Kind == KindComplaint:
		reason = "complaint"
	}
	already, err := d.audience.SuppressReader(ctx, tx, b.RecipientID, reason, note)
	if err != nil || already {
		return false, err
	}
	return true, markSuppressed(ctx, tx, b)
}
