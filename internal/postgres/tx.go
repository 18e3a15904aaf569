package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Tx is the handle that writing methods take, so that one InTx covers an act and its audit row.
type Tx = sqlx.Tx

// DB is a pool of connections, and Queryer what both DB and Tx are to those who
// only read. Packages that hold no SQL outside their store files name them so.
type (
	DB      = sqlx.DB
	Queryer = sqlx.QueryerContext
)

// InTx runs fn in one READ COMMITTED transaction: committed when fn returns nil, rolled back when it
// returns an error or panics (the panic goes on). fn's error is returned as it is; a failing rollback
// is joined to it. fn must not commit or roll back itself, nor keep tx.
func InTx(ctx context.Context, db *sqlx.DB, fn func(*sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	finished := false
	defer func() {
		if !finished { // fn panicked or called runtime.Goexit
			_ = tx.Rollback() // the panic is the news; the connection is discarded if this fails
		}
	}()
	if err := fn(tx); err != nil {
		finished = true
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			return errors.Join(err, fmt.Errorf("roll back: %w", rerr))
		}
		return err
	}
	finished = true
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
