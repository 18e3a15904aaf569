package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxCard bounds a card without a heading of its own, in bytes of text.
const maxCard = 1500

// maxGivenName bounds what shops give as a product's name, in characters.
const maxGivenName = 300

var (
	titleNames = compile(`(?i)(?:^|[\s_-])(?:title|name|headline|heading)(?:$|[\s_-])|(?:product|item|card|pick|box)[_-]*(?:title|name|headline|heading)`)
	badgeNames = compile(`(?i)(?:^|[\s_-])(?:badge|ribbon|award|label|tag|eyebrow|kicker|flag|best-?for|pick-?type|medal)(?:$|[\s_-])|(?:product|item|card|pick|box)[_-]*(?:badge|label|ribbon|award|tag)`)
)

var (
	bareRank = compile(`^#\s?\d{1,2}$`)
	// shopFact is what a shop says beside a price: how many judged the product,
	// taxes and shipping, when the price was looked up.
	shopFact = compile(`(?i)^(?:\(?\d[\d.,\s]*\+?\s?(?:customer |global |verified )?(?:ratings?|reviews?|kundenbewertungen|bewertungen|rezensionen|avis|évaluations|opiniones|valoraciones|reseñas|avaliações|recensioni|valutazioni)\)?|\*?(?:price|preis|prix|precio|preço|prezzo|inkl\.?|incl\.?)[^\p{L}\d].{0,50}(?:vat|mwst|ust|tva|iva|impostos|imposti|impuestos|tax|versand|shipping|frete|envío|spedizione|livraison)\p{L}*.{0,30}|\d{1,2}[/.]\d{1,2}[/.]\d{4} \d{1,2}:\d\d(?: ?[ap]m)?(?: [A-Z]{3})?)$`)
)

// boxHeads are headings within a box that do not name its product.
var boxHeads = words(`.{0,40}\b(score|rating|ratings|scores)`, `summary|verdict|specs?|key specs|price|prices|where to buy|buy( it)? now|at a glance|bewertung|fazit|note|valoración|voto`)

// soldAt names the shop beside a button.
var soldAt = words(`(available|sold|in stock) (at|from|on|by) .{2,40}|(erhältlich|verfügbar) (bei|auf) .{2,40}|disponible (chez|sur|en) .{2,40}|disponível (na|no|em) .{2,40}|disponibile su .{2,40}`)

// takeCard makes a pick of the card a button stands in: the largest element
// about this product alone. A button in running text, under a heading outside
// any box, is left to the shaping passes.
func (p *page) takeCard(b buy, done map[*html.Node]bool) {
	card := p.cardOf(b.node)
	if card == nil || done[card] {
		return
	}
	head := p.cardHead(card)
	if head == nil && len(wordsOfNode(card)) > maxCard {
		return
	}
	name, from := p.cardName(card, head, b)
	if name == "" {
		return
	}
	if above := p.headAbove(card, name); head == nil && above != nil {
		if from != nil && from.DataAtom != atom.Img {
			cutOut(from)
		}
		head, from, name = above, above, wordsOfNode(above)
	}
	done[card] = true
	label := p.cardLabel(card, name, from)
	blurb, prose := p.cardBlurb(card, name, from)
	pick := p.newPick(name, label, b, blurb, lineAbove(firstNode(from, b.node)))
	if pick.Name == "" {
		return
	}
	if head != nil {
		t := p.textOf(head)
		for i := range t {
			t[i].Href, t[i].Bold = "", false
		}
		pick.Heading = &article.Heading{Level: max(2, headLevel(head)), Text: tidyText(t), Place: pick.Place}
	}
	slot := from
	if head == nil {
		slot = &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
		card.InsertBefore(slot, card.FirstChild)
		if from != nil && from.DataAtom != atom.Img {
			cutOut(from)
		}
	}
	p.ready[slot] = article.Blocks{pick}
	if prose != nil {
		cutOut(prose)
	}
	kept, others := p.clearCard(card, b)
	p.d.setAside(pick, kept)
	for _, o := range others {
		addOffer(pick, o.url, o.words)
	}
	p.pictureIn(card, pick)
}

// headAbove is the heading right above a box that says the same as its name.
func (p *page) headAbove(card *html.Node, name string) *html.Node {
	for n := card; n != p.main && n != nil; n = n.Parent {
		for s := n.PrevSibling; s != nil; s = s.PrevSibling {
			switch {
			case headLevel(s) > 0:
				if t := wordsOfNodeMax(s, 200); t != "" && similar(t, name) && product(t) && p.ready[s] == nil {
					return s
				}
				return nil
			case p.holds[s].key != "" || p.ready[s] != nil:
				return nil
			}
		}
	}
	return nil
}

func firstNode(a, b *html.Node) *html.Node {
	if a != nil {
		return a
	}
	return b
}

// cardOf climbs from a button to the largest element that is about its product
// alone; nil if that is no box.
func (p *page) cardOf(n *html.Node) *html.Node {
	var card *html.Node
	for c := n.Parent; c != nil && c != p.main; c = c.Parent {
		if p.holds[c].several && !p.oneTitled(c) || p.headsIn(c) > 1 || p.share(c) > 0.8 {
			break
		}
		switch c.DataAtom {
		case atom.Div, atom.Section, atom.Article, atom.Aside, atom.Li, atom.Figure, atom.Blockquote, atom.Table, atom.Td:
			card = c
		}
	}
	return card
}

// oneTitled: several shops' links stand in the box, but one title: they sell
// the same product.
func (p *page) oneTitled(box *html.Node) bool {
	if len(wordsOfNodeMax(box, maxCard+1)) > maxCard || p.headsIn(box) > 0 {
		return false
	}
	titles, others := 0, 0
	walk(box, func(c *html.Node) bool {
		if c.Type != html.ElementNode {
			return false
		}
		if p.ready[c] != nil {
			titles++ // another card's product
			return false
		}
		class := attr(c, "class")
		if titleNames.MatchString(class) && !badgeNames.MatchString(class) && wordsOfNodeMax(c, maxGivenName) != "" {
			titles++
			return false
		}
		if c.DataAtom == atom.A {
			if b, ok := p.buyOf(c); ok && !b.button && b.words != "" {
				others++
			}
		}
		return titles < 2 && others == 0
	})
	return titles == 1 && others == 0
}

// headsIn counts the headings in n that could name a product.
func (p *page) headsIn(n *html.Node) int {
	k := 0
	walk(n, func(c *html.Node) bool {
		if headLevel(c) > 0 {
			if f := fold(wordsOfNodeMax(c, 200)); f != "" && !boxHeads.MatchString(f) && !sectionNames.MatchString(f) && !generalNames.MatchString(f) {
				k++
			}
			return false
		}
		return k < 2
	})
	return k
}

// cardHead is the heading that names the card's product.
func (p *page) cardHead(card *html.Node) *html.Node {
	return firstOf(card, func(c *html.Node) bool {
		if headLevel(c) == 0 {
			return false
		}
		s := wordsOfNodeMax(c, 200)
		return s != "" && product(s) && !boxHeads.MatchString(fold(s)) && !sectionNames.MatchString(fold(s)) && !isLabel(s)
	})
}

// cardName finds the product's name, and the element it stands in.
func (p *page) cardName(card, head *html.Node, b buy) (string, *html.Node) {
	if head != nil {
		return wordsOfNode(head), head
	}
	usable := func(s string) bool {
		return s != "" && short(s, maxGivenName) && hasWords(s) && !ctaLine(s) && !isLabel(s) && !metaLine(s) && product(s) && !strings.HasSuffix(s, ":")
	}
	var name string
	var from *html.Node
	try := func(pass func(*html.Node) (string, bool)) bool {
		from = firstOf(card, func(c *html.Node) bool {
			s, ok := pass(c)
			if ok && usable(s) {
				name = s
				return true
			}
			return false
		})
		return from != nil
	}
	switch {
	case try(func(c *html.Node) (string, bool) {
		return wordsOfNodeMax(c, maxGivenName), titleNames.MatchString(attr(c, "class")) && !badgeNames.MatchString(attr(c, "class")) || attr(c, "itemprop") == "name"
	}):
	case p.about.known(card) != "":
		return p.about.known(card), nil
	case try(func(c *html.Node) (string, bool) {
		if c.DataAtom != atom.A {
			return "", false
		}
		o, ok := p.buyOf(c)
		return o.words, ok && o.key == b.key && !o.button
	}):
	case try(func(c *html.Node) (string, bool) {
		return strings.TrimRight(wordsOfNodeMax(c, 160), " :"), (c.DataAtom == atom.Strong || c.DataAtom == atom.B) && !within(c, b.node)
	}):
	case try(func(c *html.Node) (string, bool) { return oneLine(attr(c, "alt")), c.DataAtom == atom.Img }):
	}
	return name, from
}

// cardLabel finds the badge of a card, and takes it out.
func (p *page) cardLabel(card *html.Node, name string, from *html.Node) string {
	ranked := false // a bare rank counts only where no badge says more
	isBadge := func(c *html.Node) bool {
		if c == from || from != nil && within(from, c) {
			return false
		}
		switch c.DataAtom {
		case atom.Span, atom.Div, atom.P, atom.Strong, atom.B, atom.Em, atom.Small, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		default:
			return false
		}
		s := wordsOfNodeMax(c, 60)
		if s == "" || s == name || ctaLine(s) || metaLine(s) || strings.ContainsAny(s, ".") {
			return false
		}
		if bareRank.MatchString(s) != ranked {
			return false
		}
		return badgeNames.MatchString(attr(c, "class")) && len(strings.Fields(s)) <= 6 && !oneOfMany(c) || isLabel(s)
	}
	badge := firstOf(card, isBadge)
	if badge == nil {
		ranked = true
		badge = firstOf(card, isBadge)
	}
	if badge == nil {
		return ""
	}
	s := wordsOfNode(badge)
	if from == nil || !within(badge, from) {
		cutOut(badge)
	}
	return strings.TrimRight(s, " :")
}

// oneOfMany: the element, or the one around it, has a sibling of the same
// class, so it is a row of facts or chips.
func oneOfMany(n *html.Node) bool {
	for range 2 {
		if n == nil {
			return false
		}
		if c := attr(n, "class"); c != "" {
			for _, s := range []*html.Node{nextElement(n), previousElement(n)} {
				if s != nil && attr(s, "class") == c {
					return true
				}
			}
		}
		n = n.Parent
	}
	return false
}

func nextElement(n *html.Node) *html.Node {
	for n = n.NextSibling; n != nil && n.Type != html.ElementNode; n = n.NextSibling {
	}
	return n
}

func previousElement(n *html.Node) *html.Node {
	for n = n.PrevSibling; n != nil && n.Type != html.ElementNode; n = n.PrevSibling {
	}
	return n
}

// cardBlurb finds the first text about the product.
func (p *page) cardBlurb(card *html.Node, name string, from *html.Node) (article.Text, *html.Node) {
	var fallback *html.Node
	prose := firstOf(card, func(c *html.Node) bool {
		switch c.DataAtom {
		case atom.P:
		case atom.Div, atom.Span:
			if holdsBlock(c) || c.DataAtom == atom.Span && fallback != nil {
				return false
			}
		default:
			return false
		}
		if c == from || from != nil && within(c, from) || from != nil && within(from, c) {
			return false
		}
		s := wordsOfNode(c)
		if s == "" || s == name || metaLine(s) || ctaLine(s) || strings.HasSuffix(s, ":") || shopFact.MatchString(s) || kindOfNotice(s).any() || len(p.buysIn(c)) > 0 && len(s) < 60 {
			return false
		}
		if len(s) >= 40 && strings.ContainsAny(s, ".!?") {
			return c.DataAtom != atom.Span
		}
		if fallback == nil && len(strings.Fields(s)) >= 3 && !hasPrice(s) {
			fallback = c
		}
		return false
	})
	if prose == nil {
		prose = fallback
	}
	if prose == nil {
		return nil, nil
	}
	return p.textOf(prose), prose
}

func holdsBlock(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (blockElements[c.DataAtom] || holdsBlock(c)) {
			return true
		}
	}
	return false
}

// clearCard takes out of a card what the pick holds now: its buttons, prices
// and ratings, which are kept apart.
func (p *page) clearCard(card *html.Node, b buy) (kept asides, others []buy) {
	var out []*html.Node
	walk(card, func(c *html.Node) bool {
		if c.Type != html.ElementNode || p.ready[c] != nil {
			return c.Type == html.ElementNode && p.ready[c] == nil
		}
		if c.DataAtom == atom.A {
			if o, ok := p.buyOf(c); ok && (o.key == b.key || p.holds[card].several) && (o.button && o.words != "" || soldAt.MatchString(fold(o.words))) {
				out = append(out, c)
				if o.key != b.key {
					others = append(others, o)
				}
			}
			return true
		}
		switch c.DataAtom {
		case atom.P, atom.Div, atom.Span, atom.Small, atom.Em, atom.Time:
			if s := wordsOfNodeMax(c, 90); s != "" && (priceOnly(s) || stars.MatchString(s) || shopFact.MatchString(s) || bareRank.MatchString(s)) {
				kept.note(s)
				out = append(out, c)
				return false
			}
		}
		return true
	})
	for _, n := range out {
		cutOut(n)
	}
	return kept, others
}
