package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/ingest/fetch"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/telemetry"
	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/internal/web/inbox"
	"github.com/broadsheet/broadsheet/internal/web/preview"
	"github.com/broadsheet/broadsheet/internal/web/public"
	"github.com/broadsheet/broadsheet/mailer/capture"
)

// handler is the web site: the readers' pages and, for trying things out, the
// inbox.
func (a *app) handler(b *backend, captured *capture.Server) (http.Handler, error) {
	routes, err := public.Routes(public.Options{
		Audience: b.audience, Ring: b.ring, Newsletters: publisher{b.newsletters}, Issues: publisher{b.newsletters}, Name: siteName, Inbox: inboxAt(captured), Media: b.media,
		InTx: func(ctx context.Context, fn func(*postgres.Tx) error) error {
			return postgres.InTx(ctx, b.db, fn)
		},
		Health: func(ctx context.Context) error { return b.db.PingContext(ctx) },
	})
	if err != nil {
		return nil, err
	}
	previews, err := preview.Routes(preview.Options{Issues: b.newsletters, Ring: b.ring, Now: a.now})
	if err != nil {
		return nil, err
	}
	routes = append(routes, previews...)
	if captured != nil {
		more, err := inbox.Routes(captured)
		if err != nil {
			return nil, err
		}
		routes = append(routes, more...)
	}
	return web.New(web.Options{Name: siteName, Log: a.log, Now: a.now}, routes...)
}

// siteName heads the pages that belong to no newsletter.
const siteName = "Newsletters"

func inboxAt(captured *capture.Server) string {
	if captured == nil {
		return ""
	}
	return "/inbox/"
}

// publisher tells the readers' pages about newsletters.
type publisher struct{ *newsletter.Service }

// Of finds a newsletter by its id.
func (p publisher) Of(ctx context.Context, id int64) (public.Newsletter, bool, error) {
	n, err := p.ByID(ctx, id)
	var nf *newsletter.NotFoundError
	if errors.As(err, &nf) {
		return public.Newsletter{}, false, nil
	}
	return public.Newsletter{Name: n.Name, HomeURL: n.HomeURL, ListID: n.ListID}, err == nil, err
}

// Latest gives the newest issues that have been sent.
func (p publisher) Latest(ctx context.Context, limit int) ([]public.Sent, error) {
	list, err := p.Service.Latest(ctx, 0, limit)
	out := make([]public.Sent, len(list))
	for i, s := range list {
		out[i] = public.Sent{IssueID: s.IssueID, Newsletter: s.Newsletter, Headline: s.Headline, At: s.LaunchedAt}
	}
	return out, err
}

// poller brings what sources hold into the library. Without metrics it is for
// polling by hand, where the command says itself what came of it.
func (a *app) poller(b *backend, metrics prometheus.Registerer) *library.Poller {
	log := a.log
	if metrics == nil && a.set.LogLevel != "debug" {
		log = telemetry.Logger(a.errw, "error", a.set.LogFormat)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	return library.NewPoller(library.PollerConfig{
		Store: b.library, Reader: reading{a.fetcher()}, Log: log, Registry: metrics, Node: fmt.Sprintf("%s:%d", host, os.Getpid()),
		Taken: a.measureTaken(b),
	})
}

// reading gets what sources hold and makes articles of it.
type reading struct{ fetcher *fetch.Fetcher }

// Fetch gets a feed, or a page if its site's robots.txt allows it.
func (r reading) Fetch(ctx context.Context, address string, page bool, since library.Version) (library.Document, error) {
	get := r.fetcher.Get
	if page {
		get = r.fetcher.Page
	}
	p, err := get(ctx, address, fetch.Conditional(since))
	var said *fetch.Error
	if errors.As(err, &said) {
		return library.Document{}, &library.RefusedError{Sentence: said.Sentence}
	}
	return library.Document{
		Name: address, URL: p.URL, Data: p.Text(), NotModified: p.NotModified,
		Version: library.Version{ETag: p.ETag, LastModified: p.LastModified},
	}, err
}

// Read makes drafts of a document.
func (r reading) Read(ctx context.Context, d library.Document) ([]library.Item, error) {
	results, err := ingest.ParseAll(ctx, d.Name, bytes.NewReader(d.Data), ingest.Options{BaseURL: d.URL})
	if ingest.IsError(err) {
		return nil, &library.RefusedError{Sentence: err.Error()}
	}
	if err != nil {
		return nil, err
	}
	items := make([]library.Item, len(results))
	for i, res := range results {
		if !res.Format.Feed() {
			if d.Feed {
				return nil, &library.RefusedError{Sentence: fmt.Sprintf("%s is not a feed; give the feed's own address, which often ends in /feed or .xml", d.Name)}
			}
			if d.URL == "" && strings.EqualFold(path.Ext(d.Name), ".json") {
				return nil, &library.RefusedError{Sentence: fmt.Sprintf("%s holds data, neither an article nor a feed; move it out of the folder", d.Name)}
			}
			standsAt(res.Article, d.URL)
		}
		items[i] = library.Item{GUID: res.GUID, Feed: res.Feed, Excerpt: res.Excerpt, Draft: library.Draft{
			Article: res.Article, Source: res.Source, Format: string(res.Format), Origin: d.Name,
		}}
	}
	return items, nil
}
