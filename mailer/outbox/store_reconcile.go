package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/mailer"
)

// Status is where a mailing stands, read in one statement. Pending is what is
// neither sent, failed, skipped nor unknown; Deferred is the part of it that
// was tried and waits to be tried again.
type Status struct {
	MailingID  int64      `db:"id" json:"mailing_id"`
	Key        string     `db:"key" json:"key"`
	Kind       string     `db:"kind" json:"kind"`
	Relay      string     `db:"relay" json:"relay"`
	State      State      `db:"state" json:"state"`
	Note       string     `db:"note" json:"note,omitempty"`
	CreatedAt  time.Time  `db:"created_at" json:"created_at"`
	DeadlineAt time.Time  `db:"deadline_at" json:"deadline_at"`
	FinishedAt *time.Time `db:"finished_at" json:"finished_at,omitempty"`
	// Rate is how many recipients per second were settled over the last minute
	// (or since the launch, if that was later); of a finished mailing, over all.
	Rate float64 `db:"rate" json:"rate"`
	Sums
}

// Sums counts recipients. Recipients = Sent + Failed + Skipped + Unknown + Pending.
type Sums struct {
	Recipients int64 `db:"recipients" json:"recipients"`
	Sent       int64 `db:"sent" json:"sent"`
	Failed     int64 `db:"failed" json:"failed"`
	Skipped    int64 `db:"skipped" json:"skipped"`
	Unknown    int64 `db:"unknown" json:"unknown"`
	Deferred   int64 `db:"deferred" json:"deferred"`
	Pending    int64 `db:"pending" json:"pending"`
}

// ErrNoMailing is StatusOf's and Reconcile's answer to an id that isn't one.
var ErrNoMailing = errors.New("there is no such mailing")

// StatusOf counts a mailing's recipients by outcome. Pending is what is left
// of the frozen number; Reconcile is the one that looks at each recipient.
func StatusOf(ctx context.Context, db sqlx.QueryerContext, mailingID int64) (Status, error) {
	var s Status
	err := sqlx.GetContext(ctx, db, &s, `
		SELECT m.id, m.key, m.kind, m.relay, m.state, m.note, m.created_at, m.deadline_at, m.finished_at, m.recipients,
		       d.sent, d.failed, d.skipped, d.unknown, t.deferred,
		       CASE WHEN m.finished_at IS NULL
		            THEN d.lately / least(60, greatest(1, extract(epoch FROM clock_timestamp() - m.created_at)))::float8
		            ELSE (d.sent + d.failed + d.unknown) / greatest(1, extract(epoch FROM m.finished_at - m.created_at))::float8 END AS rate,
		       m.recipients - d.sent - d.failed - d.skipped - d.unknown AS pending
		  FROM mailings m,
		       (SELECT count(*) FILTER (WHERE outcome = 1) AS sent, count(*) FILTER (WHERE outcome = 2) AS failed,
		               count(*) FILTER (WHERE outcome = 3) AS skipped, count(*) FILTER (WHERE outcome = 4) AS unknown,
		               count(*) FILTER (WHERE outcome <> 3 AND at > clock_timestamp() - interval '60 s') AS lately
		          FROM deliveries WHERE mailing_id = $1) d,
		       (SELECT count(*) AS deferred FROM retries t WHERE t.mailing_id = $1 AND NOT EXISTS
		               (SELECT FROM deliveries d WHERE d.mailing_id = $1 AND d.recipient_id = t.recipient_id)) t
		 WHERE m.id = $1`, mailingID)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("mailing %d: %w", mailingID, ErrNoMailing)
	}
	if err != nil {
		return s, fmt.Errorf("read the status of mailing %d: %w", mailingID, err)
	}
	return s, nil
}

// StateOf reads a mailing's state alone, which costs next to nothing.
func StateOf(ctx context.Context, db sqlx.QueryerContext, mailingID int64) (State, error) {
	var s State
	err := sqlx.GetContext(ctx, db, &s, "SELECT state FROM mailings WHERE id = $1", mailingID)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("mailing %d: %w", mailingID, ErrNoMailing)
	}
	if err != nil {
		return s, fmt.Errorf("read the state of mailing %d: %w", mailingID, err)
	}
	return s, nil
}

// Report is what Reconcile found. All of it is one instant's.
type Report struct {
	MailingID int64 `json:"mailing_id"`
	Sums
	// Balanced: the frozen set is the ledger and the pending set together, the
	// two are disjoint, nobody is in any of them twice, and the number noted at
	// launch is right.
	Balanced bool `json:"balanced"`
	// What is wrong when it isn't balanced: frozen recipients who are neither in
	// the ledger nor anybody's work; those in the ledger or in somebody's work
	// who were never frozen; those whom two batches would send to; those frozen
	// twice.
	Lost     int64 `json:"lost"`
	Foreign  int64 `json:"foreign"`
	Doubled  int64 `json:"doubled"`
	Repeated int64 `json:"repeated"`
	// UnknownRecipients are all whose outcome is unknown, by id.
	UnknownRecipients []UnknownRecipient `json:"unknown_recipients"`
}

// UnknownRecipient is somebody who may or may not have got the mail.
type UnknownRecipient struct {
	ID      int64     `db:"recipient_id" json:"id"`
	Address string    `db:"-" json:"address,omitempty"` // filled by Report.Addresses
	At      time.Time `db:"at" json:"at"`
	Batch   int64     `db:"batch_id" json:"batch"`
	Attempt int       `db:"attempt" json:"attempt"`
}

// reconcileSQL counts from the sets themselves, not from anything maintained:
// frozen at launch, in the ledger, somebody's work. A recipient is work once
// for each open batch that may send to him, and while he waits for a batch; he
// is pending if he is work and not in the ledger.
const reconcileSQL = `
SELECT m.recipients, s.* FROM mailings m, (
  SELECT count(*) FILTER (WHERE frozen > 0) AS frozen,
         count(*) FILTER (WHERE outcome = 1) AS sent, count(*) FILTER (WHERE outcome = 2) AS failed,
         count(*) FILTER (WHERE outcome = 3) AS skipped, count(*) FILTER (WHERE outcome = 4) AS unknown,
         count(*) FILTER (WHERE work > 0 AND outcome = 0) AS pending,
         count(*) FILTER (WHERE deferred > 0 AND outcome = 0) AS deferred,
         count(*) FILTER (WHERE work = 0 AND outcome = 0) AS lost,
         count(*) FILTER (WHERE frozen = 0) AS foreign_ones,
         count(*) FILTER (WHERE work > 1 AND outcome = 0) AS doubled,
         count(*) FILTER (WHERE frozen > 1) AS repeated
    FROM (SELECT id, sum(frozen) AS frozen, max(outcome) AS outcome, sum(work) AS work, sum(deferred) AS deferred FROM (
          SELECT u.id, 1 AS frozen, 0 AS outcome, 0 AS work, 0 AS deferred
            FROM batches b, unnest(b.recipient_ids) u(id) WHERE b.mailing_id = $1 AND b.wave = 0 AND b.resend = 0
           UNION ALL
          SELECT recipient_id, 0, outcome, 0, 0 FROM deliveries WHERE mailing_id = $1
           UNION ALL
          SELECT u.id, 0, 0, 1, (t.recipient_id IS NOT NULL)::int FROM batches b
           CROSS JOIN LATERAL unnest(b.recipient_ids) u(id)
            LEFT JOIN retries t ON t.mailing_id = $1 AND t.recipient_id = u.id
           WHERE b.mailing_id = $1 AND NOT b.done AND (t.recipient_id IS NULL AND b.wave = 0 OR t.batch_id = b.id)
           UNION ALL
          SELECT recipient_id, 0, 0, 1, 1 FROM retries WHERE mailing_id = $1 AND batch_id IS NULL
         ) rows GROUP BY id) people) s
 WHERE m.id = $1`

// Reconcile shows from first principles where each frozen recipient stands.
func Reconcile(ctx context.Context, db *sqlx.DB, mailingID int64) (Report, error) {
	r := Report{MailingID: mailingID, UnknownRecipients: []UnknownRecipient{}}
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return r, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	var row struct {
		Sums
		Frozen   int64 `db:"frozen"`
		Lost     int64 `db:"lost"`
		Foreign  int64 `db:"foreign_ones"`
		Doubled  int64 `db:"doubled"`
		Repeated int64 `db:"repeated"`
	}
	if _, err = tx.ExecContext(ctx, "SET LOCAL work_mem = '256MB'; SET LOCAL jit = off"); err != nil {
		return r, fmt.Errorf("reconcile mailing %d: %w", mailingID, err)
	}
	err = tx.GetContext(ctx, &row, reconcileSQL, mailingID)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("mailing %d: %w", mailingID, ErrNoMailing)
	}
	if err != nil {
		return r, fmt.Errorf("reconcile mailing %d: %w", mailingID, err)
	}
	r.Sums, r.Lost, r.Foreign, r.Doubled, r.Repeated = row.Sums, row.Lost, row.Foreign, row.Doubled, row.Repeated
	err = tx.SelectContext(ctx, &r.UnknownRecipients, `
		SELECT recipient_id, at, batch_id, attempt FROM deliveries
		 WHERE mailing_id = $1 AND outcome = 4 ORDER BY recipient_id`, mailingID)
	if err != nil {
		return r, fmt.Errorf("list unknown outcomes of mailing %d: %w", mailingID, err)
	}
	ledger := r.Sent + r.Failed + r.Skipped + r.Unknown
	r.Balanced = r.Lost == 0 && r.Foreign == 0 && r.Doubled == 0 && r.Repeated == 0 &&
		row.Frozen == r.Recipients && ledger+r.Pending == r.Recipients && int64(len(r.UnknownRecipients)) == r.Unknown
	return r, nil
}

// Addresses fills in the addresses of the unknown recipients; who was erased
// keeps none.
func (r *Report) Addresses(ctx context.Context, slots SlotSource) error {
	for start := 0; start < len(r.UnknownRecipients); start += batchSize {
		part := r.UnknownRecipients[start:min(start+batchSize, len(r.UnknownRecipients))]
		ids := make([]int64, len(part))
		for i, u := range part {
			ids[i] = u.ID
		}
		found, err := slots.Slots(ctx, r.MailingID, ids)
		if err != nil {
			return fmt.Errorf("look up the addresses of unknown recipients: %w", err)
		}
		for i := range part {
			part[i].Address = found[part[i].ID].Address
		}
	}
	return nil
}

// Entry is one line of the ledger.
type Entry struct {
	RecipientID int64          `db:"recipient_id" json:"recipient_id"`
	At          time.Time      `db:"at" json:"at"`
	Outcome     mailer.Outcome `db:"outcome" json:"outcome"`
	Code        int            `db:"code" json:"code,omitempty"`
	Enhanced    string         `db:"enhanced" json:"enhanced,omitempty"`
	Reason      string         `db:"reason" json:"reason,omitempty"` // why skipped or given up
	Reply       string         `db:"reply" json:"reply,omitempty"`   // the relay's last words, if they weren't 2xx; escape them
	Tries       int            `db:"tries" json:"tries,omitempty"`   // attempts that got such words
}

// Ledger gives who got what: up to limit entries after the recipient id after,
// by recipient id. Who isn't in it is pending.
func Ledger(ctx context.Context, db sqlx.QueryerContext, mailingID, after int64, limit int) ([]Entry, error) {
	var list []Entry
	err := sqlx.SelectContext(ctx, db, &list, `
		SELECT d.recipient_id, d.at, d.outcome, coalesce(d.code, 0) AS code, coalesce(d.enhanced, '') AS enhanced,
		       coalesce(d.reason, '') AS reason, coalesce(p.text, '') AS reply, coalesce(p.tries, 0) AS tries
		  FROM (SELECT recipient_id, at, outcome, code, enhanced, reason FROM deliveries
		         WHERE mailing_id = $1 AND recipient_id > $2 ORDER BY recipient_id LIMIT $3) d
		  LEFT JOIN LATERAL (SELECT text, tries FROM replies p WHERE p.mailing_id = $1 AND p.recipient_id = d.recipient_id
		                      ORDER BY p.tries DESC LIMIT 1) p ON true
		 ORDER BY d.recipient_id`, mailingID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the ledger of mailing %d: %w", mailingID, err)
	}
	return list, nil
}
