package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/broadsheet/broadsheet/mailer"
)

var relayName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// AddRelay checks and keeps a relay; prefer may be given once. Errors are
// sentences.
func AddRelay(ctx context.Context, tx *sqlx.Tx, name, url string, prefer ...Preference) (Relay, error) {
	if !relayName.MatchString(name) {
		return Relay{}, fmt.Errorf("%q can't name a relay; use small letters, digits and hyphens, 63 at most", name)
	}
	if _, err := mailer.ParseRelay(url); err != nil {
		return Relay{}, err
	}
	p := Preference{}
	if len(prefer) > 0 {
		p = prefer[0]
	}
	if err := p.check(); err != nil {
		return Relay{}, err
	}
	r := Relay{Name: name, URL: url, Priority: p.Priority, Weight: p.Weight}
	err := tx.QueryRowxContext(ctx, "INSERT INTO relays (name, url, priority, weight) VALUES ($1, $2, $3, $4) RETURNING id, created_at",
		name, url, p.Priority, p.Weight).Scan(&r.ID, &r.CreatedAt)
	if e, ok := errors.AsType[*pq.Error](err); ok && e.Code == pqerror.UniqueViolation {
		return Relay{}, fmt.Errorf("there is a relay called %s already; choose another name", name)
	}
	if err != nil {
		return Relay{}, fmt.Errorf("insert relay: %w", err)
	}
	return r, nil
}

// ChangeRelay gives a relay another URL; batches that are taken from then on
// go through it. Errors are sentences.
func ChangeRelay(ctx context.Context, tx *sqlx.Tx, name, url string) error {
	if _, err := mailer.ParseRelay(url); err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, "UPDATE relays SET url = $2 WHERE name = $1", name, url)
	if err != nil {
		return fmt.Errorf("change relay: %w", err)
	}
	return oneRelay(done, name)
}

// PreferRelay changes when a mailing that may go through any relay goes through
// this one. Errors are sentences.
func PreferRelay(ctx context.Context, tx *sqlx.Tx, name string, p Preference) error {
	if err := p.check(); err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, "UPDATE relays SET priority = $2, weight = $3 WHERE name = $1", name, p.Priority, p.Weight)
	if err != nil {
		return fmt.Errorf("change relay: %w", err)
	}
	return oneRelay(done, name)
}

// WarmUpRelay begins a warm-up plan today (UTC), or with nil ends it. Errors are
// sentences.
func WarmUpRelay(ctx context.Context, tx *sqlx.Tx, name string, w *WarmUp) error {
	query, args := "UPDATE relays SET warm_since = NULL WHERE name = $1", []any{name}
	if w != nil {
		if err := w.check(); err != nil {
			return err
		}
		query = `UPDATE relays SET warm_since = (clock_timestamp() AT TIME ZONE 'UTC')::date, warm_first = $2, warm_growth = $3, warm_until = $4
			WHERE name = $1`
		args = append(args, w.First, w.Growth, w.Until)
	}
	done, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("change the warm-up plan: %w", err)
	}
	return oneRelay(done, name)
}

// RemoveRelay forgets a relay that no unfinished mailing goes through. Errors
// are sentences.
func RemoveRelay(ctx context.Context, tx *sqlx.Tx, name string) error {
	var running int
	err := tx.GetContext(ctx, &running, `
		SELECT count(*) FROM mailings WHERE state IN ('sending', 'paused')
		   AND (relay = $1 OR relay = '' AND NOT EXISTS (SELECT FROM relays r WHERE r.name <> $1))`, name)
	if err != nil {
		return fmt.Errorf("look who uses relay: %w", err)
	}
	if running > 0 {
		return fmt.Errorf("relay %s is needed by what is still to be sent (unfinished issues: %d); wait, or end them with broadsheet issue cancel ID", name, running)
	}
	done, err := tx.ExecContext(ctx, "DELETE FROM relays WHERE name = $1", name)
	if err != nil {
		return fmt.Errorf("remove relay: %w", err)
	}
	return oneRelay(done, name)
}

func oneRelay(done sql.Result, name string) error {
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		return fmt.Errorf("there is no relay %q; broadsheet relay list shows those there are", name)
	}
	return err
}

// Relays lists all relays by name.
func Relays(ctx context.Context, db sqlx.QueryerContext) ([]Relay, error) {
	var list []Relay
	err := sqlx.SelectContext(ctx, db, &list, `
		SELECT id, name, url, created_at, priority, weight, warm_since, coalesce(warm_first, 0) AS warm_first,
		       coalesce(warm_until, 0) AS warm_until, coalesce(warm_growth, 0) AS warm_growth FROM relays ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list relays: %w", err)
	}
	return list, nil
}

// pickRelay checks a mailing's relay: one that there is, or "" for any.
func pickRelay(ctx context.Context, tx sqlx.QueryerContext, name string) error {
	list, err := Relays(ctx, tx)
	if err != nil {
		return err
	}
	names := make([]string, len(list))
	for i, r := range list {
		if names[i] = r.Name; r.Name == name {
			return nil
		}
	}
	switch {
	case len(list) == 0:
		return errors.New("there is no relay to send through; add one with: broadsheet relay add NAME URL")
	case name != "":
		return fmt.Errorf("there is no relay %q; choose one of %s", name, strings.Join(names, ", "))
	}
	return nil
}
