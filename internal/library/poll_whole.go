package library

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxPages bounds the pages that one poll of a feed fetches: those of its
// newest items.
const maxPages = 100

// item takes in an item of a feed. An excerpt is completed from its page where
// the source asks for that, and fetch allows it; one that says what it said at
// the last poll is left alone, so that its page is not fetched again.
func (p *poll) item(ctx context.Context, key string, i Item, fetch bool) error {
	if !p.Whole || !fetch || !i.Excerpt || i.Article.CanonicalURL == "" {
		return p.takeIn(ctx, key, i, p.guid(i), Version{})
	}
	sum, err := fingerprint(i.Article)
	if err != nil {
		return err
	}
	v := Version{ETag: fmt.Sprintf("excerpt:%x", sha256.Sum256(sum))}
	if was := p.known[key]; was.Version == v && !was.failed {
		p.report.Same++
		return nil
	}
	at := p.guid(i)
	whole, err := p.whole(ctx, i)
	if err != nil {
		why, said := sentence(err)
		if !said {
			return err
		}
		i.Article.Diagnostics = append(i.Article.Diagnostics, article.Diagnostic{
			Rule: "ART-4", Severity: article.Warn, Place: article.Place{Block: -1},
			Message: "The feed gives only an excerpt of this article, and its page could not be read: " + strings.TrimSuffix(why, ".") + ".",
			Fix:     "Read the article from its own address, or have the feed carry whole articles.",
		})
		return p.takeIn(ctx, key, i, at, Version{})
	}
	return p.takeInAs(ctx, key, whole, at, v, Version{})
}

// whole reads the article of an excerpt from its own page.
func (p *poll) whole(ctx context.Context, i Item) (Item, error) {
	address := i.Article.CanonicalURL
	doc, err := p.Reader.Fetch(ctx, address, true, Version{})
	if err != nil {
		return i, err
	}
	found, err := p.Reader.Read(ctx, doc)
	if err != nil {
		return i, err
	}
	if len(found) != 1 || found[0].Article.Words() < i.Article.Words() {
		return i, refused("%s says less than the feed does", address)
	}
	excerpt, a := i.Article, found[0].Article
	i.Draft = found[0].Draft
	if a.CanonicalURL == "" {
		a.CanonicalURL = address
	}
	if a.Title == "" {
		a.Title = excerpt.Title
	}
	if a.Author.Name == "" {
		a.Author = excerpt.Author
	}
	if a.Published == nil {
		a.Published = excerpt.Published
	}
	return i, nil
}
