package lint

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Proof says of both parts of a mail what is paid for and where that is
// disclosed (LAW-6), in the order in which readers meet it. It is empty when
// nothing is paid for.
type Proof struct {
	HTML []LinkProof `json:"html"`
	Text []LinkProof `json:"text"`
}

// LinkProof is the proof of one affiliate link or one pick that may earn a
// commission. Places are bytes of the decoded part: in the HTML part, of the
// element that holds what is meant.
type LinkProof struct {
	// Pick is the pick's name; "" for a link that is no pick's.
	Pick string `json:"pick,omitempty"`
	// Href is where the link, or the pick's button, leads; "" for a pick
	// without one.
	Href string `json:"href"`
	// At is where it stands.
	At int `json:"at"`
	// Disclosure is where the disclosure stands that precedes it; -1 if none
	// does.
	Disclosure int `json:"disclosure"`
	// Beside is where the disclosure stands beside a pick; -1 if there is none,
	// or for a link that is no pick's.
	Beside int `json:"beside"`
	// OK says that what has to be disclosed is.
	OK bool `json:"ok"`
	// Why is what is wrong when it isn't OK, in one sentence.
	Why string `json:"why,omitempty"`
}

// OK reports whether everything that is paid for is disclosed.
func (p Proof) OK() bool {
	for _, part := range [][]LinkProof{p.HTML, p.Text} {
		for _, l := range part {
			if !l.OK {
				return false
			}
		}
	}
	return true
}

// Prove proves for each affiliate link and each pick of a mail that a
// disclosure everybody can read precedes it, and that one stands beside each
// pick. Where there is a message its own parts are looked at. A part that
// can't be read proves nothing and says so in one entry.
func Prove(in Input) Proof {
	m := newMail(in)
	html, text := m.provers()
	return Proof{HTML: html.prove(), Text: text.prove()}
}

// provers are the proofs of the two parts.
func (m *mail) provers() (html, text *prover) {
	own := ownNotices(m.in.Articles, m.in.Policy.DefaultDisclosure)
	return newProver(m, inHTML, m.html, own), newProver(m, inText, m.text, own)
}

func newProver(m *mail, part string, p *page, own []string) *prover {
	out := &prover{mail: m, part: part, page: p, own: own}
	if !p.broken {
		out.folded = fold(p.clear)
		out.said = statements(p.clear, own)
		out.paid = out.everythingPaid()
	}
	return out
}

func (p *prover) prove() []LinkProof {
	if p.page.broken {
		return []LinkProof{{Disclosure: -1, Beside: -1, Why: "The " + partName(p.part) + " can't be read."}}
	}
	out := []LinkProof{}
	for _, x := range p.paid {
		l := LinkProof{Href: x.href, At: x.at, Disclosure: -1, Beside: -1, OK: true}
		fail := func(why string) {
			if l.OK {
				l.OK, l.Why = false, why
			}
		}
		if s, ok := p.preceding(x); ok {
			l.Disclosure = p.page.byteOf(s.from)
		} else {
			_, why, _ := p.lacking(x)
			fail(why)
		}
		if x.pick != nil {
			l.Pick = x.pick.Name
			if s, ok := p.besides(x); ok {
				l.Beside = p.page.byteOf(s.from)
			} else {
				fail(p.noneBeside(x))
			}
		}
		if p.page.unread != "" {
			fail(p.uncertain())
		}
		out = append(out, l)
	}
	return out
}

// prover is the proof for one part.
type prover struct {
	*mail
	part   string
	page   *page
	own    []string
	folded string      // the clear text, for being searched
	said   []statement // what everybody can read
	paid   []paid      // in the order in which it is shown
}

// paid is an affiliate link, or a pick that may earn.
type paid struct {
	what, href string
	at         int
	from       spot
	pick       *article.Pick // nil for a link that is no pick's
	n          int           // the pick's number in its article, from 1
	article    int           // the article's number, from 0
	places     []int         // where the pick's name stands in the clear text
	mentioned  bool          // the name only stands within other text
}

// preceding is the first disclosure that ends before something paid begins,
// one that speaks of money if there is one.
func (p *prover) preceding(x paid) (statement, bool) {
	var bare *statement
	for _, s := range p.said {
		if s.from >= x.from.clear {
			break
		}
		if s.to > x.from.clear { // it goes on over the link: what stands before must do
			said := statements(p.page.clear[s.from:x.from.clear], p.own)
			if len(said) == 0 {
				continue
			}
			s.to, s.money = x.from.clear, said[0].money
		}
		if s.money {
			return s, true
		}
		if bare == nil {
			bare = &s
		}
	}
	if bare == nil {
		return statement{}, false
	}
	return *bare, true
}

// besides is the disclosure beside a pick: after its name and before the next
// heading or pick.
func (p *prover) besides(x paid) (statement, bool) {
	for _, at := range x.places {
		end := p.endOf(at + len(plain(x.pick.Name)))
		for _, s := range p.said {
			if s.from >= at && s.to <= end {
				return s, true
			}
		}
	}
	return statement{}, false
}

// lacking says why nothing discloses what precedes it: the rule, what is
// wrong and what to do.
func (p *prover) lacking(x paid) (rule, why, fix string) {
	const write = "Put a sentence such as “We may earn a commission if you buy through our links.” above everything else of the article."
	switch {
	case len(p.said) > 0:
		return "LAW-6", fmt.Sprintf("In the %s the disclosure comes after %s.", partName(p.part), x.what), write
	case len(statements(p.page.sure, p.own)) > 0:
		return "LAW-6", fmt.Sprintf("The disclosure in the %s is smaller than %g px or paler than %g:1.", partName(p.part), leastSize, leastContrast),
			"Set it in the size and colour of the other text."
	case len(statements(p.page.any, p.own)) > 0:
		return "LAW-6", fmt.Sprintf("The disclosure in the %s is hidden from some or all readers.", partName(p.part)),
			"Show it to everybody: no display:none, no zero size, not in the colour of its ground, not moved out of its place."
	}
	return "LAW-6", fmt.Sprintf("The %s has %s and no disclosure.", partName(p.part), x.what), write
}

func (p *prover) noneBeside(x paid) string {
	return fmt.Sprintf("No disclosure stands beside the pick %s in the %s.", pickName(x.n, x.pick), partName(p.part))
}

func (p *prover) uncertain() string {
	return "It isn't certain that the disclosure can be seen: " + strings.TrimSuffix(p.page.unread, ".") + "."
}
