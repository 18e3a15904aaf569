package ingest

import (
	"strings"

	"golang.org/x/net/html"
)

// leaf reads an element to its end: its text with the references resolved,
// and, if there are elements inside, their markup as it stands. An element that
// is never closed ends where the next field or item begins.
func (f *xmlFeed) leaf(n string, t xmlToken) (text, raw string) {
	if t.closed {
		return "", ""
	}
	var plain, marked strings.Builder
	elements, depth := false, 0
	for {
		at := f.scan.at
		t, ok := f.scan.next()
		if !ok {
			if f.item != nil {
				f.item.broken = true
			}
			break
		}
		switch t.kind {
		case xmlText:
			plain.WriteString(unescapeXML(t.text))
			marked.WriteString(t.text)
		case xmlCDATA:
			plain.WriteString(t.text)
			marked.WriteString(t.text)
		case xmlStart, xmlEnd:
			inner := f.nameOf(t.name)
			if inner == n {
				if t.kind == xmlStart {
					depth++
				} else if depth--; depth < 0 {
					return leafText(&plain, &marked, elements)
				}
			}
			if f.ends(n, inner, t.kind) {
				f.scan.at = at // for the caller to read
				return leafText(&plain, &marked, elements)
			}
			elements = true
			marked.WriteString(f.scan.src[at:f.scan.at])
			if t.closed && !voidElements[inner] {
				marked.WriteString("</" + t.name + ">")
			}
		}
	}
	return leafText(&plain, &marked, elements)
}

func leafText(plain, marked *strings.Builder, elements bool) (text, raw string) {
	if elements {
		raw = marked.String()
	}
	return plain.String(), raw
}

var voidElements = map[string]bool{"br": true, "img": true, "hr": true, "input": true, "wbr": true, "source": true, "area": true, "col": true, "meta": true, "link": true, "embed": true}

// fieldNames begin another field of the item, whatever is open. Those that
// HTML has too end only fields of one line.
var (
	fieldNames = map[string]bool{
		"guid": true, "pubdate": true, "published": true, "updated": true, "dc:creator": true, "dc:date": true, "content:encoded": true,
		"excerpt:encoded": true, "wp:post_id": true, "wp:post_date": true, "wp:status": true, "wp:post_type": true, "media:content": true, "enclosure": true,
	}
	alsoInHTML = map[string]bool{"title": true, "link": true, "description": true, "category": true, "summary": true, "author": true, "content": true, "id": true}
	longFields = map[string]bool{
		"content:encoded": true, "content": true, "fullcontent": true, "xhtml:body": true, "body": true, "description": true, "summary": true,
		"excerpt:encoded": true, "itunes:summary": true, "source": true, "wp:comment": true, "image": true, "textinput": true,
	}
)

// ends: a tag shows that element n was never closed.
func (f *xmlFeed) ends(n, inner string, kind xmlKind) bool {
	if itemNames[inner] {
		return true
	}
	if kind == xmlEnd {
		return inner == "channel" || inner == "rss" || inner == "feed"
	}
	if n == "source" || n == "wp:comment" || n == "author" {
		return false // holds fields of the same names
	}
	return inner != n && (fieldNames[inner] || alsoInHTML[inner] && !longFields[n])
}

// withoutTags is the text of a piece of HTML.
func withoutTags(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			if name, _ := z.TagName(); breakingTags[string(name)] {
				b.WriteByte('\n')
			}
		}
	}
}

var breakingTags = map[string]bool{"p": true, "div": true, "br": true, "li": true, "ul": true, "ol": true, "tr": true, "td": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "blockquote": true}
