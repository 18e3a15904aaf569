package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

func createDatabase(ctx context.Context, server string) (name string, err error) {
	db, err := postgres.Open(ctx, server)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }() // it was used for one statement
	name = fmt.Sprintf("bench_%08x", rand.Uint32())
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", fmt.Errorf("create a database for the measurement: %w", err)
	}
	return name, nil
}

func dropDatabase(ctx context.Context, server, name string) error {
	db, err := postgres.Open(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was used for one statement
	if _, err := db.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop the measurement's database %s: %w", name, err)
	}
	return nil
}

// People puts n synthetic readers, confirmed, onto a list. Their addresses are
// under .invalid (RFC 2606), so that no mail to them can arrive anywhere.
func People(ctx context.Context, db *sqlx.DB, list int64, n int) error {
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO subscribers (email, email_key, email_hash, name)
		  SELECT a, a, sha256(a::bytea), 'Reader ' || i
		    FROM (SELECT i, 'reader' || i || '@bench' || i % 20 || '.invalid' AS a FROM generate_series(1, $1::int) i) x`, []any{n}},
		{`INSERT INTO subscriptions (list_id, subscriber_id, state, confirmed_at)
		  SELECT $1, id, 'active', now() FROM subscribers`, []any{list}},
		{"ANALYZE subscribers, subscriptions", nil},
	} {
		if _, err := db.ExecContext(ctx, step.query, step.args...); err != nil {
			return fmt.Errorf("make synthetic readers: %w", err)
		}
	}
	return nil
}

// written is what the database has written so far.
type written struct {
	WAL  int64 `db:"wal"`  // bytes, of the whole server
	Rows int64 `db:"rows"` // inserted, updated and deleted, in this database
}

func readWritten(ctx context.Context, db *sqlx.DB) (written, error) {
	var w written
	if _, err := db.ExecContext(ctx, "SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()"); err != nil {
		return w, fmt.Errorf("read the server's statistics: %w", err)
	}
	err := db.GetContext(ctx, &w, `
		SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS wal,
		       (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables) AS rows`)
	if err != nil {
		return w, fmt.Errorf("read the server's statistics: %w", err)
	}
	return w, nil
}

// looks is how often the statistics are read at most until they stand still: a
// session that has just ended tells what it did a moment later.
const looks = 20

func settled(ctx context.Context, db *sqlx.DB) (written, error) {
	last, err := readWritten(ctx, db)
	for range looks {
		if err != nil {
			return last, err
		}
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		var now written
		if now, err = readWritten(ctx, db); now.Rows == last.Rows {
			return now, err
		}
		last = now
	}
	return last, err
}

// backendPID is the process of a session, 0 when the server may be on another
// machine.
func backendPID(ctx context.Context, db *sqlx.DB) (int, error) {
	var pid int
	err := db.GetContext(ctx, &pid, `
		SELECT CASE WHEN coalesce(host(inet_server_addr()), '127.0.0.1') IN ('127.0.0.1', '::1') THEN pg_backend_pid() ELSE 0 END`)
	if err != nil {
		return 0, fmt.Errorf("find the server's process: %w", err)
	}
	return pid, nil
}
