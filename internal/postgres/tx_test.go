package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/jmoiron/sqlx"
)

func TestInTx(t *testing.T) {
	c := start(t, postgres.Options{Dir: clusterDir(t), Volatile: true})
	db, err := postgres.Open(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1) // a transaction that stays open would show
	if _, err := db.Exec("CREATE TABLE t (x int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)"); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	insert := func(tx *postgres.Tx) error { _, err := tx.ExecContext(ctx, "INSERT INTO t VALUES (1)"); return err }
	count := func(want int) {
		t.Helper()
		var n int
		if err := db.GetContext(ctx, &n, "SELECT count(*) FROM t"); err != nil || n != want {
			t.Errorf("%d rows, want %d (%v)", n, want, err)
		}
	}
	mine := errors.New("mine")
	if err := postgres.InTx(ctx, db, func(tx *sqlx.Tx) error { return errors.Join(insert(tx), mine) }); !errors.Is(err, mine) {
		t.Errorf("fn's error became %v", err)
	}
	count(0)
	func() {
		defer func() {
			if p := recover(); p != "oh" {
				t.Errorf("the panic became %v", p)
			}
		}()
		_ = postgres.InTx(ctx, db, func(tx *sqlx.Tx) error { _ = insert(tx); panic("oh") })
	}()
	count(0)
	ended, cancel := context.WithCancel(ctx)
	if err := postgres.InTx(ended, db, func(tx *sqlx.Tx) error { err := insert(tx); cancel(); return err }); err == nil {
		t.Error("committed although the context had ended")
	}
	count(0)
	var level string
	err = postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		return errors.Join(insert(tx), tx.GetContext(ctx, &level, "SHOW transaction_isolation"))
	})
	if err != nil || level != "read committed" {
		t.Errorf("%v, %s", err, level)
	}
	count(1)
	if err := postgres.InTx(ctx, db, insert); err == nil { // deferred: only the commit fails
		t.Error("a failed commit was not reported")
	}
	count(1)
}
