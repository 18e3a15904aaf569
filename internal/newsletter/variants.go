package newsletter

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// maxVaried is how many articles a digest can have for its readers to get
// variants of it: 2^n - 2 of them are compiled when it is approved.
const maxVaried = 5

// variant is a digest without the articles that a reader has had: bit n of had
// is set where the article at position n is left out.
type variant struct {
	had      int64
	template *mailer.Template
}

// everything has a bit for each of n articles.
func everything(n int) int64 { return 1<<n - 1 }

// Varied reports whether a digest of n articles has variants for readers who
// have had some of them.
func Varied(n int) bool { return 2 <= n && n <= maxVaried }

func (in *Input) varied() bool { return in.layout() == render.Digest && Varied(len(in.Articles)) }

// lacking is the input of the variant for readers who have had some articles.
func (in Input) lacking(had int64) Input {
	in.without = nil
	for n := range in.Articles {
		if had>>n&1 == 1 {
			in.without = append(in.without, n)
		}
	}
	return in
}

// variants compiles every part of a digest that a reader may be left with. The
// errors are those that the whole does not have.
func variants(in Input, whole *Compiled) (out []variant, errs []article.Diagnostic, err error) {
	if !in.varied() {
		return nil, nil, nil
	}
	for had := int64(1); had < everything(len(in.Articles)); had++ {
		c, err := Compile(in.lacking(had))
		if err != nil {
			return nil, nil, err
		}
		for _, d := range c.Errors() {
			if slices.ContainsFunc(whole.Diagnostics, func(w article.Diagnostic) bool { return w.Rule == d.Rule && w.Message == d.Message }) {
				continue
			}
			d.Message = fmt.Sprintf("In the variant with %d of %d articles: %s", len(in.Articles)-bits.OnesCount64(uint64(had)), len(in.Articles), d.Message)
			errs = append(errs, d)
		}
		out = append(out, variant{had, c.Template})
	}
	return out, errs, nil
}

// Variant is a part of a digest in a receipt.
type Variant struct {
	// Without are the ids of the articles that are left out, for readers who
	// have had them.
	Without []int64 `json:"without"`
	// Template is the SHA-256 of what is launched, in hexadecimal.
	Template string `json:"template"`
}

// listed are variants as a receipt has them.
func listed(i Issue, list []variant) []Variant {
	var out []Variant
	for _, v := range list {
		sum := v.template.SHA256()
		x := Variant{Template: hex.EncodeToString(sum[:])}
		for n, id := range i.Articles {
			if v.had>>n&1 == 1 {
				x.Without = append(x.Without, id)
			}
		}
		out = append(out, x)
	}
	return out
}

// unrepeated makes the audience of a digest one that gives nobody an article
// that he has had: those who have had some of them get a variant, those who
// have had all of them are left out and counted. had are the variants in the
// order of the audience's Others.
func (s *Service) unrepeated(ctx context.Context, tx *postgres.Tx, i Issue, to outbox.Audience) (_ outbox.Audience, had []int64, leftOut int64, err error) {
	some, err := noteHad(ctx, tx, i.Articles)
	if err != nil || !some {
		return to, nil, 0, err
	}
	counts, err := countHad(ctx, tx, to)
	if err != nil {
		return to, nil, 0, err
	}
	all := everything(len(i.Articles))
	leftOut = counts[all]
	var readers int64
	for _, n := range counts {
		readers += n
	}
	if readers == leftOut {
		return to, nil, 0, refused("everybody on the list has had every article of issue %d; there is nobody to send it to", i.ID)
	}
	stored, err := issueVariants(ctx, tx, i.ID)
	if err != nil {
		return to, nil, 0, err
	}
	for _, v := range stored {
		if counts[v.had] > 0 {
			had = append(had, v.had)
			to.Others = append(to.Others, v.template)
		}
	}
	return withHad(to, had, all), had, leftOut, nil
}

// carried are the articles that a variant holds.
func carried(articles []int64, had int64) []int64 {
	var out []int64
	for n, id := range articles {
		if had>>n&1 == 0 {
			out = append(out, id)
		}
	}
	return out
}

// PreviewFor is Preview for readers who have had some of a digest's articles.
func (s *Service) PreviewFor(ctx context.Context, id int64, hadArticles []int64) (*Compiled, error) {
	i, err := s.Issue(ctx, id)
	if err != nil {
		return nil, err
	}
	in, err := s.input(ctx, s.db, i)
	if err != nil {
		return nil, err
	}
	var had int64
	for _, a := range hadArticles {
		n := slices.Index(i.Articles, a)
		if n < 0 {
			return nil, refused("issue %d does not have article %d", id, a)
		}
		had |= 1 << n
	}
	switch {
	case had == everything(len(i.Articles)):
		return nil, refused("who has had every article of issue %d does not get it", id)
	case had != 0 && !in.varied():
		return nil, refused("issue %d has no variants: only a digest of 2 to %d articles has", id, maxVaried)
	}
	c, err := Compile(in)
	if err != nil || had == 0 {
		return c, err
	}
	page := c.Mail.Web
	if c, err = Compile(in.lacking(had)); err == nil {
		c.Mail.Web = page // the page has all articles
	}
	return c, err
}
