package outbox

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/broadsheet/broadsheet/mailer"
)

// ledgerConn is the committer's own connection, with the commit statement
// prepared. It is cut when a statement overruns: the driver alone would wait
// for a reply that a dead network never brings. One goroutine uses it.
type ledgerConn struct {
	db    *sqlx.DB
	conn  *sqlx.Conn
	stmt  *sqlx.Stmt
	wires *wires
}

// settings of the committer's session. The plan is made once and must fit any
// size of the tables, also one that was empty when it was made: index look-ups
// only. What was promised must be on disk. An orphaned statement must end.
const settings = `
SET synchronous_commit = on;
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
SET statement_timeout = %[1]d; SET lock_timeout = %[1]d; SET idle_in_transaction_session_timeout = %[1]d`

// openLedger opens the connection and prepares; each statement gets at most
// timeout.
func openLedger(ctx context.Context, url string, timeout time.Duration) (*ledgerConn, error) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	w := &wires{}
	connector.Dialer(w)
	c := &ledgerConn{db: sqlx.NewDb(sql.OpenDB(connector), "postgres"), wires: w}
	err = c.within(ctx, timeout, func(ctx context.Context) (err error) {
		if c.conn, err = c.db.Connx(ctx); err != nil {
			return err
		}
		if _, err = c.conn.ExecContext(ctx, fmt.Sprintf(settings, max(timeout.Milliseconds(), 1))); err != nil {
			return err
		}
		c.stmt, err = c.conn.PreparexContext(ctx, commitSQL)
		return err
	})
	if err != nil {
		c.close()
		return nil, fmt.Errorf("open the ledger's connection: %w", err)
	}
	return c, nil
}

// within runs fn and cuts the connection when it takes longer than timeout or
// ctx ends.
func (c *ledgerConn) within(ctx context.Context, timeout time.Duration, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, c.wires.cut)
	defer stop()
	// The driver must not watch ctx too: it would dial again to cancel.
	return fn(context.WithoutCancel(ctx))
}

// commit runs the commit statement once and, for batches that are sent again,
// the settling of what was unknown in the same transaction.
func (c *ledgerConn) commit(ctx context.Context, l *lot, lease, timeout time.Duration, resent []result) (rows []commitRow, err error) {
	err = c.within(ctx, timeout, func(ctx context.Context) error {
		rows = rows[:0]
		if len(resent) == 0 {
			return c.stmt.SelectContext(ctx, &rows, l.args(lease)...)
		}
		tx, err := c.conn.BeginTxx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // no news after a commit
		if err := tx.StmtxContext(ctx, c.stmt).SelectContext(ctx, &rows, l.args(lease)...); err != nil {
			return err
		}
		if err := settleHeld(ctx, tx, rows, resent); err != nil {
			return err
		}
		return tx.Commit()
	})
	return rows, err
}

// settleHeld settles the results whose batch the statement just found held: its
// row lock is ours until the transaction ends.
func settleHeld(ctx context.Context, tx *sqlx.Tx, rows []commitRow, resent []result) error {
	held := map[int64]bool{}
	for _, r := range rows {
		if r.Kind == rowHeld {
			held[r.Batch] = true
		}
	}
	byMailing := map[int64][]result{}
	for _, r := range resent {
		if held[r.task.b.id] {
			byMailing[r.task.b.mailing] = append(byMailing[r.task.b.mailing], r)
		}
	}
	for _, results := range byMailing {
		if err := settle(ctx, tx, resolveSQL, results); err != nil {
			return err
		}
	}
	return nil
}

func (c *ledgerConn) close() {
	c.wires.cut()
	_ = c.db.Close() // cut off already: nothing to tell the server
}

// wires is a dialer that can cut what it dialled.
type wires struct {
	net.Dialer
	mu   sync.Mutex
	list []net.Conn
}

// Dial is for the driver.
func (w *wires) Dial(network, address string) (net.Conn, error) {
	return w.DialContext(context.Background(), network, address)
}

// DialTimeout is for the driver.
func (w *wires) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return w.DialContext(ctx, network, address)
}

// DialContext is for the driver.
func (w *wires) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := w.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, c)
	return c, nil
}

func (w *wires) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.list {
		_ = c.Close() // cutting is the point
	}
	w.list = nil
}

// diskFull tells whether the server had no room to write (SQLSTATE 53100).
func diskFull(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	return ok && e.Code == pqerror.DiskFull
}

// passing tells whether a database error may be gone at the next try: the
// connection, the server's state, its resources, a deadlock, a timeout.
func passing(err error) bool {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		switch e.Code.Class() {
		case "08", "53", "57", "58", "40", "55", "25", "26": // 26: a prepared statement that is gone
			return true
		}
		return false
	}
	var op net.Error
	return errors.As(err, &op) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, context.DeadlineExceeded)
}

// storable makes text that Postgres takes: valid UTF-8 without NUL, at most
// size bytes.
func storable(s string, size int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size]
}

// replyText is what is kept of an error: the relay's words, else our own.
func replyText(e *mailer.Error) string {
	if e.Reply != "" {
		return e.Reply
	}
	return e.Error()
}
