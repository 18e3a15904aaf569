package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Verdict is what somebody decides about recipients whose outcome is unknown.
type Verdict string

// Verdicts, as in SQL.
const (
	ResolveSent   Verdict = "sent"   // they got it
	ResolveFailed Verdict = "failed" // they didn't, and won't
	ResolveResend Verdict = "resend" // mail them once more, under the same Message-ID
)

// ReasonResolved is the ledger's reason for an outcome that somebody decided.
const ReasonResolved = "decided by hand"

// unresolved are the unknown recipients of mailing $1, all ($2 NULL) or some,
// whom no batch is mailing again or will.
const unresolved = `
  d.mailing_id = $1 AND d.outcome = 4 AND ($2::bigint[] IS NULL OR d.recipient_id = ANY ($2))
  AND NOT EXISTS (SELECT FROM retries t LEFT JOIN batches b ON b.id = t.batch_id
                   WHERE t.mailing_id = $1 AND t.recipient_id = d.recipient_id AND t.resend > 0
                     AND (t.batch_id IS NULL OR NOT b.done))`

// settleByHandSQL: only unknown changes; a late reply that came first wins.
const settleByHandSQL = `
UPDATE deliveries d SET outcome = $3, at = clock_timestamp(), reason = '` + ReasonResolved + `'
 WHERE` + unresolved + ` RETURNING d.recipient_id`

// resendByHandSQL makes retries of their own batches, as resend does.
const resendByHandSQL = `
INSERT INTO retries AS t (mailing_id, recipient_id, variant_id, tries, resend, next_at, batch_id)
SELECT d.mailing_id, d.recipient_id, b.variant_id, 1, 1, clock_timestamp(), NULL
  FROM deliveries d JOIN batches b ON b.id = d.batch_id WHERE` + unresolved + `
ON CONFLICT (mailing_id, recipient_id) DO UPDATE
   SET tries = t.tries + 1, resend = t.resend + 1, next_at = excluded.next_at, batch_id = NULL
RETURNING recipient_id`

// Resolve decides about the mailing's unknown recipients, all of them (ids nil)
// or some, notes who did so and returns whom it concerned. Whoever is no longer
// unknown, or is being mailed again already, is left as he is. A finished
// mailing is taken up again for a resend; a cancelled one is refused. Errors are
// sentences.
func Resolve(ctx context.Context, tx *sqlx.Tx, mailingID int64, v Verdict, ids []int64, actor string) ([]int64, error) {
	var state State
	err := tx.GetContext(ctx, &state, "SELECT state FROM mailings WHERE id = $1 FOR UPDATE", mailingID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("mailing %d: %w", mailingID, ErrNoMailing)
	}
	if err != nil {
		return nil, fmt.Errorf("read mailing %d: %w", mailingID, err)
	}
	query, args := settleByHandSQL, []any{mailingID, array(ids)}
	switch v {
	case ResolveSent:
		args = append(args, 1)
	case ResolveFailed:
		args = append(args, 2)
	case ResolveResend:
		if query = resendByHandSQL; state == Cancelled {
			return nil, errors.New("the mailing was cancelled, so nobody is mailed again; decide sent or failed")
		}
	default:
		return nil, fmt.Errorf("unknown outcomes become sent, failed or resend, not %q", v)
	}
	resolved := []int64{}
	if err := tx.SelectContext(ctx, &resolved, query, args...); err != nil {
		return nil, fmt.Errorf("resolve unknown outcomes of mailing %d: %w", mailingID, err)
	}
	if len(resolved) == 0 {
		return resolved, nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO resolutions (mailing_id, actor, verdict, recipient_ids) VALUES ($1, $2, $3, $4)`,
		mailingID, storable(actor, 200), v, pq.Array(resolved))
	if err != nil {
		return nil, fmt.Errorf("note who resolved mailing %d: %w", mailingID, err)
	}
	if v == ResolveResend {
		return resolved, reopen(ctx, tx, mailingID)
	}
	return resolved, nil
}

// reopen lets a mailing go on for those who are mailed again.
func reopen(ctx context.Context, tx *sqlx.Tx, mailingID int64) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE mailings SET state = CASE state WHEN 'sent' THEN 'sending' ELSE state END, finished_at = NULL,
		       deadline_at = greatest(deadline_at, clock_timestamp() + $2 * interval '1 microsecond') WHERE id = $1`,
		mailingID, interval(DefaultDeadline))
	if err != nil {
		return fmt.Errorf("take mailing %d up again: %w", mailingID, err)
	}
	return wake(ctx, tx)
}

// array is an array parameter that is NULL for nil.
func array(ids []int64) any {
	if ids == nil {
		return nil
	}
	return pq.Array(ids)
}

// Standing is where one frozen recipient stands.
type Standing struct {
	RecipientID int64 `db:"id"`
	// State is sent, failed, skipped or unknown (in the ledger), in flight,
	// deferred or waiting (pending).
	State    string     `db:"state"`
	At       *time.Time `db:"at"` // of the ledger's row
	Code     int        `db:"code"`
	Enhanced string     `db:"enhanced"`
	Reason   string     `db:"reason"`
	Tries    int        `db:"tries"`   // attempts that ended in a deferral
	NextAt   *time.Time `db:"next_at"` // when a deferred one is tried again
}

// standingsSQL is the frozen set, each with what the tables say of him.
const standingsSQL = `
WITH frozen AS (
  SELECT DISTINCT u.id FROM batches b CROSS JOIN LATERAL unnest(b.recipient_ids) u(id) WHERE b.mailing_id = $1 AND b.wave = 0),
flying AS (
  SELECT DISTINCT u.id FROM batches b JOIN intents i ON i.batch_id = b.id CROSS JOIN LATERAL unnest(i.ids) u(id)
   WHERE b.mailing_id = $1 AND i.attempt = b.attempt)
SELECT f.id,
       CASE d.outcome WHEN 1 THEN 'sent' WHEN 2 THEN 'failed' WHEN 3 THEN 'skipped' WHEN 4 THEN 'unknown'
            ELSE CASE WHEN t.recipient_id IS NOT NULL THEN 'deferred' WHEN y.id IS NOT NULL THEN 'in flight' ELSE 'waiting' END END AS state,
       d.at, coalesce(d.code, t.last_code, 0) AS code, coalesce(d.enhanced, t.last_enhanced, '') AS enhanced,
       coalesce(d.reason, '') AS reason, coalesce(t.tries, 0) AS tries,
       CASE WHEN d.outcome IS NULL AND t.batch_id IS NULL THEN t.next_at END AS next_at
  FROM frozen f
  LEFT JOIN deliveries d ON d.mailing_id = $1 AND d.recipient_id = f.id
  LEFT JOIN retries t ON t.mailing_id = $1 AND t.recipient_id = f.id
  LEFT JOIN flying y ON y.id = f.id
 ORDER BY f.id`

// Standings gives where each frozen recipient of a mailing stands, by id, all
// of one instant, in lots of at most size.
func Standings(ctx context.Context, db *sqlx.DB, mailingID int64, size int, see func([]Standing) error) error {
	rows, err := db.QueryxContext(ctx, standingsSQL, mailingID)
	if err != nil {
		return fmt.Errorf("list the recipients of mailing %d: %w", mailingID, err)
	}
	defer func() { _ = rows.Close() }() // what it read is told by Err
	lot := make([]Standing, 0, size)
	for rows.Next() {
		var s Standing
		if err := rows.StructScan(&s); err != nil {
			return fmt.Errorf("list the recipients of mailing %d: %w", mailingID, err)
		}
		if lot = append(lot, s); len(lot) == size {
			if err := see(lot); err != nil {
				return err
			}
			lot = lot[:0]
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list the recipients of mailing %d: %w", mailingID, err)
	}
	if len(lot) > 0 {
		return see(lot)
	}
	return nil
}
