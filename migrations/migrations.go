// Package migrations holds the schema as append-only SQL files and brings a database up to it.
//
// A file that has been released never changes; a change is a new file with the next number. Each file is
// one transaction. Any number of processes may call Up at once: the first takes goose's session lock
// (an advisory lock of its connection, gone with it), the others wait and then find nothing to do.
//
// A database whose schema is newer than this binary is refused by Up and Check: an old binary would write
// rows that the new schema gives another meaning. The versions applied are in table goose_db_version.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// lockWait bounds how long Up waits for another process's migrations: tries, one second apart.
const lockWait = 3600

// State is one migration and whether the database has it.
type State struct {
	Version   int64     `json:"version"`             // the number in the file's name
	Name      string    `json:"name"`                // the file's name
	AppliedAt time.Time `json:"applied_at,omitzero"` // zero while pending
}

// Applied reports whether the database has this migration.
func (s State) Applied() bool { return !s.AppliedAt.IsZero() }

// PendingError is Check's answer for a database that lacks migrations. Up applies them.
type PendingError struct {
	Names []string // file names, in the order they will run
}

// Error says how many are missing and what to do.
func (e *PendingError) Error() string {
	return fmt.Sprintf("the database lacks %d of this version's schema changes (%s): run broadsheet migrate up", len(e.Names), summary(e.Names))
}

// NewerError is the refusal of a schema that a newer Broadsheet has made.
type NewerError struct {
	Database int64 // the newest version the database has
	Binary   int64 // the newest version this binary knows
}

// Error says which of the two is older and what to do.
func (e *NewerError) Error() string {
	return fmt.Sprintf("the database has schema version %d, this Broadsheet knows versions up to %d: run the newer Broadsheet that made it, or restore an older backup", e.Database, e.Binary)
}

// upFiles applies the files that are missing, in order, and returns their names.
func upFiles(ctx context.Context, db *sql.DB) ([]string, error) {
	if err := checkFiles(ctx, db); err == nil {
		return nil, nil // the usual start: no lock, no waiting
	} else if _, pending := errors.AsType[*PendingError](err); !pending {
		return nil, err
	}
	p, err := provider(db)
	if err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	if err != nil {
		var partial *goose.PartialError
		if errors.As(err, &partial) {
			return names(partial.Applied), fmt.Errorf("migration %s failed and was rolled back: %w", partial.Failed.Source.Path, partial.Err)
		}
		return nil, fmt.Errorf("migrate the database: %w", err)
	}
	return names(results), nil
}

// Status lists every migration of this binary, oldest first, with when it was applied. It changes nothing
// and takes no lock, so it also answers on a database without a schema and while another process migrates.
func Status(ctx context.Context, db *sql.DB) ([]State, error) {
	states, _, err := compare(ctx, db)
	return states, err
}

// Check is nil when the database has exactly this binary's schema; else *PendingError or *NewerError.
func Check(ctx context.Context, db *sql.DB) error {
	if err := checkFiles(ctx, db); err != nil {
		return err
	}
	return checkRiver(ctx, db)
}

func checkFiles(ctx context.Context, db *sql.DB) error {
	states, newest, err := compare(ctx, db)
	if err != nil {
		return err
	}
	if known := states[len(states)-1].Version; newest > known {
		return &NewerError{Database: newest, Binary: known}
	}
	var pending []string
	for _, s := range states {
		if !s.Applied() {
			pending = append(pending, s.Name)
		}
	}
	if len(pending) > 0 {
		return &PendingError{Names: pending}
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, lockWait))
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, fmt.Errorf("read the embedded migrations: %w", err)
	}
	return p, nil
}

// compare gives this binary's migrations with the database's view of each, and the newest version the
// database has (0 without a schema).
func compare(ctx context.Context, db *sql.DB) ([]State, int64, error) {
	p, err := provider(db)
	if err != nil {
		return nil, 0, err
	}
	applied, err := appliedAt(ctx, db)
	if err != nil {
		return nil, 0, fmt.Errorf("read the schema's version: %w", err)
	}
	var newest int64
	for version := range applied {
		newest = max(newest, version)
	}
	var states []State
	for _, s := range p.ListSources() {
		states = append(states, State{Version: s.Version, Name: s.Path, AppliedAt: applied[s.Version]})
	}
	slices.SortFunc(states, func(a, b State) int { return int(a.Version - b.Version) })
	return states, newest, nil
}

// appliedAt reads goose's table, the newest row of each version deciding as goose has it.
func appliedAt(ctx context.Context, db *sql.DB) (_ map[int64]time.Time, err error) {
	var exists bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&exists); err != nil || !exists {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `
		SELECT DISTINCT ON (version_id) version_id, is_applied, tstamp AT TIME ZONE current_setting('TimeZone')
		  FROM goose_db_version WHERE version_id > 0 ORDER BY version_id, id DESC`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	applied := make(map[int64]time.Time)
	for rows.Next() {
		var version int64
		var is bool
		var at time.Time
		if err := rows.Scan(&version, &is, &at); err != nil {
			return nil, err
		}
		if is {
			applied[version] = at.UTC()
		}
	}
	return applied, rows.Err()
}

func names(results []*goose.MigrationResult) []string {
	var list []string
	for _, r := range results {
		list = append(list, r.Source.Path)
	}
	return list
}

func summary(list []string) string {
	if len(list) > 3 {
		return fmt.Sprintf("%s … %s", list[0], list[len(list)-1])
	}
	return strings.Join(list, ", ")
}
