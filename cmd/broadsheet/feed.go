package main

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

// chosen are the articles of a source that a command is about: the one named
// by --item, else all.
func (s *articleSource) chosen(a *app) ([]ingest.Result, error) {
	all, err := s.readAll(a)
	if err != nil {
		return nil, err
	}
	n := len(all)
	switch {
	case s.Item == nil && n > 1 && s.Title != "":
		return nil, fmt.Errorf("--title is for one article and %s holds %d; choose one with --item, from 0 to %d", s.File, n, n-1)
	case s.Item == nil:
		return all, nil
	case (*s.Item < 0 || *s.Item >= n) && n == 1:
		return nil, fmt.Errorf("there is no item %d: %s holds one article, which is item 0", *s.Item, s.File)
	case *s.Item < 0 || *s.Item >= n:
		return nil, fmt.Errorf("there is no item %d: %s holds %d articles, items 0 to %d", *s.Item, s.File, n, n-1)
	}
	return all[*s.Item : *s.Item+1], nil
}

// read is the one article that a command is about.
func (s *articleSource) read(a *app) (ingest.Result, error) {
	rs, err := s.chosen(a)
	if err != nil {
		return ingest.Result{}, err
	}
	if n := len(rs); n > 1 {
		return ingest.Result{}, fmt.Errorf("%s holds %d articles; choose one with --item, from 0 to %d", s.File, n, n-1)
	}
	return rs[0], nil
}

// report is an article as scripts get it.
func report(r ingest.Result) *article.Reported {
	out := article.Report(r.Article)
	out.SuggestedTitle = r.SuggestedTitle
	return out
}

// parseFeed prints the articles of a feed: everything as a JSON array, or one
// line for each.
func (c *articleParseCmd) parseFeed(a *app, rs []ingest.Result) error {
	if c.JSON {
		out := make([]*article.Reported, len(rs))
		for i, r := range rs {
			out[i] = report(r)
		}
		return a.json(out)
	}
	rows := make([][]string, len(rs))
	for i, r := range rs {
		date := ""
		if r.Article.Published != nil {
			date = stamp(*r.Article.Published)
		}
		rows[i] = []string{strconv.Itoa(i), short(orDash(r.Article.Title), 60), orDash(r.Article.Author.Name), orDash(date), strconv.Itoa(len(r.Article.Diagnostics))}
	}
	a.table([]string{"ITEM", "TITLE", "AUTHOR", "PUBLISHED", "FINDINGS"}, rows)
	a.say("--item N shows one of them")
	return nil
}

// item is what was read as the library takes it in.
func (c *articleAddCmd) item(r ingest.Result) library.Item {
	return library.Item{GUID: r.GUID, Feed: cmp.Or(r.Feed, c.File), Excerpt: r.Excerpt, Draft: library.Draft{
		Article: r.Article, Source: r.Source, Format: string(r.Format), Origin: c.File,
	}}
}

// addFeed keeps every article of a feed that has a title, each for itself, and
// prints their ids.
func (c *articleAddCmd) addFeed(a *app, rs []ingest.Result) error {
	b, err := a.open(ready)
	if err != nil {
		return err
	}
	defer b.close()
	counts := make(map[library.Verdict]int64)
	left := int64(0)
	for i, r := range rs {
		if r.Article.Title == "" {
			a.say("item %d has no title and was left out; add it with --item %d --title %q", i, i, printable(r.SuggestedTitle))
			left++
			continue
		}
		var id int64
		var verdict library.Verdict
		err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
			id, verdict, err = b.library.AddItem(a.ctx, tx, c.item(r))
			return err
		})
		if err != nil {
			return err
		}
		counts[verdict]++
		a.print("%d", id)
		if c.wanted(c.File) {
			if _, err := a.measureKept(a.ctx, b, id, false); err != nil {
				return err
			}
		}
	}
	for _, v := range []library.Verdict{library.Added, library.Updated, library.Unchanged} {
		if counts[v] > 0 {
			a.say("%s: %s", v, plural(counts[v], "article", "articles"))
		}
	}
	if left > 0 {
		return errSilent
	}
	return nil
}
