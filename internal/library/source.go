package library

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Kind is a kind of source.
type Kind string

// Kinds of sources.
const (
	// Folder: every file below a directory is an article, or a feed of several.
	Folder Kind = "folder"
	// Feed: the items of an RSS, Atom or JSON feed.
	Feed Kind = "feed"
	// URLs: the pages whose addresses stand in a file, one on each line.
	URLs Kind = "urls"
)

// How often a source may be looked at.
const (
	minEvery = time.Minute
	maxEvery = 30 * 24 * time.Hour
)

// Source is where articles come from by themselves.
type Source struct {
	ID   int64
	Kind Kind
	// Name is for people; the location's by default.
	Name string
	// Location is a feed's address, or the absolute path of a folder or file.
	Location string
	// Every is the time between two polls.
	Every time.Duration
	// Whole: where a feed gives only an excerpt, the article is read from its
	// own page.
	Whole bool

	// The rest is what came of it so far.

	LastPolledAt, NextPollAt time.Time // zero: never
	// Polling: some node is at it now.
	Polling bool
	// LastError is why the newest poll failed, "" if it did not; Failures is
	// how many in a row did.
	LastError string
	Failures  int
	// Articles is how many there are of it, Unread how many of its items could
	// not be read, and UnreadError why, for one of them.
	Articles, Unread int
	UnreadError      string
}

// check refuses what can't be polled, and fills in the name.
func (s *Source) check() error {
	switch s.Kind {
	case Feed:
		if err := checkURL("the feed's address", s.Location); err != nil {
			return err
		}
		u, err := url.Parse(s.Location)
		if err != nil || u.User != nil {
			return refused("the feed's address has a name or password in it; feeds are fetched without")
		}
		if s.Name == "" {
			s.Name = u.Host
		}
	case Folder, URLs:
		if !filepath.IsAbs(s.Location) || strings.ContainsRune(s.Location, 0) {
			return refused("%q is not an absolute path; sources are polled by servers, which have other working directories", s.Location)
		}
		if s.Name == "" {
			s.Name = filepath.Base(s.Location)
		}
	default:
		return refused("there is no kind of source %q; there are folder, feed and urls", string(s.Kind))
	}
	if s.Whole && s.Kind != Feed {
		return refused("only a feed gives excerpts of articles; a %s is read whole anyway", s.Kind)
	}
	if s.Every < minEvery || s.Every > maxEvery {
		return refused("a source can't be looked at every %s; between a minute and 30 days is possible", s.Every)
	}
	return checkLine("the source's name", s.Name, 100)
}

// Reader gets what sources hold and reads it; it is supplied to a Poller. An
// error that people can do something about is a *RefusedError.
type Reader interface {
	// Fetch gets what is at an address; page says that it is made for people,
	// so that the site's robots.txt is asked.
	Fetch(ctx context.Context, address string, page bool, since Version) (Document, error)
	// Read makes articles of a document, one or, of a feed, several.
	Read(ctx context.Context, d Document) ([]Item, error)
}

// Version is how a document's state is known again: by a server's word
// (RFC 9110, section 8.8), or by a file's size and time.
type Version struct{ ETag, LastModified string }

// Document is what stood at an address or in a file.
type Document struct {
	// Name is where it was found, URL what its relative links belong to.
	Name, URL string
	// Feed: it must be one.
	Feed bool
	Data []byte
	Version
	// NotModified: it is as it was, and Data is empty.
	NotModified bool
}

// Item is one article of a document.
type Item struct {
	Draft
	// GUID is a feed's own name for it; "" if it has none.
	GUID string
	// Feed is the site the feed is of, which tells its GUIDs from those of other
	// feeds; "" if unknown.
	Feed string
	// Excerpt: the feed gives only a part of the article.
	Excerpt bool
}

// named is the identity of an item without an address by the name its feed has
// for it; "" if it has none, or it is not known which feed that is.
func (i Item) named() string {
	if i.GUID == "" || i.Feed == "" || normalURL(i.Article.CanonicalURL) != "" {
		return ""
	}
	return bounded("guid:" + i.Feed + ":" + i.GUID)
}

// Polled is what became of one item of a source.
type Polled struct {
	// Key is the item's name within its source: a GUID, a path, an address.
	Key       string
	ArticleID int64 // 0 if there is none
	// Verdict is "" when the item could not be read; Error says why.
	Verdict Verdict
	Title   string
	Error   string
}

// Report is what one poll found.
type Report struct {
	Source Source
	// Items is what was read.
	Items []Polled
	// Same is how many files or pages were not read, since they had not
	// changed.
	Same int
}

// Count is how many items had a verdict; "" counts those that failed.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, i := range r.Items {
		if i.Verdict == v {
			n++
		}
	}
	return n
}

// failure says in one sentence that a poll as a whole failed, "" if it did
// not: pages that all fail are not at fault one by one.
func (r Report) failure() string {
	failed := r.Count("")
	if r.Source.Kind != URLs || failed == 0 || failed < len(r.Items) || r.Same > 0 {
		return ""
	}
	if failed == 1 {
		return r.Items[0].Error
	}
	return fmt.Sprintf("none of %d could be read; the first: %s", failed, r.Items[0].Error)
}

// place is where a draft stands at its source.
type place struct {
	// identity is the place as an article's identity, also a further one: "" if
	// there is none.
	identity, also string
	// reusable: another article may stand there later, as in a file that is
	// written over.
	reusable bool
}

// keyOf names an item within its source.
func keyOf(i Item) string {
	if i.GUID != "" {
		return bounded(i.GUID)
	}
	if known, err := identities(i.Article); err == nil {
		return known[0]
	}
	return bounded(i.Article.Title)
}

// related reports whether now is what became of was, and not another article
// that took its place: it has the same title, or shares a third of the
// paragraphs of the shorter of the two.
func related(was, now *article.Article) bool {
	if was.Title != "" && was.Title == now.Title {
		return true
	}
	old, fresh := paragraphs(was), paragraphs(now)
	shared := 0
	for p := range fresh {
		if old[p] {
			shared++
		}
	}
	return shared*3 >= min(len(old), len(fresh)) && shared > 0
}

func paragraphs(a *article.Article) map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(article.PlainText(a)) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out[line] = true
		}
	}
	return out
}

// sentence is what people are shown of an error, and whether it was made for
// them.
func sentence(err error) (string, bool) {
	var r *RefusedError
	if errors.As(err, &r) {
		return r.Sentence, true
	}
	return "", false
}
