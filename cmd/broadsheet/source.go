package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

// sourceAdd is what the kinds of sources have in common.
type sourceAdd struct {
	Every time.Duration `help:"Time between two polls." default:"1h"`
	Name  string        `help:"A name for it; by default the folder's, the site's or the file's."`

	whole bool // articles are read from their pages
}

// add keeps the source; serve and work poll it from then on.
func (s sourceAdd) add(a *app, b *backend, kind library.Kind, location string) error {
	var src library.Source
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		src, err = b.library.AddSource(a.ctx, tx, library.Source{Kind: kind, Location: location, Name: s.Name, Every: s.Every, Whole: s.whole})
		return err
	})
	if err != nil {
		return err
	}
	a.print("%d", src.ID)
	a.say("%s: polled every %s by serve and work, now with broadsheet source poll %d", printable(src.Name), src.Every, src.ID)
	return nil
}

type sourceAddFolderCmd struct {
	Dir string `arg:"" help:"The folder. Each file in it, at any depth, is an article; a feed or export is several. Hidden files, links, pictures and styles are left out."`
	sourceAdd
}

func (sourceAddFolderCmd) Help() string {
	return `A file that is changed becomes a new revision of its article, and corrections stay. A file that is written over with something else is another article. Removing a file removes nothing.

Example:
  broadsheet source add folder /srv/articles --every 10m`
}

func (c *sourceAddFolderCmd) Run(a *app, b *backend) error {
	path, info, err := located(c.Dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder; broadsheet article add takes a single file", c.Dir)
	}
	return c.add(a, b, library.Folder, path)
}

type sourceAddFeedCmd struct {
	URL  string `arg:"" name:"url" help:"The feed's address."`
	Full bool   `help:"Where the feed gives only an excerpt, read the article from its own page, if the site's robots.txt allows it."`
	sourceAdd
}

func (sourceAddFeedCmd) Help() string {
	return `Each item becomes one article, known again by its GUID and address. Only the public internet is fetched from, unless allow-private is set.

Example:
  broadsheet source add feed https://example.org/feed.xml --every 30m --full`
}

func (c *sourceAddFeedCmd) Run(a *app, b *backend) error {
	c.whole = c.Full
	return c.add(a, b, library.Feed, c.URL)
}

type sourceAddURLsCmd struct {
	File string `arg:"" help:"A file with one address on each line; # begins a remark."`
	sourceAdd
}

func (sourceAddURLsCmd) Help() string {
	return `The file is read again at each poll, and each page when it has changed. Pages that a site's robots.txt closes are not fetched.

Example:
  broadsheet source add urls pages.txt --every 24h`
}

func (c *sourceAddURLsCmd) Run(a *app, b *backend) error {
	path, info, err := located(c.File)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file; name one with an address on each line", c.File)
	}
	return c.add(a, b, library.URLs, path)
}

// located gives the absolute path of something that is there.
func located(name string) (string, os.FileInfo, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", nil, fmt.Errorf("%s can't be read: %s", name, reason(err))
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", nil, fmt.Errorf("%s can't be found: %s", name, reason(err))
	}
	return path, info, nil
}

type sourceListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (sourceListCmd) Help() string { return "Example:\n  broadsheet source list --json" }

// sourceRow is a source as scripts see it.
type sourceRow struct {
	ID           int64        `json:"id"`
	Kind         library.Kind `json:"kind"`
	Name         string       `json:"name"`
	Location     string       `json:"location"`
	Every        string       `json:"every"`
	Full         bool         `json:"full"`  // excerpts are completed from their pages
	State        string       `json:"state"` // new, waiting, polling, failing
	LastPolledAt *time.Time   `json:"last_polled_at"`
	NextPollAt   time.Time    `json:"next_poll_at"`
	LastError    string       `json:"last_error"`
	Failures     int          `json:"failures"`
	Articles     int          `json:"articles"`
	Unread       int          `json:"unread"`
	UnreadError  string       `json:"unread_error"`
}

func rowOf(s library.Source) sourceRow {
	r := sourceRow{
		ID: s.ID, Kind: s.Kind, Name: s.Name, Location: s.Location, Every: s.Every.String(), Full: s.Whole, State: "waiting",
		NextPollAt: s.NextPollAt, LastError: s.LastError, Failures: s.Failures, Articles: s.Articles,
		Unread: s.Unread, UnreadError: s.UnreadError,
	}
	if !s.LastPolledAt.IsZero() {
		r.LastPolledAt = &s.LastPolledAt
	}
	switch {
	case s.Polling:
		r.State = "polling"
	case s.LastError != "":
		r.State = "failing"
	case s.LastPolledAt.IsZero():
		r.State = "new"
	}
	return r
}

func (c *sourceListCmd) Run(a *app, b *backend) error {
	list, err := b.library.Sources(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		out := make([]sourceRow, len(list))
		for i, s := range list {
			out[i] = rowOf(s)
		}
		return a.json(out)
	}
	rows := make([][]string, len(list))
	for i, s := range list {
		rows[i] = []string{fmt.Sprint(s.ID), string(s.Kind), s.Name, s.Every.String(), rowOf(s).State, stamp(s.LastPolledAt),
			stamp(s.NextPollAt), fmt.Sprint(s.Articles), fmt.Sprint(s.Unread), short(s.Location, 80)}
	}
	a.table([]string{"SOURCE", "KIND", "NAME", "EVERY", "STATE", "LAST POLL", "NEXT", "ARTICLES", "UNREAD", "LOCATION"}, rows)
	for _, s := range list {
		if s.LastError != "" {
			a.print("source %d failed %s: %s", s.ID, plural(int64(s.Failures), "time", "times"), printable(s.LastError))
		}
		if s.UnreadError != "" {
			a.print("source %d: %s could not be read: %s", s.ID, plural(int64(s.Unread), "item", "items"), printable(s.UnreadError))
		}
	}
	return nil
}

type sourcePollCmd struct {
	ID   int64 `arg:"" optional:"" help:"The source; all of them without it."`
	JSON bool  `help:"Print JSON."`
}

func (sourcePollCmd) Help() string {
	return `What has not changed is not listed. Exits 1 when a source as a whole failed.

Example:
  broadsheet source poll 1`
}

// pollRow is what became of one item, as scripts see it.
type pollRow struct {
	Source    int64  `json:"source"`
	Key       string `json:"key"`
	ArticleID int64  `json:"article_id,omitempty"`
	Verdict   string `json:"verdict"` // added, updated, unchanged, failed
	Title     string `json:"title"`
	Error     string `json:"error,omitempty"`
}

func (c *sourcePollCmd) Run(a *app, b *backend) error {
	ids := []int64{c.ID}
	if c.ID == 0 {
		list, err := b.library.Sources(a.ctx)
		if err != nil {
			return err
		}
		ids = ids[:0]
		for _, s := range list {
			ids = append(ids, s.ID)
		}
	}
	rows := []pollRow{}
	var failed error
	poller := a.poller(b, nil)
	for _, id := range ids {
		r, err := poller.Poll(a.ctx, id)
		if err != nil {
			if c.ID != 0 || a.ctx.Err() != nil {
				return err
			}
			a.say("source %d: %s", id, printable(err.Error()))
			failed = errSilent
		}
		for _, i := range r.Items {
			row := pollRow{id, i.Key, i.ArticleID, string(i.Verdict), i.Title, i.Error}
			if i.Error != "" {
				row.Verdict = "failed"
			}
			rows = append(rows, row)
		}
	}
	if err := c.show(a, rows); err != nil {
		return err
	}
	return failed
}

func (c *sourcePollCmd) show(a *app, rows []pollRow) error {
	if c.JSON {
		return a.json(rows)
	}
	for _, r := range rows {
		switch {
		case r.Error != "":
			a.print("failed: %s", printable(r.Error))
		case r.Verdict == string(library.Unchanged):
		case r.Title == "":
			a.print("%s: article %d, which has no title; give it one with broadsheet article edit %d --title", r.Verdict, r.ArticleID, r.ArticleID)
		default:
			a.print("%s: article %d %q", r.Verdict, r.ArticleID, printable(r.Title))
		}
	}
	return nil
}

type sourceRemoveCmd struct {
	ID int64 `arg:"" help:"The source."`
}

func (sourceRemoveCmd) Help() string { return "Example:\n  broadsheet source remove 2" }

func (c *sourceRemoveCmd) Run(a *app, b *backend) error {
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error { return b.library.RemoveSource(a.ctx, tx, c.ID) })
}
