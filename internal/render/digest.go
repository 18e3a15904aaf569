package render

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// story is one article's card in a digest.
type story struct {
	tongue
	// Number counts the cards of this mail; Anchor names the card on the
	// issue's page, which has all of them.
	Number int
	Anchor string
	// Foreign says that the article's language isn't the digest's.
	Foreign   bool
	Kicker    string
	Minutes   string
	Title     rich
	Href      string // the article; "" if it is nowhere on the web
	ReadLabel string // for those who hear the link: begins with what is seen
	Image     *imageView
	Takeaways []rich
	Teaser    rich // stands in for takeaways
	Pick      *pickView
}

// storyTakeaways is how many takeaways a card shows.
const storyTakeaways = 2

// leastPicture is how wide a picture must be to stand for its article, in px.
const leastPicture = 200

// digest completes the view of a digest.
func (e *edition) digest(v *view, m medium) {
	v.Kicker = e.DigestKicker
	if name := v.Newsletter.Name; e.shown == 1 && strings.TrimSpace(e.issue.Title) == "" && name != "" {
		v.Title = e.headline(article.Plain(name)) // not the one story's title twice
	}
	for i, c := range e.stories {
		if c == nil {
			continue
		}
		s := c.story(fmt.Sprintf("story-%d", i+1), m)
		s.Number = len(v.Stories) + 1
		s.Kicker = fmt.Sprintf(s.StoryKicker, s.Number)
		s.Foreign = s.Lang != e.Lang
		v.Stories = append(v.Stories, s)
	}
	all := e.composers()
	v.Disclosures = e.digestDisclosures(all, m)
	v.Disclaimer = digestDisclaimer(all)
	if len(v.Stories) > 1 {
		v.Guide = &guide{Title: e.InThisIssue, Numbered: true}
		for _, s := range v.Stories {
			n := entry{Number: s.Number, Text: s.Title}
			switch {
			case m == onWeb:
				n.Href = "#" + s.Anchor
			case v.Links.View != "":
				n.Href = v.Links.View + "#" + s.Anchor
			}
			v.Guide.Entries = append(v.Guide.Entries, n)
		}
	}
}

// composers are those of the articles that the mail has.
func (e *edition) composers() []*composer {
	var out []*composer
	for _, c := range e.stories {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

// story is the card of the composer's article.
func (c *composer) story(anchor string, m medium) *story {
	s := &story{
		tongue:  c.tongue,
		Anchor:  anchor,
		Minutes: c.minutes(),
		Title:   c.headline(article.Plain(strings.TrimSpace(c.art.Title))),
		Href:    c.canonical,
		Image:   c.picture(),
	}
	if s.Title.Empty() {
		s.Title = c.plain(c.pageTitle())
	}
	s.ReadLabel = c.ReadFull + ": " + c.smart(s.Title.String())
	for _, t := range c.art.Takeaways[:min(len(c.art.Takeaways), storyTakeaways)] {
		s.Takeaways = append(s.Takeaways, c.plain(t.Text))
	}
	s.Teaser = c.plain("")
	if len(s.Takeaways) == 0 {
		s.Teaser = c.plain(c.openingSentences())
	}
	for _, p := range c.art.Picks() {
		b := builder{composer: c, medium: m, level: 2}
		v := b.pick(p)
		v.Anchor = anchor + "-" + v.Anchor
		s.Pick = &v
		break
	}
	return s
}

// picture is the first one of the article that can stand for it.
func (c *composer) picture() *imageView {
	for _, b := range c.art.Blocks {
		img, ok := b.(*article.Image)
		if !ok || cleanURL(img.URL) == "" || 0 < img.Width && img.Width < leastPicture {
			continue
		}
		v := c.image(&article.Image{URL: img.URL, Alt: img.Alt, Width: img.Width, Height: img.Height}, inMail)
		return &v
	}
	return nil
}

// digestDisclosures is what stands above a digest: the notices of all its
// articles, without saying the same twice.
func (e *edition) digestDisclosures(all []*composer, m medium) []notice {
	var out []notice
	var said []article.Text
	earns, pointer := map[string]bool{}, article.Text(nil)
	for _, c := range all {
		for _, t := range c.disclosureTexts() {
			own, rest := cutLabel(t)
			var fresh []article.Text
			for _, s := range split(rest) {
				switch {
				case says(said, s):
					continue
				case isPointer(s):
					if pointer == nil {
						pointer = s
					}
					continue
				case !c.sponsored(t) && money.MatchString(s.String()) && !associate.MatchString(s.String()):
					if earns[c.Lang] { // one such sentence speaks for all articles
						continue
					}
					earns[c.Lang] = true
				}
				fresh = append(fresh, s)
			}
			if len(fresh) == 0 {
				continue
			}
			if len(out) > 0 && !c.sponsored(t) {
				own = ""
			} else if own == "" && len(out) == 0 {
				own = e.Disclosure
			}
			said = append(said, fresh...)
			out = append(out, notice{Label: own, Text: c.rich(join(fresh))})
		}
	}
	return e.digestCompleted(out, said, pointer, all, m)
}

// digestCompleted adds to the last notice what completed adds to an article's.
func (e *edition) digestCompleted(out []notice, said []article.Text, pointer article.Text, all []*composer, m medium) []notice {
	if len(out) == 0 {
		return nil
	}
	sells := false
	for _, c := range all {
		sells = sells || c.sellsAmazon(m)
	}
	last := &out[len(out)-1]
	sentences := []article.Text{last.Text.text}
	if sells && !associate.MatchString(join(said).String()) {
		sentences = append(sentences, article.Plain(e.Associate))
	}
	full := cleanURL(e.issue.Newsletter.DisclosureURL)
	switch {
	case pointer != nil && !linked(pointer) && full != "":
		sentences = append(sentences, linkTo(pointer, full))
	case pointer != nil:
		sentences = append(sentences, pointer)
	case full != "" && !linked(join(said)):
		sentences = append(sentences, article.Text{{Text: e.ReadDisclosure, Href: full}, {Text: "."}})
	}
	last.Text = last.Text.withText(join(sentences))
	return out
}

// sponsored reports whether a notice says that somebody paid for the article.
func (c *composer) sponsored(t article.Text) bool {
	for _, n := range c.art.Disclosures {
		if n.Kind == article.NoticeSponsored && sameWords(n.Text.String(), t.String()) {
			return true
		}
	}
	return false
}

// digestDisclaimer is the disclaimers of all articles in one.
func digestDisclaimer(all []*composer) *notice {
	var out *notice
	var sentences []article.Text
	for _, c := range all {
		n, ok := c.disclaimer()
		if !ok {
			continue
		}
		if out == nil {
			out = &n
		}
		for _, s := range split(n.Text.text) {
			if !says(sentences, s) {
				sentences = append(sentences, s)
			}
		}
	}
	if out != nil {
		out.Text = out.Text.withText(join(sentences))
	}
	return out
}

// digestPreheader is the intro's beginning, or the other titles of a digest.
func (e *edition) digestPreheader() string {
	intro := strings.Join(strings.Fields(e.issue.Intro), " ")
	if intro != "" {
		return shorten(intro, longestPreheader)
	}
	all := e.composers()
	var titles []string
	for _, c := range all {
		if t := strings.TrimSpace(c.art.Title); t != "" {
			titles = append(titles, t)
		}
	}
	if len(titles) > 0 && strings.TrimSpace(e.issue.Title) == "" {
		titles = titles[1:] // the subject has the first
	}
	if len(titles) == 0 {
		return all[0].openingSentences()
	}
	return shorten(strings.Join(titles, " · "), longestPreheader)
}
