package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// prepare completes o and makes the directory that the lock file lives in.
func prepare(o *Options) (layout, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Dir == "" {
		return layout{}, fail(ErrDirectory, nil, "no directory is named for the database: name one")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return layout{}, fail(ErrDirectory, err, fmt.Sprintf("the directory %s cannot be found from here: name it by its full path", o.Dir))
	}
	id, err := serverIdentity(dir)
	if err != nil {
		return layout{}, err
	}
	l := layout{dir: dir, id: id}
	return l, prepareDir(dir, id)
}

// startOwned runs the cluster, whose lock this process has. On failure the lock is given back.
func startOwned(ctx context.Context, o Options, l layout, lock *os.File, short bool) (_ *Cluster, err error) {
	defer func() {
		if err != nil {
			_ = lock.Close() // only gives the lock back
		}
	}()
	note := owner{PID: os.Getpid(), Short: short, State: stateStarting}
	if err := note.announce(lock); err != nil {
		return nil, directoryError(l.dir, l.id, err)
	}
	program, err := prepareData(ctx, o, l)
	if err != nil {
		return nil, err
	}
	if err := l.prepareSocket(o.SocketDir); err != nil {
		return nil, err
	}
	c := &Cluster{layout: l, log: o.Log, short: short, lock: lock}
	if c.srv, err = c.run(ctx, program, arguments(l, o), o.Volatile); err != nil {
		return nil, err
	}
	note.State, note.Socket = stateReady, l.socket
	if err := note.announce(lock); err != nil {
		return nil, errors.Join(directoryError(l.dir, l.id, err), c.srv.shut(ctx, syscall.SIGINT, stopGrace))
	}
	o.Log.Info("PostgreSQL is running", "dir", l.dir, "pid", c.srv.pid)
	go func() {
		<-c.srv.done
		if c.srv.err != nil {
			o.Log.Error("PostgreSQL ended", "dir", l.dir, "err", c.srv.err, "see", l.logFile())
		}
	}()
	return c, nil
}

// prepareData makes the data directory if there is none, and returns the postgres program for it.
func prepareData(ctx context.Context, o Options, l layout) (string, error) {
	major, err := l.dataMajor()
	if err != nil {
		return "", err
	}
	inst, err := choose(installations(ctx, os.Getenv("PATH"), places), l.data(), major)
	if err != nil {
		return "", err
	}
	program := filepath.Join(inst.dir, "postgres")
	if l.id.drop {
		if err := l.id.reaches(program, l.dir); err != nil {
			return "", err
		}
	}
	if major == 0 {
		o.Log.Info("making a new database cluster", "dir", l.dir, "version", inst.major)
		if err := initdb(ctx, o, l, inst.dir); err != nil {
			return "", err
		}
	}
	return program, awaitOrphan(ctx, l.data())
}

// initdb makes the data directory under another name and renames it when it is complete, so that one that
// was cut short is never taken for a cluster. Each try has a name of its own: an initdb whose Broadsheet was
// killed may still be tidying up.
func initdb(ctx context.Context, o Options, l layout, bin string) error {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return directoryError(l.dir, l.id, err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), freshName) {
			_ = os.RemoveAll(filepath.Join(l.dir, e.Name())) // in nobody's way if it stays
		}
	}
	fresh, err := os.MkdirTemp(l.dir, freshName)
	if err != nil {
		return directoryError(l.dir, l.id, err)
	}
	if err := l.id.own(fresh); err != nil {
		return directoryError(l.dir, l.id, err)
	}
	args := []string{"--pgdata", fresh, "--username", superuser, "--encoding", "UTF8",
		"--locale", "C", "--auth-local", "trust", "--auth-host", "reject"}
	if o.Volatile {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	// Bytes decide the order of text, Unicode what is a letter; every glibc has C.UTF-8, other systems may not.
	said, err := runInitdb(ctx, l, bin, append(args, "--lc-ctype", "C.UTF-8"))
	if err != nil && ctx.Err() == nil {
		said, err = runInitdb(ctx, l, bin, args)
	}
	if err != nil {
		_ = os.RemoveAll(fresh) // tried again at the next start
		if ctx.Err() != nil {
			return fail(ErrServer, ctx.Err(), "making the database cluster was interrupted: start again")
		}
		return diagnose(l, said, fmt.Errorf("initdb: %w: %s", err, said))
	}
	conf, err := os.OpenFile(filepath.Join(fresh, "postgresql.conf"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return directoryError(l.dir, l.id, err)
	}
	_, err = io.WriteString(conf, tuning(machineMemory()))
	if err = errors.Join(err, conf.Close()); err != nil {
		return directoryError(l.dir, l.id, err)
	}
	if err := os.Rename(fresh, l.data()); err != nil {
		return directoryError(l.dir, l.id, err)
	}
	return nil
}

func runInitdb(ctx context.Context, l layout, bin string, args []string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it then removes what it made
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir = "/"
	cmd.Env = environment
	cmd.SysProcAttr = l.id.attributes(syscall.SIGTERM)
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said
	err := runLocked(cmd)
	return string(said), err
}

// tail keeps the beginning of a program's output, which is never much.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	const most = 64 << 10
	*t = append(*t, p[:min(len(p), max(0, most-len(*t)))]...)
	return len(p), nil
}

// run starts the server, waits until it is ready and makes role and database if they are missing.
func (c *Cluster) run(ctx context.Context, program string, args []string, volatile bool) (_ *server, err error) {
	l := c.layout
	log, err := l.openLog()
	if err != nil {
		return nil, directoryError(l.dir, l.id, err)
	}
	defer func() { _ = log.Close() }() // the server has its own
	offset, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, directoryError(l.dir, l.id, err)
	}
	death := syscall.SIGINT
	if volatile {
		death = syscall.SIGQUIT
	}
	srv, err := launch(program, args, l, log, death)
	if err != nil {
		return nil, fail(ErrServer, err, fmt.Sprintf("%s cannot be run: check the installation of PostgreSQL", program))
	}
	if err := c.await(ctx, srv); err != nil {
		select {
		case <-srv.done:
			return nil, diagnose(l, logFrom(log, offset), srv.err)
		default:
			return nil, errors.Join(err, srv.shut(ctx, syscall.SIGINT, stopGrace))
		}
	}
	return srv, nil
}

// await polls the socket until the server answers, ends, or ctx ends.
func (c *Cluster) await(ctx context.Context, srv *server) error {
	connector, err := pq.NewConnector(c.url(superuser, superuser))
	if err != nil {
		return configError(c.url(superuser, superuser), err)
	}
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	defer func() { _ = db.Close() }() // nothing is pending
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		err := furnish(ctx, db)
		if err == nil {
			return nil
		}
		if pq.As(err) != nil && pq.As(err, pqerror.CannotConnectNow) == nil {
			return fail(ErrServer, err, fmt.Sprintf("the new database cluster in %s cannot be set up (%s): see %s", c.layout.dir, pq.As(err).Message, c.layout.logFile()))
		}
		select {
		case <-srv.done:
			return srv.err
		case <-ctx.Done():
			return fail(ErrServer, errors.Join(ctx.Err(), err), fmt.Sprintf("PostgreSQL was not ready in time in %s: see %s", c.layout.dir, c.layout.logFile()))
		case <-tick.C:
		}
	}
}

// furnish makes Broadsheet's role and database.
func furnish(ctx context.Context, db *sqlx.DB) error {
	var hasRole, hasDatabase bool
	row := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1), EXISTS (SELECT FROM pg_database WHERE datname = $1)", role)
	if err := row.Scan(&hasRole, &hasDatabase); err != nil {
		return err
	}
	if !hasRole {
		if _, err := db.ExecContext(ctx, "CREATE ROLE "+role+" LOGIN CREATEDB"); err != nil {
			return err
		}
	}
	if !hasDatabase {
		if _, err := db.ExecContext(ctx, "CREATE DATABASE "+role+" OWNER "+role); err != nil {
			return err
		}
	}
	return nil
}
