package ingest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// jsonEntry is an item of a JSON Feed, version 1 or 1.1.
type jsonEntry struct {
	ID            any          `json:"id"`
	URL           string       `json:"url"`
	ExternalURL   string       `json:"external_url"`
	Title         string       `json:"title"`
	ContentHTML   string       `json:"content_html"`
	ContentText   string       `json:"content_text"`
	Summary       string       `json:"summary"`
	Image         string       `json:"image"`
	BannerImage   string       `json:"banner_image"`
	DatePublished string       `json:"date_published"`
	DateModified  string       `json:"date_modified"`
	Author        jsonPerson   `json:"author"`
	Authors       []jsonPerson `json:"authors"`
	Language      string       `json:"language"`
	Attachments   []struct {
		URL      string `json:"url"`
		MIMEType string `json:"mime_type"`
	} `json:"attachments"`
}

// jsonPerson is an author: {"name": …}, or wrongly only the name.
type jsonPerson struct{ Name string }

// UnmarshalJSON never fails: an author that cannot be read is none.
func (p *jsonPerson) UnmarshalJSON(data []byte) error {
	var v struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(data, &v) == nil {
		p.Name = v.Name
	} else {
		_ = json.Unmarshal(data, &p.Name) // neither an object nor a name: nobody
	}
	return nil
}

// readJSONFeed reads a JSON Feed as far as it can be read.
func readJSONFeed(name, src string) *feedDoc {
	mended, cut := mendJSON(src)
	doc := &feedDoc{name: name, format: JSONFeed}
	defer func() {
		if n := len(doc.items); cut && n > 0 {
			doc.items[n-1].broken = true
		}
	}()
	dec := json.NewDecoder(strings.NewReader(mended))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return doc
	}
	line, upTo := 1, 0
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return doc
		}
		if key == "items" {
			if t, err := dec.Token(); err != nil || t != json.Delim('[') {
				return doc
			}
			for dec.More() {
				var raw json.RawMessage
				if err := dec.Decode(&raw); err != nil {
					doc.brokenOff()
					return doc
				}
				at := int(dec.InputOffset()) - len(raw)
				line += strings.Count(mended[upTo:at], "\n")
				upTo = at
				doc.jsonItem(raw, line)
			}
			if _, err := dec.Token(); err != nil {
				doc.brokenOff()
				return doc
			}
			continue
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			doc.brokenOff()
			return doc
		}
		doc.jsonField(key, raw)
	}
	return doc
}

// brokenOff notes that nothing after the last item can be read.
func (f *feedDoc) brokenOff() {
	if len(f.items) == 0 {
		return
	}
	last := f.items[len(f.items)-1]
	f.notes = append(f.notes, feedNote{
		concerns: func(it *feedItem) bool { return it == last },
		message:  "The feed cannot be read any further after this item.", fix: "Fetch or export the feed again.",
	})
}

// jsonField reads what the feed says about itself; what has the wrong type
// says nothing.
func (f *feedDoc) jsonField(key json.Token, raw json.RawMessage) {
	var s string
	switch key {
	case "home_page_url":
		if json.Unmarshal(raw, &s) == nil {
			f.link = s
		}
	case "language":
		if json.Unmarshal(raw, &s) == nil {
			f.lang = s
		}
	case "author":
		var p jsonPerson
		if json.Unmarshal(raw, &p) == nil && f.author == "" {
			f.author = personName(p.Name)
		}
	case "authors":
		var ps []jsonPerson
		if json.Unmarshal(raw, &ps) == nil {
			if names := jsonNames(ps); len(names) > 0 {
				f.author = strings.Join(names, ", ")
			}
		}
	}
}

func (f *feedDoc) jsonItem(raw json.RawMessage, line int) {
	if len(f.items) >= maxItems {
		f.more++
		return
	}
	var e jsonEntry
	if err := json.Unmarshal(raw, &e); err != nil {
		e = loosely(raw)
	}
	it := &feedItem{
		title: oneLine(clip(e.Title, 8<<10)), link: e.URL, published: e.DatePublished, updated: e.DateModified,
		lang: e.Language, line: line, summary: feedText{body: e.Summary},
	}
	first(&it.link, e.ExternalURL)
	switch id := e.ID.(type) {
	case string:
		it.guid = oneLine(id)
	case float64:
		number, _ := json.Marshal(id) // a float from JSON can be written as JSON
		it.guid = string(number)
	}
	if it.link == "" && isWeb(it.guid) {
		it.link = it.guid
	}
	it.content = feedText{body: e.ContentHTML}
	if strings.TrimSpace(e.ContentHTML) == "" {
		it.content = feedText{body: e.ContentText, plain: true}
	}
	first(&it.image, e.Image)
	first(&it.image, e.BannerImage)
	for _, a := range e.Attachments {
		if strings.HasPrefix(a.MIMEType, "image/") {
			first(&it.image, a.URL)
		}
	}
	if it.authors = jsonNames(e.Authors); len(it.authors) == 0 {
		it.authors = jsonNames([]jsonPerson{e.Author})
	}
	f.items = append(f.items, it)
}

func jsonNames(ps []jsonPerson) []string {
	var out []string
	for _, p := range ps {
		if s := personName(p.Name); s != "" && len(out) < maxAuthors {
			out = append(out, s)
		}
	}
	return out
}

// loosely reads an item in which some field has another type than it should:
// the fields that are text.
func loosely(raw json.RawMessage) jsonEntry {
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil {
		return jsonEntry{}
	}
	text := func(key string) string {
		s, _ := m[key].(string)
		return s
	}
	e := jsonEntry{
		ID: m["id"], URL: text("url"), ExternalURL: text("external_url"), Title: text("title"), ContentHTML: text("content_html"), ContentText: text("content_text"),
		Summary: text("summary"), Image: text("image"), BannerImage: text("banner_image"), DatePublished: text("date_published"), DateModified: text("date_modified"), Language: text("language"),
	}
	if a, ok := m["author"].(map[string]any); ok {
		e.Author.Name, _ = a["name"].(string)
	}
	return e
}

// mendJSON puts right what feeds get wrong and JSON does not forgive: line
// breaks and controls in strings, unknown escapes, commas before a closing
// bracket, an end in the midst of it (cut). Whatever is right stays as it is.
func mendJSON(src string) (mended string, cut bool) {
	var b strings.Builder
	b.Grow(len(src) + len(src)/16)
	var open []byte // closing brackets to come
	inside := false
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case c == '"':
			inside = !inside
			b.WriteByte(c)
		case inside && c == '\\':
			i += escapeOf(src[i:], &b)
		case inside && c < ' ':
			fmt.Fprintf(&b, "\\u%04x", c)
		case inside || c != ',' && c >= ' ':
			b.WriteByte(c)
			if !inside {
				open = bracket(open, c)
			}
		case c == ',' && closes(src[i+1:]):
		case c == ',':
			b.WriteByte(c)
		default: // white space, or what does the same
			b.WriteByte(' ')
		}
	}
	if !inside && len(open) == 0 {
		return b.String(), false
	}
	if inside {
		b.WriteByte('"')
	}
	slices.Reverse(open)
	return strings.TrimRight(b.String(), ", ") + string(open), true
}

// bracket keeps account of what must be closed.
func bracket(open []byte, c byte) []byte {
	n := len(open)
	switch {
	case c == '{':
		return append(open, '}')
	case c == '[':
		return append(open, ']')
	case n > 0 && open[n-1] == c:
		return open[:n-1]
	}
	return open
}

// escapeOf writes the escape s begins with, or what was meant by it, and
// returns how many bytes beyond the backslash it took.
func escapeOf(s string, b *strings.Builder) int {
	if len(s) < 2 {
		return 0
	}
	switch c := s[1]; c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		b.WriteString(s[:2])
		return 1
	case 'u':
		if len(s) >= 6 && hexDigits(s[2:6]) {
			b.WriteString(s[:6])
			return 5
		}
		b.WriteString(`\\`)
		return 0
	case '\n', '\t':
		return 0
	default: // \' and the like
		return 0
	}
}

func hexDigits(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// maxGap is how far a closing bracket is looked for after a comma.
const maxGap = 200

// closes: only space stands before a closing bracket.
func closes(s string) bool {
	s = strings.TrimLeft(s[:min(len(s), maxGap)], " \n\t")
	return s != "" && (s[0] == ']' || s[0] == '}')
}
