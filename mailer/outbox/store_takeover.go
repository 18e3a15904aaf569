package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// taken is a batch as it was when it was taken.
type taken struct {
	ID         int64  `db:"id"`
	MailingID  int64  `db:"mailing_id"`
	VariantID  int64  `db:"variant_id"`
	Attempt    int    `db:"attempt"`
	Wave       int    `db:"wave"`
	Resend     int    `db:"resend"`
	Takeovers  int    `db:"takeovers"`
	Fast       bool   `db:"fast"`
	Relay      string `db:"relay"` // "" for any
	Stream     string `db:"stream"`
	From       string `db:"envelope_from"`
	Late       bool   `db:"late"` // the mailing's deadline has passed
	InFlight   int    // booked as unknown by this takeover
	Recipients []waiting
}

// waiting is a recipient that a batch may send to.
type waiting struct {
	ID       int64  `db:"id"`
	Tries    int    `db:"tries"`
	Code     int    `db:"last_code"`
	Enhanced string `db:"last_enhanced"`
}

// takeSQL raises the fence. The holder's own statements lock the row FOR SHARE,
// so this one either waits for them or comes first, and they find it raised.
const takeSQL = `
UPDATE batches b SET attempt = b.attempt + 1, owner = $2, takeovers = b.takeovers + (b.owner IS NOT NULL)::int,
       lease_until = clock_timestamp() + $3 * interval '1 microsecond'
  FROM mailings m
 WHERE m.id = b.mailing_id AND b.id = (
       SELECT c.id FROM batches c JOIN mailings k ON k.id = c.mailing_id
        WHERE c.id = $1 AND NOT c.done AND c.protocol <= $4::int AND k.state = 'sending' AND c.not_before <= clock_timestamp()
          AND coalesce(c.lease_until, '-infinity') < clock_timestamp()
          FOR UPDATE OF c)
RETURNING b.id, b.mailing_id, b.variant_id, b.attempt, b.wave, b.resend, b.takeovers, b.fast,
          m.relay, m.stream, m.envelope_from, m.deadline_at <= clock_timestamp() AS late`

// bookSQL turns what an earlier attempt left in flight into unknown. It must be
// a statement of its own after takeSQL, READ COMMITTED: only then does it see
// the intents that committed while takeSQL waited. A recipient whom a retry has
// already moved to another batch (or to none) was deferred, not in flight.
const bookSQL = `
WITH gone AS (DELETE FROM intents WHERE batch_id = $1 RETURNING attempt, ids),
flying AS (
  SELECT u.id, max(gone.attempt) AS attempt FROM gone, unnest(gone.ids) u(id)
   WHERE NOT EXISTS (SELECT FROM retries t WHERE t.mailing_id = $2 AND t.recipient_id = u.id AND t.batch_id IS DISTINCT FROM $1)
   GROUP BY u.id)
INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome)
SELECT $2::bigint, id, $1::bigint, attempt, 4 FROM flying
ON CONFLICT DO NOTHING RETURNING recipient_id`

// bookResentSQL is bookSQL for a batch that sends again: its recipients are in
// the ledger as unknown already, and now it's this batch that doesn't know.
const bookResentSQL = `
WITH gone AS (DELETE FROM intents WHERE batch_id = $1 RETURNING attempt, ids),
flying AS (
  SELECT u.id, max(gone.attempt) AS attempt FROM gone, unnest(gone.ids) u(id)
    JOIN retries t ON t.mailing_id = $2 AND t.recipient_id = u.id AND t.batch_id = $1 GROUP BY u.id)
UPDATE deliveries d SET batch_id = $1, attempt = f.attempt, at = clock_timestamp()
  FROM flying f WHERE d.mailing_id = $2 AND d.recipient_id = f.id AND d.outcome = 4
RETURNING d.recipient_id`

// againSQL lets those just booked as unknown be mailed again, if the mailing
// says so and it wasn't done too often.
const againSQL = `
INSERT INTO retries AS t (mailing_id, recipient_id, variant_id, tries, resend, next_at, batch_id)
SELECT b.mailing_id, u.id, b.variant_id, 1, b.resend + 1, clock_timestamp(), NULL
  FROM batches b JOIN mailings m ON m.id = b.mailing_id, unnest($2::bigint[]) u(id)
 WHERE b.id = $1 AND m.on_unknown = 'resend' AND b.resend < ` + maxResends + `
ON CONFLICT (mailing_id, recipient_id) DO UPDATE
   SET tries = t.tries + 1, resend = excluded.resend, next_at = excluded.next_at, batch_id = NULL
 WHERE t.batch_id = $1`

// take takes a batch, books what was in flight and loads what is left to send.
// It gives nil when there is nothing to take: leased, done, not due, paused.
func take(ctx context.Context, db *sqlx.DB, batchID int64, owner string, lease time.Duration, protocol int) (*taken, error) {
	var b taken
	err := postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		if err := limit(ctx, tx, max(lease, shortest)); err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &b, takeSQL, batchID, owner, interval(lease), protocol); err != nil {
			return err
		}
		book := bookSQL
		if b.Resend > 0 {
			book = bookResentSQL
		}
		var flying []int64
		if err := tx.SelectContext(ctx, &flying, book, b.ID, b.MailingID); err != nil {
			return fmt.Errorf("book what was in flight: %w", err)
		}
		b.InFlight = len(flying)
		if len(flying) > 0 {
			if _, err := tx.ExecContext(ctx, againSQL, b.ID, pq.Array(flying)); err != nil {
				return fmt.Errorf("let unknown ones be sent again: %w", err)
			}
		}
		return tx.SelectContext(ctx, &b.Recipients, `
			SELECT id, tries, last_code, last_enhanced FROM (`+remaining+`) r ORDER BY place`, b.ID, b.MailingID)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("take batch %d: %w", batchID, err)
	}
	return &b, nil
}

// shortest is what a transaction gets at least, however short the lease.
const shortest = 2 * time.Second

// limit ends the transaction from the server's side when its process freezes in
// the middle of it: its row locks would keep everybody else from the batch.
func limit(ctx context.Context, tx *sqlx.Tx, most time.Duration) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`
		SET LOCAL idle_in_transaction_session_timeout = %[1]d; SET LOCAL lock_timeout = %[1]d; SET LOCAL statement_timeout = %[1]d`,
		most.Milliseconds()))
	return err
}

// remaining selects the recipients that batch $1 of mailing $2 has still to
// settle: nothing in the ledger yet (for a batch that sends again: unknown, and
// not by this batch), and no other batch allowed to send to him.
const remaining = `
SELECT u.id, u.place, coalesce(t.tries, 0) AS tries, coalesce(t.last_code, 0) AS last_code,
       coalesce(t.last_enhanced, '') AS last_enhanced
  FROM batches b
 CROSS JOIN LATERAL unnest(b.recipient_ids) WITH ORDINALITY u(id, place)
  LEFT JOIN deliveries d ON d.mailing_id = $2 AND d.recipient_id = u.id
  LEFT JOIN retries t ON t.mailing_id = $2 AND t.recipient_id = u.id
 WHERE b.id = $1 AND (t.recipient_id IS NULL OR t.batch_id = b.id)
   AND CASE WHEN b.resend = 0 THEN d.recipient_id IS NULL ELSE d.outcome = 4 AND d.batch_id <> b.id END`

// closeBatch ends a batch that has nothing left, or gives it back to rest for a
// while. In both cases the fence is raised, so that a statement of ours that
// the network delayed can't land afterwards, and the intents go: the caller
// vouches that nothing is in flight and every result is committed.
func closeBatch(ctx context.Context, db *sqlx.DB, b *batch, lease, rest time.Duration) (done bool, err error) {
	err = postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		if err := limit(ctx, tx, max(lease, shortest)); err != nil {
			return err
		}
		err := tx.GetContext(ctx, &done, `
			UPDATE batches c SET attempt = c.attempt + 1, owner = NULL, lease_until = NULL,
			       done = NOT EXISTS (`+remaining+`),
			       not_before = CASE WHEN $4 = 0::bigint THEN c.not_before
			                         ELSE greatest(c.not_before, clock_timestamp() + $4 * interval '1 microsecond') END
			 WHERE c.id = $1 AND c.attempt = $3 RETURNING done`, b.id, b.mailing, b.attempt, interval(rest))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM intents WHERE batch_id = $1", b.id)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil // taken over, or a repeat of what was done: either way not ours
	}
	if err != nil {
		return false, fmt.Errorf("close batch %d: %w", b.id, err)
	}
	return done, nil
}

// finishSQL marks mailings as sent: nothing pending, and the ledger holds
// everybody who was frozen.
const finishSQL = `
UPDATE mailings m SET state = 'sent', finished_at = clock_timestamp()
 WHERE m.state = 'sending' AND ($1 = 0::bigint OR m.id = $1)
   AND CASE WHEN EXISTS (SELECT FROM batches b WHERE b.mailing_id = m.id AND NOT b.done) THEN false
            WHEN EXISTS (SELECT FROM retries t WHERE t.mailing_id = m.id AND t.batch_id IS NULL) THEN false
            ELSE m.recipients = (SELECT count(*) FROM deliveries d WHERE d.mailing_id = m.id) END
RETURNING m.id`

// finish marks the mailing (0: any) as sent if nothing of it is pending.
func finish(ctx context.Context, db sqlx.QueryerContext, mailing int64) ([]int64, error) {
	var ids []int64
	if err := sqlx.SelectContext(ctx, db, &ids, finishSQL, mailing); err != nil {
		return nil, fmt.Errorf("finish mailings: %w", err)
	}
	return ids, nil
}

// storedTemplate reads a variant.
func storedTemplate(ctx context.Context, db sqlx.QueryerContext, variant int64) ([]byte, error) {
	var b []byte
	if err := sqlx.GetContext(ctx, db, &b, "SELECT template FROM variants WHERE id = $1", variant); err != nil {
		return nil, fmt.Errorf("load variant %d: %w", variant, err)
	}
	return b, nil
}
