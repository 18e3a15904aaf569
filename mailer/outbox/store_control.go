package outbox

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Pause stops a mailing within one message per connection; note says why. A
// mailing that isn't being sent is refused with a sentence.
func Pause(ctx context.Context, tx *sqlx.Tx, mailingID int64, note string) error {
	return change(ctx, tx, mailingID, "UPDATE mailings SET state = 'paused', note = $2 WHERE id = $1 AND state = 'sending'", "pause", note)
}

// Resume lets a paused mailing go on.
func Resume(ctx context.Context, tx *sqlx.Tx, mailingID int64) error {
	err := change(ctx, tx, mailingID, "UPDATE mailings SET state = 'sending', note = $2 WHERE id = $1 AND state = 'paused'", "resume", "")
	if err != nil {
		return err
	}
	if err := closeIncident(ctx, tx, incident{Kind: IncidentContent, MailingID: mailingID}, "the mailing was resumed"); err != nil {
		return err
	}
	return wake(ctx, tx)
}

// Cancel ends a mailing for good: what is in flight becomes unknown until its
// own reply settles it, everybody else who is left becomes skipped. The order
// matters: the state keeps retries from being packed, the fence (which waits
// for intents being booked) keeps further ones away, and only then is looked
// what is left.
func Cancel(ctx context.Context, tx *sqlx.Tx, mailingID int64, note string) error {
	err := change(ctx, tx, mailingID, `UPDATE mailings SET state = 'cancelled', note = $2, finished_at = clock_timestamp()
		WHERE id = $1 AND state IN ('sending', 'paused')`, "cancel", note)
	if err != nil {
		return err
	}
	steps := []struct{ what, sql string }{
		{"fence the batches", `
			UPDATE batches SET attempt = attempt + 1, owner = NULL, lease_until = NULL, done = true WHERE mailing_id = $1 AND NOT done`},
		{"book what is in flight", `
			WITH gone AS (DELETE FROM intents i USING batches b WHERE b.id = i.batch_id AND b.mailing_id = $1
			              RETURNING i.batch_id, i.attempt, i.ids)
			INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome)
			SELECT DISTINCT ON (u.id) $1::bigint, u.id, gone.batch_id, gone.attempt, 4 FROM gone, unnest(gone.ids) u(id)
			 WHERE NOT EXISTS (SELECT FROM retries t WHERE t.mailing_id = $1 AND t.recipient_id = u.id AND t.batch_id IS DISTINCT FROM gone.batch_id)
			 ORDER BY u.id, gone.attempt DESC
			ON CONFLICT DO NOTHING`},
		{"skip who is left", `
			INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome, reason)
			SELECT $1::bigint, u.id, b.id, b.attempt, 3, '` + ReasonCancelled + `' FROM batches b, unnest(b.recipient_ids) u(id)
			 WHERE b.mailing_id = $1 AND b.wave = 0
			ON CONFLICT DO NOTHING`},
		{"close the retries", "UPDATE retries SET batch_id = 0 WHERE mailing_id = $1 AND batch_id IS DISTINCT FROM 0"},
	}
	for _, s := range steps {
		if _, err := tx.ExecContext(ctx, s.sql, mailingID); err != nil {
			return fmt.Errorf("cancel mailing %d: %s: %w", mailingID, s.what, err)
		}
	}
	return closeIncident(ctx, tx, incident{Kind: IncidentContent, MailingID: mailingID}, "the mailing was cancelled")
}

// change moves a mailing from one state to another or says why it can't.
func change(ctx context.Context, tx *sqlx.Tx, mailingID int64, query, verb, note string) error {
	res, err := tx.ExecContext(ctx, query, mailingID, storable(note, 1000))
	if err != nil {
		return fmt.Errorf("%s mailing %d: %w", verb, mailingID, err)
	}
	n, err := res.RowsAffected()
	if err != nil || n == 1 {
		return err
	}
	s, err := StatusOf(ctx, tx, mailingID)
	if err != nil {
		return err
	}
	return &StateError{MailingID: mailingID, State: s.State, Verb: verb}
}

// StateError says that a mailing can't be paused, resumed or cancelled as it
// stands.
type StateError struct {
	MailingID int64
	State     State
	Verb      string // what was asked for: "pause"
}

func (e *StateError) Error() string {
	return fmt.Sprintf("mailing %d is %s: there is nothing to %s", e.MailingID, e.State, e.Verb)
}
