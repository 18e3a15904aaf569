package main

import (
	"errors"

	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/render"
)

type issueDraftCmd struct {
	Newsletter string  `arg:"" help:"The newsletter's slug."`
	Article    []int64 `help:"The article's id; several make a digest, in this order." required:"" placeholder:"ID" sep:"none"`
	Layout     string  `help:"article, excerpt, digest or letter. Default: the newsletter's, or digest for several articles." placeholder:"LAYOUT"`
	Subject    string  `help:"Subject of the mail and title of a digest. Default: the article's title."`
	Intro      string  `help:"Words of your own before everything else, a paragraph a line." placeholder:"TEXT"`
}

func (issueDraftCmd) Help() string {
	return `Examples:
  broadsheet issue draft weekly --article 3
  broadsheet issue draft weekly --article 3 --layout excerpt
  broadsheet issue draft weekly --article 7 --article 5 --article 3 --subject "Three Short Reads" --intro "Good morning."`
}

func (c *issueDraftCmd) content() newsletter.Content {
	return newsletter.Content{Articles: c.Article, Layout: c.Layout, Subject: c.Subject, Intro: c.Intro}
}

// Validate refuses what no issue can be made of.
func (c *issueDraftCmd) Validate() error {
	if len(c.Article) == 0 {
		return nil // the parser says what is missing
	}
	content := c.content()
	return content.Check()
}

func (c *issueDraftCmd) Run(a *app, b *backend) error {
	n, err := b.newsletters.BySlug(a.ctx, c.Newsletter)
	if err != nil {
		return err
	}
	id, err := b.newsletters.Draft(a.ctx, n.ID, c.content(), a.byHand())
	if err != nil {
		return err
	}
	a.print("%d", id)
	return a.drafted(b, id)
}

// drafted says what an editor should know of a draft.
func (a *app) drafted(b *backend, id int64) error {
	i, err := b.newsletters.Issue(a.ctx, id)
	if err != nil {
		return err
	}
	compiled, err := b.newsletters.Preview(a.ctx, id)
	if err != nil {
		return err
	}
	for _, article := range i.Articles {
		if err := a.warnUsed(b, i, article); err != nil {
			return err
		}
		e, err := b.library.Get(a.ctx, article)
		if err != nil {
			return err
		}
		if compiled.Layout == render.Digest && e.Article.CanonicalURL == "" {
			a.say("note: article %d has no address, so that its card leads nowhere; broadsheet article edit %d --canonical-url https://… gives it one", article, article)
		}
	}
	a.findings(compiled.Diagnostics)
	return nil
}

// warnUsed says so when the newsletter has used the article before.
func (a *app) warnUsed(b *backend, i newsletter.Issue, articleID int64) error {
	used, err := b.newsletters.UsedIn(a.ctx, i.NewsletterID, articleID)
	if err != nil {
		return err
	}
	what := "would get it twice"
	if newsletter.Varied(len(i.Articles)) {
		what = "gets this one without it"
	}
	for _, u := range used {
		if u.ID != i.ID {
			a.say("note: the same article %d is in issue %d, which is %s; who got that one %s", articleID, u.ID, u.State, what)
		}
	}
	return nil
}

type issueEditCmd struct {
	ID      int64   `arg:"" help:"The issue."`
	Article []int64 `help:"The article's id, in place of those it has; several make a digest, in this order." placeholder:"ID" sep:"none"`
	Layout  *string `help:"article, excerpt, digest or letter; \"\" is the newsletter's." placeholder:"LAYOUT"`
	Subject *string `help:"Subject of the mail and title of a digest; \"\" is the article's title."`
	Intro   *string `help:"Words of your own before everything else, a paragraph a line." placeholder:"TEXT"`
}

func (issueEditCmd) Help() string {
	return "What is not given stays as it is. An approval is void afterwards.\n\nExample:\n  broadsheet issue edit 7 --layout excerpt"
}

// Validate wants something to change.
func (c *issueEditCmd) Validate() error {
	if c.Article == nil && c.Layout == nil && c.Subject == nil && c.Intro == nil {
		return errors.New("nothing to change was given: name --article, --layout, --subject or --intro")
	}
	return nil
}

func (c *issueEditCmd) Run(a *app, b *backend) error {
	err := b.newsletters.EditIssue(a.ctx, c.ID, newsletter.Change{Articles: c.Article, Layout: c.Layout, Subject: c.Subject, Intro: c.Intro}, a.byHand())
	if err != nil {
		return err
	}
	return a.drafted(b, c.ID)
}
