package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/migrations"
	"github.com/jmoiron/sqlx"
)

const (
	template = "broadsheet" // the database of a fresh cluster, migrated once
	startup  = 2 * time.Minute
	// perTest keeps many parallel tests within the cluster's 200 connections.
	perTest = 20
)

// DB is a test's own database.
type DB struct {
	*sqlx.DB
	URL string // for further pools, of lib/pq or pgx
}

// shared is the cluster of this test process.
type shared struct {
	once    sync.Once
	err     error
	dir     string
	cluster *postgres.Cluster
	admin   *sqlx.DB // to a database other than the template, which must stay without clients
	count   atomic.Int64
}

var process shared

// New gives t a database of its own with all migrations applied. It is dropped when t ends, whoever is
// still connected.
func New(t testing.TB) *DB {
	t.Helper()
	return process.create(t, template)
}

// NewEmpty is New without a schema, for tests of the migrations.
func NewEmpty(t testing.TB) *DB {
	t.Helper()
	return process.create(t, "template0")
}

func (s *shared) create(t testing.TB, from string) *DB {
	t.Helper()
	s.once.Do(s.start)
	if s.err != nil {
		t.Fatalf("no database for the test: %v", s.err)
	}
	ctx := context.Background()
	name := "test_" + strconv.FormatInt(s.count.Add(1), 10)
	if _, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+from); err != nil {
		t.Fatalf("create the test's database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	url := s.cluster.DatabaseURL(name)
	return &DB{DB: open(t, url), URL: url}
}

// open gives a pool that is closed when t ends.
func open(t testing.TB, url string) *sqlx.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), url)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	db.SetMaxOpenConns(perTest)
	t.Cleanup(func() { _ = db.Close() }) // fails when a fault test has cut its connections
	return db
}

// Main runs the tests of a package and ends the process; the cluster is stopped before.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a TestMain with more to do: it returns the exit code instead of ending the process.
func Run(m *testing.M) int {
	code := m.Run()
	if err := process.end(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

func (s *shared) start() {
	ctx, cancel := context.WithTimeout(context.Background(), startup)
	defer cancel()
	if s.dir, s.err = os.MkdirTemp("", "broadsheet-pgtest-"); s.err != nil {
		return
	}
	if s.err = reap(s.dir); s.err != nil {
		return
	}
	if s.cluster, s.err = postgres.Start(ctx, postgres.Options{Dir: s.dir, Volatile: true}); s.err != nil {
		return
	}
	if s.err = migrate(ctx, s.cluster.URL()); s.err != nil {
		return
	}
	s.admin, s.err = postgres.Open(ctx, s.cluster.DatabaseURL("postgres"))
}

// migrate brings a fresh cluster's database up and leaves no client behind, so that it can be cloned.
func migrate(ctx context.Context, url string) error {
	_, err := migrations.Up(ctx, url)
	return err
}

func (s *shared) end() error {
	if s.cluster == nil {
		return nil
	}
	var err error
	if s.admin != nil {
		err = s.admin.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), startup)
	defer cancel()
	return errors.Join(err, s.cluster.Abort(ctx)) // no checkpoint for what is thrown away; the reaper removes the directory
}

// reaper waits until its standard input, a pipe from the test process, is closed by that process's end,
// then until no server works in the directory, and removes it.
const reaper = `
cat >/dev/null
n=0
while [ -e "$0/data/postmaster.pid" ] && [ "$n" -lt 100 ]; do n=$((n+1)); sleep 0.1; done
rm -rf -- "$0"
`

// reap starts the reaper of dir, in a session of its own so that Ctrl-C does not end it.
func reap(dir string) error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command("/bin/sh", "-c", reaper, dir)
	cmd.Stdin = read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := errors.Join(cmd.Start(), read.Close()); err != nil {
		return fmt.Errorf("start the directory's reaper: %w", err)
	}
	keepOpen(write)
	return cmd.Process.Release()
}

// keepOpen takes the file's descriptor out of the garbage collector's reach until the process ends.
func keepOpen(f *os.File) { opened.Store(f.Name()+strconv.Itoa(int(f.Fd())), f) }

var opened sync.Map
