package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/mailer"
)

// Channel is the Postgres channel on which a commit that makes work is told.
const Channel = "broadsheet_outbox"

// ledgerBlock is how many mailings share a partition of the ledger.
const ledgerBlock = 1000

// Launch freezes the audience and lets the mailing go, all in the caller's
// transaction: nothing is sent unless it commits. Errors are sentences.
func Launch(ctx context.Context, tx *sqlx.Tx, m Mailing, t *mailer.Template, a Audience) (Launched, error) {
	if err := m.check(); err != nil {
		return Launched{}, err
	}
	if err := pickRelay(ctx, tx, m.Relay); err != nil {
		return Launched{}, err
	}
	l, err := insertMailing(ctx, tx, m)
	if err != nil || l.Again {
		return l, err
	}
	if err := ensureLedger(ctx, tx, l.MailingID); err != nil {
		return Launched{}, err
	}
	for _, t := range append([]*mailer.Template{t}, a.Others...) {
		variant, err := insertVariant(ctx, tx, l.MailingID, t)
		if err != nil {
			return Launched{}, err
		}
		l.Variants = append(l.Variants, variant)
	}
	if l.Recipients, err = freeze(ctx, tx, l.MailingID, l.Variants, a); err != nil {
		return Launched{}, err
	}
	return l, open(ctx, tx, l)
}

func (m *Mailing) check() error {
	if m.OnUnknown == "" {
		m.OnUnknown = Hold
	}
	m.Fast = m.Fast || slices.Contains(FastKinds, m.Kind)
	if m.Deadline == 0 {
		m.Deadline = DefaultDeadline
	}
	if a, err := mail.ParseAddress(m.EnvelopeFrom); err != nil || a.Address != m.EnvelopeFrom {
		return fmt.Errorf("%q can't be a return path; give the mailing an envelope sender like bounce@example.org", m.EnvelopeFrom)
	}
	switch {
	case m.Key == "":
		return errors.New("a mailing needs a key that names it; give it one")
	case m.OnUnknown != Hold && m.OnUnknown != Resend:
		return fmt.Errorf("what to do with unknown outcomes is hold or resend, not %q", m.OnUnknown)
	case m.Deadline < 0:
		return fmt.Errorf("a deadline of %s is in the past; give a positive duration", m.Deadline)
	}
	return nil
}

func insertMailing(ctx context.Context, tx *sqlx.Tx, m Mailing) (Launched, error) {
	var l Launched
	err := tx.GetContext(ctx, &l.MailingID, `
		INSERT INTO mailings (key, kind, parent_id, list_id, relay, envelope_from, on_unknown, state, deadline_at, stream, fast, protocol)
		VALUES ($1, $2, nullif($3, 0::bigint), $4, $5, $6, $7, 'sending', clock_timestamp() + $8 * interval '1 microsecond', $9, $10, $11)
		ON CONFLICT (key) DO NOTHING RETURNING id`,
		m.Key, m.Kind, m.ParentID, m.ListID, m.Relay, m.EnvelopeFrom, m.OnUnknown, m.Deadline.Microseconds(),
		m.Stream, m.Fast, Protocol)
	switch {
	case err == nil:
		return l, nil
	case !errors.Is(err, sql.ErrNoRows):
		return l, fmt.Errorf("insert mailing: %w", err)
	}
	l.Again = true
	err = tx.QueryRowxContext(ctx, "SELECT id, recipients FROM mailings WHERE key = $1", m.Key).Scan(&l.MailingID, &l.Recipients)
	if err != nil {
		return l, fmt.Errorf("find the mailing launched before: %w", err)
	}
	return l, nil
}

func insertVariant(ctx context.Context, tx *sqlx.Tx, mailing int64, t *mailer.Template) (int64, error) {
	stored, err := t.MarshalBinary()
	if err != nil {
		return 0, err
	}
	sum := t.SHA256()
	var id int64
	err = tx.GetContext(ctx, &id, "INSERT INTO variants (mailing_id, template, sha256) VALUES ($1, $2, $3) RETURNING id", mailing, stored, sum[:])
	if err != nil {
		return 0, fmt.Errorf("insert variant: %w", err)
	}
	return id, nil
}

// freeze cuts the audience into batches of one variant and one instant each and
// returns how many recipients they hold.
func freeze(ctx context.Context, tx *sqlx.Tx, mailing int64, variants []int64, a Audience) (int64, error) {
	n, also, least, which := len(a.Args), "", "", "1"
	if len(a.Others) > 0 {
		also, least, which = ", variant", ", min(variant) AS variant", "x.variant + 1"
	}
	query := fmt.Sprintf(`
		WITH audience (recipient_id, not_before%[2]s) AS (%[1]s),
		once AS (SELECT recipient_id, min(coalesce(not_before, '-infinity')) AS not_before%[3]s
		           FROM audience WHERE recipient_id IS NOT NULL GROUP BY recipient_id),
		numbered AS (SELECT recipient_id, not_before%[2]s,
		                    (row_number() OVER (PARTITION BY not_before%[2]s ORDER BY recipient_id) - 1) / $%[5]d::bigint AS slice FROM once),
		made AS (INSERT INTO batches (mailing_id, variant_id, not_before, recipient_ids, fast, protocol)
		         SELECT m.id, ($%[6]d::bigint[])[%[4]s], x.not_before, x.ids, m.fast, m.protocol FROM mailings m, (
		                SELECT not_before%[2]s, slice, array_agg(recipient_id ORDER BY recipient_id) AS ids
		                  FROM numbered GROUP BY not_before%[2]s, slice) x
		          WHERE m.id = $%[7]d ORDER BY x.not_before, x.slice
		         RETURNING cardinality(recipient_ids) AS n)
		SELECT coalesce(sum(n), 0) FROM made`,
		strings.TrimRight(strings.TrimSpace(a.SQL), ";"), also, least, which, n+1, n+2, n+3)
	args := append(append(make([]any, 0, n+3), a.Args...), batchSize, pq.Array(variants), mailing)
	var count int64
	if err := tx.GetContext(ctx, &count, query, args...); err != nil {
		return 0, fmt.Errorf("freeze the audience: %w", err)
	}
	return count, nil
}

// open notes the size and tells the workers; a mailing to nobody is finished, one
// of a stream that too many have complained about begins paused.
func open(ctx context.Context, tx *sqlx.Tx, l Launched) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE mailings m SET recipients = $2::bigint, state = CASE WHEN $2 = 0::bigint THEN 'sent' WHEN i.reply IS NOT NULL THEN 'paused' ELSE m.state END,
		       note = coalesce(i.reply, m.note), finished_at = CASE WHEN $2 = 0::bigint THEN clock_timestamp() END
		  FROM mailings k LEFT JOIN incidents i ON i.kind = 'complaints' AND i.stream = k.stream AND k.stream <> '' AND i.closed_at IS NULL
		 WHERE m.id = $1 AND k.id = m.id`, l.MailingID, l.Recipients)
	if err != nil {
		return fmt.Errorf("open mailing: %w", err)
	}
	return wake(ctx, tx)
}

// wake tells every engine, once the transaction commits, that there may be work.
func wake(ctx context.Context, tx sqlx.ExecerContext) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_notify($1, '')", Channel); err != nil {
		return fmt.Errorf("wake the workers: %w", err)
	}
	return nil
}

// ensureLedger makes the partition of the ledger that the mailing falls into.
// It is attached, not created in place: attaching doesn't stop writers.
func ensureLedger(ctx context.Context, tx *sqlx.Tx, mailing int64) error {
	from := mailing / ledgerBlock * ledgerBlock
	name := fmt.Sprintf("deliveries_%d", from)
	if have, err := tableExists(ctx, tx, name); err != nil || have {
		return err
	}
	// Another launch may be making it: wait for that one, then look again.
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext('deliveries'), $1)", int32(from/ledgerBlock)); err != nil {
		return fmt.Errorf("lock the ledger's partitions: %w", err)
	}
	if have, err := tableExists(ctx, tx, name); err != nil || have {
		return err
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`
		CREATE TABLE %[1]s (LIKE deliveries INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
		ALTER TABLE deliveries ATTACH PARTITION %[1]s FOR VALUES FROM (%[2]d) TO (%[3]d)`, name, from, from+ledgerBlock))
	if err != nil {
		return fmt.Errorf("make the ledger's partition %s: %w", name, err)
	}
	return nil
}

func tableExists(ctx context.Context, tx *sqlx.Tx, name string) (bool, error) {
	var have bool
	// Not to_regclass: its cache may still hold that there is none.
	err := tx.GetContext(ctx, &have, `
		SELECT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		                WHERE i.inhparent = 'deliveries'::regclass AND c.relname = $1)`, name)
	if err != nil {
		return false, fmt.Errorf("look for table %s: %w", name, err)
	}
	return have, nil
}

// interval gives a duration as microseconds, which SQL multiplies.
func interval(d time.Duration) int64 { return d.Microseconds() }
