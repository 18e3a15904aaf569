package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// giveUpSQL fails the deferred recipients of mailings whose deadline has
// passed, with the last reply's codes. Nobody may be sending to them: they
// wait for a batch, and retries' row lock keeps them from getting one.
const giveUpSQL = `
WITH due AS (
  SELECT t.mailing_id, t.recipient_id FROM mailings m
    JOIN retries t ON t.mailing_id = m.id AND t.batch_id IS NULL
   WHERE m.state = 'sending' AND m.deadline_at <= clock_timestamp()
   LIMIT 10000 FOR UPDATE OF t SKIP LOCKED),
closed AS (
  UPDATE retries t SET batch_id = 0 FROM due
   WHERE t.mailing_id = due.mailing_id AND t.recipient_id = due.recipient_id
  RETURNING t.mailing_id, t.recipient_id, t.last_code, t.last_enhanced)
INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome, code, enhanced, reason)
SELECT mailing_id, recipient_id, 0, 0, 2, last_code, last_enhanced, '` + ReasonGaveUp + `' FROM closed
ON CONFLICT DO NOTHING`

// packSQL makes new batches of the deferred recipients that are due. A mailing
// that is being paused or cancelled is waited for, then left out.
const packSQL = `
WITH running AS (
  SELECT m.id FROM mailings m
   WHERE m.state = 'sending' AND m.protocol <= $2::int AND m.deadline_at > clock_timestamp()
     AND EXISTS (SELECT FROM retries t WHERE t.mailing_id = m.id AND t.batch_id IS NULL AND t.next_at <= clock_timestamp())
   ORDER BY m.id FOR SHARE),
due AS (
  SELECT t.mailing_id, t.recipient_id, t.variant_id, t.resend, t.tries FROM running
    JOIN retries t ON t.mailing_id = running.id AND t.batch_id IS NULL AND t.next_at <= clock_timestamp()
   LIMIT 20000 FOR UPDATE OF t SKIP LOCKED),
numbered AS (
  SELECT due.*, (row_number() OVER (PARTITION BY mailing_id, variant_id, resend ORDER BY recipient_id) - 1) / $1::bigint AS slice FROM due),
made AS (
  INSERT INTO batches (mailing_id, variant_id, wave, resend, recipient_ids, fast, protocol)
  SELECT x.mailing_id, x.variant_id, x.wave, x.resend, x.ids, m.fast, m.protocol FROM (
         SELECT mailing_id, variant_id, max(tries) AS wave, resend, array_agg(recipient_id ORDER BY recipient_id) AS ids
           FROM numbered GROUP BY mailing_id, variant_id, resend, slice) x JOIN mailings m ON m.id = x.mailing_id
  RETURNING id, mailing_id, recipient_ids),
moved AS (
  UPDATE retries t SET batch_id = made.id FROM made, unnest(made.recipient_ids) u(id)
   WHERE t.mailing_id = made.mailing_id AND t.recipient_id = u.id RETURNING 1)
SELECT count(*) FROM moved`

// giveUp books the recipients whose mailing's deadline has passed as failed.
func giveUp(ctx context.Context, db sqlx.ExecerContext) (int64, error) {
	res, err := db.ExecContext(ctx, giveUpSQL)
	if err != nil {
		return 0, fmt.Errorf("give up deferred recipients: %w", err)
	}
	return res.RowsAffected()
}

// pack makes batches of due retries and returns how many recipients they hold.
func pack(ctx context.Context, db *sqlx.DB, lease time.Duration, protocol int) (int64, error) {
	var n int64
	err := postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		if err := limit(ctx, tx, max(lease, shortest)); err != nil {
			return err
		}
		return tx.GetContext(ctx, &n, packSQL, batchSize, protocol)
	})
	if err != nil {
		return 0, fmt.Errorf("pack retries: %w", err)
	}
	return n, nil
}

// joblessSQL finds batches of queue $4 (fast or not) that could be worked on now
// and for which no job waits: at most $3 jobs, those that wait included. A job that has been running
// for longer than $2 µs without taking its batch doesn't count: its process is
// gone. Mailings take turns.
const joblessSQL = `
WITH live AS MATERIALIZED (
  SELECT (j.args->>'batch_id')::bigint AS id, j.state FROM river_job j
   WHERE j.kind = $1 AND j.queue = CASE WHEN $4 THEN '` + fastQueue + `' ELSE '` + queue + `' END AND (j.state = 'available' OR j.state = 'running' AND j.attempted_at > clock_timestamp() - $2 * interval '1 microsecond'))
SELECT b.id FROM batches b JOIN mailings m ON m.id = b.mailing_id
 WHERE NOT b.done AND b.not_before <= clock_timestamp() AND coalesce(b.lease_until, '-infinity') < clock_timestamp()
   AND m.state = 'sending' AND b.fast = $4 AND NOT EXISTS (SELECT FROM live WHERE live.id = b.id)
 ORDER BY row_number() OVER (PARTITION BY b.mailing_id ORDER BY b.not_before, b.id), b.mailing_id
 LIMIT greatest($3::bigint - (SELECT count(*) FROM live WHERE state = 'available'), 0)`
