package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Names inside a private cluster. The superuser is used for setting up only; Broadsheet's role owns its
// database and may create others (benchmarks, tests).
const (
	superuser = "postgres"
	role      = "broadsheet"
)

const (
	// ownerWait bounds how long Start waits for a short command that has the cluster.
	ownerWait = time.Minute
	// joinedWait bounds how long a short command that owns the cluster stays for the others.
	joinedWait = 15 * time.Minute
	// stopGrace is what the server has to shut down, at each step, once Stop's context has ended.
	stopGrace = 5 * time.Second
)

// Options of a private cluster.
type Options struct {
	Dir       string            // the cluster's own directory, made if missing; must be empty or a cluster's
	SocketDir string            // where the socket goes; "" = in Dir if its path is short enough
	Log       *slog.Logger      // nil = silent
	Volatile  bool              // no fsync: only for data to be thrown away
	Settings  map[string]string // further settings for postgres -c
}

// Cluster is a PostgreSQL server of our own, or a place in one that another Broadsheet process runs.
type Cluster struct {
	layout layout
	log    *slog.Logger
	short  bool
	lock   *os.File // nil when joined
	users  *os.File // held shared when joined
	srv    *server  // nil when joined
	stop   sync.Once
	result error
}

// Start takes the cluster in o.Dir for this process alone and runs it until Stop or this process's end.
// The first time it makes the cluster. It waits, for a minute at most, while a short command has it.
// Errors are *Error: ErrRunning, ErrNoBinaries, ErrDataVersion, ErrServerVersion, ErrDirectory, ErrDiskFull,
// ErrServer.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	l, err := prepare(&o)
	if err != nil {
		return nil, err
	}
	waitCtx, cancel := context.WithTimeout(ctx, ownerWait)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for told := false; ; {
		lock, err := flock(l.dir, lockName, syscall.LOCK_EX, l.id)
		if err == nil {
			return startOwned(ctx, o, l, lock, false)
		}
		if !errors.Is(err, errHeld) {
			return nil, directoryError(l.dir, l.id, err)
		}
		holder := readOwner(l.dir)
		if !holder.Short && holder.State == stateReady {
			return nil, fail(ErrRunning, nil, fmt.Sprintf("Broadsheet (process %d) already runs with the database in %s: stop that one first, or name another directory", holder.PID, l.dir))
		}
		if !told && holder.PID != 0 {
			o.Log.Info("waiting for the process that has the database", "pid", holder.PID, "dir", l.dir)
			told = true
		}
		select {
		case <-waitCtx.Done():
			return nil, fail(ErrRunning, waitCtx.Err(), fmt.Sprintf("another Broadsheet command (%s) is using the database in %s: start again when it has finished", holder.name(), l.dir))
		case <-tick.C:
		}
	}
}

// Join is for short commands: it runs the cluster in o.Dir if nobody does, else uses the one that another
// Broadsheet process runs. Both may be tried many times, until ctx ends, while others come and go.
// Stop of a joined Cluster only leaves it. Stop of one that Join started first waits (15 minutes at most)
// for those who joined meanwhile; nobody can join any more then, and who tries waits for its end and starts
// the cluster anew. Errors as Start; ErrRunning when ctx ended while waiting for another process.
func Join(ctx context.Context, o Options) (*Cluster, error) {
	l, err := prepare(&o)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for since, told := time.Now(), false; ; {
		lock, err := flock(l.dir, lockName, syscall.LOCK_EX, l.id)
		if err == nil {
			return startOwned(ctx, o, l, lock, true)
		}
		if !errors.Is(err, errHeld) {
			return nil, directoryError(l.dir, l.id, err)
		}
		holder := readOwner(l.dir)
		if holder.State == stateReady {
			c, err := enter(ctx, o, l, holder)
			if c != nil || err != nil {
				return c, err
			}
		}
		if !told && time.Since(since) > 2*time.Second {
			o.Log.Info("waiting for the process that starts or stops the database", "pid", holder.PID, "dir", l.dir)
			told = true
		}
		select {
		case <-ctx.Done():
			return nil, fail(ErrRunning, ctx.Err(), fmt.Sprintf("the database in %s was not ready in time (%s starts or stops it): try again", l.dir, holder.name()))
		case <-tick.C:
		}
	}
}

// enter takes a place among the users and proves it with a connection. No cluster and no error: try again.
// The order matters: with the place taken first, an owner that is about to stop waits for us, or has taken
// all places and we get none.
func enter(ctx context.Context, o Options, l layout, holder owner) (*Cluster, error) {
	users, err := flock(l.dir, usersName, syscall.LOCK_SH, l.id)
	if errors.Is(err, errHeld) {
		return nil, nil
	}
	if err != nil {
		return nil, directoryError(l.dir, l.id, err)
	}
	l.socket = holder.Socket
	c := &Cluster{layout: l, log: o.Log, short: true, users: users}
	db, err := Open(ctx, c.URL())
	if err != nil {
		_ = users.Close() // only gives the place back
		if ctx.Err() == nil {
			return nil, nil
		}
		return nil, err
	}
	return c, db.Close()
}

// URL of Broadsheet's database in this cluster, the same for lib/pq, pgx and psql.
func (c *Cluster) URL() string { return c.DatabaseURL(role) }

// DatabaseURL is URL for another database of the cluster.
func (c *Cluster) DatabaseURL(name string) string { return c.url(role, name) }

func (c *Cluster) url(user, database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + database}
	u.RawQuery = encode(url.Values{
		"host": {c.layout.socket}, "port": {port}, "sslmode": {"disable"}, "connect_timeout": {"10"},
	})
	return u.String()
}

// Owned reports whether this process runs the server, rather than having joined another's.
func (c *Cluster) Owned() bool { return c.srv != nil }

// PID of the server's first process; 0 when joined.
func (c *Cluster) PID() int {
	if c.srv == nil {
		return 0
	}
	return c.srv.pid
}

// Done is closed when the server has ended, by Stop or by itself; never for a joined Cluster.
func (c *Cluster) Done() <-chan struct{} {
	if c.srv == nil {
		return nil
	}
	return c.srv.done
}

// Stop leaves a joined cluster, or shuts the server down: clients are disconnected, what they had open is
// rolled back, a checkpoint is written. See Join about waiting for others. When ctx ends the server has
// five more seconds, then it is ended at once and repairs itself at its next start, which is an error.
// Further calls return the first one's result.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stop.Do(func() { c.result = c.end(ctx, syscall.SIGINT) })
	return c.result
}

// Abort ends the server at once, as a power failure would but for the disk's own cache; the next start
// recovers from the write-ahead log. For fault tests.
func (c *Cluster) Abort(ctx context.Context) error {
	c.stop.Do(func() { c.result = c.end(ctx, syscall.SIGQUIT) })
	return c.result
}

func (c *Cluster) end(ctx context.Context, sig syscall.Signal) error {
	if c.srv == nil {
		return c.users.Close()
	}
	users := c.awaitJoined(ctx, sig)
	err := c.srv.shut(ctx, sig, stopGrace)
	if filepath.Dir(c.layout.socket) != c.layout.dir {
		_ = os.Remove(c.layout.socket) // ours alone if it is empty; another's files keep it
	}
	if users != nil {
		err = errors.Join(err, users.Close())
	}
	return errors.Join(err, c.lock.Close())
}

// awaitJoined announces the end and, in a short command, waits for those who joined.
// It returns the held users file, to be closed when the server has ended; nil if it was not had.
func (c *Cluster) awaitJoined(ctx context.Context, sig syscall.Signal) *os.File {
	note := owner{PID: os.Getpid(), Short: c.short, State: stateStopping, Socket: c.layout.socket}
	if err := note.announce(c.lock); err != nil {
		c.log.Warn("cannot announce that the database stops", "err", err)
	}
	if !c.short || sig != syscall.SIGINT || c.srv.ended() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, joinedWait)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for told := false; ; {
		users, err := flock(c.layout.dir, usersName, syscall.LOCK_EX, c.layout.id)
		if err == nil {
			return users
		}
		if !errors.Is(err, errHeld) {
			c.log.Warn("cannot see who uses the database", "err", err)
			return nil
		}
		if !told {
			c.log.Info("waiting for other commands that use the database", "dir", c.layout.dir)
			told = true
		}
		select {
		case <-ctx.Done():
			c.log.Warn("stopping the database although other commands use it", "dir", c.layout.dir)
			return nil
		case <-tick.C:
		}
	}
}
