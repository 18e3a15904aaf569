package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// openIncident notes an incident; of the same kind in the same place there is
// one at a time. hold is how long it holds; 0 is until somebody resumes it.
func openIncident(ctx context.Context, db sqlx.QueryerContext, i incident, hold time.Duration) (id int64, err error) {
	err = sqlx.GetContext(ctx, db, &id, `
		INSERT INTO incidents AS t (kind, relay, provider, mailing_id, stream, rule, code, enhanced, reply, held_until)
		VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0::smallint), nullif($8, ''), $9,
		        CASE WHEN $10 > 0::bigint THEN clock_timestamp() + $10 * interval '1 microsecond' END)
		ON CONFLICT (kind, relay, provider, mailing_id, stream) WHERE closed_at IS NULL DO UPDATE
		   SET times = t.times + 1, last_at = clock_timestamp(), held_until = greatest(t.held_until, excluded.held_until),
		       rule = excluded.rule, code = excluded.code, enhanced = excluded.enhanced, reply = excluded.reply
		RETURNING id`,
		i.Kind, i.Relay, i.Provider, i.MailingID, i.Stream, i.Rule, i.Code, i.Enhanced, storable(i.Reply, 1000), interval(hold))
	if err != nil {
		return 0, fmt.Errorf("note an incident: %w", err)
	}
	return id, nil
}

// closeIncident ends the open incident of a kind in a place, if there is one.
func closeIncident(ctx context.Context, db sqlx.ExecerContext, i incident, by string) error {
	_, err := db.ExecContext(ctx, `
		UPDATE incidents SET closed_at = clock_timestamp(), closed_by = $6
		 WHERE closed_at IS NULL AND kind = $1 AND relay = $2 AND provider = $3 AND mailing_id = $4 AND stream = $5`,
		i.Kind, i.Relay, i.Provider, i.MailingID, i.Stream, by)
	if err != nil {
		return fmt.Errorf("close an incident: %w", err)
	}
	return nil
}

// Recovered is who closed an incident that ended by itself.
const Recovered = "recovered"

func closeBreaker(ctx context.Context, db sqlx.ExecerContext, k breakerKey) error {
	return closeIncident(ctx, db, incident{Kind: IncidentProvider, Relay: k.relay, Provider: k.provider, Stream: k.stream}, Recovered)
}

// openBreaker is an open incident with a provider.
type openBreaker struct {
	id   int64
	left time.Duration // that its readers wait
}

func openBreakers(ctx context.Context, db sqlx.QueryerContext) (map[breakerKey]openBreaker, error) {
	var rows []struct {
		ID       int64  `db:"id"`
		Relay    string `db:"relay"`
		Stream   string `db:"stream"`
		Provider string `db:"provider"`
		Left     int64  `db:"left_us"`
	}
	err := sqlx.SelectContext(ctx, db, &rows, `
		SELECT id, relay, stream, provider, (extract(epoch FROM held_until - clock_timestamp()) * 1000000)::bigint AS left_us
		  FROM incidents WHERE kind = 'provider' AND closed_at IS NULL AND held_until IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("read the open incidents: %w", err)
	}
	open := make(map[breakerKey]openBreaker, len(rows))
	for _, r := range rows {
		open[breakerKey{r.Relay, r.Stream, r.Provider}] = openBreaker{r.ID, time.Duration(r.Left) * time.Microsecond}
	}
	return open, nil
}

const incidentColumns = `id, kind, relay, provider, mailing_id, stream, rule, coalesce(code, 0) AS code,
	coalesce(enhanced, '') AS enhanced, reply, times, opened_at, last_at, held_until, closed_at, closed_by`

// Incidents lists the open incidents, or with all also those that are over,
// newest first: up to limit of them.
func Incidents(ctx context.Context, db sqlx.QueryerContext, all bool, limit int) ([]Incident, error) {
	list := []Incident{}
	err := sqlx.SelectContext(ctx, db, &list, `SELECT `+incidentColumns+` FROM incidents
		WHERE $1 OR closed_at IS NULL ORDER BY opened_at DESC, id DESC LIMIT $2`, all, limit)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return list, nil
}

// ResumeIncident ends an incident by hand: what was held goes on at once. Errors
// are sentences.
func ResumeIncident(ctx context.Context, tx *sqlx.Tx, id int64, by string) error {
	var i Incident
	err := tx.GetContext(ctx, &i, `
		UPDATE incidents SET closed_at = clock_timestamp(), closed_by = $2 WHERE id = $1 AND closed_at IS NULL RETURNING `+incidentColumns,
		id, storable(by, 200))
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("there is no open incident %d; broadsheet incident list shows those there are", id)
	}
	if err != nil {
		return fmt.Errorf("resume incident %d: %w", id, err)
	}
	switch i.Kind {
	case IncidentContent:
		_, err = tx.ExecContext(ctx, "UPDATE mailings SET state = 'sending', note = '' WHERE id = $1 AND state = 'paused'", i.MailingID)
	case IncidentComplaints:
		_, err = tx.ExecContext(ctx, `UPDATE mailings SET state = 'sending', note = '' WHERE stream = $1 AND state = 'paused'`, i.Stream)
	case IncidentProvider: // those who were put off until it ends
		_, err = tx.ExecContext(ctx, `
			UPDATE retries t SET next_at = clock_timestamp() FROM mailings m
			 WHERE m.id = t.mailing_id AND m.state IN ('sending', 'paused') AND m.stream = $1 AND t.batch_id IS NULL
			   AND t.next_at BETWEEN $2::timestamptz - interval '1 minute' AND $2::timestamptz + interval '1 hour'`, i.Stream, i.HeldUntil)
	}
	if err != nil {
		return fmt.Errorf("resume incident %d: %w", id, err)
	}
	return wake(ctx, tx)
}

// MaxComplaints is the rate of complaints at which a stream is paused (REP-1),
// counted from fewestComplaints complaints on, so that one of ten readers can't
// stop a newsletter.
const (
	MaxComplaints    = 0.003
	fewestComplaints = 3
)

// Complained is asked when a complaint about a mailing has come in, which makes
// so many. From REP-1's rate on, of the messages that the ledger says are sent,
// it pauses every mailing of the same stream that is being sent and those that
// are launched later, opens an incident and returns true.
func Complained(ctx context.Context, tx *sqlx.Tx, mailingID, complaints int64) (bool, error) {
	if complaints < fewestComplaints {
		return false, nil
	}
	var delivered int64
	err := tx.GetContext(ctx, &delivered, "SELECT count(*) FROM deliveries WHERE mailing_id = $1 AND outcome = 1", mailingID)
	if err != nil {
		return false, fmt.Errorf("count what was sent of mailing %d: %w", mailingID, err)
	}
	if float64(complaints) < MaxComplaints*float64(delivered) {
		return false, nil
	}
	var stream string
	if err := tx.GetContext(ctx, &stream, "SELECT stream FROM mailings WHERE id = $1", mailingID); err != nil {
		return false, fmt.Errorf("find the stream of mailing %d: %w", mailingID, err)
	}
	why := fmt.Sprintf("%d of %d readers reported a message as spam; look at what was sent and to whom, then resume the incident", complaints, delivered)
	_, err = tx.ExecContext(ctx, `
		UPDATE mailings SET state = 'paused', note = $3 WHERE state = 'sending' AND (id = $1 OR stream = $2 AND $2 <> '')`, mailingID, stream, why)
	if err != nil {
		return false, fmt.Errorf("pause stream %s: %w", stream, err)
	}
	i := incident{Kind: IncidentComplaints, Stream: stream, Rule: "REP-1", Reply: why}
	if stream == "" {
		i.MailingID = mailingID
	}
	_, err = openIncident(ctx, tx, i, 0)
	return err == nil, err
}
