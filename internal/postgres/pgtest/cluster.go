package pgtest

import (
	"context"
	"os"
	"testing"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/jmoiron/sqlx"
)

// Cluster is a durable cluster for one fault test. Its methods fail the test instead of returning errors
// and are for the test's own goroutine.
type Cluster struct {
	t   testing.TB
	dir string
	now *postgres.Cluster // nil while stopped
}

// NewCluster starts a cluster with fsync and a migrated database, removed when t ends.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "broadsheet-pgtest-")
	if err != nil {
		t.Fatalf("directory of the test's cluster: %v", err)
	}
	if err := reap(dir); err != nil {
		t.Fatalf("directory of the test's cluster: %v", err)
	}
	c := &Cluster{t: t, dir: dir}
	t.Cleanup(func() {
		if c.now != nil {
			c.Crash()
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the test's cluster: %v", err)
		}
	})
	c.Start()
	if err := migrate(context.Background(), c.URL()); err != nil {
		t.Fatalf("migrate the test's cluster: %v", err)
	}
	return c
}

// URL of the database; the same after every restart.
func (c *Cluster) URL() string { return c.now.URL() }

// Open gives a pool to the database, closed when the test ends.
func (c *Cluster) Open() *sqlx.DB {
	c.t.Helper()
	return open(c.t, c.URL())
}

// Start runs the stopped cluster and returns when it is ready, recovered if need be.
func (c *Cluster) Start() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startup)
	defer cancel()
	now, err := postgres.Start(ctx, postgres.Options{Dir: c.dir})
	if err != nil {
		c.t.Fatalf("start the test's cluster: %v", err)
	}
	c.now = now
}

// Stop shuts the cluster down: clients are cut off, a checkpoint is written.
func (c *Cluster) Stop() { c.stop((*postgres.Cluster).Stop) }

// Crash ends the cluster at once, as a power failure would.
func (c *Cluster) Crash() { c.stop((*postgres.Cluster).Abort) }

// Restart is Crash (immediate) or Stop, then Start.
func (c *Cluster) Restart(immediate bool) {
	if immediate {
		c.Crash()
	} else {
		c.Stop()
	}
	c.Start()
}

func (c *Cluster) stop(how func(*postgres.Cluster, context.Context) error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startup)
	defer cancel()
	if err := how(c.now, ctx); err != nil {
		c.t.Errorf("stop the test's cluster: %v", err)
	}
	c.now = nil
}
