package render

import (
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestOffers(t *testing.T) {
	const (
		canonical = "https://pub.example/a?x=1#part"
		tagged    = "https://www.amazon.com/dp/B000000000?tag=pub-20"
		short     = "https://amzn.to/3xYz"
		awin      = "https://www.awin1.com/cread.php?awinmid=1&awinaffid=2"
		plain     = "https://shop.example/balm"
		via       = "https://pub.example/a?x=1#pick"
	)
	for _, c := range []struct {
		name, mode, canonical, url, cta, merchant string
		medium                                    medium
		href, text                                string
		paid                                      bool
	}{
		{"amazon via the article", ViaArticle, canonical, tagged, "View on Amazon", "Amazon", inMail, via, "View on Amazon via our article", false},
		{"amazon via no article", ViaArticle, "", tagged, "View on Amazon", "Amazon", inMail, "", "View on Amazon", false},
		{"amazon direct", Direct, canonical, tagged, "View on Amazon", "Amazon", inMail, tagged, "View on Amazon", true},
		{"amazon on the web", ViaArticle, canonical, tagged, "View on Amazon", "Amazon", onWeb, tagged, "View on Amazon", true},
		{"shortened on the web", ViaArticle, canonical, short, "View on Amazon", "Amazon", onWeb, via, "View on Amazon via our article", false},
		{"another network", ViaArticle, canonical, awin, "Shop", "", inMail, awin, "Shop", true},
		{"another network, no article", ViaArticle, "", awin, "Shop", "", inMail, awin, "Shop", true},
		{"no network", ViaArticle, canonical, plain, "Shop", "", inMail, plain, "Shop", false},
		{"no address", ViaArticle, canonical, "", "View on Amazon", "Amazon", inMail, via, "View on Amazon via our article", false},
		{"no address at all", ViaArticle, "", "", "View on Amazon", "Amazon", inMail, "", "View on Amazon", false},
		{"a bad address", ViaArticle, canonical, "javascript:x", "Go", "", inMail, "", "Go", false},
		{"no words", Direct, canonical, tagged, "", "", inMail, tagged, "View on Amazon", true},
		{"no words, a shop", ViaArticle, canonical, "", "", "Sephora", inMail, via, "View on Sephora via our article", false},
		{"no words, no shop", ViaArticle, canonical, plain, " ", "", inMail, plain, "View the product", false},
	} {
		p := &article.Pick{Name: "Balm", URL: c.url, CTA: c.cta, Merchant: c.merchant}
		comp := composerFor(t, &Issue{Newsletter: Newsletter{AmazonMode: c.mode}, Articles: []*article.Article{{CanonicalURL: c.canonical, Blocks: article.Blocks{p}}}})
		o := comp.offerOf(p, "pick", c.medium)
		if o.Href != c.href || o.Text != c.text || o.Paid != c.paid {
			t.Errorf("%s: got %q %q paid=%v, want %q %q paid=%v", c.name, o.Href, o.Text, o.Paid, c.href, c.text, c.paid)
		}
		if (o.Rel() != "") != c.paid {
			t.Errorf("%s: rel is %q", c.name, o.Rel())
		}
	}
}

func TestInlineLinks(t *testing.T) {
	const pick = "https://www.amazon.com/dp/B000000001?tag=t-20"
	a := &article.Article{CanonicalURL: "https://pub.example/a", Blocks: article.Blocks{
		&article.Pick{Name: "One", URL: "https://shop.example/1"}, &article.Pick{Name: "Two", URL: pick}}}
	for _, c := range []struct{ mode, href, html, web string }{
		{ViaArticle, pick, `<a href="https://pub.example/a#pick-2"`, `<a href="` + pick + `" rel="sponsored nofollow noopener">x</a> (paid link) y`},
		{ViaArticle, "https://amazon.de/dp/B000000009", `<a href="https://pub.example/a"`, `<a href="https://amazon.de/dp/B000000009" rel="sponsored nofollow noopener">x</a> (paid link) y`},
		{Direct, pick, `<a href="` + pick + `" class="ac" rel="sponsored nofollow noopener"`, `<a href="` + pick + `" rel="sponsored nofollow noopener">x</a> (paid link) y`},
		{ViaArticle, "https://blog.example/", `<a href="https://blog.example/" class="ac" style="color:#97184B;text-decoration:underline">x</a> y`, `<a href="https://blog.example/">x</a> y`},
		{ViaArticle, "ftp://blog.example/", "x y", "x y"},
		{ViaArticle, "/relative", "x y", "x y"},
	} {
		comp := composerFor(t, &Issue{Newsletter: Newsletter{AmazonMode: c.mode}, Articles: []*article.Article{a}})
		r := comp.rich(article.Text{{Text: "x", Href: c.href}, {Text: " y"}})
		if got := string(r.HTML()); len(got) < len(c.html) || got[:len(c.html)] != c.html {
			t.Errorf("%s %s: mail has %s, want %s", c.mode, c.href, got, c.html)
		}
		if got := string(r.Web()); got != c.web {
			t.Errorf("%s %s: web has %s, want %s", c.mode, c.href, got, c.web)
		}
	}
}

// TestSpansOfOneLink: a link that is bold in part is one link.
func TestSpansOfOneLink(t *testing.T) {
	const u = "https://a.example/"
	r := composerOf(t, &article.Article{}).rich(article.Text{{Text: "see "}, {Text: "the ", Href: u}, {Text: "test", Href: u, Bold: true}, {Text: "."}})
	if got, want := string(r.Web()), `see <a href="https://a.example/">the <strong>test</strong></a>.`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := measure(columns).flow("", "", r), "see the test:\nhttps://a.example/"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCleanURL(t *testing.T) {
	for in, want := range map[string]string{
		" https://a.example/x ":          "https://a.example/x",
		"//cdn.example/x":                "https://cdn.example/x",
		"https://a.example/ä b\"<>'()":   "https://a.example/%c3%a4%20b%22%3c%3e%27%28%29",
		"https://a.example/%20%zz":       "",
		"https://a.example/?q=100%25&b=": "https://a.example/?q=100%25&b=",
		"mailto:a@b.example":             "mailto:a@b.example",
		"https:///x":                     "",
		"HTTPS://A.example/":             "HTTPS://A.example/",
		"data:text/html,x":               "",
		"javascript:alert(1)":            "",
		"":                               "",
	} {
		if got := cleanURL(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
