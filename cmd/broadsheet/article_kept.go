package main

import (
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

type articleAddCmd struct {
	articleSource
	measuring
}

func (articleAddCmd) Help() string {
	return `The same article again changes nothing, or becomes a new revision when its source says something new; corrections stay. An article without a title is asked for one on a terminal, and refused elsewhere. Of a feed every article is added, or the one named by --item.

Examples:
  broadsheet article add article.txt --title "A Title"
  broadsheet article add feed.xml --item 0`
}

func (c *articleAddCmd) Run(a *app) error {
	rs, err := c.chosen(a)
	if err != nil {
		return err
	}
	r := rs[0]
	if r.Format.Feed() && c.Item == nil {
		return c.addFeed(a, rs)
	}
	if r.Article.Title == "" {
		if err := c.askTitle(a, r.SuggestedTitle); err != nil {
			return err
		}
		r.Article.Title = c.Title
	}
	b, err := a.open(ready)
	if err != nil {
		return err
	}
	defer b.close()
	var id int64
	var verdict library.Verdict
	err = postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		id, verdict, err = b.library.AddItem(a.ctx, tx, c.item(r))
		return err
	})
	if err != nil {
		return err
	}
	a.print("%d", id)
	a.say("%s: %q", verdict, printable(r.Article.Title))
	if c.wanted(c.File) {
		if _, err := a.measureKept(a.ctx, b, id, false); err != nil {
			return err
		}
	}
	entry, err := b.library.Get(a.ctx, id)
	if err != nil {
		return err
	}
	a.findings(lint.Article(entry.Article, lint.Policy{}))
	return nil
}

// askTitle asks for the title that an article lacks.
func (c *articleAddCmd) askTitle(a *app, suggestion string) error {
	f, isFile := a.in.(*os.File)
	if c.File == "-" || !isFile || !term.IsTerminal(int(f.Fd())) {
		hint := ""
		if suggestion != "" {
			hint = fmt.Sprintf(", for example --title %q", suggestion)
		}
		return fmt.Errorf("%s has no title; give it one with --title%s", c.File, hint)
	}
	title, err := a.ask("The article has no title. Which one shall it have?", suggestion)
	if err != nil {
		return err
	}
	if title == "" {
		return fmt.Errorf("an article needs a title; give it one with --title")
	}
	c.Title = title
	return nil
}

type articleListCmd struct {
	Before int64 `help:"Begin below this id (the last one shown)."`
	paging
	JSON bool `help:"Print JSON."`
}

func (articleListCmd) Help() string { return "Example:\n  broadsheet article list --limit 5" }

func (c *articleListCmd) Run(a *app, b *backend) error {
	list, err := b.library.List(a.ctx, c.Before, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, e := range list {
		rows[i] = []string{fmt.Sprint(e.ID), short(e.Article.Title, 60), e.Article.Author.Name, stamp(e.AddedAt), fmt.Sprint(e.Revisions)}
	}
	a.table([]string{"ARTICLE", "TITLE", "AUTHOR", "ADDED", "REVISIONS"}, rows)
	return nil
}

type articleShowCmd struct {
	ID   int64 `arg:"" help:"The article."`
	JSON bool  `help:"Print JSON."`
}

func (articleShowCmd) Help() string { return "Example:\n  broadsheet article show 3" }

func (c *articleShowCmd) Run(a *app, b *backend) error {
	e, err := b.library.Get(a.ctx, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(e)
	}
	a.show(e.Article)
	if len(e.Corrected) > 0 {
		a.print("corrected by an editor: %s", printable(fmt.Sprint(e.Corrected)))
	}
	a.findings(lint.Article(e.Article, lint.Policy{}))
	return nil
}

type articleEditCmd struct {
	ID           int64   `arg:"" help:"The article."`
	Title        *string `help:"The title."`
	Author       *string `help:"The author's name."`
	CanonicalURL *string `help:"Where the article stands on the publisher's site."`
	Preheader    *string `help:"The line after the subject in the reader's inbox, at most 150 characters."`
	Language     *string `help:"BCP 47 language tag."`
	Pick         int     `help:"The pick that --url, --name, --label and --cta are about, from 1."`
	URL          *string `help:"Where the pick's button leads." name:"url"`
	Name         *string `help:"The pick's name."`
	Label        *string `help:"The pick's label, such as \"Editor's Choice\"."`
	CTA          *string `help:"The pick's button text." name:"cta"`
	Image        int     `help:"The picture that --alt is about, from 1 as article show counts them."`
	Alt          *string `help:"What the picture shows, in words."`
	Link         *string `help:"The address of the links that --link-text is about."`
	LinkText     *string `help:"What the links are called instead; empty takes them away and leaves the words."`
	Takeaway     int     `help:"The takeaway that --text is about, from 1."`
	Text         *string `help:"The takeaway's new text; empty removes it."`
	AddTakeaway  *string `help:"One more takeaway."`
}

func (articleEditCmd) Help() string {
	return `Corrections lie over whatever the source says, also when it is added again. An approved issue of the article loses its approval.

Examples:
  broadsheet article edit 3 --pick 1 --url "https://www.amazon.com/dp/B0EXAMPLE1?tag=you-20"
  broadsheet article edit 3 --image 1 --alt "A tube of balm on a windowsill."
  broadsheet article edit 3 --link https://example.org/guide --link-text "our guide to sunscreens"
  broadsheet article edit 3 --takeaway 2 --text "Repairing your gut starts with food."`
}

func (c *articleEditCmd) Run(a *app, b *backend) error {
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error {
		return b.library.Correct(a.ctx, tx, c.ID, library.Correction{
			Title: c.Title, Author: c.Author, CanonicalURL: c.CanonicalURL, Preheader: c.Preheader, Language: c.Language,
			Pick: c.Pick, PickURL: c.URL, PickName: c.Name, PickLabel: c.Label, PickCTA: c.CTA,
			Image: c.Image, ImageAlt: c.Alt, Link: c.Link, LinkText: c.LinkText,
			Takeaway: c.Takeaway, TakeawayText: c.Text, AddTakeaway: c.AddTakeaway,
		})
	})
	if err != nil {
		return err
	}
	e, err := b.library.Get(a.ctx, c.ID)
	if err != nil {
		return err
	}
	a.findings(lint.Article(e.Article, lint.Policy{}))
	return nil
}
