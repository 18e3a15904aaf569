package ingest

import (
	"github.com/broadsheet/broadsheet/internal/article"
)

// spot is where something stands in the order a reader of the source meets it:
// in which of the pieces the source is read in, and at which byte of that.
type spot struct{ piece, byte int }

func (s spot) before(o spot) bool { return s.piece < o.piece || s.piece == o.piece && s.byte <= o.byte }

// standing says where the notice that is being read stands, and where the
// first affiliate link does.
type standing struct {
	known  bool // else the notice stands outside the text, above it
	notice spot
	paid   spot
	linked bool // there is an affiliate link
}

// position is that of the notice being read.
func (s standing) position() article.Position {
	switch {
	case !s.known:
		return ""
	case !s.linked:
		return article.NoLink
	case s.notice.before(s.paid):
		return article.BeforeLinks
	}
	return article.AfterLinks
}

// firstPaid is where the first affiliate link of the blocks stands.
func firstPaid(bs article.Blocks) (spot, bool) {
	for i, b := range bs {
		if p, ok := b.(*article.Paragraph); ok {
			if at := paidAt(p.Text); at >= 0 {
				return spot{i, at}, true
			}
			continue
		}
		for l := range (&article.Article{Blocks: article.Blocks{b}}).Links() {
			if _, paid := article.Affiliate(l); paid {
				return spot{i, 0}, true
			}
		}
	}
	return spot{}, false
}

// paidAt is the byte of t at which its first affiliate link begins, -1 if it
// has none.
func paidAt(t article.Text) int {
	at := 0
	for _, s := range t {
		if s.Href != "" {
			if _, paid := article.Affiliate(s.Href); paid {
				return at
			}
		}
		if at += len(s.Text); s.Break {
			at++
		}
	}
	return -1
}

// settlePositions completes the notices' positions once all links are known:
// what stands in front matter stands above every link.
func settlePositions(a *article.Article) {
	_, linked := firstPaid(a.Blocks)
	for _, ns := range [][]article.Notice{a.Disclosures, a.Disclaimers} {
		for i := range ns {
			switch {
			case !linked:
				ns[i].Position = article.NoLink
			case ns[i].Position == "" || ns[i].Position == article.NoLink:
				ns[i].Position = article.BeforeLinks
			}
		}
	}
}

// kindOfDisclosure tells the two kinds of disclosures apart. One that says both
// is sponsored: that says more.
func kindOfDisclosure(s string) article.NoticeKind {
	if sponsored(plainLower(s)) {
		return article.NoticeSponsored
	}
	return article.NoticeAffiliate
}
