package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/ingest/fetch"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/media"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

// measuring is the flag of commands that may read the sizes of pictures.
type measuring struct {
	Measure *bool `help:"Read the width and height of pictures whose source gives none from their files. Default: when the article itself comes from the web." negatable:""`
}

// wanted says whether to measure for an article from a place.
func (m measuring) wanted(from string) bool {
	if m.Measure != nil {
		return *m.Measure
	}
	return isAddress(from)
}

// oneSize is how long one picture's server may take.
const oneSize = 10 * time.Second

// beginning gets the first bytes of pictures: our own from the media folder,
// others through the guard. store may be nil.
func (a *app) beginning(store *media.Store) media.Beginning {
	f := a.fetcherFor(oneSize)
	own := strings.TrimRight(a.set.PublicURL, "/") + "/media/"
	return func(ctx context.Context, address string, n int64) ([]byte, error) {
		if name, ours := strings.CutPrefix(address, own); ours && store != nil {
			file, _, err := store.Open(name)
			if err != nil {
				return nil, fmt.Errorf("there is no picture %s; broadsheet media list shows those there are", name)
			}
			defer func() { _ = file.Close() }() // it was only read
			return io.ReadAll(io.LimitReader(file, n))
		}
		p, err := f.Picture(ctx, address, n)
		return p.Body, err
	}
}

// measure reads the sizes of pictures; failures are said and nothing more.
func (a *app) measure(ctx context.Context, store *media.Store, addresses []string) ([]library.Measured, error) {
	var there []string
	for _, address := range addresses {
		if media.Measurable(address) {
			there = append(there, address)
		} else {
			a.say("the picture %s has no address on the web, so it was not measured", printable(short(address, 60)))
		}
	}
	list, err := media.Measure(ctx, a.beginning(store), there)
	if err != nil {
		return nil, err
	}
	out := make([]library.Measured, len(list))
	for i, m := range list {
		out[i] = library.Measured{URL: m.URL, Width: m.Size.Width, Height: m.Size.Height, Failure: m.Failure}
		if m.Failure != "" {
			a.say("the picture %s was not measured: %s", printable(short(m.URL, 100)), printable(m.Failure))
		}
	}
	return out, nil
}

// measureKept measures the pictures of an article of the library and keeps
// what was found; again also tries those that failed before.
func (a *app) measureKept(ctx context.Context, b *backend, id int64, again bool) ([]library.Measured, error) {
	addresses, err := b.library.Unmeasured(ctx, id, again)
	if err != nil || len(addresses) == 0 {
		return nil, err
	}
	list, err := a.measure(ctx, b.media, addresses)
	if err != nil {
		return nil, err
	}
	return list, postgres.InTx(ctx, b.db, func(tx *postgres.Tx) error { return b.library.KeepSizes(ctx, tx, list) })
}

// measureTaken measures what a poll took in. It has an article already, so
// what fails is only worth a line in the log.
func (a *app) measureTaken(b *backend) func(context.Context, []int64) {
	quiet := *a
	quiet.errw = io.Discard // the failures are kept with the pictures
	return func(ctx context.Context, articles []int64) {
		for _, id := range articles {
			list, err := quiet.measureKept(ctx, b, id, false)
			if err != nil && ctx.Err() == nil {
				a.log.WarnContext(ctx, "pictures could not be measured", "article", id, "error", err)
			}
			for _, m := range list {
				if m.Failure != "" {
					a.log.InfoContext(ctx, "a picture was not measured", "article", id, "picture", m.URL, "why", m.Failure)
				}
			}
		}
	}
}

// measureLoose measures the pictures of an article that no library keeps.
func (a *app) measureLoose(art *article.Article) error {
	list, err := a.measure(a.ctx, nil, library.Unsized(art))
	if err != nil {
		return err
	}
	library.LaySizes(art, list)
	return nil
}

// fetcherFor is fetcher with less patience.
func (a *app) fetcherFor(patience time.Duration) *fetch.Fetcher {
	c := a.fetchConfig()
	c.Timeout = patience
	return fetch.New(c)
}

type articleMeasureCmd struct {
	ID   int64 `arg:"" help:"The article."`
	JSON bool  `help:"Print JSON."`
}

func (articleMeasureCmd) Help() string {
	return "Reads at most 384 kB of each picture that has no size yet, also of those where that failed before. Sizes lie over the article as corrections do, so that mails keep the room (HTML-10).\n\nExample:\n  broadsheet article measure 3"
}

func (c *articleMeasureCmd) Run(a *app, b *backend) error {
	list, err := a.measureKept(a.ctx, b, c.ID, true)
	if err != nil {
		return err
	}
	failed := 0
	rows := make([][]string, len(list))
	for i, m := range list {
		rows[i] = []string{fmt.Sprintf("%d × %d", m.Width, m.Height), m.URL}
		if m.Failure != "" {
			failed++
			rows[i][0] = "-"
		}
	}
	switch {
	case c.JSON:
		err = a.json(sizesReport(list))
	case len(list) == 0:
		a.say("every picture of article %d has a size", c.ID)
	default:
		a.table([]string{"PIXELS", "PICTURE"}, rows)
	}
	if err == nil && failed > 0 {
		err = errSilent
	}
	return err
}

// size is a measured picture as scripts read it.
type size struct {
	URL     string `json:"url"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Failure string `json:"failure,omitempty"`
}

func sizesReport(list []library.Measured) []size {
	out := make([]size, len(list))
	for i, m := range list {
		out[i] = size(m)
	}
	return out
}
