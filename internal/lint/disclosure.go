package lint

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// proof checks for both parts that a disclosure stands before the first
// affiliate link and beside each pick (LAW-6, LAW-7).
func (m *mail) proof() {
	own := ownNotices(m.in.Articles, m.in.Policy.DefaultDisclosure)
	for _, part := range []struct {
		name string
		page *page
	}{{inHTML, m.html}, {inText, m.text}} {
		if !part.page.broken {
			(&prover{mail: m, part: part.name, page: part.page, own: own, said: statements(part.page.clear, own)}).run()
		}
	}
}

// prover is the proof for one part.
type prover struct {
	*mail
	part string
	page *page
	own  []string
	said []statement // what everybody can read
}

func (p *prover) run() {
	first, found := p.firstPaid()
	if !found {
		return
	}
	if p.page.unread != "" {
		p.note("LAW-6", 0, "It isn't certain that the disclosure can be seen: "+p.page.unread+".",
			"Write the style rule in a simpler way, or leave it out.")
	}
	if !p.before(first) {
		return
	}
	for _, a := range p.in.Articles {
		for n, pick := range a.Picks() {
			if p.sells(a, pick) {
				p.beside(n+1, pick)
			}
		}
	}
}

// paid is the first thing that needs a disclosure before it.
type paid struct {
	what string
	at   int
	from spot
}

// firstPaid finds the first affiliate link, or pick that may be one.
func (p *prover) firstPaid() (paid, bool) {
	first, found := paid{}, false
	better := func(x paid) {
		if !found || x.from.clear < first.from.clear || x.from.clear == first.from.clear && x.from.any < first.from.any {
			first, found = x, true
		}
	}
	for _, l := range p.page.links {
		if _, ok := article.Affiliate(l.href); ok || hiddenAmazon(l.href) {
			better(paid{"the affiliate link to " + host(l.href), l.at, l.from})
		}
	}
	for _, a := range p.in.Articles {
		for n, pick := range a.Picks() {
			if !p.sells(a, pick) {
				continue
			}
			if exact := p.exactly(pick.Name); len(exact) > 0 {
				at := exact[0]
				better(paid{"the pick " + pickName(n+1, pick), p.page.byteOf(at), spot{clear: at}})
			}
		}
	}
	return first, found
}

// sells reports whether a pick may earn a commission: its link says so, or the
// article or newsletter does.
func (p *prover) sells(a *article.Article, pick *article.Pick) bool {
	_, ok := article.Affiliate(pick.URL)
	return ok || len(a.Disclosures) > 0 || strings.TrimSpace(p.in.Policy.DefaultDisclosure) != ""
}

// before proves that a disclosure ends before the first paid thing begins.
func (p *prover) before(first paid) bool {
	money, bare := false, false
	for _, s := range statements(p.page.clear[:first.from.clear], p.own) {
		money = money || s.money
		bare = bare || !s.money
	}
	switch {
	case money:
		return true
	case bare && p.has("LAW-7"): // the other part says the same
		return true
	case bare:
		p.note("LAW-7", first.at, fmt.Sprintf("Before %s the %s only speaks of affiliate links and doesn't say that money is earned.", first.what, partName(p.part)),
			"Write what it means: “We may earn a commission if you buy through our links.”")
		return true
	}
	const write = "Put a sentence such as “We may earn a commission if you buy through our links.” above everything else of the article."
	switch {
	case len(p.said) > 0:
		p.note("LAW-6", first.at, fmt.Sprintf("In the %s the disclosure comes after %s.", partName(p.part), first.what), write)
	case len(statements(p.page.sure, p.own)) > 0:
		p.note("LAW-6", first.at, fmt.Sprintf("The disclosure in the %s is smaller than %g px or paler than %g:1.", partName(p.part), leastSize, leastContrast),
			"Set it in the size and colour of the other text.")
	case len(statements(p.page.any, p.own)) > 0:
		p.note("LAW-6", first.at, fmt.Sprintf("The disclosure in the %s is hidden from some or all readers.", partName(p.part)),
			"Show it to everybody: no display:none, no zero size, not in the colour of its ground, not moved out of its place.")
	default:
		p.note("LAW-6", first.at, fmt.Sprintf("The %s has %s and no disclosure.", partName(p.part), first.what), write)
	}
	return false
}

// note notes a finding in the prover's part.
func (p *prover) note(rule string, at int, message, fix string) *article.Diagnostic {
	return p.mail.report.in(rule, p.part, at, message, fix)
}

// reach is how far from a pick's name its disclosure can stand, in characters.
const reach = 2500

// beside proves that a disclosure stands beside a pick: after its name and
// before the next heading or pick.
func (p *prover) beside(n int, pick *article.Pick) {
	places := p.exactly(pick.Name)
	if len(places) == 0 {
		places = p.anywhere(pick.Name)
	}
	if len(places) == 0 {
		return // the mail doesn't show it
	}
	for _, at := range places {
		end := p.endOf(at + len(plain(pick.Name)))
		for _, s := range p.said {
			if s.from >= at && s.to <= end {
				return
			}
		}
	}
	d := p.note("LAW-6", p.page.byteOf(places[0]), fmt.Sprintf("No disclosure stands beside the pick %s in the %s.", pickName(n, pick), partName(p.part)),
		"Repeat the commission sentence in the pick, between its text and its button.")
	d.Place = pick.Place
}

// exactly is where a paragraph, or a line of the text part, is the name alone.
func (p *prover) exactly(name string) []int {
	if plain(name) == "" {
		return nil
	}
	alone := regexp.MustCompile(`(?:^|[\n\x1d])\s*(` + phrase(name).String() + `)\s*(?:$|[\n\x1d])`)
	var out []int
	for from := 0; from <= len(p.page.clear); {
		m := alone.FindStringSubmatchIndex(p.page.clear[from:])
		if m == nil {
			break
		}
		out = append(out, from+m[2])
		from += m[3]
	}
	return out
}

func (p *prover) anywhere(name string) []int {
	if plain(name) == "" {
		return nil
	}
	var out []int
	for _, m := range phrase(name).FindAllStringIndex(p.page.clear, -1) {
		out = append(out, m[0])
	}
	return out
}

// endOf is where what belongs to a pick ends at the latest.
func (p *prover) endOf(from int) int {
	end := min(from+reach, len(p.page.clear))
	for _, h := range p.page.headings {
		if h.from.clear > from {
			end = min(end, h.from.clear)
		}
	}
	return end
}
