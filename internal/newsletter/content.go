package newsletter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/render"
)

// MaxArticles is how many articles a digest holds at the most.
const MaxArticles = 20

// maxIntro is how long the editor's own words may be, in characters.
const maxIntro = 2000

// Content is what an editor puts into an issue.
type Content struct {
	// Articles are ids of the library, in the order of the digest.
	Articles []int64
	// Layout is one of render.Layouts; "" is the newsletter's, or a digest
	// where there are several articles.
	Layout string
	// Subject of the mail, and title of a digest; "" is the article's title.
	Subject string
	// Intro stands before everything else, a paragraph a line.
	Intro string
}

// Check refuses what no issue can be made of, whichever articles there are.
func (c *Content) Check() error {
	if err := checkSubject(c.Subject); err != nil {
		return err
	}
	if err := checkLayout(c.Layout); err != nil {
		return err
	}
	switch n := len(c.Articles); {
	case n == 0:
		return refused("an issue needs an article; broadsheet article list shows those there are")
	case n > MaxArticles:
		return refused("%d articles are more than an issue holds; choose at most %d", n, MaxArticles)
	case n > 1 && c.Layout != "" && c.Layout != render.Digest:
		return refused("the layout %q is for one article and %d were given; take one of them, or the layout digest", c.Layout, n)
	}
	for i, id := range c.Articles {
		if slices.Contains(c.Articles[:i], id) {
			return refused("article %d was given twice; give each article once", id)
		}
	}
	if n := len([]rune(c.Intro)); n > maxIntro {
		return refused("the introduction is %d characters long; %d are allowed", n, maxIntro)
	}
	if strings.ContainsFunc(c.Intro, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
		return refused("the introduction has a control character in it; write plain text, a paragraph a line")
	}
	return nil
}

func checkLayout(layout string) error {
	if layout != "" && !slices.Contains(render.Layouts(), layout) {
		return refused("there is no layout %q; the layouts are: %s", layout, strings.Join(render.Layouts(), ", "))
	}
	return nil
}

// layoutOf is the layout an issue of n articles gets: its own, the digest for
// several articles, else the newsletter's.
func layoutOf(own, newsletters string, n int) string {
	if own == "" && n == 1 {
		own = newsletters
	}
	return render.LayoutOf(own, n)
}

// Draft makes an issue of articles.
func (s *Service) Draft(ctx context.Context, newsletterID int64, c Content, actor string) (id int64, err error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	err = postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		for _, a := range c.Articles {
			if _, err := s.library.In(ctx, tx, a); err != nil {
				return err
			}
		}
		id, err = s.insertDraft(ctx, tx, newsletterID, c, 0, actor)
		return err
	})
	return id, err
}

// Change is an edit of an issue; what is nil stays.
type Change struct {
	Articles               []int64
	Layout, Subject, Intro *string
}

// EditIssue changes what an issue is made of. An approval is void afterwards; what
// has been launched stays as it is.
func (s *Service) EditIssue(ctx context.Context, id int64, change Change, actor string) error {
	return postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		i, err := lockIssue(ctx, tx, id)
		if err != nil {
			return err
		}
		if i.State == Launched {
			return refused("issue %d has been launched; what was sent can't be edited", id)
		}
		c := Content{Articles: i.Articles, Layout: i.Layout, Subject: i.Subject, Intro: i.Intro}
		if change.Articles != nil {
			c.Articles = change.Articles
		}
		for _, f := range []struct{ to, from *string }{{&c.Layout, change.Layout}, {&c.Subject, change.Subject}, {&c.Intro, change.Intro}} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		if err := c.Check(); err != nil {
			return err
		}
		for _, a := range c.Articles {
			if _, err := s.library.In(ctx, tx, a); err != nil {
				return err
			}
		}
		if i.State == Approved {
			if err := setDraft(ctx, tx, id); err != nil {
				return err
			}
		}
		if err := setContent(ctx, tx, id, c); err != nil {
			return err
		}
		return s.review(ctx, tx, id, actEdited, actor, nil, nil, "")
	})
}

// checkAll lints the articles and the mail. A finding about one of several
// articles says which.
func (in *Input) checkAll(c *Compiled) []article.Diagnostic {
	var out []article.Diagnostic
	for n, a := range in.Articles {
		if slices.Contains(in.without, n) {
			continue
		}
		found := lint.Article(a, c.checked.Policy)
		for i := range found {
			if len(in.Articles) > 1 {
				found[i].Article = n + 1
			}
		}
		out = append(out, found...)
	}
	found := in.proposed(lint.Mail(c.checked))
	for i := range found {
		if n := found[i].Article; n > 0 { // counted among those that are shown
			found[i].Article = 1 + slices.Index(in.Articles, c.checked.Articles[n-1])
		}
	}
	return append(out, found...)
}

// proposed says in a finding about the size how large an excerpt would be.
func (in *Input) proposed(found []article.Diagnostic) []article.Diagnostic {
	for i, d := range found {
		if d.Rule != "HTML-4" || d.Severity != article.Error {
			continue
		}
		how := "with --layout excerpt"
		if in.IssueID > 0 {
			how = fmt.Sprintf("with broadsheet issue edit %d --layout excerpt", in.IssueID)
		}
		switch in.layout() {
		case render.Whole, render.Letter:
			if n := in.excerptSize(); n > 0 {
				found[i].Fix = fmt.Sprintf("Send an excerpt, whose HTML part is %d bytes, %s; it leads to the whole article.", n, how)
			}
		case render.Digest:
			found[i].Fix = "Take fewer articles into the digest."
		}
	}
	return found
}

// excerptSize is how large the HTML part would be as an excerpt, in bytes; 0
// if it can't be told.
func (in Input) excerptSize() int {
	in.Layout, in.without = render.Excerpt, nil
	theme, err := in.Themes.Load(in.Newsletter.Theme)
	if err != nil {
		return 0
	}
	m, err := render.Compose(in.issue(), theme)
	if err != nil {
		return 0
	}
	return len(m.HTML)
}
