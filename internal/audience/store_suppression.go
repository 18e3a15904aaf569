package audience

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// reasons are why an address may be suppressed.
var reasons = []string{"manual", "bounce", "complaint", "erasure"}

// Suppression is an address that is never mailed to.
type Suppression struct {
	ID        int64     `db:"id" json:"id"`
	Email     string    `db:"email" json:"email"`   // "" when only the hash of the address is left
	Reason    string    `db:"reason" json:"reason"` // manual, bounce, complaint, erasure
	Note      string    `db:"note" json:"note"`
	CreatedAt time.Time `db:"created_at" json:"created_at"`
}

// Suppress sees to it that an address is never mailed to again, whether it is
// known or not. already is true when it was suppressed before; the first reason
// stays. A *RefusedError says what is wrong with the address or the reason.
func (s *Store) Suppress(ctx context.Context, tx *sqlx.Tx, email, reason, note string) (already bool, err error) {
	a, err := ParseAddress(email)
	if err != nil {
		return false, err
	}
	if !slices.Contains(reasons, reason) {
		return false, refusedf("“%s” is not a reason; choose %s", clip(reason), strings.Join(reasons, ", "))
	}
	if note, err = checkName(note); err != nil {
		return false, refusedf("the note is longer than %d characters or holds a control character", maxName)
	}
	res, err := tx.ExecContext(ctx, `
		INSERT INTO suppressions (email_hash, subscriber_id, reason, note, created_at)
		VALUES ($1, (SELECT id FROM subscribers WHERE email_key = $2), $3, $4, $5)
		ON CONFLICT (email_hash) DO NOTHING`, s.hash(a), a.Key, reason, note, s.now())
	if err != nil {
		return false, fmt.Errorf("suppress an address: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 0, err
}

// SuppressReader is Suppress for a subscriber known by number; already also when
// there is no such subscriber any more.
func (s *Store) SuppressReader(ctx context.Context, tx *sqlx.Tx, id int64, reason, note string) (already bool, err error) {
	res, err := tx.ExecContext(ctx, `
		INSERT INTO suppressions (email_hash, subscriber_id, reason, note, created_at)
		SELECT email_hash, id, $2, $3, $4 FROM subscribers WHERE id = $1
		ON CONFLICT (email_hash) DO NOTHING`, id, reason, note, s.now())
	if err != nil {
		return false, fmt.Errorf("suppress a subscriber: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 0, err
}

// Unsuppress takes an address off the suppression list; was says whether it was
// on it. His subscriptions stand as they stood before.
func (s *Store) Unsuppress(ctx context.Context, tx *sqlx.Tx, email string) (was bool, err error) {
	a, err := ParseAddress(email)
	if err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `DELETE FROM suppressions WHERE email_hash = $1`, s.hash(a))
	if err != nil {
		return false, fmt.Errorf("unsuppress an address: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Suppressions gives up to limit suppressions with numbers above after, by
// number: a page follows the last ID of the one before.
func (s *Store) Suppressions(ctx context.Context, after int64, limit int) ([]Suppression, error) {
	var page []Suppression
	err := s.db.SelectContext(ctx, &page, `
		SELECT x.id, coalesce(s.email, '') AS email, x.reason, x.note, x.created_at
		  FROM (SELECT id, subscriber_id, reason, note, created_at FROM suppressions WHERE id > $1 ORDER BY id LIMIT $2) x
		  LEFT JOIN subscribers s ON s.id = x.subscriber_id
		 ORDER BY x.id`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read suppressions: %w", err)
	}
	return page, nil
}

// Suppressed reports whether nothing may be sent to an address.
func (s *Store) Suppressed(ctx context.Context, a Address) (bool, error) {
	x, err := s.suppression(ctx, a)
	return x != nil, err
}

// suppression gives the suppression of an address, nil when there is none.
func (s *Store) suppression(ctx context.Context, a Address) (*Suppression, error) {
	var x Suppression
	err := s.db.GetContext(ctx, &x, `
		SELECT id, reason, note, created_at FROM suppressions WHERE email_hash = $1`, s.hash(a))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up suppression: %w", err)
	}
	x.Email = a.Email
	return &x, nil
}
