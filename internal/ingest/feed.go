package ingest

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Formats of feeds and exports. A feed is known by its content; Feed as
// Options.Format says that it is one of them.
const (
	Feed     Format = "feed"
	RSS      Format = "rss"
	Atom     Format = "atom"
	JSONFeed Format = "jsonfeed"
	WXR      Format = "wxr"
)

// Feed reports whether the format holds several articles.
func (f Format) Feed() bool {
	return f == Feed || f == RSS || f == Atom || f == JSONFeed || f == WXR
}

// DefaultMaxFeedBytes bounds a feed or an export unless Options say otherwise.
const DefaultMaxFeedBytes = 32 << 20

// ParseAll reads a source that may hold several articles: one Result for each
// item of a feed or an export, in its order, and one for any other source. An
// item that cannot be used is kept, with diagnostics; what is wrong with the
// feed as a whole is said with the items it concerns. Errors are like Parse's.
func ParseAll(ctx context.Context, name string, r io.Reader, o Options) ([]Result, error) {
	src, err := readSource(ctx, name, r, o)
	if err != nil {
		return nil, err
	}
	if !isFeed(name, src, o.Format) {
		one, err := Parse(ctx, name, bytes.NewReader(src), o)
		if err != nil {
			return nil, err
		}
		return []Result{one}, nil
	}
	doc, base, err := openFeed(name, src, o)
	if err != nil {
		return nil, err
	}
	out := make([]Result, 0, len(doc.items))
	for _, it := range doc.items {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, doc.article(it, base, o.Title))
	}
	return out, nil
}

// parseOnly reads a feed that holds one article.
func parseOnly(ctx context.Context, name string, src []byte, o Options) (Result, error) {
	doc, base, err := openFeed(name, src, o)
	if err != nil {
		return Result{}, err
	}
	if n := len(doc.items); n > 1 {
		return Result{}, fail("%s holds %d articles; choose one with --item, from 0 to %d.", name, n, n-1)
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return doc.article(doc.items[0], base, o.Title), nil
}

// readSource reads a source within the bounds of what it is.
func readSource(ctx context.Context, name string, r io.Reader, o Options) ([]byte, error) {
	limit := o.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxFeedBytes
	}
	src, err := readAll(ctx, name, r, limit)
	if err == nil && o.MaxBytes <= 0 && len(src) > DefaultMaxBytes && !isFeed(name, src, o.Format) {
		return nil, fail("%s is larger than %s; give one article per file.", name, size(DefaultMaxBytes))
	}
	return src, err
}

var (
	// feedHead is what may stand above a feed's first element.
	feedHead = compile(`(?s)^(?:\s|\x{feff}|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)+`)
	feedRoot = compile(`(?i)^<(?:rss|(?:\w+:)?feed|rdf:rdf|channel|item|entry)(?:[\s>/]|$)`)
	// strayRoot: a feed below what a server wrote by mistake.
	strayRoot = compile(`(?i)<rss\s[^<>]*version|<feed\s[^<>]*xmlns|<rdf:rdf\s`)
	jsonItems = compile(`"items"\s*:`)
	jsonSigns = compile(`jsonfeed\.org/version|jsonfeed\.org\\/version|"feed_url"\s*:|"content_(?:html|text)"\s*:`)
)

// headBytes is how much of a source is looked at to know what it is.
const headBytes = 64 << 10

// isFeed: the source is a feed or an export.
func isFeed(name string, src []byte, f Format) bool {
	if f != "" {
		return f.Feed()
	}
	head, _, err := toUTF8(name, src[:min(len(src), headBytes)&^1])
	return err == nil && feedKind(head) != ""
}

// feedKind is Feed for XML, JSONFeed for JSON, "" for what is no feed.
func feedKind(head string) Format {
	rest := feedHead.ReplaceAllString(head, "")
	switch {
	case feedRoot.MatchString(rest):
		return Feed
	case strings.HasPrefix(rest, "{"):
		if jsonSigns.MatchString(rest) && (jsonItems.MatchString(rest) || strings.Contains(rest, "jsonfeed.org")) {
			return JSONFeed
		}
		return ""
	}
	if i := strayRoot.FindStringIndex(rest); i != nil && i[0] < 4<<10 && !strings.Contains(strings.ToLower(rest[:i[0]]), "<html") && strings.Contains(head, "<?xml") {
		return Feed
	}
	return ""
}

// openFeed reads a feed up to its items, of which there is at least one.
func openFeed(name string, src []byte, o Options) (*feedDoc, *url.URL, error) {
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return nil, nil, err
	}
	text, notes, err := decodeFeed(name, src)
	if err != nil {
		return nil, nil, err
	}
	var doc *feedDoc
	if feedKind(clip(text, headBytes)) == JSONFeed || strings.HasPrefix(strings.TrimSpace(text), "{") {
		doc = readJSONFeed(name, text)
	} else {
		doc = readXMLFeed(name, text)
	}
	doc.notes = append(doc.notes, notes...)
	if doc.format == WXR {
		if err := doc.publishedOnly(); err != nil {
			return nil, nil, err
		}
	}
	if len(doc.items) == 0 {
		return nil, nil, fail("%s holds no articles; check that it is a whole feed.", name)
	}
	doc.settleNotes()
	return doc, base, nil
}

var (
	xmlDeclared = compile(`(?i)^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]{2,40})`)
	markup      = compile(`<[^<>]{0,500}>|&lt;.{0,200}?&gt;`)
	controls    = compile(`[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{fffe}\x{ffff}]`)
)

// decodeFeed makes valid UTF-8 of a feed. What the bytes are counts for more
// than what the feed says they are.
func decodeFeed(name string, src []byte) (string, []feedNote, error) {
	var notes []feedNote
	text, diags, err := toUTF8(name, src)
	declared := ""
	if m := xmlDeclared.FindSubmatch(src[:min(len(src), 400)]); m != nil {
		declared = strings.ToLower(string(m[1]))
	}
	enc, page := charset.Lookup(declared)
	switch {
	case enc == nil || page == "utf-8" || strings.HasPrefix(page, "utf-16"):
	case err == nil && len(diags) == 0 && page != "iso-2022-jp":
		// what is valid UTF-8 is UTF-8, whatever it says
	case len(diags) > 0 && strings.HasPrefix(diags[0].Message, mostlyUTF8):
	default:
		if b, decErr := enc.NewDecoder().Bytes(src); decErr == nil {
			text, diags, err = string(b), nil, nil
		}
	}
	if err != nil {
		return "", nil, err
	}
	if len(diags) > 0 && !strings.HasPrefix(diags[0].Message, mostlyUTF8) {
		// the tags are in English whatever the text is in
		_, guess := fromLegacy(markup.ReplaceAll(src, nil))
		if enc, _ := charset.Lookup(guess); enc != nil {
			if b, decErr := enc.NewDecoder().Bytes(src); decErr == nil {
				text, diags[0].Message = string(b), "The feed is not in the encoding it says; it was read as "+guess+"."
			}
		}
	}
	for _, d := range diags {
		notes = append(notes, feedNote{concerns: (*feedItem).accented, message: d.Message, fix: "Have the feed written as UTF-8, and look at the letters with accents."})
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.ReplaceAll(text, "\r", "\n"), notes, nil
}

// mostlyUTF8 begins what decode says of a source in which only some bytes are
// wrong.
const mostlyUTF8 = "The source is not UTF-8; it was read as UTF-8"

func (it *feedItem) accented() bool {
	for _, s := range []string{it.title, it.content.body, it.summary.body} {
		for i := range len(s) {
			if s[i] >= utf8.RuneSelf {
				return true
			}
		}
	}
	return false
}

// settleNotes adds what is wrong with the feed as a whole.
func (f *feedDoc) settleNotes() {
	last := f.items[len(f.items)-1]
	if f.more > 0 {
		f.notes = append(f.notes, feedNote{
			concerns: func(it *feedItem) bool { return it == last },
			message:  fmt.Sprintf("The feed goes on for %s after this one, which were left out.", count(f.more, "item")), fix: "Split the export into smaller files.",
		})
	}
	f.notes = append(f.notes, feedNote{
		concerns: func(it *feedItem) bool { return it.broken },
		message:  "The feed breaks off in the midst of this item, so its end is missing.", fix: "Fetch or export the feed again.",
	})
}

// articleTypes are the kinds of WordPress posts that are articles.
var articleTypes = map[string]bool{"": true, "post": true, "review": true, "reviews": true, "article": true, "recipe": true, "guide": true}

// publishedOnly drops what the site does not show as an article, and finds the
// pictures and names that others refer to.
func (f *feedDoc) publishedOnly() error {
	kept := f.items[:0]
	for _, it := range f.items {
		if !articleTypes[it.postType] || it.status != "publish" && it.status != "" || it.password != "" {
			continue
		}
		first(&it.image, f.media[it.thumbnail])
		for i, login := range it.authors {
			if s := f.logins[login]; s != "" {
				it.authors[i] = s
			}
		}
		kept = append(kept, it)
	}
	f.items = kept
	if len(kept) == 0 {
		return fail("%s holds no published post; export the posts too.", f.name)
	}
	return nil
}

// notesFor are the feed's diagnostics about one item.
func (f *feedDoc) notesFor(it *feedItem) []article.Diagnostic {
	var out []article.Diagnostic
	for _, n := range f.notes {
		if n.concerns == nil || n.concerns(it) {
			out = append(out, article.Diagnostic{Rule: "ART-4", Severity: article.Warn, Place: article.Place{Block: -1}, Message: n.message, Fix: n.fix})
		}
	}
	note := func(s article.Severity, message, fix string) {
		out = append(out, article.Diagnostic{Rule: "ART-4", Severity: s, Place: article.Place{Block: -1}, Message: message, Fix: fix})
	}
	if n := f.ownEntities(it); n > 0 {
		note(article.Warn, fmt.Sprintf("%s that the feed defines for itself %s left out.", count(n, "abbreviation"), were(n)), "Look where words are missing, and have the feed written without entities of its own.")
	}
	if n := it.dropControls(); n > 0 {
		note(article.Info, fmt.Sprintf("%s that no feed may hold %s left out.", count(n, "control character"), were(n)), "Nothing to do; look the text over once.")
	}
	return out
}

// dropControls takes control characters out of an item and counts them.
func (it *feedItem) dropControls() (n int) {
	for _, s := range []*string{&it.title, &it.link, &it.image, &it.content.body, &it.summary.body} {
		*s = controls.ReplaceAllStringFunc(*s, func(string) string {
			n++
			return ""
		})
	}
	return n
}

var ownEntity = compile(`&([\w.-]{1,64});`)

// ownEntities takes the references to entities of the feed's own out of an
// item: expanded they could be of any size.
func (f *feedDoc) ownEntities(it *feedItem) (n int) {
	if len(f.declared) == 0 {
		return 0
	}
	for _, s := range []*string{&it.title, &it.content.body, &it.summary.body} {
		*s = ownEntity.ReplaceAllStringFunc(*s, func(m string) string {
			if f.declared[strings.Trim(m, "&;")] && html.UnescapeString(m) == m {
				n++
				return ""
			}
			return m
		})
	}
	return n
}
