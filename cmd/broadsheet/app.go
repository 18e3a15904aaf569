package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/config"
	"github.com/broadsheet/broadsheet/internal/ingest/fetch"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/media"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/migrations"
	"github.com/broadsheet/broadsheet/scheduler"
)

// app is what every command gets: where to read and write, and the settings.
type app struct {
	ctx       context.Context
	set       *config.Settings
	getenv    func(string) (string, bool)
	in        io.Reader
	out, errw io.Writer
	log       *slog.Logger
	now       func() time.Time
	opened    *render.Themes // once themes has been called
}

// backend is an open database with the packages that live on it.
type backend struct {
	cluster     *postgres.Cluster // nil with a database of the user's own
	url         string
	db          *sqlx.DB
	ring        *keyring.Ring
	audience    *audience.Store
	library     *library.Store
	media       *media.Store
	schedules   *scheduler.Store
	newsletters *newsletter.Service
}

// how a command wants the database.
type how int

const (
	// ready: the schema is this version's. An empty database and a private one
	// are brought up to it; another one that lags behind is refused.
	ready how = iota
	// asItIs: only connected, for the migrate commands.
	asItIs
	// serving: as ready, but a private cluster is taken for this process alone.
	serving
)

// open connects to DATABASE_URL, or to the private cluster, which it starts if
// nobody runs it. The caller closes the backend.
func (a *app) open(h how) (*backend, error) {
	b := &backend{url: a.set.DatabaseURL}
	if b.url == "" {
		opts := postgres.Options{Dir: a.set.Data}
		start := postgres.Join
		if h == serving {
			opts.Log, start = a.log, postgres.Start
		}
		c, err := start(a.ctx, opts)
		if err != nil {
			return nil, err
		}
		b.cluster, b.url = c, c.URL()
	}
	if err := b.connect(a, h); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *backend) connect(a *app, h how) error {
	db, err := postgres.Open(a.ctx, b.url)
	if err != nil {
		return err
	}
	b.db = db
	if b.url, err = postgres.URL(b.url); err != nil {
		return err
	}
	if h == asItIs {
		return nil
	}
	if err := b.migrate(a); err != nil {
		return err
	}
	if b.ring, err = keyring.Load(a.ctx, db); err != nil {
		return err
	}
	b.audience = audience.New(db, b.ring, a.now)
	b.library = library.New(db, a.now)
	b.media = media.New(db, a.set.MediaDir, a.now)
	b.schedules = scheduler.NewStore(db)
	themes, err := a.themes()
	if err != nil {
		return err
	}
	b.newsletters, err = newsletter.New(newsletter.Config{
		Themes: themes,
		DB:     db, Ring: b.ring, Audience: b.audience, Library: b.library, Schedules: b.schedules,
		PublicURL: a.set.PublicURL, Returns: b.returns(a), Version: version, Now: a.now, Log: a.log,
	})
	return err
}

// themes are ours and those of the override folder, which is read once.
func (a *app) themes() (*render.Themes, error) {
	if a.opened == nil {
		t, err := render.OpenThemes(a.set.Templates)
		if err != nil {
			return nil, err
		}
		a.opened = t
	}
	return a.opened, nil
}

// returns makes and reads the return paths that bounces come to.
func (b *backend) returns(a *app) mailer.VERP {
	return mailer.VERP{Domain: a.set.BounceDomain, MAC: func(data string) []byte { return b.ring.Hash(keyring.Bounce, data) }}
}

// migrate brings an empty or private database up to this version's schema.
func (b *backend) migrate(a *app) error {
	err := migrations.Check(a.ctx, b.db.DB)
	var pending *migrations.PendingError
	if err == nil || !errors.As(err, &pending) {
		return err
	}
	states, serr := migrations.Status(a.ctx, b.db.DB)
	if serr != nil {
		return serr
	}
	if b.cluster == nil && slices.ContainsFunc(states, migrations.State.Applied) {
		return err
	}
	_, err = migrations.Up(a.ctx, b.url)
	return err
}

// close lets go of the database; a private cluster that this process started
// stops once nobody else uses it.
func (b *backend) close() {
	if b.db != nil {
		_ = b.db.Close()
	}
	if b.cluster != nil {
		// Not the command's context: the cluster is to be stopped in good
		// order also after Ctrl-C.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = b.cluster.Stop(ctx)
	}
}

// fail prints the one sentence for an error and returns the exit code. What a
// driver said is for the log, not for people.
func (a *app) fail(err error) int {
	a.log.Debug("the command failed", "error", err)
	var pqErr *pq.Error
	_ = errors.As(err, &pqErr)
	switch {
	case a.ctx.Err() != nil && errors.Is(err, context.Canceled):
		return complain(a.errw, errors.New("stopped"), 1)
	case a.ctx.Err() != nil && pqErr != nil && pqErr.Code.Name() == "query_canceled":
		return complain(a.errw, errors.New("stopped"), 1)
	case pqErr != nil && !saysItself(err):
		return complain(a.errw, fmt.Errorf("the database refused this (%s); run again with --log-level debug to see what it said", pqErr.Code.Name()), 1)
	case databaseGone(err):
		return complain(a.errw, errors.New("the database does not answer any more; try again when it is back, nothing was left half-done"), 1)
	case errors.Is(err, context.DeadlineExceeded):
		return complain(a.errw, errors.New("this took too long and was given up; nothing was left half-done"), 1)
	}
	return complain(a.errw, err, 1)
}

// databaseGone recognises a connection to Postgres that broke in the middle.
func databaseGone(err error) bool {
	var op *net.OpError
	var page *fetch.Error
	if saysItself(err) || errors.As(err, &page) {
		return false
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op) && op.Op != "listen"
}

// saysItself reports whether an error that wraps a driver's one has a sentence
// of its own for people.
func saysItself(err error) bool {
	var e *postgres.Error
	return errors.As(err, &e)
}

// reason is what the system said of a file, without the path that the
// sentence names already.
func reason(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		return le.Err.Error()
	}
	return err.Error()
}
