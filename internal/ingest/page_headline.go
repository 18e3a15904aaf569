package ingest

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// takeHeadline settles the title. The headline a reader sees wins: the first
// heading of level 1 with words in it that is like one of the titles in the
// head, else the first heading that says the same as one of them, else the
// first heading of level 1 that is not the site's name. Only a page without any
// is called what its head says. The element stays until the article is found.
func (p *page) takeHeadline() *html.Node {
	claimed := p.claimedTitles()
	var first, like *html.Node
	walk(p.body, func(n *html.Node) bool {
		if n.Type != html.ElementNode || n.DataAtom != atom.H1 || like != nil {
			return like == nil
		}
		s := wordsOfNode(n)
		if s == "" || utf8.RuneCountInString(s) > 300 {
			return true
		}
		if p.isSite(s) || logo(n) {
			return true
		}
		if first == nil {
			first = n
		}
		for _, c := range claimed {
			if similar(s, c) {
				like = n
			}
		}
		return true
	})
	if like == nil {
		like = p.sameAs(claimed)
	}
	if like == nil {
		like = first
	}
	switch {
	case like != nil:
		p.d.title = wordsOfNode(like)
	case len(claimed) > 0:
		p.d.title = claimed[0]
	}
	return like
}

// sameAs is the first heading, or element called a title, whose words are
// those of one of the titles.
func (p *page) sameAs(titles []string) *html.Node {
	return firstOf(p.body, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.H2, atom.H3, atom.H4:
		default:
			if c := strings.ToLower(attr(n, "class")); !strings.Contains(c, "title") && !strings.Contains(c, "headline") || !blockElements[n.DataAtom] {
				return false
			}
		}
		s := wordsOfNode(n)
		for _, t := range titles {
			if f := fold(s); f != "" && (f == fold(t) || len(f) > 20 && (strings.HasPrefix(f, fold(t)) && len(f) < len(t)+20 || strings.HasPrefix(fold(t), f))) {
				return true
			}
		}
		return false
	})
}

// logo: the heading is the site's name set as one.
func logo(n *html.Node) bool {
	for i := 0; n != nil && i < 3; i, n = i+1, n.Parent {
		if s := strings.ToLower(attr(n, "class") + " " + attr(n, "id")); logoNames.MatchString(s) {
			return true
		}
	}
	return false
}

var logoNames = compile(`(?:^|[\s_-])(?:logo|site-?title|site-?name|site-?branding|blog-?title|navbar-brand)(?:$|[\s_-])`)

// claimedTitles are the titles the head gives, the best first, without the
// site's name.
func (p *page) claimedTitles() []string {
	var out []string
	for _, s := range []string{p.about.meta["og:title"], p.about.headline, p.about.meta["twitter:title"], p.about.title} {
		if s = p.withoutSite(oneLine(s)); s != "" && !p.isSite(s) {
			out = append(out, s)
		}
	}
	return out
}

var titleParts = compile(`\s+[|–—·•»«:-]+\s+|\s*[|»]\s*`)

// withoutSite takes the site's name off a title: the part that is it, else,
// when the title has a bar, the last part if it is short.
func (p *page) withoutSite(s string) string {
	cuts := titleParts.FindAllStringIndex(s, -1)
	if len(cuts) == 0 {
		return s
	}
	last, first := cuts[len(cuts)-1], cuts[0]
	tail, head := s[last[1]:], s[:first[0]]
	switch {
	case p.isSite(tail):
		return s[:last[0]]
	case p.isSite(head):
		return s[first[1]:]
	case strings.ContainsAny(s[last[0]:last[1]], "|»") && len(strings.Fields(tail)) <= 4 && len(strings.Fields(s[:last[0]])) >= 3:
		return s[:last[0]]
	}
	return s
}

// isSite: the words are the site's name, as it gives it or as its address has it.
func (p *page) isSite(s string) bool {
	f := letters0(s)
	if f == "" {
		return false
	}
	if f == letters0(p.about.site) {
		return true
	}
	if p.d.base == nil {
		return false
	}
	for _, part := range strings.Split(strings.ToLower(p.d.base.Hostname()), ".") {
		if len(part) > 3 && (letters0(part) == f || letters0(p.d.base.Hostname()) == f || letters0("the"+part) == f || "the"+f == letters0(part)) {
			return true
		}
	}
	return false
}

// letters0 are the letters and digits of s, folded.
func letters0(s string) string {
	return strings.Map(func(r rune) rune {
		if wordRune(r) && r != '\'' {
			return r
		}
		return -1
	}, fold(s))
}
