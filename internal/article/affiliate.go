package article

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// AffiliateLink is what a paid link says about itself.
type AffiliateLink struct {
	// Network is who pays: "Amazon Associates", "Awin", …
	Network string
	// Merchant is the shop it ends at, "" if the address does not tell.
	Merchant string
	// Amazon marks a link to Amazon, directly or by its own shortener.
	Amazon bool
	// Marketplace is the Amazon shop's domain, "amazon.co.uk"; "" for the
	// shorteners, which do not say.
	Marketplace string
	// Tag is the account the commission goes to; "" if the address has none.
	Tag string
	// ASIN is Amazon's product number, 10 characters, or "".
	ASIN string
	// Short marks an address that hides where it leads.
	Short bool
}

// impactPath is how every Impact tracking link goes on, whatever its domain:
// publisher, ad and campaign number.
var impactPath = regexp.MustCompile(`^/c/\d+/\d+/\d+(/|$)`)

// asinPath finds the product number in an Amazon address.
var asinPath = regexp.MustCompile(`/(?:dp|gp/product|gp/aw/d|gp/offer-listing|exec/obidos/ASIN|o/ASIN|product)/([A-Z0-9]{10})(?:[/?]|$)`)

// Affiliate says whether a link is one somebody is paid for, from the data
// table of affiliate networks. Every link to an Amazon shop is reported, also
// one without a tag. An address that is not http or https, or that cannot be
// parsed, is none.
func Affiliate(address string) (AffiliateLink, bool) {
	u, host, ok := webAddress(address)
	if !ok {
		return AffiliateLink{}, false
	}
	if l, ok := amazonLink(u, host); ok {
		return l, true
	}
	q := u.Query()
	if n, ok := networkOf(host); ok && n.claims(u, q) {
		return AffiliateLink{Network: n.name, Merchant: merchantBehind(n.merchant, q, host), Tag: first(q, n.tags), Short: n.short}, true
	}
	if impactPath.MatchString(u.Path) {
		return AffiliateLink{Network: "Impact", Merchant: merchantBehind("", q, host)}, true
	}
	for _, key := range slices.Sorted(maps.Keys(q)) {
		if name, known := networkParameters[strings.ToLower(key)]; known && q.Get(key) != "" {
			return AffiliateLink{Network: name, Merchant: merchantOf(host), Tag: q.Get(key)}, true
		}
	}
	if slug, ok := cloaked(u.Path); ok && slug != "" {
		return AffiliateLink{Network: "cloaked link", Short: true}, true
	}
	return AffiliateLink{}, false
}

// Merchant names the shop an address leads to, "" if it is not in the table.
func Merchant(address string) string {
	u, host, ok := webAddress(address)
	if !ok {
		return ""
	}
	if l, ok := amazonLink(u, host); ok {
		return l.Merchant
	}
	return merchantOf(host)
}

// webAddress parses an address with a host; the host comes back in lower case,
// without port and "www.".
func webAddress(address string) (*url.URL, string, bool) {
	address = strings.TrimSpace(address)
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, "", false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	return u, strings.TrimPrefix(host, "www."), host != ""
}

func amazonLink(u *url.URL, host string) (AffiliateLink, bool) {
	if amazonShort[host] {
		return AffiliateLink{Network: amazonNetwork, Merchant: "Amazon", Amazon: true, Short: true}, true
	}
	for _, p := range []string{"smile.", "m."} {
		host = strings.TrimPrefix(host, p)
	}
	if !amazonMarketplaces[host] {
		return AffiliateLink{}, false
	}
	q := u.Query()
	l := AffiliateLink{Network: amazonNetwork, Merchant: "Amazon", Amazon: true, Marketplace: host, Tag: q.Get("tag")}
	if l.Tag == "" {
		l.Tag = q.Get("AssociateTag")
	}
	if m := asinPath.FindStringSubmatch(u.Path); m != nil {
		l.ASIN = m[1]
	}
	return l, true
}

// networkOf finds the longest entry of the table that host ends with.
func networkOf(host string) (network, bool) {
	for rest := host; strings.Contains(rest, "."); {
		if n, ok := networkHosts[rest]; ok {
			return n, true
		}
		_, rest, _ = strings.Cut(rest, ".")
	}
	return network{}, false
}

// claims reports whether the link is one of the network's paid ones: some
// domains also carry ordinary pages.
func (n network) claims(u *url.URL, q url.Values) bool {
	if n.path != "" && !strings.HasPrefix(u.Path, n.path) {
		return false
	}
	if len(n.needs) == 0 {
		return true
	}
	return first(q, n.needs) != ""
}

// merchantBehind names the shop: the network's own, else the one in the
// address that the tracking link carries along, else the host's (goto.target.com).
func merchantBehind(own string, q url.Values, host string) string {
	if own != "" {
		return own
	}
	for _, key := range destinationKeys {
		if to := q.Get(key); to != "" {
			if !strings.Contains(to, "://") {
				to = "https://" + to
			}
			if m := Merchant(to); m != "" {
				return m
			}
		}
	}
	return merchantOf(host)
}

func merchantOf(host string) string {
	for rest := host; strings.Contains(rest, "."); {
		if m, ok := merchants[rest]; ok {
			return m
		}
		_, rest, _ = strings.Cut(rest, ".")
	}
	return ""
}

// cloaked recognises the redirect folders of link-cloaking plugins:
// /recommends/name and /go/name, with nothing after the name.
func cloaked(path string) (slug string, ok bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) != 2 || !cloakFolders[parts[0]] {
		return "", false
	}
	return parts[1], true
}

func first(q url.Values, keys []string) string {
	for _, k := range keys {
		if v := q.Get(k); v != "" {
			return v
		}
	}
	return ""
}
