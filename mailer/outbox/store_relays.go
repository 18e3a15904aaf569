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

// AddRelay checks and keeps a relay. Errors are sentences.
func AddRelay(ctx context.Context, tx *sqlx.Tx, name, url string) (Relay, error) {
	if !relayName.MatchString(name) {
		return Relay{}, fmt.Errorf("%q can't name a relay; use small letters, digits and hyphens, 63 at most", name)
	}
	if _, err := mailer.ParseRelay(url); err != nil {
		return Relay{}, err
	}
	r := Relay{Name: name, URL: url}
	err := tx.QueryRowxContext(ctx, "INSERT INTO relays (name, url) VALUES ($1, $2) RETURNING id, created_at", name, url).Scan(&r.ID, &r.CreatedAt)
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

// RemoveRelay forgets a relay that no unfinished mailing goes through. Errors
// are sentences.
func RemoveRelay(ctx context.Context, tx *sqlx.Tx, name string) error {
	var running int
	err := tx.GetContext(ctx, &running, "SELECT count(*) FROM mailings WHERE relay = $1 AND state IN ('sending', 'paused')", name)
	if err != nil {
		return fmt.Errorf("look who uses relay: %w", err)
	}
	if running > 0 {
		return fmt.Errorf("relay %s is needed by %d unfinished mailings; wait until they are sent", name, running)
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
	if err := sqlx.SelectContext(ctx, db, &list, "SELECT id, name, url, created_at FROM relays ORDER BY name"); err != nil {
		return nil, fmt.Errorf("list relays: %w", err)
	}
	return list, nil
}

// pickRelay resolves a mailing's relay: by name, or the only one there is.
func pickRelay(ctx context.Context, tx sqlx.QueryerContext, name string) (string, error) {
	list, err := Relays(ctx, tx)
	if err != nil {
		return "", err
	}
	names := make([]string, len(list))
	for i, r := range list {
		if names[i] = r.Name; r.Name == name {
			return name, nil
		}
	}
	switch {
	case len(list) == 0:
		return "", errors.New("there is no relay to send through; add one with: broadsheet relay add NAME URL")
	case name != "":
		return "", fmt.Errorf("there is no relay %q; choose one of %s", name, strings.Join(names, ", "))
	case len(list) > 1:
		return "", fmt.Errorf("several relays could send this; choose one of %s", strings.Join(names, ", "))
	}
	return names[0], nil
}

// relayURL is the URL under a relay's name.
func relayURL(ctx context.Context, db sqlx.QueryerContext, name string) (string, error) {
	var url string
	if err := sqlx.GetContext(ctx, db, &url, "SELECT url FROM relays WHERE name = $1", name); err != nil {
		return "", fmt.Errorf("find relay %s: %w", name, err)
	}
	return url, nil
}
