package ingest

import (
	"strings"
)

// feedDoc is a feed or an export as it was read, before its items become
// articles.
type feedDoc struct {
	name   string
	format Format
	link   string
	base   string
	lang   string
	author string
	items  []*feedItem
	more   int // items beyond maxItems
	// notes are what is wrong with the feed as a whole.
	notes []feedNote

	declared map[string]bool   // entities of the feed's own
	logins   map[string]string // WordPress: who is behind a login
	media    map[string]string // WordPress: pictures by their ids
}

// feedNote is a finding about a whole feed: whom it concerns, and what to say.
type feedNote struct {
	concerns     func(*feedItem) bool
	message, fix string
}

// feedItem is an entry of a feed as it was read. The first of several fields
// of the same name counts.
type feedItem struct {
	title, link, guid  string
	authors            []string
	published, updated string
	content, summary   feedText
	image, imageAlt    string
	lang, base         string
	line               int  // in the feed, from 1; 0 if unknown
	broken             bool // the feed ends in the midst of it

	postType, status, password, postID, thumbnail string // WordPress
}

// feedText is what an element holds.
type feedText struct {
	body string
	// plain: the source says it is no HTML, and that it means it.
	plain bool
	// elsewhere: the source only says where the text is.
	elsewhere bool
}

func (t feedText) empty() bool { return strings.TrimSpace(t.body) == "" }

// maxItems bounds the articles of one feed; no site shows more at once.
const maxItems = 20000

// namespaces are the vocabularies feeds mix, by a part of their address, with
// the prefix that they have here.
var namespaces = []struct{ part, prefix string }{
	{"purl.org/rss/1.0/modules/content", "content"}, {"purl.org/dc/elements", "dc"}, {"purl.org/dc/terms", "dcterms"},
	{"search.yahoo.com/mrss", "media"}, {"itunes.com/dtds", "itunes"}, {"wordpress.org/export/1.2/excerpt", "excerpt"},
	{"wordpress.org/export/1.1/excerpt", "excerpt"}, {"wordpress.org/export/1.0/excerpt", "excerpt"}, {"wordpress.org/export", "wp"},
	{"w3.org/2005/atom", "atom"}, {"purl.org/atom/ns", "atom"}, {"rssnamespace.org/feedburner", "feedburner"}, {"w3.org/1999/xhtml", "xhtml"},
}

// xmlFeed reads RSS 0.9 to 2.0, RDF, Atom 0.3 and 1.0 and WordPress's exports.
// It knows elements by name, not by their place: a feed whose tags do not match
// is read like one whose do.
type xmlFeed struct {
	*feedDoc
	scan   *xmlScanner
	prefix map[string]string // of the source: the one it has here
	item   *feedItem
	login  string // WordPress: of the author being read
	key    string // WordPress: of the field being read
	line   int
	upTo   int // lines are counted up to here
}

// readXMLFeed reads what can be read.
func readXMLFeed(name, src string) *feedDoc {
	doc := &feedDoc{name: name, format: RSS, logins: make(map[string]string), media: make(map[string]string)}
	f := &xmlFeed{feedDoc: doc, scan: newXMLScanner(src), prefix: make(map[string]string), line: 1}
	for {
		t, ok := f.scan.next()
		if !ok {
			break
		}
		switch t.kind {
		case xmlStart:
			f.start(t)
		case xmlEnd:
			if n := f.nameOf(t.name); itemNames[n] {
				f.item = nil
			}
		}
	}
	if f.item != nil {
		f.item.broken = true
	}
	doc.declared = f.scan.declared
	return doc
}

// itemNames are the elements an article is in.
var itemNames = map[string]bool{"item": true, "entry": true, "rss:item": true}

// nameOf is an element's name in lower case with the prefix it has here.
func (f *xmlFeed) nameOf(name string) string {
	name = strings.ToLower(name)
	p, local, ok := strings.Cut(name, ":")
	if !ok {
		return name
	}
	if known, ok := f.prefix[p]; ok {
		p = known
	}
	if p == "atom" && f.format == Atom {
		return local
	}
	return p + ":" + local
}

// declare notes the prefixes that a tag declares.
func (f *xmlFeed) declare(attrs string) {
	if !strings.Contains(attrs, "xmlns:") || len(f.prefix) > maxAttributes {
		return
	}
	for _, m := range attribute.FindAllStringSubmatch(attrs, maxAttributes) {
		p, ok := strings.CutPrefix(strings.ToLower(m[1]), "xmlns:")
		if !ok {
			continue
		}
		address := strings.ToLower(m[2] + m[3] + m[4])
		for _, n := range namespaces {
			if strings.Contains(address, n.part) {
				f.prefix[p] = n.prefix
				break
			}
		}
	}
}

func (f *xmlFeed) start(t xmlToken) {
	f.declare(t.text)
	n := f.nameOf(t.name)
	switch {
	case n == "feed" || n == "atom:feed":
		f.format = Atom
		f.lang, f.base = xmlAttr(t.text, "xml:lang"), xmlAttr(t.text, "xml:base")
	case itemNames[n]:
		f.open(t)
	case f.item == nil:
		f.channelField(n, t)
	default:
		f.itemField(n, t)
	}
}

// open begins an item; one that is still open ends here.
func (f *xmlFeed) open(t xmlToken) {
	f.line += strings.Count(f.scan.src[f.upTo:t.at], "\n")
	f.upTo = t.at
	f.item = &feedItem{line: f.line, lang: xmlAttr(t.text, "xml:lang"), base: xmlAttr(t.text, "xml:base")}
	if len(f.items) < maxItems {
		f.items = append(f.items, f.item)
	} else {
		f.more++
	}
	if t.closed {
		f.item = nil
	}
}

// channelField reads what the feed says about itself.
func (f *xmlFeed) channelField(n string, t xmlToken) {
	switch n {
	case "image", "textinput":
		f.leaf(n, t)
	case "link":
		f.linkTo(t, &f.link)
	case "language", "dc:language":
		first(&f.lang, f.line1(n, t))
	case "author":
		if s := f.person(n, t); f.format == Atom {
			first(&f.author, s)
		}
	case "wp:wxr_version":
		f.format = WXR
	case "wp:author_login":
		f.login = f.line1(n, t)
	case "wp:author_display_name":
		if s := f.line1(n, t); f.login != "" && len(f.logins) < maxItems {
			f.logins[f.login] = s
		}
	}
}

// itemField reads one field of an item.
func (f *xmlFeed) itemField(n string, t xmlToken) {
	it := f.item
	switch n {
	case "title":
		first(&it.title, f.line1(n, t))
	case "link":
		f.linkTo(t, &it.link)
	case "feedburner:origlink":
		if s := f.line1(n, t); s != "" {
			it.link = s
		}
	case "guid", "id":
		f.identify(n, t)
	case "pubdate", "published", "issued", "dc:date", "date", "dcterms:issued", "created":
		first(&it.published, f.line1(n, t))
	case "updated", "modified", "dcterms:modified":
		first(&it.updated, f.line1(n, t))
	case "dc:creator", "author", "itunes:author":
		if s := f.person(n, t); s != "" && len(it.authors) < maxAuthors && (n != "itunes:author" || len(it.authors) == 0) {
			it.authors = append(it.authors, s)
		}
	case "content:encoded", "content", "fullcontent", "xhtml:body", "body":
		f.bodyOf(n, t, &it.content)
	case "description", "summary", "excerpt:encoded", "itunes:summary":
		f.bodyOf(n, t, &it.summary)
	case "source":
		f.leaf(n, t)
	default:
		f.mediaField(n, t)
		f.wordPressField(n, t)
	}
}

// maxAuthors bounds who wrote an article together.
const maxAuthors = 8

// mediaField notes a picture that stands for the item.
func (f *xmlFeed) mediaField(n string, t xmlToken) {
	it := f.item
	switch n {
	case "enclosure":
		if strings.HasPrefix(xmlAttr(t.text, "type"), "image/") {
			first(&it.image, xmlAttr(t.text, "url"))
		}
	case "media:content":
		address := xmlAttr(t.text, "url")
		if xmlAttr(t.text, "medium") == "image" || strings.HasPrefix(xmlAttr(t.text, "type"), "image/") || pictureName.MatchString(address) {
			first(&it.image, address)
		}
	case "media:thumbnail":
		first(&it.image, xmlAttr(t.text, "url"))
	case "itunes:image":
		first(&it.image, xmlAttr(t.text, "href"))
	case "media:description", "media:title":
		first(&it.imageAlt, f.line1(n, t))
	case "url", "image":
		if s := f.line1(n, t); strings.HasPrefix(s, "http") {
			first(&it.image, s)
		}
	}
}

var pictureName = compile(`(?i)\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)`)

// wordPressField reads what only an export has.
func (f *xmlFeed) wordPressField(n string, t xmlToken) {
	it := f.item
	switch n {
	case "wp:post_type":
		first(&it.postType, f.line1(n, t))
		f.format = WXR
	case "wp:status":
		first(&it.status, f.line1(n, t))
	case "wp:post_password":
		first(&it.password, f.line1(n, t))
	case "wp:post_id":
		first(&it.postID, f.line1(n, t))
	case "wp:attachment_url":
		if s := f.line1(n, t); it.postID != "" && len(f.media) < maxItems {
			f.media[it.postID] = s
		}
	case "wp:meta_key":
		f.key = f.line1(n, t)
	case "wp:meta_value":
		if f.key == "_thumbnail_id" {
			first(&it.thumbnail, f.line1(n, t))
		}
	case "wp:comment": // of a reader
		f.leaf(n, t)
	}
}

// first sets what is not set yet.
func first(to *string, s string) {
	if *to == "" {
		*to = s
	}
}

// linkTo reads an address: Atom's in an attribute, RSS's as text.
func (f *xmlFeed) linkTo(t xmlToken, to *string) {
	href := xmlAttr(t.text, "href")
	if href == "" {
		first(to, f.line1("link", t))
		return
	}
	if rel := xmlAttr(t.text, "rel"); rel == "" || rel == "alternate" {
		first(to, href)
	}
	if it := f.item; it != nil && xmlAttr(t.text, "rel") == "enclosure" && strings.HasPrefix(xmlAttr(t.text, "type"), "image/") {
		first(&it.image, href)
	}
}

// identify reads the item's own id; one that is an address can stand for the
// link.
func (f *xmlFeed) identify(n string, t xmlToken) {
	s := f.line1(n, t)
	first(&f.item.guid, s)
	if n == "guid" && !strings.EqualFold(xmlAttr(t.text, "isPermaLink"), "false") && f.item.link == "" && isWeb(s) {
		f.item.link = s
	}
}

func isWeb(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

var (
	nameElement = compile(`(?is)<(?:\w+:)?name[^<>]*>(.*?)</`)
	mailAndName = compile(`^\S+@\S+\s*\((.+)\)$`)
	nameAndMail = compile(`^(.*?)[\s<(]*\S+@\S+$`)
)

// person reads a name, also out of "mail@example.org (Ann Lee)" and <name>.
func (f *xmlFeed) person(n string, t xmlToken) string {
	text, raw := f.leaf(n, t)
	if m := nameElement.FindStringSubmatch(raw); m != nil {
		text = unescapeXML(m[1])
	} else if raw != "" {
		return ""
	}
	return personName(text)
}

func personName(s string) string {
	s = oneLine(unescapeXML(withoutTags(s)))
	if m := mailAndName.FindStringSubmatch(s); m != nil {
		return strings.TrimSpace(m[1])
	}
	if m := nameAndMail.FindStringSubmatch(s); m != nil && strings.Contains(s, "@") {
		return strings.TrimSpace(m[1])
	}
	switch strings.ToLower(s) {
	case "admin", "administrator", "root", "webmaster", "author", "null", "undefined":
		return "" // a login, not a name
	}
	if strings.Contains(s, "@") || !short(s, 120) {
		return ""
	}
	return s
}

// line1 is the text of an element on one line.
func (f *xmlFeed) line1(n string, t xmlToken) string {
	text, raw := f.leaf(n, t)
	if raw != "" {
		text = withoutTags(raw)
	}
	return oneLine(clip(text, 8<<10))
}

// bodyOf reads an element that holds running text.
func (f *xmlFeed) bodyOf(n string, t xmlToken, to *feedText) {
	kind := strings.ToLower(xmlAttr(t.text, "type"))
	src := xmlAttr(t.text, "src")
	text, raw := f.leaf(n, t)
	switch {
	case raw != "":
		text = strings.NewReplacer("<xhtml:", "<", "</xhtml:", "</", "<html:", "<", "</html:", "</").Replace(raw)
	case src != "" && strings.TrimSpace(text) == "":
		to.elsewhere = true
		return
	case strings.HasPrefix(kind, "image/"), strings.HasPrefix(kind, "video/"), strings.HasPrefix(kind, "audio/"), strings.HasPrefix(kind, "application/octet"):
		return
	}
	if to.empty() {
		to.body = text
	}
}
