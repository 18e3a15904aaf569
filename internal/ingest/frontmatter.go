package ingest

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"go.abhg.dev/goldmark/frontmatter"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxPreheader is the longest preheader a mail may have (rule HTML-6).
const maxPreheader = 150

// frontMatter takes over what the source says about itself. Keys are matched
// without regard to case, dashes and underscores.
func (d *draft) frontMatter(data *frontmatter.Data, line int) {
	if data == nil {
		return
	}
	raw, err := decodeFront(data)
	if err != nil {
		d.note(article.Warn, line, "The front matter cannot be read, so its title, author and date are not known.",
			"Put right what stands between the opening and the closing line of the front matter.")
		return
	}
	m := foldedKeys(raw)
	d.title = m.line("title", "headline", "titel", "titre", "título", "titulo", "titolo")
	d.author = m.author("author", "authors", "by", "byline", "autor", "autorin", "autora", "auteur", "autrice", "autore")
	d.language = languageTag(m.line("lang", "language", "locale", "sprache", "langue", "idioma", "lingua"))
	if t, given := m.time("published", "publisheddate", "publishdate", "datepublished", "pubdate", "pubdatetime", "publishedat", "datetime", "date", "datum", "fecha", "data"); t != nil {
		d.published = t
	} else if given != "" {
		d.note(article.Info, line, fmt.Sprintf("The date %q in the front matter cannot be read.", clip(given, 60)), "Write it as 2006-01-02 or with a time as RFC 3339.")
	}
	d.frontAddress(m)
	if s := m.line("preheader", "description", "excerpt"); utf8.RuneCountInString(s) <= maxPreheader {
		d.preheader = s
	}
	for _, key := range []string{"disclosure", "affiliatedisclosure", "divulgação", "divulgacao", "divulgación", "transparencia", "transparenz", "trasparenza", "werbehinweis"} {
		if s, ok := m[key].(string); ok && hasWords(s) && strings.Contains(strings.TrimSpace(s), " ") {
			d.addNotice(tidyText(autolink(html.UnescapeString(s))), at(line, 0), noticeKind{disclosure: true}.or(kindOfNotice(s)))
		}
	}
	for _, key := range []string{"takeaways", "keytakeaways", "tldr", "keypoints", "summarypoints", "puntosclave", "puntichiave", "pontoschave", "pointscles", "pointsclés", "kernaussagen"} {
		for _, s := range m.lines(key) {
			d.addTakeaway(s, at(line, 0))
		}
	}
	d.frontQuestions(m, line)
}

var keyMarks = strings.NewReplacer("-", "", "_", "", " ", "")

// foldedKeys are the values by their keys without regard to case, dashes and
// underscores.
func foldedKeys(raw map[string]any) frontValues {
	m := make(frontValues, len(raw))
	for k, v := range raw {
		m[keyMarks.Replace(strings.ToLower(k))] = v
	}
	return m
}

// openFront is the beginning of a front matter.
var openFront = compile(`\A(---|\+\+\+)[ \t]*\r?\n[A-Za-z][\w-]*[ \t]*[:=]`)

// noteOpenFront says so when a front matter is begun and never ended: all of
// it is read as text.
func (d *draft) noteOpenFront() {
	m := openFront.FindStringSubmatch(d.src)
	if m == nil || d.format == HTML {
		return
	}
	for line := range strings.Lines(d.src[len(m[1]):]) {
		if strings.TrimSpace(line) == m[1] {
			return
		}
	}
	d.note(article.Warn, 1, "The front matter is begun but never ended, so all of it is read as text.",
		"End it with a line of its own that is "+m[1]+".")
}

// frontAddress settles the article's own address, and with it what relative
// links are resolved against.
func (d *draft) frontAddress(m frontValues) {
	for _, key := range []string{"canonicalurl", "canonical", "url", "permalink", "link"} {
		s := m.line(key)
		if s == "" {
			continue
		}
		u, err := url.Parse(s)
		if err != nil {
			continue
		}
		if d.base != nil {
			u = d.base.ResolveReference(u)
		}
		if (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			d.canonical, d.base = u.String(), u
			return
		}
	}
}

// decodeFront decodes into a map; a decoder that gives up on hostile input by
// panicking has not read it either.
func decodeFront(data *frontmatter.Data) (m map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, fmt.Errorf("front matter: %v", r)
		}
	}()
	err = data.Decode(&m)
	return m, err
}

// frontValues are the values of the front matter by folded key.
type frontValues map[string]any

// line is the first of the keys that holds a text, on one line.
func (m frontValues) line(keys ...string) string {
	for _, k := range keys {
		if s, ok := m[k].(string); ok {
			if s = oneLine(html.UnescapeString(s)); s != "" {
				return s
			}
		}
	}
	return ""
}

// lines are the texts of a list, or the one text there is.
func (m frontValues) lines(key string) []string {
	switch v := m[key].(type) {
	case string:
		return []string{html.UnescapeString(v)}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok && len(out) < maxTakeaways {
				out = append(out, html.UnescapeString(s))
			}
		}
		return out
	}
	return nil
}

// author reads "Ann Lee", {name: Ann Lee, bio: …} or a list of either.
func (m frontValues) author(keys ...string) article.Author {
	for _, k := range keys {
		switch v := m[k].(type) {
		case string:
			if s := oneLine(html.UnescapeString(v)); s != "" {
				return article.Author{Name: s}
			}
		case map[string]any:
			return authorOf(v)
		case []any:
			var names []string
			for _, x := range v {
				switch x := x.(type) {
				case string:
					names = append(names, oneLine(html.UnescapeString(x)))
				case map[string]any:
					names = append(names, authorOf(x).Name)
				}
			}
			if s := oneLine(strings.Join(names, ", ")); s != "" {
				return article.Author{Name: s}
			}
		}
	}
	return article.Author{}
}

func authorOf(v map[string]any) article.Author {
	m := frontValues(v)
	return article.Author{Name: m.line("name", "title"), Note: m.line("note", "bio", "description", "tagline")}
}

// dateForms are the ways people write dates into front matter.
var dateForms = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04",
	time.DateOnly, "2006/01/02", "02.01.2006", "2.1.2006", "January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006", time.RFC1123Z, time.RFC1123, "2006-01",
}

// time is the first of the keys that holds a date, nil and what it holds if it
// cannot be read. A time without a zone is taken for UTC.
func (m frontValues) time(keys ...string) (t *time.Time, given string) {
	for _, k := range keys {
		switch v := m[k].(type) {
		case time.Time:
			if v.Year() > 0 && v.Year() < 10000 {
				if name := v.Location().String(); strings.HasSuffix(name, "-local") { // TOML without a zone
					v = time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC)
				}
				return &v, ""
			}
		case string:
			s := strings.TrimSpace(v)
			for _, form := range dateForms {
				if p, err := time.Parse(form, s); err == nil && p.Year() > 0 {
					return &p, ""
				}
			}
			if given == "" {
				given = s
			}
		}
	}
	return nil, given
}
