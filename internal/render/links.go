package render

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// medium is where a link stands: what may lead to Amazon differs.
type medium uint8

const (
	inMail medium = iota
	onWeb
)

// destination is where a link of the article leads in one medium.
type destination struct {
	Href string // "" when it must not or can't lead anywhere
	// Paid links earn a commission; Amazon says which kind. Both are false
	// for a link that leads to the article instead.
	Paid, Amazon bool
	// ToArticle marks a link that leads to the article in place of the shop.
	ToArticle bool
}

// sponsored is the rel attribute of a paid link (LAW-9).
const sponsored = "sponsored nofollow noopener"

// Rel is the link's rel attribute, "" for none.
func (d destination) Rel() string {
	if d.Paid {
		return sponsored
	}
	return ""
}

// follow decides where a link leads. In a mail in the mode via_article nothing
// leads to Amazon; on the web nothing leads to it through a shortener (AMZ-3).
func (c *composer) follow(address string, m medium) destination {
	href := cleanURL(address)
	link, paid := article.Affiliate(href)
	if !paid {
		return destination{Href: href}
	}
	if link.Amazon && (m == inMail && c.mode == ViaArticle || m == onWeb && link.Short) {
		if c.canonical == "" {
			return destination{}
		}
		return destination{Href: c.canonical + c.anchors[href], ToArticle: true}
	}
	return destination{Href: href, Paid: true, Amazon: link.Amazon}
}

// offer is a pick's button.
type offer struct {
	destination
	Text string
	// Label is Text with typographic marks.
	Label string
}

// offerOf decides a pick's button; without a Href there is none.
func (c *composer) offerOf(p *article.Pick, anchor string, m medium) offer {
	d := c.follow(p.URL, m)
	if d.Href == "" && p.URL == "" && c.canonical != "" {
		d = destination{ToArticle: true}
	}
	if d.ToArticle {
		d.Href = c.canonical + "#" + anchor
	}
	text := strings.TrimSpace(p.CTA)
	if text == "" {
		text = c.ViewProduct
		shop := p.Merchant
		if shop == "" {
			shop = article.Merchant(p.URL)
		}
		if shop != "" {
			text = fmt.Sprintf(c.ViewOn, shop)
		}
	}
	if d.ToArticle {
		text += " " + c.ViaArticle
	}
	return offer{destination: d, Text: text, Label: c.smart(text)}
}

// anchorOf is the fragment of the nth pick, from 0.
func anchorOf(n int) string {
	if n == 0 {
		return "pick"
	}
	return fmt.Sprintf("pick-%d", n+1)
}

// anchorsOf is the fragment, with its "#", of each pick's address, so that
// other links to the same product lead to the pick too.
func anchorsOf(a *article.Article) map[string]string {
	out := map[string]string{}
	for n, p := range a.Picks() {
		href := cleanURL(p.URL)
		if _, ok := out[href]; !ok && href != "" {
			out[href] = "#" + anchorOf(n)
		}
	}
	return out
}

// cleanURL is an absolute http, https or mailto address as it goes into every
// part, or "" for anything else. It escapes what html/template would escape,
// so that all parts hold the same bytes.
func cleanURL(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "//") {
		s = "https:" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
	default:
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			strings.IndexByte("-._~!#$&*+,/:;=?@[]", c) >= 0,
			c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// withoutFragment cuts the fragment off an address.
func withoutFragment(s string) string {
	s, _, _ = strings.Cut(s, "#")
	return s
}
