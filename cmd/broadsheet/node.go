package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/broadsheet/broadsheet/internal/bounce"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/telemetry"
	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/capture"
	"github.com/broadsheet/broadsheet/mailer/outbox"
	"github.com/broadsheet/broadsheet/scheduler"
)

// node is the long-running part of a process: any of web pages, scheduler and
// sending. It runs until its context ends and then drains.
type node struct {
	a        *app
	b        *backend
	registry *prometheus.Registry
	tasks    []func(ctx context.Context) error
}

func (a *app) node(b *backend) *node {
	n := &node{a: a, b: b, registry: telemetry.Registry(version)}
	if a.set.Metrics != "" {
		srv := telemetry.MetricsServer(a.set.Metrics, n.registry)
		n.tasks = append(n.tasks, func(ctx context.Context) error {
			l, err := net.Listen("tcp", srv.Addr)
			if err != nil {
				return fmt.Errorf("the metrics can't be served on %s (%s); choose another address with --metrics", srv.Addr, netReason(err))
			}
			return serveHTTP(ctx, srv, l)
		})
	}
	if b.cluster != nil {
		n.tasks = append(n.tasks, n.watchCluster)
	}
	return n
}

// watchCluster ends the node when its private Postgres ends first.
func (n *node) watchCluster(ctx context.Context) error {
	if !n.b.cluster.Owned() {
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case <-n.b.cluster.Done():
		return fmt.Errorf("the private Postgres in %s has ended by itself; its log is there, start again when it is mended", n.a.set.Data)
	}
}

// sending adds the outbox engine. On a private Postgres of ours no other
// worker can be alive, so nobody's leases have to be waited for.
func (n *node) sending() error {
	if n.b.cluster != nil && n.b.cluster.Owned() {
		if err := outbox.ExpireLeases(n.a.ctx, n.b.db); err != nil {
			return err
		}
	}
	desk, err := bounce.New(bounce.Config{
		DB: n.b.db, Audience: n.b.audience, Now: n.a.now, Log: n.a.log, Registry: n.registry,
		Complained: func(ctx context.Context, tx *postgres.Tx, mailing, complaints int64) error {
			_, err := outbox.Complained(ctx, tx, mailing, complaints)
			return err
		},
	})
	if err != nil {
		return err
	}
	if err := n.bounces(desk); err != nil {
		return err
	}
	engine, err := outbox.New(outbox.Config{
		DB: n.b.db, URL: n.b.url, Slots: n.b.newsletters, Log: n.a.log, Registry: n.registry, Now: n.a.now,
		Drain: n.a.set.DrainTimeout, Version: version, Refused: desk.Refused, Providers: mailer.NewProviders(net.DefaultResolver.LookupMX, n.a.now),
	})
	if err != nil {
		return err
	}
	n.tasks = append(n.tasks, engine.Run)
	return nil
}

// bounces takes mails in that come back, if it is asked for.
func (n *node) bounces(desk *bounce.Desk) error {
	if n.a.set.BounceListen == "" {
		return nil
	}
	l, err := bounce.Listen(n.a.set.BounceListen, desk, n.b.returns(n.a), n.a.log)
	if err != nil {
		return fmt.Errorf("bounces can't be taken in at %s (%s); choose another address with --bounce-listen", n.a.set.BounceListen, netReason(err))
	}
	n.a.say("bounces are taken in at %s for %s", l.Addr(), n.a.set.BounceDomain)
	n.tasks = append(n.tasks, l.Serve)
	return nil
}

// scheduling adds the scheduler.
func (n *node) scheduling() {
	s := scheduler.New(scheduler.Config{
		Store: n.b.schedules, Runner: n.b.newsletters, Now: n.a.now, Log: n.a.log, Registry: n.registry,
	})
	n.tasks = append(n.tasks, s.Run)
}

// polling adds the poller of sources; on a private Postgres nobody else's
// claims have to be waited for either.
func (n *node) polling() error {
	if n.b.cluster != nil && n.b.cluster.Owned() {
		if err := n.b.library.GiveUpPolls(n.a.ctx); err != nil {
			return err
		}
	}
	n.tasks = append(n.tasks, n.a.poller(n.b, n.registry).Run)
	return nil
}

// pages adds the web pages on a listener; inbox may be nil.
func (n *node) pages(l net.Listener, inbox *capture.Server) error {
	h, err := n.a.handler(n.b, inbox)
	if err != nil {
		return err
	}
	srv := web.Server(h, n.a.log)
	n.tasks = append(n.tasks, func(ctx context.Context) error { return serveHTTP(ctx, srv, l) })
	return nil
}

// run works until ctx ends or something fails; then everything drains.
func (n *node) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, task := range n.tasks {
		g.Go(func() error {
			err := task(ctx)
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}

// serveHTTP serves until ctx ends, then lets requests finish.
func serveHTTP(ctx context.Context, srv *http.Server, l net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close() // those that did not finish in time are cut
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("the web pages can't be served on %s (%s); choose another address with --listen", addr, netReason(err))
	}
	return l, nil
}

func netReason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}
