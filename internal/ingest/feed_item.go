package ingest

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

const (
	// maxItemText bounds the text of one item, in bytes.
	maxItemText = maxText
	// maxItemBlocks bounds the blocks of one item; the longest articles have
	// some hundreds.
	maxItemBlocks = 10000
	// excerptWords is the length from which on a summary is taken for the
	// article itself.
	excerptWords = 150
)

// article makes an article of an item. Its Source is the item's content, and
// places count the lines of that.
func (f *feedDoc) article(it *feedItem, base *url.URL, title string) Result {
	notes := f.notesFor(it)
	d := &draft{name: f.name, format: f.format, wantTitle: title}
	d.diagnostics = notes
	f.about(d, it, base)
	body, summaryOnly := it.body()
	source := body.body
	if len(body.body) > maxItemText {
		body.body = clip(body.body, maxItemText)
		d.note(article.Warn, 0, fmt.Sprintf("The item holds more than %s of text; only its beginning was read.", size(maxItemText)), "Make several articles of it.")
	}
	full := d.readItem(body, f.format)
	d.leadingImage(it)
	if (summaryOnly || it.repeatsSummary()) && wordCount(d.blocks) < excerptWords {
		full = false
	}
	a := d.shape()
	switch {
	case len(a.Blocks) == 0:
		d.note(article.Warn, 0, "The feed gives no text for this article.", wholeArticles)
	case !full:
		d.note(article.Warn, 0, "The feed gives only an excerpt of this article.", wholeArticles)
	}
	a.Diagnostics = d.diagnostics
	res := Result{Article: a, Format: f.format, GUID: it.guid, Feed: f.site(), Excerpt: !full || len(a.Blocks) == 0, Source: []byte(source)}
	if a.Title == "" {
		res.SuggestedTitle = d.suggestTitle(a)
	}
	return res
}

// wholeArticles says what to do about a feed of excerpts.
const wholeArticles = "Have the feed carry whole articles, read the article from its own address, or add the feed with --full, which does that by itself."

// site is the address of the site the feed is of, "" if it does not say.
func (f *feedDoc) site() string {
	u := absolute(nil, f.link)
	if u == nil {
		return ""
	}
	return strings.TrimRight(u.String(), "/")
}

// about takes over what the feed says about the item.
func (f *feedDoc) about(d *draft, it *feedItem, base *url.URL) {
	d.title = mendLine(htmlLine(it.title))
	names := it.authors
	if len(names) == 0 && f.author != "" {
		names = []string{f.author}
	}
	var unique []string
	for _, n := range names {
		if n = mendLine(n); !containsFold(unique, n) {
			unique = append(unique, n)
		}
	}
	d.author.Name = strings.Join(unique, ", ")
	if d.language = languageTag(it.lang); d.language == "" {
		d.language = languageTag(f.lang)
	}
	d.base = absolute(base, f.link, f.base, it.base)
	if u := absolute(d.base, it.link); it.link != "" && u != nil && u != d.base {
		d.canonical, d.base = u.String(), u
		if it.base != "" {
			d.base = absolute(u, it.base)
		}
	}
	given := it.published
	first(&given, it.updated)
	if given != "" {
		if t, ok := feedTime(given); ok {
			d.published = &t
		} else {
			d.note(article.Info, 0, fmt.Sprintf("The date %q of the item cannot be read.", clip(oneLine(given), 60)), "Have the feed give dates as its format says: RFC 822 in RSS, RFC 3339 in Atom and JSON Feed.")
		}
	}
	if s := htmlLine(it.summary.body); !it.content.empty() && utf8.RuneCountInString(s) <= maxPreheader && !cutShort.MatchString(s) && !strings.Contains(s, "](") {
		d.preheader = mendLine(s)
	}
}

func containsFold(ss []string, s string) bool {
	for _, x := range ss {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// absolute resolves addresses one after the other; those that are none are
// passed over.
func absolute(base *url.URL, refs ...string) *url.URL {
	for _, ref := range refs {
		if ref = strings.TrimSpace(ref); ref == "" {
			continue
		}
		u, err := url.Parse(ref)
		if err != nil {
			continue
		}
		if base != nil {
			u = base.ResolveReference(u)
		}
		if (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			base = u
		}
	}
	return base
}

// htmlLine is the text of a piece of HTML, however often it was escaped, on
// one line.
func htmlLine(s string) string {
	for range 2 {
		s = unescapeXML(withoutTags(clip(s, 64<<10)))
	}
	return oneLine(s)
}

func mendLine(s string) string { return oneLine(repair(s).text) }

// body is the item's own text; summary reports that there is none but its
// summary.
func (it *feedItem) body() (body feedText, summary bool) {
	if htmlLine(it.content.body) != "" || strings.Contains(it.content.body, "<img") {
		return it.content, false
	}
	return it.summary, true
}

// repeatsSummary: the content says no more than the summary.
func (it *feedItem) repeatsSummary() bool {
	if it.summary.empty() || len(it.content.body) > 8<<10 || len(it.summary.body) > 8<<10 {
		return false
	}
	c, s := htmlLine(it.content.body), htmlLine(it.summary.body)
	return strings.HasPrefix(s, c) || strings.HasPrefix(c, s) && len(c) < len(s)+40
}

var (
	anyTag     = compile(`(?i)</?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>`)
	escapedTag = compile(`(?i)&lt;/?(?:p|div|br|img|a|h[1-6]|ul|ol|li|strong|em|span|table|figure|blockquote)[\s/&]`)
)

// readItem reads an item's text into the blocks. full reports that it does not
// say itself that it is cut short.
func (d *draft) readItem(t feedText, f Format) (full bool) {
	d.src = t.body
	if t.plain && !anyTag.MatchString(d.src) {
		fixed := repair(t.body)
		d.diagnostics = append(d.diagnostics, fixed.diagnostics()...)
		d.src, d.format = fixed.text, Text
		if err := readText(d); err == nil {
			return !d.cutEnd(false)
		}
		d.blocks = nil
	}
	src := d.src
	if !anyTag.MatchString(src) && escapedTag.MatchString(src) {
		src = html.UnescapeString(src) // escaped once more than the format asks for
	}
	src = expandShortcodes(d, src, f == WXR)
	if f == WXR && !strings.Contains(src, "<p>") && !strings.Contains(src, "<p ") || !anyTag.MatchString(src) {
		src = paragraphs(src)
	}
	d.src, d.format = src, HTML
	if err := readFragment(d); err != nil {
		d.blocks = nil
		d.note(article.Warn, 0, "The item nests its elements too deeply; only its words were read.", "Make the item's HTML flatter.")
		_ = d.readHTML(strings.NewReader(paragraphs(html.EscapeString(withoutTags(src))))) // has no elements that could nest
	}
	if len(d.blocks) > maxItemBlocks {
		d.blocks = d.blocks[:maxItemBlocks]
		d.note(article.Warn, 0, "The item has more paragraphs than an article can have; only its beginning was read.", "Make several articles of it.")
	}
	return !d.cutEnd(d.dropFeedFurniture())
}

// readFragment reads the HTML of an item: a page of which everything is the
// article, and which has neither head nor headline.
func readFragment(d *draft) error {
	lean := leanPage(d.src)
	if lean.cut {
		d.note(article.Warn, lean.line, "The item has more elements than an article can have; only its beginning was read.", "Make several articles of it.")
	}
	doc, err := xhtml.Parse(strings.NewReader(lean.html))
	if err != nil {
		return err
	}
	p := &page{d: d, doc: doc, body: firstOf(doc, func(n *xhtml.Node) bool { return n.DataAtom == atom.Body })}
	if p.body == nil {
		p.body = doc
	}
	p.main = p.body
	d.mendTexts(doc)
	p.dropUnseen()
	p.weigh()
	p.takePageNotices()
	p.dropNamed(nil)
	p.weigh()
	p.dropFurniture()
	p.questions()
	p.addNotices()
	p.takeProducts()
	h := &htmlReader{d: d, level: 1, blocky: make(map[*xhtml.Node]bool), line: 1}
	h.markBlocky(p.main)
	h.ready = p.ready
	h.node(p.main)
	h.flush()
	return nil
}

// leadingImage puts the picture that stands for the item above a text that has
// none of its own.
func (d *draft) leadingImage(it *feedItem) {
	for _, b := range d.blocks {
		if _, ok := b.(*article.Image); ok {
			return
		}
	}
	address, _ := d.resolve(it.image)
	if !strings.HasPrefix(address, "http") || trackers.MatchString(address) {
		return
	}
	alt := htmlLine(it.imageAlt)
	first(&alt, d.title)
	d.blocks = append(article.Blocks{&article.Image{URL: address, Alt: alt, Place: at(0, 0)}}, d.blocks...)
}

// wordCount is the number of words in blocks.
func wordCount(bs article.Blocks) int {
	a := article.Article{Blocks: bs}
	return a.Words()
}

// feedForms are the ways feeds write dates, without weekday and zone names.
var feedForms = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
	"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700", "2 January 2006 15:04:05 -0700", "2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04 -0700", "2 Jan 2006 15:04:05", "2 Jan 2006",
	"2-Jan-2006 15:04:05 -0700", "2-Jan-06 15:04:05 -0700", "Jan 2 2006 15:04:05 -0700", "Jan 2 2006", "January 2 2006", "Jan 2 15:04:05 2006", "02.01.2006 15:04", "02.01.2006", "2006/01/02",
}

var (
	weekday = compile(`(?i)^(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?[.,]*\s+`)
	zone    = compile(`\s*(?:\(([A-Z]{1,5})\)|\b([A-Z]{1,4}))$`)
	zones   = map[string]string{
		"UT": "+0000", "UTC": "+0000", "GMT": "+0000", "Z": "+0000", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
		"BST": "+0100", "CET": "+0100", "CEST": "+0200", "WET": "+0000", "WEST": "+0100", "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "IST": "+0530", "JST": "+0900", "AEST": "+1000", "AEDT": "+1100",
	}
)

// feedTime reads a date as feeds write it (RFC 822 with its many variants, RFC
// 3339, W3C-DTF). A time without a zone is taken for UTC.
func feedTime(s string) (time.Time, bool) {
	s = weekday.ReplaceAllString(oneLine(clip(s, 100)), "")
	s = strings.ReplaceAll(s, ",", "")
	if m := zone.FindStringSubmatchIndex(s); m != nil && !strings.HasSuffix(s[:m[0]], "T") {
		name := strings.Trim(s[m[0]:], " ()")
		if offset, ok := zones[name]; ok && name != "Z" {
			if s = strings.TrimSpace(s[:m[0]]); !offsetEnd.MatchString(s) {
				s += " " + offset
			}
		}
	}
	for _, form := range feedForms {
		if t, err := time.Parse(form, s); err == nil && t.Year() > 0 {
			return t, true
		}
	}
	return time.Time{}, false
}

var offsetEnd = compile(`[+-]\d\d:?\d\d$`)
