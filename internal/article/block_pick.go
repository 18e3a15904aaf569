package article

// KindPick is the kind of a Pick.
const KindPick Kind = "pick"

// Pick is a recommended product.
type Pick struct {
	// Label is why it is picked: "Editor's Choice", "Best overall".
	Label string `json:"label"`
	Name  string `json:"name"`
	// Blurb is the author's text about it, without prices and star ratings
	// (rules AMZ-4 and AMZ-5).
	Blurb Text `json:"blurb"`
	// CTA is the text of the button as the author wrote it.
	CTA string `json:"cta"`
	// URL is where the author's button leads; "" if the source did not say.
	URL string `json:"url"`
	// Merchant is the shop: "Amazon", "Sephora"; "" if unknown.
	Merchant string `json:"merchant"`
	// Offers are further shops that the author names for the same product, in
	// his order. A mail shows the button of URL alone.
	Offers []Offer `json:"offers,omitempty"`
	// Image is the picture of the product; nil if there is none.
	Image *Image `json:"image,omitempty"`
	// ASIN is Amazon's number of the product, Marketplace the shop it is of
	// ("amazon.de"); "" if unknown.
	ASIN        string `json:"asin,omitempty"`
	Marketplace string `json:"marketplace,omitempty"`
	// Prices and Ratings are what the author wrote of either beside the pick,
	// verbatim. They are kept to be shown to editors and never mailed (AMZ-4,
	// AMZ-5).
	Prices  []string `json:"prices,omitempty"`
	Ratings []string `json:"ratings,omitempty"`
	// Heading is the heading the pick was made from, as the author wrote it;
	// nil if it stood under none of its own. It is not repeated in the blocks.
	Heading *Heading `json:"heading,omitempty"`
	Place   Place    `json:"place"`
}

// Offer is one more place to buy a pick.
type Offer struct {
	URL string `json:"url"`
	// CTA is the text of the link as the author wrote it.
	CTA string `json:"cta,omitempty"`
	// Merchant is the shop; "" if unknown.
	Merchant string `json:"merchant,omitempty"`
}

// Kind is "pick".
func (*Pick) Kind() Kind { return KindPick }

// At is where the pick begins.
func (p *Pick) At() Place { return p.Place }
func (p *Pick) links(y func(string) bool) bool {
	if !p.Blurb.links(y) {
		return false
	}
	if p.URL != "" && !y(p.URL) {
		return false
	}
	for _, o := range p.Offers {
		if !y(o.URL) {
			return false
		}
	}
	return true
}
func (p *Pick) words() int { return Plain(p.Name).words() + p.Blurb.words() }
