package render

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Compose makes a mail and its web page of an issue. The same issue and theme
// always give the same bytes. Faults of the content are package lint's
// business: Compose leaves out what is missing and never fails for it.
func Compose(issue Issue, theme *Theme) (Mail, error) {
	e, err := newEdition(&issue, theme)
	if err != nil {
		return Mail{}, err
	}
	v := e.view(inMail)
	m := Mail{Title: e.art.Title, Preheader: v.Preheader.String()}
	err = theme.part(issue.Articles, "the HTML part", "blocks", func() error {
		m.HTML, err = theme.html[e.Dir].render(v)
		return err
	})
	if err != nil {
		return Mail{}, err
	}
	e.numberLinks(v)
	err = theme.part(issue.Articles, "the text part", "blocks", func() error {
		m.Text, err = theme.text.render(v)
		return err
	})
	if err != nil {
		return Mail{}, err
	}
	if len(issue.Without) > 0 {
		return m, nil
	}
	err = theme.part(issue.Articles, "the web page", "web", func() error {
		m.Web, err = theme.web.render(e)
		return err
	})
	if err != nil {
		return Mail{}, err
	}
	return m, nil
}

// part renders one part, whose templates an override folder may have in dir.
func (t *Theme) part(articles []*article.Article, what, dir string, render func() error) error {
	err := t.over.explain(dir, t.budget.run(articles, render))
	var broken *TemplateError
	if err == nil || errors.As(err, &broken) {
		return err
	}
	return fmt.Errorf("rendering %s: %w", what, err)
}

// composer is one article being composed.
type composer struct {
	tongue
	issue     *Issue
	art       *article.Article
	theme     *Theme
	mode      string
	canonical string            // the article's address without fragment, or ""
	anchors   map[string]string // of the picks, by address
	notes     *notes            // of a text part that numbers its links
}

func newComposer(issue *Issue, a *article.Article, theme *Theme, mode string) *composer {
	return &composer{
		tongue:    tongueOf(a.Language, issue.Newsletter.Language),
		issue:     issue,
		art:       a,
		theme:     theme,
		mode:      mode,
		canonical: withoutFragment(cleanURL(a.CanonicalURL)),
		anchors:   anchorsOf(a),
	}
}

// view is what the layouts of the mail read.
type view struct {
	tongue
	Newsletter  Newsletter
	Links       Links
	Title       rich
	PageTitle   string // never empty
	Preheader   rich
	Disclosures []notice
	Author      rich
	AuthorNote  rich
	Initial     string
	Minutes     string
	Hero        *imageView
	Standfirst  rich
	Takeaways   []takeaway
	Body        []block
	Disclaimer  *notice
	Reason      rich // why the reader gets this mail
	FootLinks   []footLink
	Notes       *notes // the text part's links, if they are numbered

	// What only some layouts have; see layout.go.
	Layout   string
	Intro    []rich // the editor's own words
	Guide    *guide
	Continue *offer  // an excerpt's button
	Picks    []block // an excerpt's, after the button
	Kicker   string  // a digest's, above its title
	Lead     rich    // a digest's, under its title
	Stories  []*story
}

type footLink struct{ Text, Href string }

type takeaway struct {
	Number int
	Text   rich
}

// longestMasthead is how many characters of a name leave room for the link
// beside it.
const longestMasthead = 16

// MastLink reports whether the masthead has room for the link to the web.
func (v *view) MastLink() bool {
	return v.Links.View != "" && len([]rune(v.Newsletter.Name)) <= longestMasthead
}

func (c *composer) view(m medium) *view {
	n := c.issue.Newsletter
	for _, u := range []*string{&n.HomeURL, &n.DisclosureURL, &n.PrivacyURL, &n.SubscribeURL} {
		*u = cleanURL(*u)
	}
	hero, standfirst, rest := c.opening(m)
	v := &view{
		tongue:      c.tongue,
		Newsletter:  n,
		Links:       c.issue.Links,
		Title:       rich{c: c, text: article.Plain(c.art.Title), binds: bindTitle},
		Preheader:   c.plain(c.preheader()),
		Disclosures: c.disclosures(m),
		Author:      c.plain(strings.TrimSpace(c.art.Author.Name)),
		AuthorNote:  c.plain(strings.TrimSpace(c.art.Author.Note)),
		Minutes:     c.minutes(),
		Standfirst:  standfirst,
		Lead:        c.plain(""),
		Reason:      c.plain(n.Why),
		Hero:        hero,
		Body:        c.blocks(rest, m),
	}
	for i, t := range c.art.Takeaways {
		v.Takeaways = append(v.Takeaways, takeaway{Number: i + 1, Text: c.plain(t.Text)})
	}
	if d, ok := c.disclaimer(); ok {
		v.Disclaimer = &d
	}
	if v.Reason.Empty() {
		v.Reason = c.plain(fmt.Sprintf(c.Why, n.Name))
	}
	v.PageTitle = c.pageTitle()
	v.Initial = initial(v.Author.String())
	for _, l := range []footLink{{c.ViewInBrowser, v.Links.View}, {c.tongue.Preferences, v.Links.Preferences}, {c.tongue.Unsubscribe, v.Links.Unsubscribe}} {
		if l.Href != "" {
			v.FootLinks = append(v.FootLinks, l)
		}
	}
	return v
}

// wordsPerMinute is how fast an adult reads non-fiction silently (Brysbaert
// 2019 has 238 for English; a little less for phones).
const wordsPerMinute = 220

func (c *composer) minutes() string {
	n := math.Round(float64(c.art.Words()) / wordsPerMinute)
	return fmt.Sprintf(c.Minutes, int(max(n, 1)))
}

// pageTitle is the article's title, or the newsletter's name where it has none.
func (c *composer) pageTitle() string {
	if strings.TrimSpace(c.art.Title) == "" {
		return c.issue.Newsletter.Name
	}
	return c.smart(c.art.Title)
}

// initial is the first letter of a name.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return strings.ToUpper(string(r))
		}
	}
	return ""
}

// Limits of an opening, in characters.
const (
	longestStandfirst = 220
	leastPreheader    = 60
	longestPreheader  = 150
)

// opening takes the picture and the standfirst off the front of the body.
func (c *composer) opening(m medium) (hero *imageView, standfirst rich, rest article.Blocks) {
	rest = c.art.Blocks
	standfirst = c.plain("")
	if len(rest) > 0 {
		if img, ok := rest[0].(*article.Image); ok && cleanURL(img.URL) != "" {
			h := c.image(img, m)
			hero, rest = &h, rest[1:]
		}
	}
	if len(rest) == 0 {
		return hero, standfirst, rest
	}
	p, ok := rest[0].(*article.Paragraph)
	if !ok || !isStandfirst(p) {
		return hero, standfirst, rest
	}
	return hero, c.rich(p.Text), rest[1:]
}

// isStandfirst reports whether a paragraph can open a piece in larger type.
func isStandfirst(p *article.Paragraph) bool {
	return !p.Label && !leadsOn(p.Text) && len([]rune(p.Text.String())) <= longestStandfirst
}

// leadsOn reports whether a paragraph ends with a colon: it belongs to what
// follows.
func leadsOn(t article.Text) bool {
	return strings.HasSuffix(strings.TrimSpace(t.String()), ":")
}

// preheader is the editor's, the article's, or the article's first sentences:
// no more than it takes to make 60 characters, at most 150.
func (c *composer) preheader() string {
	for _, s := range []string{c.issue.Preheader, c.art.Preheader} {
		if s = strings.Join(strings.Fields(s), " "); s != "" {
			return s
		}
	}
	return c.openingSentences()
}

// openingSentences is as much of the article's beginning as a preheader takes.
func (c *composer) openingSentences() string {
	out := ""
	for _, b := range c.art.Blocks {
		p, ok := b.(*article.Paragraph)
		if !ok || p.Label {
			continue
		}
		for _, s := range split(p.Text) {
			next := strings.TrimSpace(out + " " + s.String())
			n := len([]rune(next))
			if out != "" && n > longestPreheader {
				return out
			}
			if out = next; n >= leastPreheader {
				return shorten(out, longestPreheader)
			}
		}
	}
	return out
}

// shorten cuts at a word's end so that at most n characters are left.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	head := string(r[:n-1])
	if i := strings.LastIndexByte(head, ' '); i > 0 {
		head = head[:i]
	}
	return strings.TrimRight(head, " ,;:–—-") + "…"
}
