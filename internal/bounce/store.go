package bounce

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// Tx is the transaction handle of methods that write.
type Tx = postgres.Tx

// Bounce is one fact about a delivery.
type Bounce struct {
	ID          int64     `db:"id" json:"id"`
	At          time.Time `db:"at" json:"at"`
	Kind        Kind      `db:"kind" json:"kind"`
	MailingID   int64     `db:"mailing_id" json:"mailing_id"`
	RecipientID int64     `db:"recipient_id" json:"recipient_id"`
	Code        int       `db:"code" json:"code"`         // of the reply, 0 for none
	Enhanced    string    `db:"enhanced" json:"enhanced"` // RFC 3463
	Rule        string    `db:"rule" json:"rule"`         // that classified it
	Scope       string    `db:"scope" json:"scope"`       // whom it concerns
	Diagnostic  string    `db:"diagnostic" json:"diagnostic"`
	Suppressed  bool      `db:"suppressed" json:"suppressed"`
}

// Kind is where a fact comes from.
type Kind string

// Kinds, as in the table.
const (
	KindBounce    Kind = "bounce"
	KindComplaint Kind = "complaint"
	KindRefusal   Kind = "refusal"
)

// insert keeps a fact unless the delivery has one of its kind.
func insert(ctx context.Context, tx *sqlx.Tx, b Bounce) (inserted bool, err error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO bounces (at, kind, mailing_id, recipient_id, code, enhanced, rule, scope, diagnostic)
		VALUES ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		b.At, b.Kind, b.MailingID, b.RecipientID, b.Code, b.Enhanced, b.Rule, b.Scope, b.Diagnostic)
	if err != nil {
		return false, fmt.Errorf("insert bounce: %w", err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// markSuppressed notes that a fact made somebody suppressed.
func markSuppressed(ctx context.Context, tx *sqlx.Tx, b Bounce) error {
	_, err := tx.ExecContext(ctx, "UPDATE bounces SET suppressed = true WHERE mailing_id = $1 AND recipient_id = $2 AND kind = $3", b.MailingID, b.RecipientID, b.Kind)
	if err != nil {
		return fmt.Errorf("mark bounce: %w", err)
	}
	return nil
}

// complaints counts those about a mailing.
func complaints(ctx context.Context, tx *sqlx.Tx, mailing int64) (n int64, err error) {
	if err := tx.GetContext(ctx, &n, "SELECT count(*) FROM bounces WHERE mailing_id = $1 AND kind = 'complaint'", mailing); err != nil {
		return 0, fmt.Errorf("count complaints: %w", err)
	}
	return n, nil
}

// mailingsWith counts a recipient's mailings that failed under a rule.
func mailingsWith(ctx context.Context, tx *sqlx.Tx, recipient int64, rule string) (n int, err error) {
	err = tx.GetContext(ctx, &n, "SELECT count(DISTINCT mailing_id) FROM bounces WHERE recipient_id = $1 AND rule = $2", recipient, rule)
	if err != nil {
		return 0, fmt.Errorf("count bounces: %w", err)
	}
	return n, nil
}

// List gives up to limit facts with numbers below before (0: all), newest first.
func List(ctx context.Context, db sqlx.QueryerContext, before int64, limit int) ([]Bounce, error) {
	list := []Bounce{}
	err := sqlx.SelectContext(ctx, db, &list, `
		SELECT id, at, kind, mailing_id, recipient_id, coalesce(code, 0) AS code, enhanced, rule, scope, diagnostic, suppressed
		  FROM bounces WHERE $1 = 0 OR id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list bounces: %w", err)
	}
	return list, nil
}
