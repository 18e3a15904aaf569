package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var (
	authorNames = compile(`(?i)(?:^|[\s_-])(?:author|byline|by-line|autor|auteur|autore|writer)(?:$|[\s_-])|author[_-]?name|vcard|(?:^|\s)fn(?:\s|$)`)
	// counted is what pages set beside a name: "1009 articles", "5 min read".
	counted = compile(`(?i)\s*[|·•,(–—-]?\s*\d[\d.,]*\+?\s*(?:articles?|posts?|stories|reviews?|followers?|beiträge|artikel|min(?:ute)?s?\b\.?(?:\s*(?:read|lesezeit|de lecture))?|comments?|kommentare?)\)?.*$`)
	byWord  = compile(`(?i)^(?:(?:written|posted|published|reviewed|words|story|text|article|geschrieben|veröffentlicht|verfasst|écrit|publié|escrito|publicado|scritto|pubblicato)\s+)?(?:by|von|par|por|di|da)\b:?\s+|^(?:author|autor(?:in)?|auteur|autore|text)\s*:\s*`)
	notName = compile(`(?i)^(?:admin|administrator|editor|author|autor|user|guest|wordpress|root|posted|by|about|share|follow|read more|view all.*|see all.*|more (?:posts|from).*|about the author|profile|website|facebook|twitter|instagram)$|https?://|@|\.com$`)
	afterBy = compile(`,?\s+(?:(?i:on|am|in|updated|published|last|for)|le|el|em|il|·|\||–|—|•)\s+.*$`)
)

// takePageAuthor finds who wrote the page: what the data says, else what the
// page shows as a byline.
func (p *page) takePageAuthor() {
	d := p.d
	for _, s := range []string{p.about.author, p.about.meta["author"], p.about.meta["article:author"], p.about.meta["parsely-author"], p.about.meta["sailthru.author"], p.about.meta["dc.creator"], p.about.meta["itemprop:author"]} {
		if name := p.authorName(s); name != "" {
			d.author.Name = name
			break
		}
	}
	shown := p.shownAuthor()
	switch {
	case d.author.Name == "":
		if shown == "" {
			shown = p.repliedAs()
		}
		d.author.Name = shown
	case shown != "" && strings.HasPrefix(shown, d.author.Name) && len(shown) < len(d.author.Name)+12 && !strings.ContainsAny(shown[len(d.author.Name):], "0123456789"):
		d.author.Name = shown // with the degree: "Ann Lee, PhD"
	}
	if p.about.note == "" {
		p.about.note = p.boxedNote()
	}
	if n := oneLine(p.about.note); d.author.Name != "" && n != "" && short(n, 400) {
		d.author.Note = n
	}
}

// repliedAs is the name under which the author answers readers' comments, where
// the site marks these answers.
func (p *page) repliedAs() string {
	reply := firstOf(p.body, func(n *html.Node) bool { return hasToken(attr(n, "class"), "bypostauthor") })
	if reply == nil {
		return ""
	}
	name := ""
	firstOf(reply, func(n *html.Node) bool {
		c := attr(n, "class")
		if hasToken(c, "fn") || hasToken(c, "author") || hasToken(c, "comment-author") {
			name = p.authorName(wordsOfNodeMax(n, 70))
		}
		return name != ""
	})
	return name
}

// boxNames are what sites call the box about the author.
var boxNames = compile(`(?i)(?:^|[\s_-])(?:author-?(?:box|bio|info|card|about|profile|description)|about-?(?:the-)?author|post-?author-?bio|saboxplugin-wrap|abh_box|molongui-author-box)`)

// boxedNote is the line about the author in the box about him, if it names him.
func (p *page) boxedNote() string {
	name, _, _ := strings.Cut(p.d.author.Name, " ")
	box := firstOf(p.body, func(n *html.Node) bool { return boxNames.MatchString(names(n)) && !commentArea(n) })
	if box == nil || name == "" || !strings.Contains(wordsOfNodeMax(box, 1000), name) {
		return ""
	}
	note := firstOf(box, func(n *html.Node) bool {
		s := wordsOfNodeMax(n, 400)
		return n.DataAtom == atom.P && len(s) >= 40 && strings.ContainsRune(".!", lastRune(s)) && !kindOfNotice(s).any()
	})
	if note == nil {
		return ""
	}
	return wordsOfNode(note)
}

// authorName is the bare name in what a page gives as the author, "" if it
// holds none.
func (p *page) authorName(s string) string {
	s = oneLine(s)
	s = counted.ReplaceAllString(s, "")
	s = byWord.ReplaceAllString(s, "")
	s = withoutInitials(strings.TrimSpace(strings.Trim(s, " ,|·•–—-:")))
	if s == "" || utf8.RuneCountInString(s) > 70 || len(strings.Fields(s)) > 9 || notName.MatchString(s) || !hasWords(s) || strings.HasSuffix(s, ".") && len(strings.Fields(s)) > 4 {
		return ""
	}
	return s
}

// withoutInitials takes the initials off that stand in for a portrait: "AL Ann
// Lee".
func withoutInitials(s string) string {
	first, rest, ok := strings.Cut(s, " ")
	if !ok || utf8.RuneCountInString(first) < 2 || utf8.RuneCountInString(first) > 3 || first != strings.ToUpper(first) || !strings.Contains(rest, " ") && !strings.HasPrefix(rest, first[:1]) {
		return s
	}
	var capitals strings.Builder
	for _, r := range rest {
		if unicode.IsUpper(r) {
			capitals.WriteRune(r)
		}
	}
	if strings.HasPrefix(capitals.String(), first) {
		return rest
	}
	return s
}

// shownAuthor is the name in the byline that readers see.
func (p *page) shownAuthor() string {
	tries := []func(*html.Node) bool{
		func(n *html.Node) bool { return hasToken(attr(n, "rel"), "author") },
		func(n *html.Node) bool { return hasToken(attr(n, "itemprop"), "author") },
		func(n *html.Node) bool { return authorNames.MatchString(attr(n, "class")) },
		func(n *html.Node) bool {
			switch n.DataAtom {
			case atom.P, atom.Span, atom.Div, atom.Small, atom.Em, atom.Li:
				s := wordsOfNodeMax(n, 160)
				return s != "" && bylineOf(s) != ""
			}
			return false
		},
	}
	for _, try := range tries {
		name := ""
		firstOf(p.body, func(n *html.Node) bool {
			if !try(n) || commentArea(n) {
				return false
			}
			s := wordsOfNodeMax(n, 160)
			if b := bylineOf(afterBy.ReplaceAllString(s, "")); b != "" {
				if name = p.authorName(b); name != "" {
					p.d.dated(s)
				}
				return name != ""
			}
			if inner := firstOf(n, func(c *html.Node) bool { return hasToken(attr(c, "itemprop"), "name") || c.DataAtom == atom.A }); inner != nil {
				if t := p.authorName(wordsOfNodeMax(inner, 80)); t != "" && !navLine(t) && titled(t) {
					name = t
					return true
				}
			}
			s = afterBy.ReplaceAllString(byWord.ReplaceAllString(s, ""), "")
			if s = p.authorName(s); s != "" && len(strings.Fields(s)) <= 6 && titled(s) {
				name = s
			}
			return name != ""
		})
		if name != "" {
			return name
		}
	}
	return ""
}

// wordsOfNodeMax is the text of a small element, "" of one with more text.
func wordsOfNodeMax(n *html.Node, limit int) string {
	if room := 2 * limit; !fits(n, &room) {
		return ""
	}
	s := wordsOfNode(n)
	if !short(s, limit) {
		return ""
	}
	return s
}

// fits reports whether the text of n has no more bytes than there is room, and
// stops looking once it has.
func fits(n *html.Node, room *int) bool {
	if n.Type == html.TextNode {
		*room -= len(strings.TrimSpace(n.Data))
	}
	for c := n.FirstChild; c != nil && *room >= 0; c = c.NextSibling {
		fits(c, room)
	}
	return *room >= 0
}

// commentArea: n stands among the readers' comments.
func commentArea(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.DataAtom != atom.Body && n.DataAtom != atom.Html && commentNames.MatchString(names(n)) {
			return true
		}
	}
	return false
}
