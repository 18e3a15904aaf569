package render

import (
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

type (
	imageView struct {
		URL           string // "" if it can't be shown
		Alt           string
		Width, Height int // 0 if unknown
		Caption       rich
		Word          string // "Picture", for the text part
		// Link is where it leads; its Href is "" if it is no link.
		Link     destination
		PaidLink string // beside a link to Amazon
	}
	pickView struct {
		Label, Name rich
		Level       int
		Image       *imageView // its own picture, or nil
		Blurb       rich
		Notice      rich // the commission sentence, empty if nothing is earned
		Offer       offer
		PaidLink    string
		Anchor      string
	}
	// picksView is picks in a row, to be compared.
	picksView struct {
		Picks []pickView
		// Pictured: one of them has a picture.
		Pictured bool
	}
)

// kindPicks names the templates of picks in a row.
const kindPicks article.Kind = "picks"

// longestCompared is how many characters of a pick's text can stand beside
// others.
const longestCompared = 280

// comparable is the picks at the front that follow each other and are short
// enough to be compared.
func comparable(bs article.Blocks) []*article.Pick {
	var out []*article.Pick
	for _, blk := range bs {
		p, ok := blk.(*article.Pick)
		if !ok || utf8.RuneCountInString(p.Blurb.String()) > longestCompared {
			break
		}
		out = append(out, p)
	}
	return out
}

func (b *builder) comparison(row []*article.Pick) picksView {
	var v picksView
	for _, p := range row {
		pick := b.pick(p)
		v.Picks = append(v.Picks, pick)
		v.Pictured = v.Pictured || pick.Image != nil
	}
	return v
}

func (b *builder) pick(p *article.Pick) pickView {
	anchor := anchorOf(b.picks)
	b.picks++
	o := b.offerOf(p, anchor, b.medium)
	v := pickView{
		Label:  b.plain(p.Label),
		Name:   b.headline(article.Plain(p.Name)),
		Level:  b.under(),
		Image:  b.productImage(p.Image),
		Blurb:  b.rich(p.Blurb),
		Notice: b.plain(b.commission(o)),
		Offer:  o,
		Anchor: anchor,
	}
	if o.Paid {
		v.PaidLink = b.PaidLink
	}
	return v
}

// productImage is a pick's picture, unless it is Amazon's (AMZ-5) or none. It
// is no link: the button is the pick's one link.
func (b *builder) productImage(i *article.Image) *imageView {
	if i == nil || cleanURL(i.URL) == "" || article.AmazonImage(i.URL) {
		return nil
	}
	v := b.image(&article.Image{URL: i.URL, Alt: i.Alt, Width: i.Width, Height: i.Height}, b.medium)
	return &v
}

func (c *composer) image(i *article.Image, m medium) imageView {
	v := imageView{URL: cleanURL(i.URL), Alt: i.Alt, Width: i.Width, Height: i.Height, Caption: c.rich(i.Caption), Word: c.Picture}
	if i.Href != "" {
		v.Link = c.follow(i.Href, m)
	}
	if v.Link.Amazon {
		v.PaidLink = c.PaidLink
	}
	return v
}
