package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Furniture is everything a site puts around an article. It is known by the
// names of its elements, by the words it opens with, or by being nothing but
// links. A name alone never costs the article: an element that holds the
// headline or a good part of the page's text stays, whatever it is called.

const edge = `(?:^|[\s_-])`

// furnitureNames match class, id and role of furniture.
var furnitureNames = compile(`(?i)` + edge + `(?:` + strings.Join([]string{
	`sidebar\w*`, `widget-?area`, `widgets`, `secondary`, `related(?:-?\w+)*`, `recommend(?:ed|ations?)`, `you-?may-?(?:also-?)?like`, `more-?(?:posts|stories|articles|from|in)`, `read-?(?:next|more)`, `popular(?:-?posts)?`, `trending`, `recent-?posts`, `latest-?posts`, `also-?like`, `yarpp\w*`, `jp-relatedposts`, `outbrain`, `taboola`, `zergnet`,
	`shar(?:e|es|ing)(?:-?\w+)*`, `sharedaddy`, `addtoany\w*`, `a2a_kit`, `addthis\w*`, `social(?:-?\w+)*`, `follow-?us`, `ssba`, `swp_social_panel`, `shareaholic\w*`, `likes?-widget`, `pinit\w*`,
	`newsletter(?:-?\w+)*`, `subscri(?:be|ption)(?:-?\w+)*`, `sign-?up(?:-?\w+)*`, `opt-?in(?:-?\w+)*`, `mc_embed_signup`, `mailchimp`, `convertkit\w*`, `lead-?magnet`, `email-?form`, `tve_lead\w*`, `popups?`, `modals?`, `overlay`, `lightbox`, `toast`,
	`cookies?(?:-?\w+)*`, `consent(?:-?\w+)*`, `gdpr(?:-?\w+)*`, `breadcrumbs?`, `bread-?crumbs?`, `nav`, `navbar\w*`, `navigation`, `menu`, `mega-?menu`, `main-?menu`, `site-?(?:header|footer|nav\w*|branding)`, `masthead`, `topbar`, `top-?bar`, `footer`, `page-?footer`, `global-?(?:header|footer)`, `pagination`, `pager`, `page-?links`, `prev-?next`, `post-?nav\w*`, `nav-?links`,
	`skip-?(?:link|to\w*|nav\w*)`, `screen-?reader-?text`, `sr-only`, `visually-?hidden`, `print-?only`, `search-?(?:form|box|bar|field|widget|overlay|results)`, `searchform`, `login`, `tags?-?(?:list|links|cloud|wrap(?:per)?)`, `post-?terms`, `kg-bookmark-card`, `summary-v2-block`, `wp-block-query`, `post-?tags`, `entry-?tags`, `cat-?links`, `post-?categories`, `categories`, `entry-?(?:meta|footer)`, `post-?(?:meta|footer|info)`, `article-?(?:meta|footer|info|tools)`, `meta-?info`, `byline`, `post-?date`, `posted-?on`, `reading-?time`, `read-?time`,
	`ads?`, `advert\w*`, `ad-?(?:slot|unit|container|wrapper|box|banner|zone)`, `adsbygoogle`, `google-?ads?`, `dfp\w*`, `gpt-?ad\w*`, `promo(?:-?\w+)*`, `sponsor(?:ed)?-?(?:links|posts|content|box)`, `house-?ad`,
	`toc`, `table-?of-?contents?`, `toc_?container`, `ez-toc\w*`, `lwptoc\w*`, `rank-math-toc\w*`, `inhaltsverzeichnis`, `jump-?links`, `on-?this-?page`,
	`author-?(?:box|bio|info|card|area|about|profile|description|section|gear)\w*`, `about-?(?:the-)?author`, `post-?author`, `molongui\w*`, `abh_box\w*`, `saboxplugin\w*`, `avatar`,
	`rating-?(?:form|widget)`, `kk-star\w*`, `wp-?postratings`, `feedback`, `report-?(?:error|problem)`, `was-?this-?helpful`, `back-?to-?top`, `scroll-?to-?top`, `go-?top`, `filter-?(?:bar|widget|panel|group|controls?)`, `filters`, `no-?results`, `edit-?link`, `print(?:-?(?:button|link))?`, `banner`, `contentinfo`, `complementary`, `search`, `dialog`, `alertdialog`, `slideshow-?nav\w*`, `carousel-?(?:nav|control|arrow)\w*`, `gallery-?(?:widget|nav|controls?)`,
}, `|`) + `)(?:$|[\s_-])`)

// weakNames are also given to parts of articles.
var weakNames = compile(`(?i)` + edge + `(?:toc|nav|menu|secondary|footer|banner|search|filters?|table-?of-?contents?|recommended|recommendations?|popular|overlay|avatar|promo(?:-?\w+)*|ads?)(?:$|[\s_-])`)

// commentNames match the area of the readers' comments, which may be longer
// than the article.
var commentNames = compile(`(?i)(?:^|\s)(?:comments?|wp-block-comments|comments?-?(?:area|section|list|wrap\w*|container|block|respond|form|template|holder)|commentlist|respond|disqus_thread|reply-?title|replies|reader-?comments|fb-comments|kommentare|commentaires|comentarios)(?:$|\s)`)

func names(n *html.Node) string {
	return attr(n, "class") + " " + attr(n, "id") + " " + attr(n, "role")
}

const (
	maxNamedShare   = 0.34 // an element with more of the text is no furniture for its name
	maxCommentShare = 0.9
)

// dropNamed takes out the furniture that names itself.
func (p *page) dropNamed(headline *html.Node) {
	var out []*html.Node
	walk(p.body, func(n *html.Node) bool {
		if n.Type != html.ElementNode || n == p.body {
			return true
		}
		if p.named(n, headline) {
			out = append(out, n)
			return false
		}
		return true
	})
	for _, n := range out {
		cutOut(n)
	}
}

func (p *page) named(n, headline *html.Node) bool {
	if headline != nil && within(headline, n) {
		return false
	}
	c := names(n)
	switch {
	case n.DataAtom == atom.Button || n.DataAtom == atom.Label:
		return !p.asked(n)
	case n.DataAtom == atom.Footer || n.DataAtom == atom.Aside || n.DataAtom == atom.Header:
		// In an article these hold its own head, foot and boxes.
		if n.DataAtom == atom.Aside && !furnitureNames.MatchString(c) && (holdsBuy(n) || p.linked(n) < 0.3) && inArticle(n) {
			return false
		}
		if n.DataAtom == atom.Header && inArticle(n) && p.linked(n) < 0.5 {
			return false
		}
		return p.share(n) < maxNamedShare
	case strings.TrimSpace(c) == "":
		return false
	case commentNames.MatchString(c):
		return p.share(n) < maxCommentShare
	case furnitureNames.MatchString(c):
		if w := p.weights[n]; weakNames.MatchString(c) && (w.prose > 30 && p.linked(n) < 0.4 || holdsBuy(n)) {
			return false // too much of its own for what it is called
		}
		return p.share(n) < maxNamedShare && !p.keepsProduct(n, c)
	}
	return false
}

func inArticle(n *html.Node) bool {
	for n = n.Parent; n != nil; n = n.Parent {
		if n.DataAtom == atom.Article || n.DataAtom == atom.Main {
			return true
		}
	}
	return false
}

// keepsProduct: a box with a paid link and text about it is a card, though it
// be called a promo, a banner or an ad.
func (p *page) keepsProduct(n *html.Node, c string) bool {
	return cardNames.MatchString(c) && holdsBuy(n) && p.weights[n].prose > 40
}

var cardNames = compile(`(?i)promo|banner|product|card|pick|deal|shop|ads?\b|recommend|popular|widget|filter`)

// furnitureHeads open a part of the page that is no part of the article.
var furnitureHeads = words(
	`(you (may|might)( also)? (like|enjoy|love)|you'?ll (also )?(love|like)|more (like this|from .{2,40}|in .{2,30}|stories|posts|articles|reading)|related( (posts?|articles?|stories|reading|content|guides?|reviews?|topics))?|read (this )?(next|more)|keep reading|further reading|recommended( (for you|reading|posts?|articles?))?|picked for you|popular( (posts?|now|stories))?|trending( now)?|latest (posts?|articles?|news|stories)( by .{2,40})?|recent (posts?|articles?)|recently reviewed.{0,30}|what to read next|up next|don'?t miss( these)?|continue reading|see also|our brands|most (read|popular)|best deals?( we'?ve found)?|top deals?.{0,20}|.{2,20} top deals)`,
	`(leave a (reply|comment)( cancel reply)?|\d+ (comments?|responses?|replies|thoughts on .*)|comments?( \(\d+\))?|join the (conversation|discussion)|post a comment|reader interactions|add (your|a) comment|show comments)`,
	`(share( this)?( (post|article|story|entry))?( (on|via|with) .{2,40})?|share (it|the love)|spread the (love|word)|like this|pin (it|this)( for later)?( on pinterest)?|follow( us| me)?( on .{2,20})?|\d+ shares?|tweet|tags?|categories|filed under|tagged with|posted in|in this article|gallery: .{2,80}|.{0,60}\| \d+ photos)`,
	`((subscribe|sign up)( .{2,60})?|(join|get) (our|the|my) (newsletter|mailing list|free .{2,40}).{0,40}|newsletter( .{2,30})?|get (the latest|updates|weekly|our best).{0,60}|never miss .{2,40}|stay (in touch|connected|updated).{0,30}|enter your (name|email).{0,60})`,
	`(das könnte (dich|sie|euch)( auch)? (interessieren|gefallen)|ähnliche (artikel|beiträge)|weitere (artikel|beiträge|themen|tests).{0,30}|mehr zum thema|auch interessant|passend dazu|verwandte (artikel|beiträge|themen)|beliebte (artikel|beiträge)|neueste (artikel|beiträge)|(hinterlasse|schreibe?n?)( jetzt)? (einen|ein|deinen) kommentar.{0,30}|kommentare?( \(\d+\))?|\d+ kommentare?|kommentar (hinterlassen|schreiben)|teilen( mit)?|artikel teilen|beitrag teilen|gefällt (mir|dir).{0,30}|newsletter.{0,40}|monatsthema.{0,40}|melde dich .{2,80}|lesen sie auch|schlagwörter|vorheriger (artikel|beitrag)|nächster (artikel|beitrag))`,
	`(articles? (similaires?|liés?|connexes?)|(à|a) lire (aussi|également)|vous aimerez aussi|ça peut vous intéresser.{0,30}|laisser un commentaire.{0,20}|commentaires?( \(\d+\))?|partager.{0,30}|sur le même (thème|sujet)|inscrivez-vous .{2,60}|abonnez-vous.{0,60})`,
	`((artículos|entradas|posts) relacionad[oa]s|también te puede (interesar|gustar)|te puede interesar|deja (un comentario|una respuesta).{0,20}|comentarios?( \(\d+\))?|compart(e|ir).{0,30}|suscríbete.{0,60}|lee también|más (artículos|sobre).{0,30})`,
	`((artigos|posts) relacionados|(você também pode|talvez você) gost(ar|e).{0,20}|veja também|leia (também|mais)|deixe (um|uma) (comentário|resposta).{0,20}|comentários?( \(\d+\))?|compartilh(e|ar).{0,30}|partilh(e|ar).{0,30}|inscreva-se.{0,60})`,
	`((articoli|post) correlati|(ti )?potrebbe(ro)? (anche )?(interessarti|piacerti).{0,20}|leggi anche|lascia un (commento|risposta).{0,20}|commenti( \(\d+\))?|condividi.{0,30}|iscriviti.{0,60})`,
)

// dropFurniture takes out of the article's element what is furniture by the
// words it opens with, and lists that are nothing but links elsewhere.
func (p *page) dropFurniture() {
	p.weigh()
	p.dropOpened()
	p.weigh()
	p.dropLinkLists()
}

// dropOpened looks for headings and short lines that open furniture.
func (p *page) dropOpened() {
	var heads []*html.Node
	walk(p.main, func(n *html.Node) bool {
		if n.Type != html.ElementNode || !opener(n) {
			return true
		}
		s := wordsOfNodeMax(n, 120)
		if s == "" {
			return true
		}
		if f := fold(s); furnitureHeads.MatchString(strings.TrimRight(f, ":!.… ")) || furnitureHeads.MatchString(strings.Trim(f, " :!.…?()[]")) {
			if inline(n) && !p.leads(n, s) {
				return true
			}
			heads = append(heads, n)
			return false
		}
		return true
	})
	for _, h := range heads {
		if within(h, p.main) {
			p.dropSection(h)
		}
	}
}

// opener: the element is one that headings of furniture are made of.
func opener(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.P, atom.Strong, atom.B, atom.Span, atom.Div, atom.A, atom.Li:
		return true
	}
	return false
}

// inline: the element may as well stand in the middle of a sentence.
func inline(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Strong, atom.B, atom.Span, atom.A:
		return true
	}
	return false
}

// leads: an inline element that says s is a heading rather than a word of a
// sentence. It begins its parent, and is all of it, or is followed by a colon,
// or what follows is mostly links.
func (p *page) leads(n *html.Node, s string) bool {
	if n.Parent == nil {
		return false
	}
	for b := n.PrevSibling; b != nil; b = b.PrevSibling {
		if b.Type == html.TextNode && strings.TrimSpace(b.Data) != "" {
			return false
		}
	}
	whole := wordsOfNodeMax(n.Parent, 400)
	rest := strings.TrimSpace(strings.TrimPrefix(whole, s))
	return rest == "" || strings.HasSuffix(s, ":") || strings.HasPrefix(rest, ":") || p.linked(n.Parent) >= 0.5
}

// dropSection takes out what a heading of furniture opens: the largest element
// that begins with it and is not much of the article; for a heading among the
// article's own blocks, what follows up to the next heading of its level.
func (p *page) dropSection(head *html.Node) {
	box := head
	for b := head.Parent; b != nil && b != p.main; b = b.Parent {
		if !opens(b, box) || p.share(b) > 0.25 || holdsOwnHeading(b, head) {
			break
		}
		box = b
	}
	level := headLevel(box)
	if box == head && level == 0 && opensMore(wordsOfNodeMax(head, 120)) {
		return // what it opens stands beside it: seen once there are blocks
	}
	if box != head || level == 0 {
		cutOut(box)
		return
	}
	for n := box.NextSibling; n != nil; {
		next := n.NextSibling
		if l := headLevel(n); l > 0 && l <= level || p.share(n) > 0.25 {
			break
		}
		if n.Type == html.ElementNode && n.DataAtom == atom.P && p.linked(n) < 0.5 && p.weights[n].prose > 200 {
			break
		}
		cutOut(n)
		n = next
	}
	cutOut(box)
}

func headLevel(n *html.Node) int {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return int(n.Data[1] - '0')
	}
	return 0
}

// opens: n is the first thing with words in b.
func opens(b, n *html.Node) bool {
	for c := b.FirstChild; c != nil; c = c.NextSibling {
		if c == n {
			return true
		}
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" || c.Type == html.ElementNode && wordsOfNode(c) != "" {
			return false
		}
	}
	return false
}

// holdsOwnHeading: b has another heading as high as head, so it is more than
// what head opens.
func holdsOwnHeading(b, head *html.Node) bool {
	level := headLevel(head)
	if level == 0 {
		level = 3
	}
	return firstOf(b, func(n *html.Node) bool { l := headLevel(n); return n != head && l > 0 && l < level }) != nil
}

// dropLinkLists takes out lists, and boxes, that are links and nothing else:
// other posts, tags, the table of contents.
func (p *page) dropLinkLists() {
	var out []*html.Node
	walk(p.main, func(n *html.Node) bool {
		if n.Type != html.ElementNode || n == p.main {
			return true
		}
		switch n.DataAtom {
		case atom.Ul, atom.Ol, atom.Div, atom.Section, atom.Aside, atom.P, atom.Nav:
		default:
			return n.DataAtom != atom.Table
		}
		links, inside, paid, pictured := linksIn(n)
		w := p.weights[n]
		switch {
		case paid > 0 || links == 0 || pictured == links && n.DataAtom == atom.P:
		case w.links > 0 && w.prose*8 < w.links && links >= 3, inside >= 3 && w.prose*4 < w.links:
			out = append(out, n)
			return false
		case n.DataAtom == atom.P && w.prose < 30 && readOn.MatchString(fold(wordsOfNodeMax(n, 300))):
			out = append(out, n)
			return false
		}
		return true
	})
	for _, n := range out {
		cutOut(n)
	}
}

// readOn begins a line that leads to another post.
var readOn = compile(`^(?:read (?:more|next|also)|also read|related|see also|more|next|previous|don'?t miss|check out|lesen sie auch|lies auch|mehr dazu|à lire|lire aussi|lee también|leia também|veja também|leggi anche)\b\s*[:|–-]`)

// linksIn counts the links of n: all, those into the page, those somebody is
// paid for, those around pictures.
func linksIn(n *html.Node) (all, inside, paid, pictured int) {
	walk(n, func(c *html.Node) bool {
		if c.DataAtom != atom.A {
			return true
		}
		ref := strings.TrimSpace(attr(c, "href"))
		if ref == "" {
			return true
		}
		all++
		if strings.HasPrefix(ref, "#") {
			inside++
		}
		if _, ok := article.Affiliate(ref); ok || article.Merchant(ref) != "" {
			paid++
		}
		if firstOf(c, func(i *html.Node) bool { return i.DataAtom == atom.Img }) != nil {
			pictured++
		}
		return true
	})
	return all, inside, paid, pictured
}

// asked: the element's words are a question the page answers.
func (p *page) asked(n *html.Node) bool {
	s := wordsOfNodeMax(n, 250)
	return s != "" && (p.about.faqs[fold(s)] || strings.HasSuffix(s, "?"))
}

var questionNames = compile(`(?i)question|faq|accordion|toggle|collapse|summary`)

// opensItem: the element is the first part of one of those that open on a
// click.
func opensItem(n *html.Node) bool {
	return n.DataAtom == atom.Div && n.Parent != nil && questionNames.MatchString(attr(n.Parent, "class")) && previousElement(n) == nil && nextElement(n) != nil
}

// questions marks the headings that are questions of an FAQ, and makes headings
// of those that are set otherwise.
func (p *page) questions() {
	level := 2
	walk(p.main, func(n *html.Node) bool {
		if l := headLevel(n); l > 0 {
			if p.about.faqs[fold(wordsOfNodeMax(n, 250))] || questionNames.MatchString(attr(n, "class")) && p.asked(n) {
				setAttr(n, questionAttribute, questionHeading)
			}
			level = min(l+1, 6)
			if level == 2 {
				level = 3
			}
			return false
		}
		switch n.DataAtom {
		case atom.Button, atom.Div, atom.Span, atom.P, atom.Strong:
		case atom.Dl, atom.Summary:
			return false // the block reader knows these
		default:
			return n.DataAtom != atom.Table
		}
		s := wordsOfNodeMax(n, 250)
		if s == "" || !strings.HasSuffix(s, "?") {
			return true
		}
		if p.about.faqs[fold(s)] && n.DataAtom != atom.Strong || n.DataAtom == atom.Button || questionNames.MatchString(attr(n, "class")) && n.DataAtom != atom.P || opensItem(n) {
			setAttr(n, questionAttribute, questionMade)
			n.Data = "h" + string(rune('0'+level))
			n.DataAtom = atom.Lookup([]byte(n.Data))
			return false
		}
		return true
	})
}
