package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// Database is a database of a measurement's own.
type Database struct {
	// URL is where it is.
	URL string

	cluster *postgres.Cluster
	dir     string // of the cluster
	server  string // URL of the server on which name was created
	name    string
}

// Create makes an empty database: on the server of serverURL, or with "" on a
// private cluster in a new temporary folder.
func Create(ctx context.Context, serverURL string, log *slog.Logger) (*Database, error) {
	if serverURL != "" {
		return createOn(ctx, serverURL)
	}
	dir, err := os.MkdirTemp("", "broadsheet-bench-")
	if err != nil {
		return nil, fmt.Errorf("no folder for the measurement's database could be made: %w", err)
	}
	d := &Database{dir: dir}
	if d.cluster, err = postgres.Start(ctx, postgres.Options{Dir: dir, Log: log}); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	d.URL = d.cluster.URL()
	return d, nil
}

func createOn(ctx context.Context, server string) (*Database, error) {
	name, err := createDatabase(ctx, server)
	if err != nil {
		return nil, err
	}
	whole, err := postgres.URL(server)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(whole)
	if err != nil {
		return nil, errors.New("the database URL can't be read; broadsheet check says more")
	}
	u.Path = "/" + name
	return &Database{URL: u.String(), server: server, name: name}, nil
}

// Drop ends the database and all that it holds.
func (d *Database) Drop(ctx context.Context) error {
	if d.cluster != nil {
		return errors.Join(d.cluster.Stop(ctx), os.RemoveAll(d.dir))
	}
	return dropDatabase(ctx, d.server, d.name)
}
