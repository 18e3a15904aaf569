package ingest

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// A pick is found by its button: a line or a link that names a shop or asks to
// buy. It belongs to the heading above it, which holds the product's name and
// maybe its label. Without a button a heading is a pick when it carries a
// label that says so ("Editor's Choice: …") or itself links to a shop.

// sectionNames are headings within a product's section that do not end it.
var sectionNames = words(
	`(the )?(pros|cons)( (and|&) cons)?`, `pros/cons`, `what (we|i) (really )?(like|love|don'?t like|didn'?t like|dislike)d?( about it)?`, `what to consider`, `what could be better`, `why (we|i) (like|love|chose|recommend|picked) it`, `why (it'?s|this is) .{0,30}`, `who (it'?s|is it|this is) for`, `best for`, `(key )?(features?|specs|specifications|ingredients|benefits|highlights|details)`, `(the )?(good|bad|verdict|bottom line)`, `how to use( it)?`, `things to consider`, `(full )?review`, `(potential )?downsides`, `drawbacks`, `advantages`, `disadvantages`, `our (take|thoughts|experience|verdict)`, `reasons to (buy|avoid)`, `flaws but not dealbreakers`,
	`vorteile|nachteile|vor- und nachteile`, `was uns (nicht )?gefällt`, `für wen.{0,30}`, `das (gefällt|stört).{0,20}`, `eigenschaften`, `technische daten`,
	`(les )?(points forts|points faibles|avantages|inconvénients|plus|moins|caractéristiques)`, `ce qu'on (aime|n'aime pas).{0,16}`, `pour qui.{0,16}`,
	`(lo que (no )?(me|nos) (gusta|ha gustado|gustó)|a tener en cuenta|puntos (fuertes|débiles)|ventajas|desventajas|inconvenientes|lo mejor|lo peor|características|ideal para|para quién.{0,16}|pros y contras)`,
	`(o que (mais |não |menos )?gostamos|(pontos )?a considerar|o que considerar|pontos (fortes|fracos|positivos|negativos)|vantagens|desvantagens|prós|contras|prós e contras|características|ideal para)`,
	`(cosa (non )?ci (piace|è piaciuto)|da considerare|punti (di forza|deboli|forti)|vantaggi|svantaggi|pro|contro|pro e contro|caratteristiche|per chi.{0,16})`,
)

// generalNames are headings of sections about no product.
var generalNames = words(
	`(our )?(final )?(verdict|thoughts|conclusion|words|take|summary)s?`, `(the )?bottom line`, `conclusions?`, `wrap(ping)?[- ]up`, `(faqs?|frequently asked questions|common .{0,30}questions)`, `comparison( table| chart)?`, `introduction`, `overview`, `summary`, `(our )?(top |best )?(\d+ )?(picks?|recommendations|favou?rites|products)( (of|for|in) .{0,30})?`, `(.{0,40} )?(buying|buyer'?s|shopping) (guide|tips)`, `related .{0,30}`, `where to buy.{0,20}`, `resources`, `references|sources`, `how (we|i) (test|tested|chose|choose|picked).{0,20}`, `quick buying tips`,
	`fazit`, `zusammenfassung`, `häufige fragen|häufig gestellte fragen`, `vergleich(stabelle)?`, `kaufberatung`, `einleitung`,
	`conclusion`, `questions fréquentes`, `comparatif`, `guide d'achat`, `notre avis`,
	`conclusi[oó]n(es)?`, `preguntas frecuentes`, `comparativa.{0,30}`, `guía de compra`, `conclusão`, `perguntas frequentes`, `conclusioni?`, `domande frequenti`, `confronto`,
)

var labelPattern = compile(`^(?:` + strings.Join([]string{
	`(the |our )?(editor'?s?'?|staff|expert'?s?'?|reader'?s?'?|doctor'?s?'?|dermatologist'?s?'?) (choice|pick|favou?rite|top pick)`, `(our |my )?((#1|top|first|number one|overall|favou?rite|go-to|all-time|upgrade|budget|value|best|luxury|splurge|premium|runner[- ]up|also great|alternative) )+(overall )?(pick|choice|recommendation|option|favou?rite|winner)`,
	`(the )?best( (overall|value|budget|seller|selling|splurge|upgrade|premium|drugstore|luxury|all[- ]round(er)?|in class|of the best|deal|choice|option|pick))+`, `(the )?best( [\p{L}&'-]+){0,2} (for|under|with|without|in|on a) .{2,40}`, `(the )?best [\p{L}-]+( [\p{L}-]+)?`, `runner[- ]up`, `also (great|good|consider)`, `(a )?(great|good) (value|alternative|upgrade|budget).{0,20}`, `(the )?(most|top|cheapest|premium|upgrade|budget|splurge|value|overall)( [\p{L}'-]+){0,3}`, `honou?rable mention`, `winner`, `(partner|sponsored) pick`, `what we (actually )?(use|rely on)`, `#\d+`,
	`(unser(e|er)? )?(testsieger|preis-leistungs-?(sieger|tipp)|(preis|kauf|spar)-?tipp|favorit(in)?|empfehlung|geheimtipp|tipp der redaktion)`, `(das |der |die )?beste[rsn]? .{2,40}`, `(der |die |das )?(günstigste|stärkste|vielseitigste)[rsn]?.{0,30}`,
	`(le |la |les |l')?(meilleure?s?|notre (choix|coup de cœur|préférée?|favori(te)?)|coup de cœur|choix de la rédaction|plus [\p{L}]+|moins ch[eè]re?s?|petits? (budgets?|prix))( .{1,40})?`,
	`(el |la |lo |los )?(mejor|más [\p{L}]+|nuestr[oa] (elección|recomendación|favorit[oa])|elección del editor|opción [\p{L}]+)( .{1,40})?`,
	`(o |a )?(melhor|mais [\p{L}]+|nossa (escolha|recomendação)|escolha d[oa]s? (editor|redação))( .{1,40})?`,
	`(il |la |lo )?(miglior[ei]?|più [\p{L}]+|(il |la )?nostr[oa] (scelta|preferit[oa]|consigli[oa]|raccomandazione)|scelta (della redazione|economica|premium|top)|la scelta di .{2,20})( .{1,40})?`,
}, `|`) + `)$`)

// firmLabel marks a pick even where nothing leads to a shop.
var firmLabel = compile(`^(?:(?:the |our |my )?(?:editor'?s?'?|staff|expert'?s?'?) (?:choice|pick|favou?rite)|(?:the )?best (?:overall|value|budget|splurge|upgrade|premium|budget pick)|(?:our |my )?(?:#1|top|upgrade|budget|best|overall) (?:pick|choice|recommendation)|(?:our|my) (?:pick|choice|favou?rite)|runner[- ]up|also great|testsieger|preis-leistungs-?sieger|(?:unser|mein) (?:favorit|tipp|testsieger)|(?:unsere|meine) (?:empfehlung|wahl)|coup de cœur|(?:notre|mon) (?:choix|coup de cœur|favori)|choix de la rédaction|elección del editor|(?:nuestra|mi) (?:elección|recomendación|favorita)|escolha do editor|(?:a )?(?:nossa|minha) (?:escolha|recomendação|favorita)|scelta della redazione|(?:la (?:nostra|mia) (?:scelta|preferita)|il (?:nostro|mio) preferito))$`)

// isLabel: the words say why something is picked, and no more: no name follows
// behind a colon.
func isLabel(s string) bool {
	if before, after, ok := strings.Cut(s, ": "); ok && hasWords(after) && labelPattern.MatchString(fold(trimMarks(before))) {
		return false
	}
	f := fold(s)
	return short(s, 60) && len(strings.Fields(s)) <= 8 && (labelPattern.MatchString(f) || firmLabel.MatchString(f))
}

// button is the line that leads to a shop.
type button struct {
	block  int
	length int // blocks it takes up
	text   string
	url    string
}

// takePicks finds the picks and puts each in the place of its heading.
func (d *draft) takePicks() {
	d.promoteTitles()
	heads := d.pickHeads()
	sells := d.headsSell(heads)
	priced := 0
	for _, i := range heads {
		if pricedName(blockText(d.blocks[i])) {
			priced++
		}
	}
	d.priced = priced >= 2
	drop := make(map[int]bool)
	for i, h := range heads {
		end := len(d.blocks)
		if i+1 < len(heads) {
			end = heads[i+1]
		}
		for j := h + 1; j < end; j++ { // a section that is a pick already
			if p, ok := d.blocks[j].(*article.Pick); ok && p.Heading != nil {
				end = j
			}
		}
		if d.pickAt(h, end, sells, drop) || d.format == Text {
			lowerSections(d.blocks[h+1:end], headingLevel(d.blocks[h]))
		}
	}
	d.keep(func(i int, _ article.Block) bool { return !drop[i] })
}

// pickHeads are the indices of the headings that may begin a product's section.
func (d *draft) pickHeads() []int {
	var out []int
	for i, b := range d.blocks {
		if f, _ := headingParts(b); f != "" && !sectionNames.MatchString(f) {
			out = append(out, i)
		}
	}
	return out
}

// headsSell: several headings link to products and most that link do, so the
// others do as well, though their links do not say who is paid.
func (d *draft) headsSell(heads []int) bool {
	linked, paid := 0, 0
	for _, i := range heads {
		t := d.blocks[i].(*article.Heading).Text
		if firstLink(t) != "" {
			linked++
		}
		if shopLink(t) != "" {
			paid++
		}
	}
	return paid >= 2 && 2*paid > linked
}

// lowerSections brings a section's own small headings below its heading.
func lowerSections(bs article.Blocks, level int) {
	for _, b := range bs {
		if sub, ok := b.(*article.Heading); ok && sub.Level <= level {
			sub.Level = min(level+1, 6)
		}
	}
}

// headingLevel is that of a heading, or of the one a pick was made from.
func headingLevel(b article.Block) int {
	switch b := b.(type) {
	case *article.Heading:
		return b.Level
	case *article.Pick:
		if b.Heading != nil {
			return b.Heading.Level
		}
	}
	return 6
}

// pickAt makes a pick of the section [h, end) if it is one, and marks the
// blocks that went into it; it says whether it did.
func (d *draft) pickAt(h, end int, sells bool, drop map[int]bool) bool {
	head := d.blocks[h].(*article.Heading)
	text := head.Text.String()
	label, name := splitTitle(text)
	b, found := d.findButton(h+1, end)
	link := shopLink(head.Text)
	if u := firstLink(head.Text); link == "" && sells && !strings.HasPrefix(u, "mailto:") {
		link = u
	}
	var closing closingLink
	if !found && link == "" && product(text) {
		closing = d.takeClosing(h+1, end)
		link = closing.url
	}
	switch {
	case label != "" && (found || link != "" || firmLabel.MatchString(fold(label))) && name != "":
	case found && product(text):
	case link != "" && product(text):
	case d.priced && pricedName(text):
	default:
		return false
	}
	p := &article.Pick{Label: label, Name: name, Place: head.Place, Heading: head}
	if name == "" {
		p.Name = oneLine(unnumberedTitle(text))
		if leadPrice.MatchString(p.Name) {
			d.setName(p, p.Name)
		}
		if label, rest := splitTrailing(p.Name); label != "" {
			p.Label, p.Name = label, rest
		}
	}
	d.setName(p, p.Name)
	if p.Name == "" {
		return false
	}
	p.URL, p.CTA = link, closing.words
	if found {
		p.CTA = b.text
		if b.url != "" {
			p.URL = b.url
		}
		for i := range b.length {
			drop[b.block+i] = true
		}
		offersIn(p, said(d.blocks[b.block]))
	}
	if link != "" {
		addOffer(p, link, head.Text.String())
	}
	d.blurb(p, h, end, b, found, drop)
	if p.Merchant = article.Merchant(p.URL); p.Merchant == "" {
		p.Merchant = shopIn(p.CTA)
	}
	if l, ok := article.Affiliate(p.URL); ok && l.Merchant != "" {
		p.Merchant = l.Merchant
	}
	head.Text = dropLinks(head.Text)
	d.blocks[h] = p
	return true
}

// product: the heading may name a product; a question or a general section
// does not.
func product(s string) bool {
	f := fold(unnumbered(s))
	if before, _, ok := strings.Cut(f, ":"); ok && generalNames.MatchString(fold(before)) {
		return false // "Final thoughts: …"
	}
	return f != "" && !strings.HasSuffix(f, "?") && !generalNames.MatchString(f) && !takeawayNames.MatchString(f)
}

// shopLink is an address in a heading that somebody is paid for, or that leads
// to a known shop.
func shopLink(t article.Text) string {
	for _, s := range t {
		if s.Href == "" {
			continue
		}
		if _, ok := article.Affiliate(s.Href); ok || article.Merchant(s.Href) != "" {
			return s.Href
		}
	}
	if u := firstLink(t); u != "" {
		if label, name := splitTitle(t.String()); label != "" && name != "" {
			return u
		}
	}
	return ""
}

func dropLinks(t article.Text) article.Text {
	for i := range t {
		t[i].Href = ""
	}
	return tidyText(t)
}

// findButton finds the first button in [from, end): one whose words ask to buy,
// else any.
func (d *draft) findButton(from, end int) (button, bool) {
	var any button
	found := false
	for i := from; i < end; i++ {
		p, ok := d.blocks[i].(*article.Paragraph)
		if !ok {
			continue
		}
		b, asks, ok := buttonOf(p.Text)
		if !ok || found && !asks {
			continue
		}
		b.block, b.length = i, 1
		if b.url == "" && i+1 < end {
			if n, ok := d.blocks[i+1].(*article.Paragraph); ok && addressOnly(n.Text) {
				b.url, b.length = firstLink(n.Text), 2
			}
		}
		if asks {
			return b, true
		}
		any, found = b, true
	}
	return any, found
}

// buttonOf reads a paragraph as a button: its words ask to buy, with or
// without an address; or it is nothing but a short link that is paid for.
// asks tells the two apart.
func buttonOf(t article.Text) (b button, asks, ok bool) {
	s := t.String()
	if !short(s, 300) {
		return button{}, false, false
	}
	words := s
	href := firstLink(t)
	if rest, address := cutAddress(s); address != "" {
		words = rest
	} else if linked := linkWords(t); linked != "" && !allSpans(t, func(s article.Span) bool { return s.Href != "" }) {
		// Words around the link: only arrows, bars and other shops' links.
		if hasWords(strings.ReplaceAll(plainWords(t), linked, "")) {
			return button{}, false, false
		}
		words = linked
	} else if linked != "" {
		words = linked
	}
	words = strings.TrimRight(strings.TrimSpace(words), " ?")
	if ctaLine(words) {
		return button{text: oneLine(words), url: href}, true, true
	}
	if _, paid := article.Affiliate(href); paid && short(words, 60) && hasWords(words) && allSpans(t, func(s article.Span) bool { return s.Href != "" }) && !strings.Contains(words, "://") {
		return button{text: oneLine(words), url: href}, false, true
	}
	return button{}, false, false
}

// linkWords are the words of the first link of t.
func linkWords(t article.Text) string {
	var b strings.Builder
	href := ""
	for _, s := range t {
		if s.Href == "" || href != "" && s.Href != href {
			if href != "" {
				break
			}
			continue
		}
		href = s.Href
		b.WriteString(s.Text)
	}
	return b.String()
}

// plainWords are the words of t outside links.
func plainWords(t article.Text) string {
	var b strings.Builder
	for _, s := range t {
		if s.Href == "" {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// addressOnly: the paragraph is one address and nothing else.
func addressOnly(t article.Text) bool {
	rest, address := cutAddress(t.String())
	return address != "" && !hasWords(rest)
}

// blurb takes the author's words about the product: the first paragraph of
// running text between the heading and the button, else the one after it.
func (d *draft) blurb(p *article.Pick, h, end int, b button, found bool, drop map[int]bool) {
	stop := end
	if found {
		stop = b.block
	}
	i := d.firstProse(h+1, stop)
	if i < 0 && found {
		if j := b.block + b.length; j < end && d.firstProse(j, min(j+1, end)) == j {
			i = j
		}
	}
	d.picture(p, h, i, stop, found, drop)
	for j := h + 1; j < stop; j++ {
		if q, ok := d.blocks[j].(*article.Paragraph); ok && metaLine(q.Text.String()) {
			drop[j] = true
			if s := q.Text.String(); asideLine(s) {
				var out asides
				out.note(s)
				d.setAside(p, out)
			}
		}
	}
	if i < 0 {
		return
	}
	drop[i] = true
	d.setBlurb(p, d.blocks[i].(*article.Paragraph).Text)
}

// picture gives a pick the first picture of its section: above its words, or
// anywhere above its button.
func (d *draft) picture(p *article.Pick, h, prose, stop int, found bool, drop map[int]bool) {
	if !found && prose >= 0 {
		stop = prose
	}
	for j := h + 1; j < stop; j++ {
		switch b := d.blocks[j].(type) {
		case *article.Image:
			if setImage(p, b) {
				drop[j] = true
				return
			}
		case *article.Heading:
			return
		}
	}
}

// firstProse is the first paragraph of running text in [from, to), before any
// other kind of block but pictures; -1 if there is none.
func (d *draft) firstProse(from, to int) int {
	fallback := -1
	for i := from; i < to; i++ {
		switch b := d.blocks[i].(type) {
		case *article.Paragraph:
			s := b.Text.String()
			if metaLine(s) || ctaLine(s) || strings.HasSuffix(s, ":") || addressOnly(b.Text) || !hasWords(s) {
				continue
			}
			if strings.ContainsAny(s, ".!?") && len(s) >= 40 {
				return i
			}
			if fallback < 0 {
				fallback = i
			}
		case *article.Image, *article.Divider:
		default:
			return fallback
		}
	}
	return fallback
}

func (d *draft) leftOut(rule string, p *article.Pick, what string) {
	d.diagnostics = append(d.diagnostics, article.Diagnostic{
		Rule: rule, Severity: article.Info, Place: at(p.Place.Line, 0),
		Message: fmt.Sprintf("%s beside the pick %q was left out.", what, p.Name),
		Fix:     "Nothing to do; a mail must not repeat it.",
	})
}
