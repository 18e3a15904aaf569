package ingest

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/broadsheet/broadsheet/internal/article"
)

// What is known of a product besides its name and address: its picture, its
// number at Amazon, prices and ratings.

// amazonPictures are the hosts Amazon's product pictures come from. They may be
// shown only through its API, so they never become a pick's picture (AMZ-5).
var amazonPictures = compile(`(?i)(?:^|\.)(?:(?:ssl-)?images-amazon\.com|media-amazon\.com|amazon-adsystem\.com|amazon\.[a-z.]{2,6})$`)

func amazonPicture(address string) bool {
	u, err := url.Parse(address)
	return err == nil && amazonPictures.MatchString(u.Hostname())
}

// setImage gives a pick its picture; it reports whether it was taken.
func setImage(p *article.Pick, i *article.Image) bool {
	if p.Image != nil || i == nil || amazonPicture(i.URL) || trackers.MatchString(i.URL) {
		return false
	}
	p.Image = i
	return true
}

var (
	leadPrice = compile(`^[\[(\s]*` + amount + `\s*[:–—|-]\s+`)
	// apartPrice ends a heading behind a mark of its own: not "Kettles under $50".
	apartPrice = compile(`(?:\s*[–—|:(\[]|\s-)\s*(?:(?:about|around|from|approx\.?|ca\.?|ab|etwa|environ|desde|circa|cerca de)\s+)?` + amount + `\s*[)\]]*$`)
)

// pricedName: a heading that gives a name and a price beside it.
func pricedName(s string) bool {
	s = unnumberedTitle(strings.TrimSpace(s))
	rest := leadPrice.ReplaceAllString(s, "")
	if rest == s {
		rest = apartPrice.ReplaceAllString(s, "")
	}
	return rest != s && properName(rest) && product(rest) && !strings.HasPrefix(fold(rest), "best ")
}

// setName gives a pick its name without the price beside it.
func (d *draft) setName(p *article.Pick, s string) {
	var out asides
	if m := leadPrice.FindString(s); m != "" && hasWords(s[len(m):]) {
		out.note(m)
		s = s[len(m):]
	}
	p.Name = cleanName(s)
	trimmed := strings.Trim(s, " :–—[]\\")
	if m := apartPrice.FindString(trimmed) + tailPrice.FindString(trimmed); m != "" {
		out.note(m)
	}
	if p.Name != "" {
		d.setAside(p, out)
	}
}

// settlePicks completes what a pick's address says of it.
func (d *draft) settlePicks() {
	for _, b := range d.blocks {
		p, ok := b.(*article.Pick)
		if !ok {
			continue
		}
		if l, ok := article.Affiliate(p.URL); ok && l.Amazon {
			if p.ASIN == "" {
				p.ASIN = l.ASIN
			}
			if l.Marketplace != "" {
				p.Marketplace = l.Marketplace
			}
		}
		if p.Image != nil {
			p.Image.Caption = dropInPage(p.Image.Caption)
			if p.Image.Alt == "" {
				p.Image.Alt = p.Name
			}
		}
	}
}

// pictureIn makes an image of the first picture in an element that may stand
// for a product, and takes it out of the page.
func (p *page) pictureIn(n *html.Node, pick *article.Pick) {
	img := firstOf(n, func(c *html.Node) bool { return c.DataAtom == atom.Img && !tiny(c) && p.ready[c.Parent] == nil })
	if img == nil {
		return
	}
	h := &htmlReader{d: &draft{base: p.d.base}, line: lineAbove(img)}
	h.image(img)
	if len(h.images) == 1 && setImage(pick, h.images[0]) {
		if a := img.Parent; a != nil && a.DataAtom == atom.A {
			pick.Image.Href = h.linkOf(a, pick.Image.URL)
		}
		cutOut(img)
	}
}

// pictureFile: the address is that of a picture, not of a page.
func pictureFile(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif", ".tiff":
		return true
	}
	return false
}

// pictureLink is where a picture leads; a link to the bare picture is none.
func pictureLink(href, picture string) string {
	if !strings.HasPrefix(href, "http") || href == picture || pictureFile(href) {
		return ""
	}
	return href
}

func (h *htmlReader) linkOf(a *html.Node, picture string) string {
	return pictureLink(h.link(attr(a, "href")), picture)
}
