package lint

import (
	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/render"
)

// Policy is what a newsletter has decided.
type Policy struct {
	// PostalAddress is the sender's.
	PostalAddress string
	// AmazonMode is render.ViaArticle, render.Direct or "", which is ViaArticle.
	AmazonMode string
	// DefaultDisclosure stands in for the disclosure of an article that has none.
	DefaultDisclosure string
	// DoubleOptIn says that everybody on the list has confirmed.
	DoubleOptIn bool
	// Mix is which mail programs the readers use; zero is the usual mix.
	Mix Mix
	// Local says that nothing leaves this machine: http will do for links.
	Local bool
}

func (p Policy) direct() bool { return p.AmazonMode == render.Direct }

// Input is a mail to be checked.
type Input struct {
	Articles []*article.Article
	Mail     render.Mail
	// Message is the whole message for the worst-case recipient; nil leaves
	// out the rules about headers, encoding and size.
	Message []byte
	Policy  Policy
}

// Article checks an article: ART, PICK, DISC, LAW-8 and what of AMZ can be
// told without a mail. What the reader of the source found and can't be found
// again here (ART-3, ART-4, what it left out of picks) is passed on.
func Article(a *article.Article, p Policy) []article.Diagnostic {
	r := &report{}
	r.head(a)
	for n, pick := range a.Picks() {
		r.pick(a, n+1, pick, p)
	}
	r.disclosed(a, p)
	r.claims(a)
	r.amazonArticle(a, p)
	return r.found
}

// Mail checks a composed mail, and its message where there is one.
func Mail(in Input) []article.Diagnostic {
	m := newMail(in)
	m.headers()
	m.parts()
	m.proof()
	m.law()
	m.machines()
	m.amazonMail()
	m.markup()
	m.style()
	m.programs()
	m.access()
	m.legible()
	m.darkened()
	m.jumps()
	m.characters()
	m.size()
	m.lines()
	m.sources()
	return m.found
}
