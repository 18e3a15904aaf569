package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	japaneseenc "golang.org/x/text/encoding/japanese"
	unicodeenc "golang.org/x/text/encoding/unicode"

	"github.com/broadsheet/broadsheet/internal/article"
)

// goldenItem is what an item of a feed must become.
type goldenItem struct {
	Format  Format            `json:"format"`
	GUID    string            `json:"guid"`
	Article *article.Reported `json:"article"`
}

// TestFeeds reads testdata/feeds/NN-name.* and compares with NN-name.golden;
// NN-name.readme says what the feed shows. A mismatch is left in NN-name.got.
func TestFeeds(t *testing.T) {
	readmes, err := filepath.Glob("testdata/feeds/*.readme")
	if err != nil || len(readmes) < 8 {
		t.Fatalf("%d feeds (%v)", len(readmes), err)
	}
	for _, readme := range readmes {
		base := strings.TrimSuffix(readme, ".readme")
		t.Run(filepath.Base(base), func(t *testing.T) { checkFeed(t, base) })
	}
}

func checkFeed(t *testing.T, base string) {
	var path string
	for _, ext := range []string{".xml", ".json", ".rdf"} {
		if _, err := os.Stat(base + ext); err == nil {
			path = base + ext
		}
	}
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	items := parseFeed(t, string(src))
	got := make([]goldenItem, len(items))
	for i, r := range items {
		report := article.Report(r.Article)
		report.SuggestedTitle = r.SuggestedTitle
		got[i] = goldenItem{r.Format, r.GUID, report}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(base+".golden", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(base + ".golden")
	if err != nil {
		t.Fatalf("%v; run go test -update to write it", err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		if err := os.WriteFile(base+".got", b.Bytes(), 0o644); err != nil {
			t.Error(err)
		}
		t.Errorf("%s (-want +got):\n%s", base, d)
	}
}

// parseFeed reads a feed, of which every article must be sound.
func parseFeed(t testing.TB, src string) []Result {
	t.Helper()
	items, err := ParseAll(context.Background(), "feed", strings.NewReader(src), Options{})
	if err != nil {
		t.Fatalf("ParseAll: %v", err)
	}
	for _, r := range items {
		if !r.Format.Feed() {
			t.Errorf("the format is %q", r.Format)
		}
		holdsInvariants(t, r.Article)
	}
	return items
}

func rss(items string) string {
	return `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><link>https://x.example/</link>` + items + `</channel></rss>`
}

func TestParseTakesOneItem(t *testing.T) {
	one := `<item><title>One</title><guid>g1</guid><description>` + strings.Repeat("Words of the text. ", 50) + `</description></item>`
	res, err := Parse(context.Background(), "feed.xml", strings.NewReader(rss(one)), Options{Title: "Mine"})
	if err != nil || res.Article.Title != "Mine" || res.GUID != "g1" || res.Format != RSS {
		t.Errorf("Parse = %+v, %v", res, err)
	}
	_, err = Parse(context.Background(), "feed.xml", strings.NewReader(rss(one+one)), Options{})
	if err == nil || err.Error() != "feed.xml holds 2 articles; choose one with --item, from 0 to 1." || !IsError(err) {
		t.Errorf("two items: %v", err)
	}
	all, err := ParseAll(context.Background(), "a.txt", strings.NewReader("Title\n=====\n\nJust a text of some words."), Options{})
	if err != nil || len(all) != 1 || all[0].Format != Text || all[0].GUID != "" {
		t.Errorf("ParseAll of a text = %v, %v", all, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ParseAll(ctx, "feed.xml", strings.NewReader(rss(one)), Options{}); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFeedRefusals(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{rss(""), "holds no articles"},
		{`{"version":"https://jsonfeed.org/version/1.1","items":[]}`, "holds no articles"},
		{`{"version":"https://jsonfeed.org/version/1.1","items":7}`, "holds no articles"},
		{`<rss version="2.0"><channel><item><title>x</title><wp:post_type>post</wp:post_type><wp:status>draft</wp:status></item></channel></rss>`, "no published post"},
		{rss("<item>" + strings.Repeat("x", DefaultMaxFeedBytes) + "</item>"), "is larger than 32 MB"},
	} {
		_, err := ParseAll(context.Background(), "the feed", strings.NewReader(tt.src), Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !IsError(err) {
			t.Errorf("%.60s: got %v, want a sentence with %q", tt.src, err, tt.want)
		}
	}
}

func TestFeedKind(t *testing.T) {
	for src, want := range map[string]Format{
		"\ufeff\n <?xml version='1.0'?>\n<?xml-stylesheet href='x'?><!DOCTYPE rss [ <!ENTITY a 'b'> ]><!-- c --><rss version='2.0'>": Feed,
		"<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>":                                                                       Feed, "<rdf:RDF>": Feed, "<item>": Feed,
		"<feedback>": "", "<!doctype html><html><body><rss version='2.0'>": "", "An article about <rss version=\"2.0\">": "",
		`{"version":"https:\/\/jsonfeed.org\/version\/1","items":[]}`: JSONFeed, `{"items":[{"content_html":"x"}]}`: JSONFeed, `{"items":[]}`: "", `{"title": "x"}`: "",
	} {
		if got := feedKind(src); got != want {
			t.Errorf("feedKind(%q) = %q, want %q", src, got, want)
		}
	}
}

// TestFeedEncodings: what the bytes are counts, not what the feed says.
func TestFeedEncodings(t *testing.T) {
	feed := func(declared, title, text string) string {
		return `<?xml version="1.0" encoding="` + declared + `"?><rss version="2.0"><channel><item><title>` + title + `</title><description><![CDATA[<p>` + text + `</p>]]></description></item></channel></rss>`
	}
	japanese := feed("Shift_JIS", "お茶", "これは日本語の記事です。")
	russian := "Это статья о чае. Мы проверили десять чайников и выбрали лучший."
	for _, tt := range []struct {
		name        string
		enc         encoding.Encoding
		src         string
		title, note string
	}{
		{"declared", japaneseenc.ShiftJIS, japanese, "お茶", ""},
		{"7 bits", japaneseenc.ISO2022JP, strings.Replace(japanese, "Shift_JIS", "ISO-2022-JP", 1), "お茶", ""},
		{"declared KOI8-R", charmap.KOI8R, feed("koi8-r", "Чай", russian), "Чай", ""},
		{"says UTF-8", charmap.Windows1251, feed("UTF-8", "Чай", russian), "Чай", "it was read as windows-1251"},
		{"UTF-16", unicodeenc.UTF16(unicodeenc.LittleEndian, unicodeenc.UseBOM), feed("UTF-16", "Чай", russian), "Чай", ""},
		{"says Latin-1", unicodeenc.UTF8, feed("ISO-8859-1", "Grüße", "Schöne Grüße aus Köln."), "Grüße", ""},
		{"a mark at the start", unicodeenc.UTF8BOM, feed("UTF-8", "Grüße", "Schöne Grüße aus Köln."), "Grüße", ""},
	} {
		src, err := tt.enc.NewEncoder().String(tt.src)
		if err != nil {
			t.Fatal(err)
		}
		r := parseFeed(t, src)[0]
		noted := ""
		for _, d := range r.Article.Diagnostics {
			if strings.Contains(d.Message, "encoding") || strings.Contains(d.Message, "UTF-8") {
				noted += d.Message
			}
		}
		if r.Article.Title != tt.title || !strings.Contains(tt.src, strings.TrimSpace(article.PlainText(r.Article))) || (noted == "") != (tt.note == "") || !strings.Contains(noted, tt.note) {
			t.Errorf("%s: %q, %q, %q", tt.name, r.Article.Title, article.PlainText(r.Article), noted)
		}
	}
}

func TestFeedTime(t *testing.T) {
	for s, want := range map[string]string{
		"Wed, 01 Mar 2017 04:20:46 +0000": "2017-03-01T04:20:46Z", "Tue, 3 Mar 2026 07:30:00 EST": "2026-03-03T12:30:00Z", "3 Mar 26 07:30 GMT": "2026-03-03T07:30:00Z",
		"Thursday, 05-Mar-26 10:00:00 PDT": "2026-03-05T17:00:00Z", "2026-03-05T10:00:00.123+02:00": "2026-03-05T08:00:00Z", "2026-03-05T10:00+02:00": "2026-03-05T08:00:00Z", "2026-03-05": "2026-03-05T00:00:00Z",
		"Thu, 5 Mar 2026 10:00:00 +0100 (CET)": "2026-03-05T09:00:00Z", "March 5, 2026": "2026-03-05T00:00:00Z", "Thu Mar 5 10:00:00 2026": "2026-03-05T10:00:00Z", "2026-03-05T10:00:00+0200": "2026-03-05T08:00:00Z",
		"Sept. the 5th": "", "": "", "yesterday": "",
	} {
		got := ""
		if at, ok := feedTime(s); ok {
			got = at.UTC().Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("feedTime(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestPersonName(t *testing.T) {
	for s, want := range map[string]string{
		"ada@x.example (Ada Brewer)": "Ada Brewer", "Ada Brewer <ada@x.example>": "Ada Brewer", "Ada Brewer": "Ada Brewer", "ada@x.example": "", "admin": "", "<b>Ada</b> &amp; Co": "Ada & Co", "": "",
	} {
		if got := personName(s); got != want {
			t.Errorf("personName(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestShortcodes(t *testing.T) {
	for src, want := range map[string]string{
		`[button url="https://a.example/x"]Go[/button]`:                               `<p><a href="https://a.example/x">Go</a></p>`,
		`[btn link='https://a.example/x' text='Buy it'/]`:                             `<p><a href="https://a.example/x">Buy it</a></p>`,
		`[affiliate href=https://a.example/x?a=1&amp;b=2]`:                            `<p><a href="https://a.example/x?a=1&amp;b=2">https://a.example/x?a=1&amp;b=2</a></p>`,
		`[pick name="P" label="Best" url="https://a.example" cta="See"]It is.[/pick]`: `<h3>Best: P</h3> <div>It is.</div> <p><a href="https://a.example">See</a></p> <hr>`,
		`[box]Inside[/box]`:                     `Inside`,
		`[gallery ids="1,2,3"]`:                 ``,
		`see [1] and [sic], [a](b)`:             `see [1] and [sic], [a](b)`,
		`[su_note]Kept [em]text[/em][/su_note]`: `Kept text`,
	} {
		got := strings.Join(strings.Fields(expandShortcodes(&draft{}, src, false)), " ")
		if got != want {
			t.Errorf("expandShortcodes(%q) = %q, want %q", src, got, want)
		}
	}
}

// hostile are feeds nobody writes who means well.
func hostile() map[string]string {
	deep := strings.Repeat("<div>", 10000)
	items := strings.Builder{}
	for i := range 3000 {
		fmt.Fprintf(&items, "<item><title>%d</title><description><![CDATA[", i)
	}
	return map[string]string{
		"one long line":       rss("<item><title>x</title><description>" + strings.Repeat("word &amp; ", 2<<20/10) + "</description></item>"),
		"deep in the feed":    rss("<item><title>x</title>" + deep + "</item>"),
		"deep in the content": rss("<item><title>x</title><description><![CDATA[" + deep + "words</description></item>"),
		"deep and escaped":    rss("<item><title>x</title><description>" + strings.ReplaceAll(deep, "<", "&lt;") + "</description></item>"),
		"unclosed tags":       rss("<item>" + strings.Repeat("<a b=\"", 200000)),
		"unclosed sections":   rss(items.String()),
		"unclosed comments":   rss("<item><title>x</title>" + strings.Repeat("<!-- ", 200000) + "</item>"),
		"quotes":              rss("<item " + strings.Repeat(`"'`, 200000) + "><title>x</title></item>"),
		"many items":          rss(strings.Repeat("<item/>", maxItems+5)),
		"many brackets":       rss("<item><title>x</title><description>" + strings.Repeat("[a b=c]", 30000) + "</description></item>"),
		"nested codes":        rss("<item><title>x</title><description>" + strings.Repeat("[a url=http://x.example]", 6000) + strings.Repeat("[/a]", 6000) + "</description></item>"),
		"many paragraphs":     rss("<item><title>x</title><description><![CDATA[" + strings.Repeat("<p>a b c", 30000) + "]]></description></item>"),
		"entities":            `<!DOCTYPE rss [` + strings.Repeat(`<!ENTITY a "&b;">`, 3000) + `]>` + rss("<item><title>&a;</title></item>"),
		"zero bytes":          rss("<item><title>x\x00y</title><description>" + strings.Repeat("words and words ", 100) + "</description></item>"),
		"deep JSON":           `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"a","content_text":"x","y":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}]}`,
		"deeper JSON":         `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"a","content_text":"x"},` + strings.Repeat("[", 1000000),
		"commas":              `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"a"}` + strings.Repeat(", ", 500000),
	}
}

func TestHostileFeeds(t *testing.T) {
	for name, src := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			items := parseFeed(t, src)
			if took := time.Since(start); took > slowest {
				t.Errorf("%d bytes took %s", len(src), took)
			}
			if len(items) == 0 || len(items) > maxItems {
				t.Errorf("%d items", len(items))
			}
		})
	}
}

func TestDiagnosticsOfFeeds(t *testing.T) {
	has := func(r Result, part string) bool {
		for _, d := range r.Article.Diagnostics {
			if d.Rule == "ART-4" && strings.Contains(d.Message, part) && d.Fix != "" {
				return true
			}
		}
		return false
	}
	long := strings.Repeat("Words that are enough for a whole article. ", 40)
	for _, tt := range []struct{ item, want string }{
		{"<title>x</title><description>A short one.</description>", "only an excerpt"},
		{"<title>x</title><description>" + long + " [&amp;#8230;]</description>", "only an excerpt"},
		{"<title>x</title>", "no text"},
		{"<title>x</title><pubDate>soon</pubDate><description>" + long + "</description>", "cannot be read"},
	} {
		if r := parseFeed(t, rss("<item>"+tt.item+"</item>"))[0]; !has(r, tt.want) {
			t.Errorf("%.80s: %v, want %q", tt.item, r.Article.Diagnostics, tt.want)
		}
	}
	whole := parseFeed(t, rss("<item><title>x</title><description>"+long+"</description></item>"))[0]
	if has(whole, "excerpt") || len(whole.Article.Diagnostics) != 0 {
		t.Errorf("a whole article: %v", whole.Article.Diagnostics)
	}
	broken := parseFeed(t, strings.TrimSuffix(rss("<item><title>a</title></item><item><title>b</title><description>"+long), "</channel></rss>"))
	if has(broken[0], "breaks off") || !has(broken[1], "breaks off") {
		t.Errorf("broken off: %v, %v", broken[0].Article.Diagnostics, broken[1].Article.Diagnostics)
	}
}

func FuzzFeed(f *testing.F) {
	paths, err := filepath.Glob("testdata/feeds/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range paths {
		if ext := filepath.Ext(p); ext == ".xml" || ext == ".json" || ext == ".rdf" {
			src, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		items, err := ParseAll(context.Background(), "fuzz", bytes.NewReader(src), Options{Format: Feed})
		if took := time.Since(start); took > slowest {
			t.Errorf("%d bytes took %s", len(src), took)
		}
		if err != nil {
			if !IsError(err) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error %v is no sentence", err)
			}
			return
		}
		for _, r := range items {
			holdsInvariants(t, r.Article)
		}
	})
}
