package article_test

import (
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/google/go-cmp/cmp"
)

func TestAffiliate(t *testing.T) {
	type link = article.AffiliateLink
	tests := []struct {
		name, url string
		want      link
	}{
		{"Amazon with a tag", "https://www.amazon.com/Some-Name/dp/B000000001?tag=paper-20&linkCode=ll1",
			link{Network: "Amazon Associates", Merchant: "Amazon", Amazon: true, Marketplace: "amazon.com", Tag: "paper-20", ASIN: "B000000001"}},
		{"Amazon without one", "https://amazon.co.uk/gp/product/B000000002/ref=sr_1_1",
			link{Network: "Amazon Associates", Merchant: "Amazon", Amazon: true, Marketplace: "amazon.co.uk", ASIN: "B000000002"}},
		{"Amazon's shortener", "https://amzn.to/3abcdef", link{Network: "Amazon Associates", Merchant: "Amazon", Amazon: true, Short: true}},
		{"the other one", "HTTP://A.CO/d/abc", link{Network: "Amazon Associates", Merchant: "Amazon", Amazon: true, Short: true}},
		{"mobile host and port", "https://m.amazon.de:443/dp/B000000003/", link{Network: "Amazon Associates", Merchant: "Amazon", Amazon: true, Marketplace: "amazon.de", ASIN: "B000000003"}},
		{"without scheme", "//www.amazon.fr/dp/B000000004", link{Network: "Amazon Associates", Merchant: "Amazon", Amazon: true, Marketplace: "amazon.fr", ASIN: "B000000004"}},
		{"ShareASale", "https://www.shareasale.com/r.cfm?b=1&u=22&m=3&urllink=www%2Eetsy%2Ecom%2Fx",
			link{Network: "ShareASale", Merchant: "Etsy", Tag: "22"}},
		{"CJ", "https://www.anrdoezrs.net/click-1-2?url=https%3A%2F%2Fwww.ulta.com%2Fp", link{Network: "CJ", Merchant: "Ulta"}},
		{"Rakuten", "https://click.linksynergy.com/deeplink?id=abc&mid=1&murl=https%3A%2F%2Fwww.sephora.com%2Fx", link{Network: "Rakuten", Merchant: "Sephora", Tag: "abc"}},
		{"Awin", "https://www.awin1.com/cread.php?awinmid=1&awinaffid=2&ued=https%3A%2F%2Fexample.org", link{Network: "Awin", Tag: "2"}},
		{"Impact by domain", "https://goto.target.com/c/1/2/3", link{Network: "Impact", Merchant: "Target"}},
		{"Impact by path on a domain of its own", "https://shop.example/c/123/456/789?u=https%3A%2F%2Fwww.walmart.com", link{Network: "Impact", Merchant: "Walmart"}},
		{"Impact on landing", "https://example.org/p?irclickid=xyz", link{Network: "Impact", Tag: "xyz"}},
		{"Skimlinks", "https://go.skimresources.com/?id=9X&url=https%3A%2F%2Fwww.rei.com", link{Network: "Skimlinks", Merchant: "REI", Tag: "9X"}},
		{"Sovrn", "https://redirect.viglink.com?key=k&u=https%3A%2F%2Fwww.chewy.com", link{Network: "Sovrn", Merchant: "Chewy", Tag: "k"}},
		{"LTK", "https://rstyle.me/+abc", link{Network: "LTK", Short: true}},
		{"Pepperjam", "https://www.pntra.com/t/1-2-3", link{Network: "Pepperjam"}},
		{"Partnerize", "https://prf.hn/click/camref:1", link{Network: "Partnerize"}},
		{"ClickBank", "https://abc.vendor.hop.clickbank.net/?affiliate=me", link{Network: "ClickBank", Tag: "me"}},
		{"eBay on its own address", "https://www.ebay.co.uk/itm/1?mkcid=1&campid=533", link{Network: "eBay Partner Network", Merchant: "eBay", Tag: "533"}},
		{"a cloaked link", "https://example.org/recommends/blender/", link{Network: "cloaked link", Short: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := article.Affiliate(tt.url)
			if !ok {
				t.Fatalf("Affiliate(%q) is none", tt.url)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("Affiliate(%q) (-want +got):\n%s", tt.url, d)
			}
		})
	}
}

func TestAffiliateIsNone(t *testing.T) {
	for _, u := range []string{
		"", "not a link", "mailto:a@example.org", "javascript:alert(1)", "https://", "https://example.org/",
		"https://amazon.com.example.org/dp/B000000001", "https://notamazon.com/dp/B000000001",
		"https://amazon.com@example.org/", "https://aws.amazon.com/ec2", "https://s3.amazonaws.com/x",
		"https://example.org/?utm_source=amazon.com&ref=nav", "https://example.org/?aff=",
		"https://www.shareasale.com/info/", "https://example.org/go/", "https://example.org/go/a/b",
		"https://example.org/c/1/2", "https://a.com/x", "%zz", "https://[::1",
	} {
		if l, ok := article.Affiliate(u); ok {
			t.Errorf("Affiliate(%q) = %+v, want none", u, l)
		}
	}
}

func TestMerchant(t *testing.T) {
	for u, want := range map[string]string{
		"https://www.amazon.it/x":    "Amazon",
		"https://amzn.to/1":          "Amazon",
		"https://www.sephora.fr/p/1": "Sephora",
		"https://example.org":        "",
		"nothing":                    "",
	} {
		if got := article.Merchant(u); got != want {
			t.Errorf("Merchant(%q) = %q, want %q", u, got, want)
		}
	}
}

func FuzzAffiliate(f *testing.F) {
	for _, s := range []string{"https://www.amazon.com/dp/B000000001?tag=x-20", "//a.co", "https://x.pxf.io/c/1/2/3", "https://[", "?u=%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, ok := article.Affiliate(s)
		if ok != (l.Network != "") {
			t.Errorf("Affiliate(%q) = %+v, %v: a link has a network, none has not", s, l, ok)
		}
		if l.Amazon && l.Merchant != "Amazon" {
			t.Errorf("Affiliate(%q) = %+v", s, l)
		}
	})
}
