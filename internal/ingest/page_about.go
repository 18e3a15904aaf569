package ingest

import (
	"encoding/json"
	stdhtml "html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// about is what a page says of itself.
type about struct {
	title    string            // <title>
	meta     map[string]string // name or property → content, the first of each
	site     string            // the site's name
	headline string            // JSON-LD
	author   string
	note     string // about the author
	dates    []string
	language string
	url      string
	products []known
	faqs     map[string]bool // folded questions
	asked    []thing         // the page's FAQ: questions, and their answers in HTML
}

// thing is a question the page's JSON-LD names, and its answer in HTML.
type thing struct{ name, answer string }

// known is a product the page's JSON-LD names.
type known struct {
	name, url, image, asin string
	asides                 asides
}

// known is the product of the page's own data whose name stands in n.
func (a *about) known(n *html.Node) string {
	s := fold(wordsOfNode(n))
	for _, k := range a.products {
		if f := fold(k.name); f != "" && strings.Contains(s, f) {
			return k.name
		}
	}
	return ""
}

// maxKnown bounds the products and questions taken from JSON-LD.
const maxKnown = 200

// readAbout reads the head and the JSON-LD, and settles what needs no look at
// the text.
func (p *page) readAbout(data []string) {
	p.about.meta = make(map[string]string)
	p.about.faqs = make(map[string]bool)
	canonical, base := "", ""
	walk(p.doc, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.Html:
			p.about.language = attr(n, "lang")
		case atom.Title:
			if p.about.title == "" && (n.Parent == nil || n.Parent.DataAtom != atom.Svg) {
				p.about.title = oneLine(plainOf(n))
			}
		case atom.Meta:
			p.metaTag(n)
		case atom.Link:
			if canonical == "" && hasToken(attr(n, "rel"), "canonical") {
				canonical = attr(n, "href")
			}
		case atom.Base:
			if base == "" {
				base = attr(n, "href")
			}
		}
		return true
	})
	for _, s := range data {
		p.linkedData(s)
	}
	if p.about.site == "" {
		p.about.site = p.about.meta["og:site_name"]
	}
	p.settleAddress(canonical, base)
	p.settleFacts()
}

func (p *page) metaTag(n *html.Node) {
	key := strings.ToLower(strings.TrimSpace(attr(n, "property")))
	if key == "" {
		key = strings.ToLower(strings.TrimSpace(attr(n, "name")))
	}
	if key == "" && attr(n, "itemprop") != "" {
		key = "itemprop:" + attr(n, "itemprop")
	}
	if v := oneLine(attr(n, "content")); key != "" && v != "" && p.about.meta[key] == "" && len(p.about.meta) < 500 {
		p.about.meta[key] = v
	}
}

func hasToken(s, token string) bool {
	for _, t := range strings.Fields(strings.ToLower(s)) {
		if t == token {
			return true
		}
	}
	return false
}

// settleAddress finds the article's own address and what relative links are
// resolved against. A canonical link that leads to the site's front page is a
// template's mistake.
func (p *page) settleAddress(canonical, base string) {
	d := p.d
	for _, s := range []string{canonical, p.about.meta["og:url"], p.about.url} {
		u, err := url.Parse(strings.TrimSpace(s))
		if s == "" || err != nil {
			continue
		}
		if d.base != nil {
			u = d.base.ResolveReference(u)
		}
		if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
			continue
		}
		d.canonical = u.String()
		if d.base == nil {
			d.base = u
		}
		break
	}
	if u, err := url.Parse(strings.TrimSpace(base)); base != "" && err == nil {
		if d.base != nil {
			u = d.base.ResolveReference(u)
		}
		if (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			d.base = u
		}
	}
}

// settleFacts takes over language, date and description.
func (p *page) settleFacts() {
	d := p.d
	for _, s := range []string{p.about.language, p.about.meta["og:locale"], p.about.meta["content-language"]} {
		if d.language == "" {
			d.language = languageTag(s)
		}
	}
	v := make(frontValues)
	var keys []string
	given := append(p.about.dates, p.about.meta["article:published_time"], p.about.meta["og:published_time"], p.about.meta["itemprop:datePublished"], p.about.meta["date"], p.about.meta["dc.date"], p.about.meta["pubdate"], p.about.meta["parsely-pub-date"])
	for _, s := range given {
		if s != "" {
			v[s] = s
			keys = append(keys, s)
		}
	}
	d.published, _ = v.time(keys...)
	for _, key := range []string{"description", "og:description"} {
		if s := p.about.meta[key]; d.preheader == "" && utf8.RuneCountInString(s) <= maxPreheader && !kindOfNotice(s).any() {
			d.preheader = s
		}
	}
}

// linkedData reads one script of JSON-LD. What is no JSON is passed over: the
// page is still there.
func (p *page) linkedData(s string) {
	s = strings.TrimSpace(s)
	for _, wrap := range []string{"<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA["} {
		s = strings.TrimSpace(strings.TrimPrefix(s, wrap))
	}
	for _, wrap := range []string{"-->", "//]]>", "/*]]>*/", "]]>"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, wrap))
	}
	var v any
	if json.Unmarshal([]byte(s), &v) != nil {
		// Raw line ends in strings are the usual mistake.
		if json.Unmarshal([]byte(strings.Map(func(r rune) rune {
			if r < ' ' {
				return ' '
			}
			return r
		}, s)), &v) != nil {
			return
		}
	}
	left := maxThings
	people := make(map[string]frontValues)
	eachThing(v, &left, func(m frontValues) {
		if id, ok := m["@id"].(string); ok && m["name"] != nil {
			people[id] = m
		}
	})
	left = maxThings
	eachThing(v, &left, func(m frontValues) { p.thing(m, people) })
}

// maxThings bounds the objects looked at in one script.
const maxThings = 5000

// eachThing calls f for every object in v; the JSON decoder bounds the depth.
func eachThing(v any, left *int, f func(frontValues)) {
	if *left--; *left < 0 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			eachThing(x, left, f)
		}
	case map[string]any:
		f(frontValues(v))
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "itemReviewed", "hasPart", "review"} {
			if x, ok := v[key]; ok {
				eachThing(x, left, f)
			}
		}
	}
}

// isA: the object is of one of the types.
func (m frontValues) isA(types ...string) bool {
	var given []string
	switch t := m["@type"].(type) {
	case string:
		given = []string{t}
	case []any:
		for _, x := range t {
			if s, ok := x.(string); ok {
				given = append(given, s)
			}
		}
	}
	for _, g := range given {
		for _, t := range types {
			if g == t || strings.HasSuffix(g, "/"+t) {
				return true
			}
		}
	}
	return false
}

func (p *page) thing(m frontValues, people map[string]frontValues) {
	a := &p.about
	switch {
	case m.isA("Article", "BlogPosting", "NewsArticle", "Review", "ReviewNewsArticle", "TechArticle", "HowTo", "MedicalWebPage", "Recipe", "Report", "AdvertiserContentArticle"):
		if a.headline == "" {
			a.headline = m.mended("headline", "name")
		}
		if a.author == "" {
			by := m.people(people, "author", "creator")
			a.author, a.note = by.Name, by.Note
		}
		if s := m.line("datePublished", "dateCreated"); s != "" {
			a.dates = append(a.dates, s)
		}
		if a.language == "" {
			a.language = m.line("inLanguage")
		}
		if a.url == "" {
			a.url = m.line("url")
		}
	case m.isA("WebPage", "ItemPage", "CollectionPage"):
		if s := m.line("datePublished"); s != "" {
			a.dates = append(a.dates, s)
		}
		if a.url == "" {
			a.url = m.line("url", "@id")
		}
	case m.isA("WebSite", "Organization"):
		if a.site == "" {
			a.site = m.mended("name")
		}
	case m.isA("Product"):
		if name := m.mended("name"); name != "" && len(a.products) < maxKnown {
			a.products = append(a.products, m.product(name))
		}
	case m.isA("ListItem") && m.object("item") == nil && sells(m.line("url")):
		if name := m.mended("name"); name != "" && len(a.products) < maxKnown {
			a.products = append(a.products, m.product(name))
		}
	case m.isA("FAQPage"):
		a.asked = append(a.asked, m.questions(maxKnown-len(a.asked))...)
	case m.isA("Question"):
		if q := m.mended("name", "text"); q != "" && len(a.faqs) < maxKnown {
			a.faqs[fold(q)] = true
		}
	}
}

// questions are those of a FAQPage with their answers.
func (m frontValues) questions(most int) []thing {
	list, ok := m["mainEntity"].([]any)
	if !ok {
		list = []any{m["mainEntity"]}
	}
	var out []thing
	for _, x := range list {
		o, ok := x.(map[string]any)
		if !ok || len(out) >= most {
			continue
		}
		answer, ok := o["acceptedAnswer"].(map[string]any)
		if answers, several := o["acceptedAnswer"].([]any); several && len(answers) > 0 {
			answer, ok = answers[0].(map[string]any)
		}
		q := frontValues(o).mended("name", "text")
		if s, is := answer["text"].(string); ok && is && q != "" && hasWords(s) {
			out = append(out, thing{q, s})
		}
	}
	return out
}

// mended is a line whose damage is repaired.
func (m frontValues) mended(keys ...string) string {
	s, _ := mend(stdhtml.UnescapeString(m.line(keys...)))
	return oneLine(s)
}

// people reads who wrote it, following references within the script.
func (m frontValues) people(named map[string]frontValues, keys ...string) (by struct{ Name, Note string }) {
	for _, k := range keys {
		v := m[k]
		if list, ok := v.([]any); ok && len(list) == 1 {
			v = list[0]
		}
		if ref, ok := v.(map[string]any); ok {
			if id, is := ref["@id"].(string); is && ref["name"] == nil && named[id] != nil {
				v = map[string]any(named[id])
			}
			if frontValues(v.(map[string]any)).isA("Organization") {
				continue
			}
		}
		a := frontValues{k: v}.author(k)
		if a.Name != "" {
			by.Name, _ = mend(a.Name)
			by.Note, _ = mend(a.Note)
			return by
		}
	}
	return by
}

// object is what stands under the first of the keys that holds an object, or a
// list of them.
func (m frontValues) object(keys ...string) frontValues {
	for _, key := range keys {
		v := m[key]
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		if o, ok := v.(map[string]any); ok {
			return o
		}
	}
	return nil
}

// number is a value that may be written as a number or as a text.
func (m frontValues) number(key string) string {
	switch v := m[key].(type) {
	case string:
		return oneLine(clip(v, 40))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// product is what the data says of a product: where it is sold, its picture,
// its price and rating.
func (m frontValues) product(name string) known {
	offer := m.object("offers", "offer")
	k := known{name: name, url: offer.line("url")}
	if k.url == "" {
		k.url = m.line("url")
	}
	if k.image = m.line("image"); k.image == "" {
		k.image = m.object("image").line("url", "contentUrl")
	}
	if list, ok := m["image"].([]any); ok && k.image == "" && len(list) > 0 {
		k.image, _ = list[0].(string)
	}
	for _, key := range []string{"sku", "asin", "productID"} {
		if s := strings.ToUpper(strings.TrimPrefix(m.line(key), "asin:")); asin.MatchString(s) && k.asin == "" {
			k.asin = s
		}
	}
	for _, key := range []string{"price", "lowPrice"} {
		if s := offer.number(key); s != "" && len(k.asides.prices) == 0 {
			k.asides.prices = addOnce(nil, strings.TrimSpace(s+" "+offer.line("priceCurrency")))
		}
	}
	rating := m.object("aggregateRating").number("ratingValue")
	if rating == "" {
		rating = m.object("review").object("reviewRating").number("ratingValue")
	}
	k.asides.ratings = addOnce(nil, rating)
	return k
}
