package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// amazonMail checks what of Amazon's terms concerns the mail (AMZ-1, AMZ-2,
// AMZ-3, AMZ-5), and that a button says where it leads (PICK-2).
func (m *mail) amazonMail() {
	for _, part := range []struct {
		name string
		page *page
	}{{inHTML, m.html}, {inText, m.text}} {
		m.amazonLinks(part.name, part.page)
		m.namesShop(part.name, part.page)
	}
	m.amazonPictures()
}

// tally counts breaches of one kind and keeps the first.
type tally struct {
	n     int
	first link
}

func (t *tally) count(l link) {
	if t.n++; t.n == 1 {
		t.first = l
	}
}

func (m *mail) amazonLinks(part string, p *page) {
	var barred, unmarked, wrapped, direct tally
	for _, l := range p.links {
		link, ok := article.Affiliate(l.href)
		switch {
		case ok && link.Amazon && !m.in.Policy.direct():
			barred.count(l)
		case ok && link.Amazon:
			direct.count(l)
			if !l.word && !marked(p, l) {
				unmarked.count(l)
			}
		case hiddenAmazon(l.href):
			wrapped.count(l)
		}
	}
	if barred.n > 0 {
		m.report.in("AMZ-1", part, barred.first.at, fmt.Sprintf("%s of the %s to Amazon (%s), which needs Amazon's consent.", leading(barred.n), partName(part), host(barred.first.href)),
			"Let it lead to the article on your site; picks do so by themselves when the article's address is known: broadsheet article edit ID --canonical-url https://….")
	}
	if direct.n > 0 && !associate.MatchString(flat(p.sure)) {
		m.report.in("AMZ-2", part, direct.first.at, fmt.Sprintf("The %s links to Amazon and lacks the sentence that Amazon prescribes.", partName(part)),
			"Write “As an Amazon Associate I earn from qualifying purchases.” into the disclosure.")
	}
	if unmarked.n > 0 {
		m.report.in("AMZ-2", part, unmarked.first.at, fmt.Sprintf("%s of the %s to Amazon without being marked as paid, the first on “%s”.", leading(unmarked.n), partName(part), short(unmarked.first.text)),
			"Put “(paid link)” beside each.")
	}
	if wrapped.n > 0 {
		m.report.in("AMZ-3", part, wrapped.first.at, fmt.Sprintf("%s of the %s to Amazon through %s, and Amazon forbids redirects.", leading(wrapped.n), partName(part), host(wrapped.first.href)),
			"Put the product's own address with your tag in its place: broadsheet article edit ID --pick N --url https://www.amazon.….")
	}
	if direct.n > 0 {
		m.buttonsNameAmazon(part, p)
	}
}

func leading(n int) string {
	if n == 1 {
		return "One link leads out"
	}
	return fmt.Sprintf("%d links lead out", n)
}

// beforeMark and afterMark are how far from a link its mark can stand.
const beforeMark, afterMark = 30, 60

// marked reports whether "(paid link)" stands in a link, right after it, or at
// the end of what leads to it.
func marked(p *page, l link) bool {
	after := p.sure[l.to.sure:min(l.to.sure+afterMark, len(p.sure))]
	before := p.sure[max(l.from.sure-beforeMark, 0):l.from.sure]
	return paidMark.MatchString(l.text) || paidMark.MatchString(flat(after)) || paidMark.MatchString(flat(before))
}

// buttonsNameAmazon checks that a pick's link to Amazon says so.
func (m *mail) buttonsNameAmazon(part string, p *page) {
	for number, a := range m.in.Articles {
		for n, pick := range a.Picks() {
			if !isAmazon(pick.URL) {
				continue
			}
			i := slices.IndexFunc(p.links, func(l link) bool { return isButton(l, pick) && sameAddress(l.href, pick.URL) })
			if i < 0 || strings.Contains(strings.ToLower(p.links[i].text), "amazon") {
				continue
			}
			d := m.report.in("AMZ-3", part, p.links[i].at, fmt.Sprintf("The button “%s” of the pick %s leads to Amazon and doesn't name it.", short(p.links[i].text), pickName(n+1, pick)),
				fmt.Sprintf("Name it: broadsheet article edit ID --pick %d --cta \"View on Amazon\".", n+1))
			m.locate(d, number, pick.Place)
		}
	}
}

// isButton reports whether a link is a pick's button: it begins with the
// pick's call to action. A pick without one has a button of the template's.
func isButton(l link, p *article.Pick) bool {
	cta := plain(p.CTA)
	return !l.word && cta != "" && strings.HasPrefix(plain(l.text), cta)
}

// sameAddress compares addresses as they are read, not as they are escaped.
func sameAddress(a, b string) bool {
	x, okX := webURL(a)
	y, okY := webURL(b)
	return a == b || okX && okY && x.Host == y.Host && x.Path == y.Path && x.Query().Encode() == y.Query().Encode()
}

// namesArticle is a word by which a button says that it leads to an article.
var namesArticle = regexp.MustCompile(`(?i)\b(?:articles?|artikels?|artículo|artigo|articolo|review|guide|story|post|our site)\b|artículo`)

// namesShop checks links that promise a shop and lead to the article (PICK-2).
func (m *mail) namesShop(part string, p *page) {
	for number, a := range m.in.Articles {
		own, ok := webURL(a.CanonicalURL)
		if !ok {
			continue
		}
		for n, pick := range a.Picks() {
			shops := []string{pick.Merchant, article.Merchant(pick.URL), "Amazon"}
			for _, l := range p.links {
				u, ok := webURL(l.href)
				if !ok || u.Host != own.Host || !isButton(l, pick) {
					continue
				}
				if shop := named(l.text, shops); shop != "" && !namesArticle.MatchString(l.text) {
					d := m.report.in("PICK-2", part, l.at, fmt.Sprintf("The button “%s” of the pick %s names %s and leads to the article.", short(l.text), pickName(n+1, pick), shop),
						fmt.Sprintf("Say so on the button: broadsheet article edit ID --pick %d --cta \"%s via our article\".", n+1, short(l.text)))
					m.locate(d, number, pick.Place)
				}
			}
		}
	}
}

func named(text string, shops []string) string {
	for _, s := range shops {
		if s != "" && strings.Contains(strings.ToLower(text), strings.ToLower(s)) {
			return s
		}
	}
	return ""
}

// amazonPictures finds pictures from Amazon's servers that are not the
// article's (those are found in the article).
func (m *mail) amazonPictures() {
	for _, i := range m.html.images {
		if _, _, ok := m.articleImage(i.src); !ok && article.AmazonImage(i.src) {
			m.report.in("AMZ-5", inHTML, i.at, "A picture comes from Amazon's server ("+host(i.src)+").", "Use a photograph of your own.")
		}
	}
}

// articleImage is the articles' image with an address, and the number of its
// article from 0.
func (m *mail) articleImage(src string) (int, *article.Image, bool) {
	for n, a := range m.in.Articles {
		for i := range pictures(a) {
			if i.URL == src || sameAddress(i.URL, src) {
				return n, i, true
			}
		}
	}
	return 0, nil, false
}
