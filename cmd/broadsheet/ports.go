package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/internal/web/inbox"
	"github.com/broadsheet/broadsheet/internal/web/public"
	"github.com/broadsheet/broadsheet/mailer/capture"
)

// handler is the web site: the readers' pages and, for trying things out, the
// inbox.
func (a *app) handler(b *backend, captured *capture.Server) (http.Handler, error) {
	routes, err := public.Routes(public.Options{
		Audience: b.audience, Ring: b.ring, Newsletters: publisher{b.newsletters}, Issues: publisher{b.newsletters}, Name: siteName, Inbox: inboxAt(captured),
		InTx: func(ctx context.Context, fn func(*postgres.Tx) error) error {
			return postgres.InTx(ctx, b.db, fn)
		},
		Health: func(ctx context.Context) error { return b.db.PingContext(ctx) },
	})
	if err != nil {
		return nil, err
	}
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
