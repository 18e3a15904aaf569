package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/mailer"
)

// verdict is what a connection hears about the intent it asked for.
type verdict int8

const (
	again   verdict = -1 // another run of the same statement got in between: ask again
	lost    verdict = 0  // the batch is no longer this worker's
	granted verdict = 1  // booked as in flight: send
	halted  verdict = 2  // the mailing isn't being sent just now
	barred  verdict = 3  // not entitled; booked as skipped
)

// commitSQL writes results and books the next intents of any number of
// connections. It can be repeated unchanged: results are inserted once, a lot
// that is there already answers as it did the first time, and only a batch
// whose attempt is still the caller's is touched. See the package doc. The
// look-ups are LATERAL with a LIMIT so that each is planned as one, by key,
// whatever the statistics say of tables that were empty or small.
//
//	$1–$3    batches: id, attempt; the lease in µs
//	$4–$13   results: batch, recipient, outcome, tries, delay in µs, code, enhanced, scope, reply, reason
//	$14–$17  next: batch, number of the request, recipient; the lot's number
const commitSQL = `
WITH b AS MATERIALIZED (
  SELECT b.*, m.*
    FROM unnest($1::bigint[], $2::int[]) w(id, attempt)
   CROSS JOIN LATERAL (
         SELECT b.id, b.mailing_id, b.variant_id, b.attempt, b.resend, b.lease_until
           FROM batches b WHERE b.id = w.id AND b.attempt = w.attempt LIMIT 1 FOR SHARE) b
   CROSS JOIN LATERAL (
         SELECT m.state = 'sending' AS running, m.deadline_at, m.on_unknown = 'resend' AS again
           FROM mailings m WHERE m.id = b.mailing_id LIMIT 1) m),
renewed AS (
  UPDATE batches t SET lease_until = clock_timestamp() + $3 * interval '1 microsecond'
    FROM b WHERE t.id = b.id AND t.attempt = b.attempt
     AND b.lease_until < clock_timestamp() + $3 * interval '1 microsecond' * 0.6667
  RETURNING t.id, t.lease_until),
r AS MATERIALIZED (
  SELECT b.id, b.mailing_id, b.variant_id, b.attempt, b.resend, b.again, b.deadline_at,
         x.rcpt, x.tries, x.delay, nullif(x.code, 0) AS code, nullif(x.enhanced, '') AS enhanced, x.scope, x.reply,
         CASE WHEN x.outcome = 6 AND b.resend = 0 AND b.deadline_at <= clock_timestamp() THEN 2 ELSE x.outcome END AS outcome,
         CASE WHEN x.outcome = 6 AND b.resend = 0 AND b.deadline_at <= clock_timestamp() THEN '` + ReasonGaveUp + `' ELSE nullif(x.reason, '') END AS reason
    FROM b JOIN unnest($4::bigint[], $5::bigint[], $6::smallint[], $7::int[], $8::bigint[],
                       $9::smallint[], $10::text[], $11::text[], $12::text[], $13::text[])
                x(batch, rcpt, outcome, tries, delay, code, enhanced, scope, reply, reason) ON x.batch = b.id),
ins AS (
  INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome, code, enhanced, reason)
  SELECT mailing_id, rcpt, id, attempt, outcome, code, enhanced, reason FROM r WHERE outcome <> 6
  ON CONFLICT DO NOTHING RETURNING mailing_id, recipient_id),
ret AS (
  INSERT INTO retries AS t (mailing_id, recipient_id, variant_id, tries, resend, next_at, batch_id, last_code, last_enhanced)
  SELECT mailing_id, rcpt, variant_id, tries, resend + (outcome = 4)::int,
         least(clock_timestamp() + delay * interval '1 microsecond', deadline_at), NULL, code, enhanced
    FROM r WHERE outcome = 6 OR outcome = 4 AND again AND resend < ` + maxResends + `
  ON CONFLICT (mailing_id, recipient_id) DO UPDATE
     SET tries = excluded.tries, resend = excluded.resend, next_at = excluded.next_at, batch_id = NULL,
         last_code = excluded.last_code, last_enhanced = excluded.last_enhanced
   WHERE t.tries < excluded.tries),
rep AS (
  INSERT INTO replies (mailing_id, recipient_id, tries, code, enhanced, scope, text)
  SELECT mailing_id, rcpt, tries, code, enhanced, scope, reply FROM r WHERE reply <> ''
  ON CONFLICT DO NOTHING),
lot AS MATERIALIZED (
  SELECT i.batch_id, i.ids FROM b CROSS JOIN LATERAL (
         SELECT i.batch_id, i.ids FROM intents i WHERE i.batch_id = b.id AND i.attempt = b.attempt AND i.n = $17 LIMIT 1) i),
n AS MATERIALIZED (
  SELECT b.id, b.mailing_id, b.attempt, x.req, x.rcpt, lot.batch_id IS NULL AS fresh,
         CASE WHEN e.recipient_id IS NULL THEN '` + ReasonErased + `' ELSE e.reason END AS reason,
         CASE WHEN lot.batch_id IS NOT NULL THEN CASE WHEN x.rcpt = ANY (lot.ids) THEN 1 ELSE 2 END
              WHEN NOT b.running THEN 2
              WHEN e.recipient_id IS NOT NULL AND e.reason IS NULL THEN 1 ELSE 3 END AS verdict
    FROM b JOIN unnest($14::bigint[], $15::int[], $16::bigint[]) x(batch, req, rcpt) ON x.batch = b.id
    LEFT JOIN lot ON lot.batch_id = b.id
    LEFT JOIN LATERAL (SELECT e.recipient_id, e.reason FROM entitlement e
                        WHERE e.mailing_id = b.mailing_id AND e.recipient_id = x.rcpt LIMIT 1) e ON true),
inf AS (
  INSERT INTO intents (batch_id, attempt, n, ids)
  SELECT id, attempt, $17, coalesce(array_agg(rcpt) FILTER (WHERE verdict = 1), '{}') FROM n WHERE fresh GROUP BY id, attempt
  ON CONFLICT DO NOTHING RETURNING batch_id),
skip AS (
  INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome, reason)
  SELECT n.mailing_id, n.rcpt, n.id, n.attempt, 3, n.reason FROM n JOIN inf ON inf.batch_id = n.id
   WHERE n.verdict = 3 ON CONFLICT DO NOTHING)
SELECT 0 AS kind, b.id, 0 AS rcpt,
       (extract(epoch FROM coalesce(v.lease_until, b.lease_until) - clock_timestamp()) * 1000000)::bigint AS value
  FROM b LEFT JOIN renewed v ON v.id = b.id
UNION ALL
SELECT 1, n.id, n.req, CASE WHEN n.fresh AND inf.batch_id IS NULL THEN -1 ELSE n.verdict END
  FROM n LEFT JOIN inf ON inf.batch_id = n.id
UNION ALL
SELECT 2, r.id, r.rcpt, r.outcome FROM r
 WHERE r.outcome <> 6 AND r.resend = 0
   AND NOT EXISTS (SELECT FROM ins WHERE ins.mailing_id = r.mailing_id AND ins.recipient_id = r.rcpt)`

// Kinds of rows that commitSQL returns.
const (
	rowHeld     = 0 // the batch is still ours; value is what is left of its lease in µs
	rowVerdict  = 1 // rcpt is the request's number, value the verdict
	rowConflict = 2 // a result found the recipient in the ledger already; value is the outcome that wasn't written
)

type commitRow struct {
	Kind  int   `db:"kind"`
	Batch int64 `db:"id"`
	Rcpt  int64 `db:"rcpt"`
	Value int64 `db:"value"`
}

// result is what became of one recipient.
type result struct {
	task    *task
	outcome mailer.Outcome
	delay   time.Duration // until the next attempt, when deferred
	err     *mailer.Error // what the relay said, if it said something worth keeping
	reason  string        // for the ledger
}

// lot is one commit's worth of requests as columns.
type lot struct {
	n        int64
	batches  []int64
	attempts []int64

	rBatch, rRcpt, rOutcome, rTries, rDelay, rCode []int64
	rEnhanced, rScope, rReply, rReason             []string

	nBatch, nReq, nRcpt []int64
}

func (l *lot) addBatch(b *batch) {
	l.batches = append(l.batches, b.id)
	l.attempts = append(l.attempts, int64(b.attempt))
}

func (l *lot) addResult(r result) {
	l.rBatch = append(l.rBatch, r.task.b.id)
	l.rRcpt = append(l.rRcpt, r.task.id)
	l.rOutcome = append(l.rOutcome, int64(r.outcome))
	l.rTries = append(l.rTries, int64(r.task.tries+1))
	l.rDelay = append(l.rDelay, interval(r.delay))
	var code int64
	var enhanced, scope, reply string
	if e := r.err; e != nil {
		code, enhanced, scope, reply = int64(e.Code), storable(e.Enhanced, 12), e.Scope.String(), storable(replyText(e), 1000)
	}
	l.rCode = append(l.rCode, code)
	l.rEnhanced = append(l.rEnhanced, enhanced)
	l.rScope = append(l.rScope, scope)
	l.rReply = append(l.rReply, reply)
	l.rReason = append(l.rReason, storable(r.reason, 200))
}

func (l *lot) addNext(t *task, req int) {
	l.nBatch = append(l.nBatch, t.b.id)
	l.nReq = append(l.nReq, int64(req))
	l.nRcpt = append(l.nRcpt, t.id)
}

// args are commitSQL's parameters.
func (l *lot) args(lease time.Duration) []any {
	return []any{
		pq.Array(l.batches), pq.Array(l.attempts), interval(lease),
		pq.Array(l.rBatch), pq.Array(l.rRcpt), pq.Array(l.rOutcome), pq.Array(l.rTries), pq.Array(l.rDelay),
		pq.Array(l.rCode), pq.Array(l.rEnhanced), pq.Array(l.rScope), pq.Array(l.rReply), pq.Array(l.rReason),
		pq.Array(l.nBatch), pq.Array(l.nReq), pq.Array(l.nRcpt), l.n,
	}
}

// resolveSQL turns unknown into what a resend found out.
const resolveSQL = `
UPDATE deliveries d SET outcome = x.outcome, at = clock_timestamp(), batch_id = x.batch, attempt = x.attempt,
       code = nullif(x.code, 0), enhanced = nullif(x.enhanced, '')
  FROM unnest($2::bigint[], $3::bigint[], $4::int[], $5::smallint[], $6::smallint[], $7::text[])
       x(rcpt, batch, attempt, outcome, code, enhanced)
 WHERE d.mailing_id = $1 AND d.recipient_id = x.rcpt AND d.outcome = 4`

// lateSQL is resolveSQL for a batch that was taken away: only unknown of the
// very attempt that sent may turn into what happened.
const lateSQL = resolveSQL + ` AND d.batch_id = x.batch AND d.attempt = x.attempt`

// settle runs resolveSQL or lateSQL for results of one mailing.
func settle(ctx context.Context, db sqlx.ExecerContext, query string, results []result) error {
	var rcpt, batch, attempt, outcome, code []int64
	var enhanced []string
	for _, r := range results {
		rcpt = append(rcpt, r.task.id)
		batch = append(batch, r.task.b.id)
		attempt = append(attempt, int64(r.task.b.attempt))
		outcome = append(outcome, int64(r.outcome))
		c, e := int64(0), ""
		if r.err != nil {
			c, e = int64(r.err.Code), storable(r.err.Enhanced, 12)
		}
		code = append(code, c)
		enhanced = append(enhanced, e)
	}
	_, err := db.ExecContext(ctx, query, results[0].task.b.mailing, pq.Array(rcpt), pq.Array(batch),
		pq.Array(attempt), pq.Array(outcome), pq.Array(code), pq.Array(enhanced))
	if err != nil {
		return fmt.Errorf("settle unknown outcomes: %w", err)
	}
	return nil
}

// ledgerOutcomes looks up what the ledger says of some recipients.
func ledgerOutcomes(ctx context.Context, db sqlx.QueryerContext, mailing int64, ids []int64) (map[int64]mailer.Outcome, error) {
	var rows []struct {
		ID      int64          `db:"recipient_id"`
		Outcome mailer.Outcome `db:"outcome"`
	}
	err := sqlx.SelectContext(ctx, db, &rows, `
		SELECT d.recipient_id, d.outcome FROM unnest($2::bigint[]) u(id)
		  JOIN deliveries d ON d.mailing_id = $1 AND d.recipient_id = u.id`, mailing, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	found := make(map[int64]mailer.Outcome, len(rows))
	for _, r := range rows {
		found[r.ID] = r.Outcome
	}
	return found, nil
}
