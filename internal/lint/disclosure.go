package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// proof reports what the disclosure proof of either part lacks (LAW-6, LAW-7).
func (m *mail) proof() {
	html, text := m.provers()
	html.report()
	text.report()
}

// report notes what is wrong with the first thing that is paid for, and with
// each pick.
func (p *prover) report() {
	if len(p.paid) == 0 {
		return
	}
	if p.page.unread != "" {
		p.note("LAW-6", 0, p.uncertain(), "Write the style rule in a simpler way, or leave it out.")
	}
	if !p.before(p.first()) {
		return
	}
	for _, x := range p.paid {
		if x.pick == nil {
			continue
		}
		if _, ok := p.besides(x); !ok {
			d := p.note("LAW-6", x.at, p.noneBeside(x), "Repeat the commission sentence in the pick, between its text and its button.")
			p.locate(d, x.article, x.pick.Place)
		}
	}
}

// first is what a disclosure has to precede: a name that only stands within
// other text may be the title's.
func (p *prover) first() paid {
	if i := slices.IndexFunc(p.paid, func(x paid) bool { return !x.mentioned }); i >= 0 {
		return p.paid[i]
	}
	return p.paid[0]
}

// before proves that a disclosure ends before the first paid thing begins.
func (p *prover) before(first paid) bool {
	s, ok := p.preceding(first)
	switch {
	case ok && s.money:
		return true
	case ok && p.has("LAW-7"): // the other part says the same
		return true
	case ok:
		p.note("LAW-7", first.at, fmt.Sprintf("Before %s the %s only speaks of affiliate links and doesn't say that money is earned.", first.what, partName(p.part)),
			"Write what it means: “We may earn a commission if you buy through our links.”")
		return true
	}
	rule, why, fix := p.lacking(first)
	p.note(rule, first.at, why, fix)
	return false
}

// note notes a finding in the prover's part.
func (p *prover) note(rule string, at int, message, fix string) *article.Diagnostic {
	return p.mail.report.in(rule, p.part, at, message, fix)
}

// everythingPaid finds the affiliate links, and the picks that may be one.
func (p *prover) everythingPaid() []paid {
	var out []paid
	for _, l := range p.page.links {
		if _, ok := article.Affiliate(l.href); ok || hiddenAmazon(l.href) {
			out = append(out, paid{what: "the affiliate link to " + host(l.href), href: l.href, at: l.at, from: l.from})
		}
	}
	for number, a := range p.in.Articles {
		for n, pick := range a.Picks() {
			if !p.sells(a, pick) {
				continue
			}
			if x, shown := p.find(n+1, pick); shown {
				x.article = number
				out = append(out, x)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b paid) int {
		return cmp.Or(cmp.Compare(a.from.clear, b.from.clear), cmp.Compare(a.from.any, b.from.any))
	})
	return out
}

// sells reports whether a pick may earn a commission: its link says so, or the
// article or newsletter does.
func (p *prover) sells(a *article.Article, pick *article.Pick) bool {
	_, ok := article.Affiliate(pick.URL)
	return ok || len(a.Disclosures) > 0 || strings.TrimSpace(p.in.Policy.DefaultDisclosure) != ""
}

// find finds a pick in the part by its name.
func (p *prover) find(n int, pick *article.Pick) (paid, bool) {
	x := paid{what: "the pick " + pickName(n, pick), pick: pick, n: n, places: p.exactly(pick.Name)}
	if len(x.places) == 0 {
		x.places, x.mentioned = p.anywhere(pick), true
	}
	if len(x.places) == 0 {
		return paid{}, false // the mail doesn't show it
	}
	x.from = spot{clear: x.places[0]}
	if s, ok := p.besides(x); x.mentioned && ok {
		for _, at := range x.places { // of many mentions, the one that is disclosed
			if at <= s.from {
				x.from.clear = at
			}
		}
	}
	x.at = p.page.byteOf(x.from.clear)
	end := p.endOf(x.from.clear + len(plain(pick.Name)))
	for _, l := range p.page.links {
		if l.from.clear >= x.from.clear && l.to.clear <= end && !l.word {
			x.href = l.href
			break
		}
	}
	return x, true
}

// reach is how far from a pick's name its disclosure can stand, in characters.
const reach = 2500

// exactly is where a paragraph, or a line of the text part, is the name alone.
func (p *prover) exactly(name string) []int {
	var out []int
	for _, at := range p.occurrences(name) {
		before := strings.TrimRight(p.folded[:at[0]], " ")
		after := strings.TrimLeft(p.folded[at[1]:], " ")
		if (before == "" || lineEnd(before[len(before)-1])) && (after == "" || lineEnd(after[0])) {
			out = append(out, at[0])
		}
	}
	return out
}

func lineEnd(c byte) bool { return c == foldedEnd || c == hardBreak }

// anywhere is where the name stands within other text and the pick's button
// follows: without one it is no recommendation.
func (p *prover) anywhere(pick *article.Pick) []int {
	var out []int
	for _, at := range p.occurrences(pick.Name) {
		end := p.endOf(at[1])
		if slices.ContainsFunc(p.page.links, func(l link) bool {
			return l.to.clear >= at[0] && l.from.clear <= end && (isButton(l, pick) || pick.URL != "" && sameAddress(l.href, pick.URL))
		}) {
			out = append(out, at[0])
		}
	}
	return out
}

// occurrences are [from, to) of a name in the clear text, in whatever case and
// over however many lines.
func (p *prover) occurrences(name string) [][2]int {
	words := strings.Fields(fold(plain(name)))
	if len(words) == 0 {
		return nil
	}
	var out [][2]int
	for from := 0; ; {
		i := strings.Index(p.folded[from:], words[0])
		if i < 0 {
			return out
		}
		at := from + i
		if to, ok := follow(p.folded, at+len(words[0]), words[1:]); ok {
			out = append(out, [2]int{at, to})
			from = to
			continue
		}
		from = at + 1
	}
}

// follow is where words end that stand in a text from a place on, with spaces
// or line ends between them.
func follow(text string, at int, words []string) (int, bool) {
	for _, w := range words {
		rest := strings.TrimLeft(text[at:], " "+string(foldedEnd))
		if len(rest) == len(text)-at || !strings.HasPrefix(rest, w) {
			return 0, false
		}
		at = len(text) - len(rest) + len(w)
	}
	return at, true
}

// foldedEnd is the end of a line of the text part.
const foldedEnd = '\n'

// fold makes small letters of capital ones where that changes no offset.
func fold(s string) string {
	out := []byte(s)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if l := unicode.ToLower(r); l != r && utf8.RuneLen(l) == n {
			utf8.EncodeRune(out[i:], l)
		}
		i += n
	}
	return string(out)
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
