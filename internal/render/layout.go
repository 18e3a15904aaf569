package render

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Layouts of a mail.
const (
	// Whole is one article, all of it.
	Whole = "article"
	// Excerpt is the opening, takeaways and picks of one article and a button
	// that leads to the rest.
	Excerpt = "excerpt"
	// Digest is a card for each of several articles.
	Digest = "digest"
	// Letter is one article with next to nothing around it.
	Letter = "letter"
)

// Layouts lists the layouts there are.
func Layouts() []string { return []string{Whole, Excerpt, Digest, Letter} }

// LayoutOf is the layout that an issue of n articles gets: the one asked for,
// or with "" the digest for several and the whole article for one.
func LayoutOf(asked string, n int) string {
	switch {
	case asked != "":
		return asked
	case n > 1:
		return Digest
	}
	return Whole
}

// edition is an issue being composed. Of a digest the embedded composer is
// that of the frame, whose article has a title and nothing else.
type edition struct {
	*composer
	layout string
	// stories are the composers of a digest's articles; nil for a variant's
	// that is left out.
	stories []*composer
	shown   int
}

func newEdition(issue *Issue, theme *Theme) (*edition, error) {
	mode, err := issue.check(theme)
	if err != nil {
		return nil, err
	}
	e := &edition{layout: LayoutOf(issue.Layout, len(issue.Articles))}
	if e.layout != Digest {
		e.composer = newComposer(issue, issue.Articles[0], theme, mode)
		return e, nil
	}
	for i, a := range issue.Articles {
		if slices.Contains(issue.Without, i) {
			e.stories = append(e.stories, nil)
			continue
		}
		e.stories = append(e.stories, newComposer(issue, a, theme, mode))
		e.shown++
	}
	e.composer = newComposer(issue, &article.Article{}, theme, mode)
	e.tongue = tongueOf(issue.Newsletter.Language)
	if lang, one := e.oneLanguage(); one {
		e.tongue = tongueOf(lang, issue.Newsletter.Language)
	}
	e.art.Title, e.art.Preheader = e.title(), e.digestPreheader()
	return e, nil
}

// check finds a caller's mistakes, and gives the mode of links to Amazon.
func (i *Issue) check(theme *Theme) (mode string, err error) {
	if theme == nil {
		return "", errors.New("composing needs a theme: load one with LoadTheme")
	}
	layout := LayoutOf(i.Layout, len(i.Articles))
	if !slices.Contains(Layouts(), layout) {
		return "", fmt.Errorf("there is no layout %q; the layouts are: %s", layout, strings.Join(Layouts(), ", "))
	}
	left := 0
	for n, a := range i.Articles {
		if a == nil {
			return "", errors.New("an issue holds an article that is not there")
		}
		if !slices.Contains(i.Without, n) {
			left++
		}
	}
	switch {
	case layout != Digest && (len(i.Articles) != 1 || len(i.Without) > 0):
		return "", fmt.Errorf("the layout %q is for one article, this issue has %d", layout, len(i.Articles))
	case left == 0:
		return "", errors.New("a digest needs an article")
	}
	switch m := i.Newsletter.AmazonMode; m {
	case "":
		return ViaArticle, nil
	case ViaArticle, Direct:
		return m, nil
	default:
		return "", fmt.Errorf("links to Amazon lead %q or %q, not %q", ViaArticle, Direct, m)
	}
}

// oneLanguage is the language that all of a digest's articles are in.
func (e *edition) oneLanguage() (lang string, one bool) {
	for _, a := range e.issue.Articles {
		if lang != "" && a.Language != lang {
			return "", false
		}
		lang = a.Language
	}
	return lang, lang != ""
}

// longestLead is how long the first title can be in a digest's own, in
// characters; the whole must do as a subject.
const longestLead = 100

// title is a digest's: the editor's, or the first article's with a count of
// the others.
func (e *edition) title() string {
	if t := strings.TrimSpace(e.issue.Title); t != "" {
		return t
	}
	for _, s := range e.stories {
		if s == nil || strings.TrimSpace(s.art.Title) == "" {
			continue
		}
		if e.shown == 1 {
			return s.art.Title
		}
		return fmt.Sprintf(e.AndMore, shorten(s.art.Title, longestLead), e.shown-1)
	}
	return ""
}

// view is what the layouts read, in one medium. On the web an excerpt and a
// letter are the whole article.
func (e *edition) view(m medium) *view {
	v := e.composer.view(m)
	v.Layout, v.Intro = e.layout, e.intro()
	if len(v.Intro) > 0 && e.layout == Digest {
		v.Lead, v.Intro = v.Intro[0], v.Intro[1:]
	}
	switch {
	case e.layout == Digest:
		e.digest(v, m)
	case e.layout == Excerpt && m == inMail:
		e.excerpt(v)
	case e.layout == Whole && m == inMail:
		v.Guide = e.guide(v)
	}
	return v
}

// intro is the editor's own words, a paragraph a line.
func (e *edition) intro() []rich {
	var out []rich
	for l := range strings.Lines(e.issue.Intro) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, e.plain(l))
		}
	}
	return out
}

// guide lists what a mail holds, with links to its places on the web:
// in-message anchors fail in several mail programs (HTML-13).
type guide struct {
	Title string
	// Numbered entries are stories; others are sections.
	Numbered bool
	Entries  []entry
}

type entry struct {
	Number int
	Text   rich
	Href   string // "" if the issue is nowhere on the web
}

// What makes a piece long enough for a table of contents.
const (
	leastGuideWords    = 1100 // five minutes
	leastGuideSections = 3
)

// guide is the table of contents of a long article, nil for others.
func (e *edition) guide(v *view) *guide {
	if v.Links.View == "" || e.art.Words() < leastGuideWords {
		return nil
	}
	g := &guide{Title: e.InContents}
	for _, h := range sections(v.Body) {
		g.Entries = append(g.Entries, entry{Text: h.Text, Href: v.Links.View + "#" + h.ID})
	}
	if len(g.Entries) < leastGuideSections {
		return nil
	}
	return g
}

// sections are the headings that divide a body.
func sections(body []block) []headingView {
	var out []headingView
	for _, b := range body {
		h, ok := b.Data.(headingView)
		if v, isVerdict := b.Data.(verdictView); isVerdict && !v.Text.Empty() {
			h, ok = v.headingView, true
		}
		if ok && h.Level == 2 {
			out = append(out, h)
		}
	}
	return out
}
