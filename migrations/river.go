package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/lib/pq"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// riverLock is the advisory lock around River's migrator, which has none of its own ("bs river" in ASCII).
const riverLock int64 = 0x6273207269766572

// lockPoll is how often a waiting process asks for riverLock again. It asks instead of queueing, so that it
// holds no snapshot while it waits.
const lockPoll = 100 * time.Millisecond

// Up brings the database at url up to this binary's schema: our own files first, then River's tables. It
// returns the names of what was applied, in order. It waits while another process migrates. A step that
// fails leaves those before it applied and its own transaction rolled back. A schema newer than the binary
// is a *NewerError.
func Up(ctx context.Context, url string) (applied []string, err error) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	if applied, err = upFiles(ctx, db); err != nil {
		return applied, err
	}
	err = checkRiver(ctx, db)
	if _, pending := errors.AsType[*PendingError](err); !pending {
		return applied, err // the usual start: nothing to do, no second pool
	}
	river, err := upRiver(ctx, url)
	return append(applied, river...), err
}

// upRiver applies River's migrations, one process at a time.
func upRiver(ctx context.Context, url string) (applied []string, err error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("open the job tables' connection: %w", err)
	}
	defer pool.Close()
	// The lock lives on a connection of its own: it goes with it, however this ends.
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("open the job tables' connection: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if err := waitForLock(ctx, conn); err != nil {
		return nil, err
	}
	m, err := riverMigrator(pool)
	if err != nil {
		return nil, err
	}
	res, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return nil, fmt.Errorf("migrate the job tables: %w", err)
	}
	for _, v := range res.Versions {
		applied = append(applied, riverName(v.Version))
	}
	return applied, nil
}

func waitForLock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var got bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", riverLock).Scan(&got); err != nil {
			return fmt.Errorf("lock the job tables for migration: %w", err)
		}
		if got {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for another process that migrates the job tables: %w", ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

func riverMigrator(pool *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("read River's migrations: %w", err)
	}
	return m, nil
}

// riverKnown is the newest version of River's tables that this binary knows.
func riverKnown() int {
	m, err := riverMigrator(nil)
	if err != nil {
		return 0 // River's own files are embedded: they are there or the binary wasn't built
	}
	all := m.AllVersions()
	return all[len(all)-1].Version
}

// riverVersion is the newest version of River's tables in the database, 0 without any.
func riverVersion(ctx context.Context, db *sql.DB) (int, error) {
	var exists bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass('river_migration') IS NOT NULL").Scan(&exists); err != nil || !exists {
		return 0, err
	}
	var version int
	// The first four versions of that table lack the column line.
	err := db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM river_migration").Scan(&version)
	return version, err
}

// checkRiver is nil when River's tables are those of this binary; else *PendingError or *NewerError.
func checkRiver(ctx context.Context, db *sql.DB) error {
	have, err := riverVersion(ctx, db)
	if err != nil {
		return fmt.Errorf("read the version of the job tables: %w", err)
	}
	known := riverKnown()
	if have > known {
		return &NewerError{Database: int64(have), Binary: int64(known)}
	}
	var pending []string
	for v := have + 1; v <= known; v++ {
		pending = append(pending, riverName(v))
	}
	if len(pending) > 0 {
		return &PendingError{Names: pending}
	}
	return nil
}

func riverName(version int) string { return fmt.Sprintf("river %03d", version) }
