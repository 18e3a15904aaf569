package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// relativeMark begins the address of a link whose site is unknown: it leads
// nowhere in a mail, but tells links to the site's own pages until the
// furniture is out.
const relativeMark = inPageMark + "/"

// toPage: the link leads to a place in the page itself.
func toPage(href string) bool {
	return strings.HasPrefix(href, inPageMark) && !strings.HasPrefix(href, relativeMark)
}

// linkRow: a line of at least two links with marks between them, maybe with a
// label before ("Quick links: A → • B →"); shops' links are the author's.
func linkRow(t article.Text) bool {
	links, label := 0, false
	for i, s := range t {
		switch {
		case s.Break:
		case s.Href != "":
			if _, ok := article.Affiliate(s.Href); ok || article.Merchant(s.Href) != "" || len(strings.Fields(s.Text)) > 8 {
				return false
			}
			if i == 0 || t[i-1].Href != s.Href {
				links++
			}
		case !hasWords(s.Text):
		case links == 0 && !label && strings.HasSuffix(strings.TrimSpace(s.Text), ":") && short(s.Text, 40):
			label = true
		default:
			return false
		}
	}
	return links >= 3 || links == 2 && label
}

var (
	// quickLinks opens a row of links.
	quickLinks = compile(`(?i)^\W{0,4}(?:quick (?:links|navigation)|jump to|on this page|schnellzugriff|direkt zu|liens rapides|accès rapide|enlaces rápidos|acceso rápido|links rápidos|acesso rápido|link rapidi|accesso rapido|vai a)\s*:`)
	rowMarks   = compile(`\s(?:[•·|→›»/–]|->)(?:\s|$)`)
)

// leadsOn: a line that does nothing but lead to other pages: "Read also:"
// before a link or a title, or quick links.
func leadsOn(t article.Text) bool {
	s := t.String()
	if len(s) > 260 {
		return false
	}
	if quickLinks.MatchString(s) && len(rowMarks.FindAllString(s, 3)) >= 2 {
		return true
	}
	from := onwardEnd(s)
	if from < 0 {
		return false
	}
	rest := sliceText(t, from, len(s))
	for _, x := range rest {
		if _, ok := article.Affiliate(x.Href); ok || article.Merchant(x.Href) != "" {
			return false
		}
	}
	if firstLink(t) != "" {
		return allSpans(rest, func(s article.Span) bool { return s.Href != "" || !hasWords(s.Text) || len(s.Text) <= 24 })
	}
	return titleLike(rest.String()) && len(strings.Fields(rest.String())) >= 3
}

// onwardEnd is where the words end that begin a line which leads to another
// article ("Read next:"), -1 if there are none.
func onwardEnd(s string) int {
	for i, r := range clip(s, 80) {
		if !strings.ContainsRune(":|»→>–—-", r) || strings.ContainsRune("–—-", r) && !strings.HasSuffix(s[:i], " ") {
			continue
		}
		head := phraseKey(s[:i])
		if relatedHeads.hasKey(head) || onward.hasKey(head) {
			return i + utf8.RuneLen(r)
		}
	}
	return -1
}

// onward begins a line that leads to another article, beside relatedHeads.
var onward = phrasesOf(`more, next, previous, check out, read, related to this, siehe auch, dazu passt, mehr, da leggere, da vedere, per saperne di più, da ler, para ler, para leer, à lire, voir, pour en savoir plus, más información, relacionado, saiba mais, approfondisci, approfondimento, vedi`)

// siteName is what the page's small print calls the site, folded; "" if there
// is none.
func siteName(bs article.Blocks) string {
	for i := len(bs) - 1; i >= 0 && i >= len(bs)-40; i-- {
		t := said(bs[i])
		for _, l := range linesOf(t) {
			if m := copyrightName.FindStringSubmatch(l.String()); m != nil && siteLine(l.String()) {
				return phraseKey(m[1])
			}
		}
	}
	return ""
}

var copyrightName = compile(`(?i)(?:©|\(c\)|copyright)\s*(?:copyright\s*|©\s*)?(?:(?:19|20)\d\d(?:\s?[-–]\s?(?:(?:19|20)?\d\d))?,?\s+)?(?:by |de |di |von )?([^\d.|,•·–©][^.|,•·–©]{1,40}?)\s*(?:[.|,•·–]|$|(?:19|20)\d\d|all rights)`)

// foot finds the page's foot: going up from the end, as long as blocks are
// small, the topmost that only a site would have there. A heading of the
// author's with something below it ends it, and so does running text.
func (f *furniture) foot() {
	cut := len(f.bs)
	crossed := 0
	for i := len(f.bs) - 1; i >= 0; i-- {
		switch {
		case f.drop[i]:
		case f.strong(i):
			cut = i
		case f.weak(i):
		case f.headAbove(i) >= 0 && (f.moreTitles(f.headAbove(i)) || f.aboutAuthor(f.headAbove(i))):
			i = f.headAbove(i)
			cut = i
		case crossed < 3 && cut < len(f.bs) && f.aboutSite(i):
			crossed++
			cut = i
		default:
			f.take(cut, len(f.bs))
			return
		}
	}
	// All of it small: no article that we would know; leave it whole.
}

// strong: only a site has such a block.
func (f *furniture) strong(i int) bool {
	switch b := f.bs[i].(type) {
	case *article.Heading:
		k := phraseKey(b.Text.String())
		return (f.name != "" && k == f.name || siteHeads.hasKey(k) || siteLines.hasKey(k)) && (f.ends(i+1) || f.small(next(f.bs, i+1)))
	case *article.Paragraph, *article.Quote:
		s := said(b).String()
		k := phraseKey(s)
		return f.name != "" && k == f.name || short(s, 60) && siteHeads.hasKey(k) && f.ends(i+1) || siteLine(s)
	case *article.List:
		frame := func(s string) bool {
			k := phraseKey(s)
			return siteLine(s) || networks[k] || siteHeads.hasKey(k) || relatedHeads.hasKey(k)
		}
		if fewWords(b) && !f.leadsOut(b) && (listOf(b, frame, 0.4) || i > 0 && siteHeads.has(said(f.bs[i-1]).String())) {
			return true
		}
		return f.listElsewhere(i, b)
	}
	return false
}

// leadsOut: an item of the list links to another site that is no network.
func (f *furniture) leadsOut(l *article.List) bool {
	for _, it := range l.Items {
		if leadsElsewhere(it.Text) && !f.ownLink(it.Text) && !siteLine(it.Text.String()) && !networks[phraseKey(it.Text.String())] {
			return true
		}
	}
	return false
}

// listElsewhere: all items of the list are links to the site's own pages.
func (f *furniture) listElsewhere(i int, l *article.List) bool {
	if i > 0 && sourceNames.has(said(f.bs[i-1]).String()) {
		return false
	}
	for _, it := range l.Items {
		if !f.ownLink(it.Text) {
			return false
		}
	}
	return len(l.Items) >= 2
}

// ownLink: the text begins with a link to the site's own pages.
func (f *furniture) ownLink(t article.Text) bool {
	if !leadsElsewhere(t) || f.shops(t) {
		return false
	}
	href := firstLink(t)
	return strings.HasPrefix(href, relativeMark) || f.d.sameSite(href)
}

// headAbove is the heading above a block or two that end with i, -1 if there
// is none.
func (f *furniture) headAbove(i int) int {
	for j := i; j >= 0 && j > i-8; j-- {
		if _, ok := f.bs[j].(*article.Heading); ok {
			return j
		}
	}
	return -1
}

// moreTitles: a heading such as "More Rice" above titles and nothing else. In
// the midst of an article it may be the author's.
func (f *furniture) moreTitles(i int) bool {
	if !moreHeads.has(said(f.bs[i]).String()) {
		return false
	}
	titles := 0
	for j := i + 1; j < len(f.bs); j++ {
		switch b := f.bs[j].(type) {
		case *article.List:
			if !f.entries(b) {
				return false
			}
			titles += len(b.Items)
		case *article.Paragraph:
			lines := linesOf(b.Text)
			if f.drop[j] || !titleLike(lines[0].String()) && !metaLine(b.Text.String()) {
				return titles >= 2
			}
			titles += len(lines)
		case *article.Heading:
			return titles >= 2
		}
	}
	return titles >= 2
}

var moreHeads = phrasesOf(`more *, other *, latest *, recent *, mehr *, weitere *, neueste *, plus de *, autres *, más *, otros *, otras *, mais *, outros *, outras *, altri *, altre *, ultimi *, ultime *`)

// aboutAuthor takes the box about the author that begins with the heading i.
func (f *furniture) aboutAuthor(i int) bool {
	h, ok := f.bs[i].(*article.Heading)
	if !ok || !aboutUs.MatchString(fold(h.Text.String())) && !f.aboutName(h.Text.String()) {
		return false
	}
	note := ""
	for j := i + 1; j < len(f.bs); j++ {
		if f.drop[j] {
			continue
		}
		p, ok := f.bs[j].(*article.Paragraph)
		if !ok {
			break
		}
		if s := p.Text.String(); note == "" && short(s, 600) {
			note = s
		} else if !short(s, 240) {
			return false
		}
	}
	if note == "" || f.d.author.Name == "" && !isSomeone.MatchString(note) {
		return false
	}
	if f.d.author.Name == "" {
		f.d.author.Name = isSomeone.FindStringSubmatch(note)[1]
	}
	if f.d.author.Note == "" {
		f.d.author.Note = note
	}
	return true
}

// aboutName: "About Mina", where the author's name is Mina Park.
func (f *furniture) aboutName(s string) bool {
	m := aboutWhom.FindStringSubmatch(s)
	if m == nil || f.d.author.Name == "" {
		return false
	}
	for w := range strings.FieldsSeq(m[1]) {
		if !strings.Contains(f.d.author.Name, w) {
			return false
		}
	}
	return true
}

var aboutWhom = compile(`^(?i:about|meet|über|à propos de|acerca de|sobre|chi è|su|conoce a|conheça)\s+(\S.{1,50})$`)

// sourceNames are headings of what the author read.
var sourceNames = phrasesOf(
	`sources, references, studies, citations, bibliography, works cited, notes, footnotes, resources, sources and *, references and *, credits`,
	`quellen, quellenangaben, literatur, studien, einzelnachweise, nachweise, referenzen, quellen und *, literaturverzeichnis, fußnoten`,
	`sources, références, bibliographie, études, références *, sources et *, notes`,
	`fuentes, referencias, bibliografía, estudios, fuentes y *, referencias *, notas`,
	`fontes, referências, bibliografia, estudos, fontes e *, referências *, notas`,
	`fonti, riferimenti, bibliografia, studi, fonti e *, riferimenti *, note`,
)

// weak: the block is small enough to stand in a page's foot, and no part of a
// section of the author's.
func (f *furniture) weak(i int) bool {
	switch b := f.bs[i].(type) {
	case *article.Divider, *article.Image:
		return true
	case *article.Heading:
		return f.over(i+1, 6) // nothing below it
	case *article.Paragraph:
		s := b.Text.String()
		if f.shops(b.Text) || priceOnly(s) || strings.HasSuffix(s, ":") {
			return false
		}
		return titleLike(s) && short(s, 70) && !f.headed(i) || allLines(b.Text, func(s string) bool { return titleLike(s) && short(s, 40) })
	case *article.List:
		return fewWords(b) && !f.headed(i)
	}
	return false
}

// headed: the author has a heading or a label right above.
func (f *furniture) headed(i int) bool {
	switch b := next(f.bs, i-1).(type) {
	case *article.Heading:
		return true
	case *article.Paragraph:
		return strings.HasSuffix(b.Text.String(), ":")
	}
	return false
}

// aboutSite: a few sentences in the foot say what the site is, right below its
// name or its lines.
func (f *furniture) aboutSite(i int) bool {
	p, ok := f.bs[i].(*article.Paragraph)
	if !ok || i == 0 || !short(p.Text.String(), 280) || f.shops(p.Text) {
		return false
	}
	if strings.Contains(" "+phraseKey(p.Text.String())+" ", " "+f.name+" ") && f.name != "" && !f.headed(i) {
		return true
	}
	return f.after[i-1] && !f.underOwn(i) || f.name != "" && phraseKey(said(f.bs[i-1]).String()) == f.name
}

// underOwn: the closest heading above that stays is followed by i alone, so i
// is what the heading is about.
func (f *furniture) underOwn(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if f.drop[j] {
			continue
		}
		_, ok := f.bs[j].(*article.Heading)
		return ok
	}
	return false
}
