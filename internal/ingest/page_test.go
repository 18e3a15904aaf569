package ingest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"

	"github.com/broadsheet/broadsheet/internal/article"
)

func parsePage(t testing.TB, src string) Result {
	t.Helper()
	res, err := Parse(context.Background(), "page.html", strings.NewReader(src), Options{Format: HTML, BaseURL: "https://example.org/a/"})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestPageDetected(t *testing.T) {
	for _, src := range []string{
		"<!DOCTYPE html><html><p>x", "\ufeff<!doctype HTML>\n<p>x", "<!-- saved from url=(0014)about:internet -->\n<html><p>x",
		"<?xml version='1.0'?><!-- a --><!DOCTYPE html><html><p>x", "\n\n  <html lang=en><p>x", "<article><h1>a</h1>",
	} {
		if f := detect("a.txt", src); f != HTML {
			t.Errorf("%q is taken for %s", src, f)
		}
	}
	if f := detect("a.md", "<div>\n\n# Title\n\n**bold** text\n</div>"); f != Markdown {
		t.Errorf("Markdown that begins with an element is taken for %s", f)
	}
}

func TestPageTitle(t *testing.T) {
	const text = "<p>Some words of an article that goes on for a while, so that it is one.</p>"
	for _, tt := range []struct{ name, src, want string }{
		{"h1 before og:title", `<meta property="og:title" content="10 tips (you will love no. 7)"><body><h1>Ten Tips</h1>` + text, "Ten Tips"},
		{"first h1 with words", `<title>Ten Tips</title><body><h1><img src=a.png></h1><h1>Ten Tips</h1>` + text, "Ten Tips"},
		{"site's name is no headline", `<meta property="og:site_name" content="Tips Daily"><title>Ten Tips | Tips Daily</title><body><h1>Tips Daily</h1><h2>Ten Tips</h2>` + text, "Ten Tips"},
		{"logo is no headline", `<title>Ten Tips</title><body><h1 class="logo">We know it all</h1>` + text, "Ten Tips"},
		{"site's name after the bar", `<title>Ten Tips for Tea | Tips Daily</title><body>` + text, "Ten Tips for Tea"},
		{"site's name before the dash", `<meta property="og:site_name" content="Tips Daily"><title>Tips Daily - Ten Tips</title><body>` + text, "Ten Tips"},
		{"JSON-LD", `<script type="application/ld+json">{"@graph":[{"@type":["Article"],"headline":"Ten &amp; more tips"}]}</script><body>` + text, "Ten & more tips"},
		{"broken JSON-LD is passed over", `<script type="application/ld+json">{"@type":"Article",</script><title>Ten Tips</title><body>` + text, "Ten Tips"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := parsePage(t, tt.src).Article; a.Title != tt.want {
				t.Errorf("title %q, want %q", a.Title, tt.want)
			}
		})
	}
}

func TestPageAuthor(t *testing.T) {
	const text = "<h1>Ten Tips</h1>%s<p>Some words of an article that goes on for a while, so that it is one.</p>"
	for _, tt := range []struct{ src, want string }{
		{`<span class="author vcard">Ann Lee 1009 articles</span>`, "Ann Lee"},
		{`<div class="byline">By <a href="/ann">Ann Lee</a> | 7 min read</div>`, "Ann Lee"},
		{`<p>Written by Ann Lee, PhD on April 29, 2018</p>`, "Ann Lee, PhD"},
		{`<div class="author-strip"><div class="author-img">AL</div><div class="author-info"><p>Ann Lee</p></div></div>`, "Ann Lee"},
		{`<meta name="author" content="admin"><span itemprop="author">Ann Lee</span>`, "Ann Lee"},
		{`<script type="application/ld+json">{"@graph":[{"@type":"Person","@id":"#p","name":"Ann Lee"},{"@type":"Article","author":{"@id":"#p"}}]}</script>`, "Ann Lee"},
		{`<div id="comments"><span class="author">Troll</span></div>`, ""},
	} {
		if a := parsePage(t, fmt.Sprintf(text, tt.src)).Article; a.Author.Name != tt.want {
			t.Errorf("%s: author %q, want %q", tt.src, a.Author.Name, tt.want)
		}
	}
}

// TestPageWrappers: no name of an element around everything costs the article.
func TestPageWrappers(t *testing.T) {
	for _, name := range []string{"infinite-scroll", "sidebar-right", "comments-open", "newsletter-popup-enabled", "share-enabled", "footer", "ads", "popup", "nav", "menu", "cookie-notice-on", "related", "toc", "promo"} {
		src := `<div class="` + name + `"><h1>Ten Tips</h1>` + strings.Repeat("<p>This is a paragraph of the article, and it says something.</p>", 5) + `</div>`
		if a := parsePage(t, src).Article; len(a.Blocks) != 5 {
			t.Errorf("class %q leaves %d blocks of 5", name, len(a.Blocks))
		}
	}
}

// TestPageNotices: disclosures survive wherever they stand.
func TestPageNotices(t *testing.T) {
	const want = "We may earn a commission when you buy through our links."
	text := strings.Repeat("<p>This is a paragraph of the article, and it says something.</p>", 5)
	for _, frame := range []string{
		"<div class='top-bar'>%s</div><article><h1>T</h1>@</article>", "<article><h1>T</h1>@</article><footer>%s</footer>", "<aside class=sidebar><p>%s</p></aside><article><h1>T</h1>@</article>",
		"<article><h1>T</h1><div class='promo ad'>%s</div>@</article>", "<article><h1>T</h1>@<div class=author-box><p>Ann</p>%s</div></article>", "<nav><p>%s</p></nav><main><h1>T</h1>@</main>",
	} {
		src := fmt.Sprintf(strings.ReplaceAll(frame, "@", text), want)
		a := parsePage(t, src).Article
		if strings.Contains(frame, "<nav") {
			continue // navigation holds no notices; it must only not break anything
		}
		if len(a.Disclosures) != 1 || a.Disclosures[0].Text.String() != want {
			t.Errorf("%s: disclosures %v", frame, a.Disclosures)
		}
	}
	a := parsePage(t, "<article><h1>T</h1>"+text+"</article><div id=comments><p>"+want+"</p></div>").Article
	if len(a.Disclosures) != 0 {
		t.Errorf("a reader's comment became a disclosure: %v", a.Disclosures)
	}
}

func TestPageCharsets(t *testing.T) {
	const body = "<h1>Ein Text über Möbel</h1><p>Schöne Stühle müssen nicht teuer sein; größere Tische sind es öfter.</p>"
	latin, err := charmap.ISO8859_15.NewEncoder().String(body)
	if err != nil {
		t.Fatal(err)
	}
	cyrillic, err := charmap.KOI8R.NewEncoder().String("<h1>Стулья</h1><p>Хорошие стулья не должны быть дорогими, а столы бывают.</p>")
	if err != nil {
		t.Fatal(err)
	}
	kana, err := japanese.ShiftJIS.NewEncoder().String("<h1>椅子の話</h1><p>良い椅子は高くなくてもいい。机は高いことが多い。</p>")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, src, want string }{
		{"UTF-8 that says Latin 1", `<meta charset="iso-8859-1">` + body, "über Möbel"},
		{"UTF-8 with a mark that says otherwise", "\ufeff<meta charset=shift_jis>" + body, "über Möbel"},
		{"Latin 9 that says so", `<meta http-equiv=Content-Type content="text/html; charset=ISO-8859-15">` + latin, "über Möbel"},
		{"Latin 9 that says UTF-8", `<meta charset=utf-8>` + latin, "über Möbel"},
		{"Latin 9 that says nothing", latin, "über Möbel"},
		{"KOI8-R that says so", `<meta charset="koi8-r">` + cyrillic, "Стулья"},
		{"Shift JIS that says so", `<meta charset="Shift_JIS">` + kana, "椅子の話"},
		{"a set nobody knows", `<meta charset="klingon">` + latin, "über Möbel"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := parsePage(t, "<html><head>"+tt.src).Article; !strings.Contains(a.Title, tt.want) {
				t.Errorf("title %q, want %q", a.Title, tt.want)
			}
		})
	}
}

// TestPageAddresses: relative links lead where the page stands.
func TestPageAddresses(t *testing.T) {
	const text = `<h1>T</h1><p>Some words of an article that goes on <a href="../x?y=1">for a while</a>, so that it is one.</p>`
	for _, tt := range []struct{ head, want, canonical string }{
		{`<link rel="canonical" href="https://site.example/b/c">`, "https://example.org/x?y=1", "https://site.example/b/c"},
		{`<link rel="canonical" href="https://site.example/b/c"><base href="https://other.example/d/e/">`, "https://other.example/d/x?y=1", "https://site.example/b/c"},
		{`<link rel="canonical" href="https://site.example/"><meta property="og:url" content="/b/c">`, "https://example.org/x?y=1", "https://example.org/b/c"},
		{`<base href="javascript:alert(1)"><link rel="canonical" href="data:text/html,x">`, "https://example.org/x?y=1", ""},
	} {
		a := parsePage(t, "<html><head>"+tt.head+"</head><body>"+text).Article
		if links := article.Report(a).Links; len(links) != 1 || links[0] != tt.want || a.CanonicalURL != tt.canonical {
			t.Errorf("%s: links %v canonical %q", tt.head, links, a.CanonicalURL)
		}
	}
}

// TestPageHostile: whatever the bytes are, the answer comes soon and is an
// article or a sentence.
func TestPageHostile(t *testing.T) {
	rep := strings.Repeat
	para := "<p>The only words in all of this mess.</p>"
	for name, src := range map[string]string{
		"deep boxes":      rep("<div>", 10000) + para + rep("</div>", 10000),
		"deep, unclosed":  rep("<div><span><b>", 10000) + para,
		"deep lists":      rep("<ul><li>", 10000) + "words",
		"deep tables":     rep("<table><tr><td>", 5000) + para,
		"deep quotes":     rep("<blockquote>", 10000) + para,
		"deep formatting": rep("<b><i><p>", 5000) + para,
		"custom elements": rep("<x-y>", 20000) + para,
		"anchors":         rep("<a href=x>", 20000) + para,
		"fonts": func() string {
			var b strings.Builder
			for i := range 20000 {
				fmt.Fprintf(&b, "<font size=%d>", i)
			}
			return b.String() + para
		}(),
		"NULs":             "<html>\x00<body>" + para + "\x00\x00<p>a\x00b</p>",
		"cut in a tag":     para + "<a href=\"https://example.org/",
		"cut in a script":  para + "<script>if (a < b",
		"cut in a comment": para + "<!-- ",
		"many siblings":    rep("<br>", 300000) + para,
		"too many":         para + rep("<i>x</i>", 300000),
		"attributes":       "<p " + rep("a ", 100000) + ">" + para,
		"entities":         "<p>" + rep("&amp;&#0;&#xD800;&nosuch;", 20000),
		"json bomb":        `<script type="application/ld+json">` + rep("[", 100000) + `</script>` + para,
		"json objects":     `<script type="application/ld+json">[` + rep(`{"@type":"Product","name":"x"},`, 20000) + `{}]</script>` + para,
		"wide table":       "<table><tr>" + rep("<td>x", 20000) + "</table>" + para,
		"product cards":    rep(`<div class=card><h3>Some Thing</h3><a class=btn href="https://amzn.to/x">Buy now</a></div>`, 2000),
		"product grid":     "<div>" + rep(`<div><i>a</i><i>b</i><a href="https://amzn.to/x">Buy now</a></div>`, 2000) + "</div>",
		"product tables":   rep(`<table><tr><td>A b<td><a href="https://amzn.to/x">Buy now</a><tr><td>C d<td><a href="https://amzn.to/y">Buy now</a></table>`, 1000),
		"related heads":    rep("<h2>Related posts</h2>", 5000) + para,
		"questions":        rep("<div class=faq-question>Is it so?</div>", 10000),
		"bylines":          rep("<span class=author>x</span>", 20000) + para,
		"notices":          rep("<p>We may earn a commission.</p>", 10000),
		"pictures":         rep("<img src=x.png srcset='a 1w, b 2w'>", 20000) + para,
		"one line":         "<p>" + rep("word ", 200000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			res, err := Parse(context.Background(), "page.html", strings.NewReader(src), Options{Format: HTML})
			if took := time.Since(start); took > slowest {
				t.Errorf("%d bytes took %s", len(src), took)
			}
			if err != nil {
				if !IsError(err) || strings.Contains(err.Error(), "\n") {
					t.Errorf("the error %v is no sentence", err)
				}
				return
			}
			holdsInvariants(t, res.Article)
			if strings.Contains(src, para) && !strings.Contains(article.PlainText(res.Article), "The only words") {
				t.Errorf("the words are lost: %.200q", article.PlainText(res.Article))
			}
		})
	}
}

func FuzzPage(f *testing.F) {
	sources, err := os.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range sources {
		if strings.HasSuffix(s.Name(), ".html") {
			src, err := os.ReadFile("testdata/" + s.Name())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(src))
		}
	}
	for _, s := range []string{
		"<table><tr><th>Best for<td><a class=btn href=//amzn.to/a>Buy</a><tr><td>x<td><a href=//amzn.to/b>y</a></table>", "<h1><h2><p>By A B<img data-src=x srcset='a 1w,b 2x'><details><summary>q?",
		"<div class=comments><h2>Leave a reply</h2></div><form><nav><footer>Affiliate links may earn a commission", "<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"a\",\"offers\":[{\"url\":\"b\"}]}</script><base href=//x><link rel=canonical href=../>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) { fuzzParse(t, HTML, src) })
}

// bigPage is a page of about 500 KB as sites have them: half scripts, a long
// article, comments.
func bigPage() []byte {
	var b bytes.Buffer
	b.WriteString("<!DOCTYPE html><html lang=en><head><title>All About Chairs</title>")
	for range 40 {
		b.WriteString("<script>" + strings.Repeat("var a = {b: [1, 2, 3], c: 'd'};\n", 150) + "</script>")
	}
	b.WriteString("</head><body><nav>" + strings.Repeat("<li><a href=/x>Menu entry</a></li>", 300) + "</nav><article><h1>All About Chairs</h1>")
	for i := range 60 {
		fmt.Fprintf(&b, "<h2>Chair number %d</h2>", i)
		for range 6 {
			b.WriteString("<p class=\"css-1a2b3c\">A chair is judged by the back it leaves you with in the evening, and by <a href=\"https://amzn.to/x\">nothing else</a> that a shop can show you.</p>")
		}
		fmt.Fprintf(&b, "<div class=product-card><a class=btn href=\"https://www.amazon.com/dp/B0%08d\">Buy now</a></div>", i)
	}
	b.WriteString("</article><div id=comments>" + strings.Repeat("<div class=comment><p>I have sat on this chair for years, and on others too, and I liked it best of all.</p></div>", 1500) + "</div></body></html>")
	return b.Bytes()
}

func BenchmarkPage(b *testing.B) {
	src := bigPage()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(context.Background(), "page.html", bytes.NewReader(src), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPageOwnAddress: a page from a file has only what it says of itself.
func TestPageOwnAddress(t *testing.T) {
	src := `<html><head><link rel="canonical" href="https://site.example/b/c"></head><body><h1>T</h1><p>Some words of an article that goes on <a href="d">for a while</a>, so that it is one.</p>`
	res, err := Parse(context.Background(), "page.html", strings.NewReader(src), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if links := article.Report(res.Article).Links; len(links) != 1 || links[0] != "https://site.example/b/d" {
		t.Errorf("links %v", links)
	}
}

// TestPageAuthorBox: what the box about the author says goes with the author.
func TestPageAuthorBox(t *testing.T) {
	src := `<article><h1>T</h1><p class=byline>By Ann Lee</p>` + strings.Repeat("<p>This is a paragraph of the article, and it says something.</p>", 5) +
		`<div class="author-box"><h4>About Ann Lee</h4><p>Ann has tested chairs for twenty years and sits on none of them.</p></div></article>`
	a := parsePage(t, src).Article
	if a.Author.Name != "Ann Lee" || a.Author.Note != "Ann has tested chairs for twenty years and sits on none of them." || len(a.Blocks) != 5 {
		t.Errorf("author %+v, %d blocks", a.Author, len(a.Blocks))
	}
}

// A word in bold in the middle of a sentence opens no furniture; a label does.
func TestWordsOfASentenceAreNoFurniture(t *testing.T) {
	const src = `<!DOCTYPE html><html lang="en"><head><title>T</title></head><body><article><h1>How to read labels</h1>
<p>Look for the <b>tags</b> on the back of the bottle, and for the <b>share</b> of each oil in it, before you buy.</p>
<p><b>Share</b> of oil is what counts, since most bottles list what is in them in the order of its weight.</p>
<p>Most bottles list them in the order of their weight, which tells you more than the front of any bottle does.</p>
<p><b>Tags:</b> <a href="/t/oil">oil</a>, <a href="/t/skin">skin</a></p></article></body></html>`
	res, err := Parse(context.Background(), "page.html", strings.NewReader(src), Options{BaseURL: "https://x.example/a"})
	if err != nil {
		t.Fatal(err)
	}
	text := article.PlainText(res.Article)
	for _, want := range []string{"the tags on the back", "the share of each oil", "Share of oil is what counts"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q: %q", want, text)
		}
	}
	if strings.Contains(text, "Tags:") {
		t.Errorf("furniture is left: %q", text)
	}
}

// TestSeveralArticles: only a page whose articles each lead to a page of their
// own, and sell nothing, holds several.
func TestSeveralArticles(t *testing.T) {
	text := func(n int) string {
		return strings.Repeat("<p>This is a paragraph of the article, and it says something.</p>", n)
	}
	card := func(head, rest string) string { return "<article><h2>" + head + "</h2>" + rest + "</article>" }
	link := func(name string) string { return `<a href="/` + name + `">` + name + `</a>` }
	buy := `<p><a class="btn" href="https://www.amazon.com/dp/B0EXAMPLE1?tag=x-20">Buy now</a></p>`
	for name, tt := range map[string]struct {
		body string
		want bool
	}{
		"a front page":             {card(link("One"), text(2)) + card(link("Two"), text(3)) + card(link("Three"), text(2)), true},
		"two posts":                {card(link("One"), text(2)) + card(link("Two"), text(3)), true},
		"a round-up with reviews":  {"<h1>T</h1>" + card(link("One"), text(2)+buy) + card(link("Two"), text(2)+buy) + card(link("Three"), text(2)+buy), false},
		"an article and teasers":   {"<article><h1>T</h1>" + text(9) + "</article>" + card(link("One"), text(1)) + card(link("Two"), text(1)), false},
		"sections without a link":  {"<h1>T</h1>" + card("One", text(2)) + card("Two", text(2)), false},
		"links to another section": {"<h1>T</h1>" + card(`<a href="#a">One</a>`, text(2)) + card(`<a href="#b">Two</a>`, text(2)), false},
	} {
		t.Run(name, func(t *testing.T) {
			a := parsePage(t, "<html><body><main>"+tt.body+"</main></body></html>").Article
			said := slices.ContainsFunc(a.Diagnostics, func(d article.Diagnostic) bool { return strings.Contains(d.Message, "The page holds") })
			if said != tt.want || len(a.Blocks) == 0 {
				t.Errorf("several: %v, want %v (%d blocks)", said, tt.want, len(a.Blocks))
			}
		})
	}
}
