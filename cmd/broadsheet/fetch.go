package main

import (
	"bytes"
	"cmp"
	"net"
	"net/url"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/ingest/fetch"
)

// fetcher gets pages and feeds as the settings allow.
func (a *app) fetcher() *fetch.Fetcher { return fetch.New(a.fetchConfig()) }

func (a *app) fetchConfig() fetch.Config {
	c := fetch.Config{Now: a.now, Guard: fetch.Public}
	if a.set.AllowPrivate {
		c.Guard = fetch.Private
	}
	if u, err := url.Parse(a.set.PublicURL); err == nil && !isLoopback(u.Hostname()) {
		c.PublicURL = a.set.PublicURL // what leads nowhere tells a site's owner nothing
	}
	return c
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// isAddress reports whether an argument is a web address and not a file.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}

// fetch reads what stands at a web address: an article, or all of a feed.
func (s *articleSource) fetch(a *app) ([]ingest.Result, error) {
	p, err := a.fetcher().Page(a.ctx, s.File, fetch.Conditional{})
	if err != nil {
		return nil, err
	}
	rs, err := ingest.ParseAll(a.ctx, s.File, bytes.NewReader(p.Text()), ingest.Options{Title: s.Title, BaseURL: cmp.Or(s.Base, p.URL)})
	if err == nil && !rs[0].Format.Feed() {
		standsAt(rs[0].Article, p.URL)
	}
	return rs, err
}

// standsAt has an article that does not say where it stands on the web stand
// where it was found.
func standsAt(a *article.Article, address string) {
	if a.CanonicalURL == "" {
		a.CanonicalURL = address
	}
}
