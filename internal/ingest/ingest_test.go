package ingest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/internal/article"
)

func parse(t *testing.T, name, src string, o Options) Result {
	t.Helper()
	res, err := Parse(context.Background(), name, strings.NewReader(src), o)
	if err != nil {
		t.Fatalf("Parse(%q): %v", clip(src, 80), err)
	}
	holdsInvariants(t, res.Article)
	return res
}

// TestDamagedArticle spells out what matters most of fixture 01.
func TestDamagedArticle(t *testing.T) {
	res := parseFile(t, "testdata/01-greek-damage.txt")
	a := res.Article
	if a.Title != "" || res.SuggestedTitle == "" {
		t.Errorf("title %q, suggested %q: there is none, and one should be suggested", a.Title, res.SuggestedTitle)
	}
	if len(a.Disclosures) != 1 || len(a.Disclaimers) != 1 || cmp.Diff(a.Disclosures[0].Text, a.Disclaimers[0].Text) != "" || a.Disclosures[0].Place != a.Disclaimers[0].Place ||
		a.Disclosures[0].Kind != article.NoticeAffiliate || a.Disclaimers[0].Kind != article.NoticeMedical {
		t.Errorf("disclosures %v, disclaimers %v: one paragraph is both", a.Disclosures, a.Disclaimers)
	}
	if d := cmp.Diff(article.Author{Name: "Quiet Nights Team", Note: "We test what helps people sleep so you can skip what doesn't."}, a.Author); d != "" {
		t.Errorf("author (-want +got):\n%s", d)
	}
	text := article.PlainText(a)
	for _, gone := range []string{"Table of Contents", "📖", "✍", "β", "π", "View on Amazon", "Disclosure"} {
		if strings.Contains(text, gone) {
			t.Errorf("%q is still in the body", gone)
		}
	}
	if !strings.Contains(text, "bedroom—it") {
		t.Error("the dash is not repaired")
	}
	if n := len(a.Takeaways); n < 3 || n > 5 {
		t.Errorf("%d takeaways", n)
	}
	for _, tk := range a.Takeaways {
		if tk.Origin != article.Extracted || tk.Place.Line == 0 || tk.Place.Column == 0 {
			t.Errorf("takeaway %+v has no origin or place", tk)
		}
	}
	for _, p := range a.Picks() {
		if p.Label != "Editor's Choice" || p.Name != "Solvanta Daylight Panel 10" || p.CTA != "View on Amazon" || p.Merchant != "Amazon" || p.URL != "" {
			t.Errorf("pick %+v", p)
		}
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, src string
		options   Options
		want      string // in the sentence
	}{
		{"empty.txt", "", Options{}, "holds no text"},
		{"blank.md", " \n\t\n\ufeff\u200b", Options{}, "holds no text"},
		{"a.pdf", "%PDF-1.7 …", Options{}, "a PDF file"},
		{"a.docx", "PK\x03\x04rest", Options{}, "office document"},
		{"a.bin", strings.Repeat("\x00\x01\x02abc", 100), Options{}, "not a text file"},
		{"a.bin", strings.Repeat("\xff\xfb\x01\x02\x03", 100), Options{}, "not a text file"},
		{"page.html", "<!DOCTYPE html><html><body><script>x()</script></body></html>", Options{}, "holds no text"},
		{"feed.xml", `<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>`, Options{}, "holds no articles"},
		{"feed.json", `{"version": "https://jsonfeed.org/version/1.1", "items": []}`, Options{}, "holds no articles"},
		{"a.txt", "text", Options{Format: "docx"}, `There is no format "docx"`},
		{"a.txt", "text", Options{BaseURL: "example.org"}, "not an http or https address"},
		{"a.txt", strings.Repeat("x", 100), Options{MaxBytes: 99}, "larger than 99 bytes"},
		{"a.txt", strings.Repeat("many words\n", 300000), Options{}, "more than 2 MB of text"},
		{"a.txt", strings.Repeat("x ", 1<<20), Options{}, "a line of 2097152 characters"},
		{"a.md", strings.Repeat("> ", 200) + "deep", Options{}, "nests lists or quotations 200 deep in line 1"},
		{"a.md", strings.Repeat("[", 100000), Options{}, "a paragraph too long to be text"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			_, err := Parse(context.Background(), tt.name, strings.NewReader(tt.src), tt.options)
			if err == nil || !IsError(err) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want a sentence with %q", err, tt.want)
			}
			if s := err.Error(); strings.Contains(s, "\n") || !strings.HasSuffix(s, ".") {
				t.Errorf("%q is not one sentence", s)
			}
		})
	}
}

func TestReaderFails(t *testing.T) {
	broken := errors.New("disk gone")
	_, err := Parse(context.Background(), "a.txt", iotest.ErrReader(broken), Options{})
	if !IsError(err) || !errors.Is(err, broken) || strings.Contains(err.Error(), "disk") {
		t.Errorf("got %v, want a sentence that wraps the cause", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Parse(ctx, "a.txt", strings.NewReader("text"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestDetect(t *testing.T) {
	tests := []struct {
		name, src string
		want      Format
	}{
		{"a.txt", "Just some words.", Text},
		{"a.txt", "# One heading\n\nand words", Text},
		{"a.txt", "# Two\n\n## Headings\n\n[a link](https://example.org)", Markdown},
		{"a.md", "Just some words.", Markdown},
		{"-", "Words with **bold** in them", Markdown},
		{"-", "---\ntitle: x\n---\nwords", Markdown},
		{"a.txt", "+++\ntitle = 'x'\n+++\nwords", Markdown},
		{"a.txt", "---\nNo front matter, a rule\n", Text},
		{"a.html", "<html><p>x", HTML},
		{"a.md", "<div>raw</div>\n\nwords", Markdown},
		{"a", "<?xml version='1.0'?>\n<!-- x -->\n<feed xmlns='http://www.w3.org/2005/Atom'>", Feed},
		{"a", "<?xml version='1.0'?><html xmlns='x'>", HTML},
	}
	for _, tt := range tests {
		if got := detect(tt.name, tt.src); got != tt.want {
			t.Errorf("detect(%q, %q) = %q, want %q", tt.name, tt.src, got, tt.want)
		}
	}
}

func TestEncodings(t *testing.T) {
	const want = "Café crème — 5 €"
	wide := func(order func(uint16) []byte, mark bool) string {
		var b bytes.Buffer
		units := utf16.Encode([]rune(want))
		if mark {
			units = append([]uint16{0xFEFF}, units...)
		}
		for _, u := range units {
			b.Write(order(u))
		}
		return b.String()
	}
	little := func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
	big := func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }
	for name, src := range map[string]string{
		"UTF-8":                       want,
		"UTF-8 with a mark":           "\ufeff" + want,
		"UTF-16LE":                    wide(little, true),
		"UTF-16BE":                    wide(big, true),
		"UTF-16LE without a mark":     wide(little, false),
		"UTF-16BE without a mark":     wide(big, false),
		"windows-1252":                "Caf\xe9 cr\xe8me \x97 5 \x80",
		"UTF-8 with one byte of 1252": "Café crème — 5 \x80",
	} {
		got, _, err := decode("a.txt", []byte(src))
		if err != nil || got != want {
			t.Errorf("%s: decode = %q, %v", name, got, err)
		}
	}
	if got, _, err := decode("a.txt", []byte("a\r\nb\rc\n")); err != nil || got != "a\nb\nc\n" {
		t.Errorf("line ends: %q, %v", got, err)
	}
	got, _, err := decode("a.txt", []byte(strings.Repeat("words and words ", 20)+"\x00x"))
	if err != nil || strings.Contains(got, "\x00") {
		t.Errorf("a single NUL: %q, %v", got, err)
	}
}

func TestTitle(t *testing.T) {
	tests := []struct {
		name, src, want string
		file            string
		options         Options
		headings        int
	}{
		{name: "front matter wins over a heading", file: "a.md", src: "---\ntitle: From the front\n---\n# Quite another thing\n\nText.", want: "From the front", headings: 1},
		{name: "the heading that repeats it goes", file: "a.md", src: "---\ntitle: Bread at home, made simple\n---\n# Bread at Home\n\nText.", want: "Bread at home, made simple"},
		{name: "a heading", file: "a.md", src: "# A &amp; *B*\n\nText.\n\n# C\n\nText.", want: "A & B", headings: 1},
		{name: "a heading below text is none", file: "a.md", src: "Text first.\n\n# C\n\nText.", want: "", headings: 1},
		{name: "the caller's", file: "a.md", src: "# Old\n\nText.", options: Options{Title: " New \n one "}, want: "New one"},
		{name: "entities in front matter", file: "a.md", src: "---\ntitle: 'L&rsquo;art'\n---\nText.", want: "L’art"},
		{name: "plain text", file: "a.txt", src: "A Title Line\n\nSome running text follows here.", want: "A Title Line"},
		{name: "navigation is none", file: "a.txt", src: "Home / Food / Bread\n\nBread\n\nSome running text follows here.", want: "Bread"},
		{name: "a sentence is none", file: "a.txt", src: "This is a sentence.\n\nSome running text follows here.", want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := parse(t, tt.file, tt.src, tt.options).Article
			if a.Title != tt.want {
				t.Errorf("title %q, want %q", a.Title, tt.want)
			}
			if n := len(article.Report(a).Headings); n != tt.headings {
				t.Errorf("%d headings, want %d: %v", n, tt.headings, article.Report(a).Headings)
			}
		})
	}
}

func TestFrontMatter(t *testing.T) {
	dates := map[string]string{
		"2026-04-18":                  "2026-04-18T00:00:00Z",
		"2026-04-18T10:00:00+02:00":   "2026-04-18T10:00:00+02:00",
		"\"2026-04-18 07:30\"":        "2026-04-18T07:30:00Z",
		"'April 18, 2026'":            "2026-04-18T00:00:00Z",
		"'2026-04'":                   "2026-04-01T00:00:00Z",
		"2026-04-18 07:30:00":         "2026-04-18T07:30:00Z",
		"\"18.04.2026\"":              "2026-04-18T00:00:00Z",
		"'2026-04-18 07:30:00 +0200'": "2026-04-18T07:30:00+02:00",
	}
	for in, want := range dates {
		a := parse(t, "a.md", "---\ndate: "+in+"\n---\nText.", Options{}).Article
		if a.Published == nil || a.Published.Format(time.RFC3339) != want {
			t.Errorf("date %s became %v, want %s", in, a.Published, want)
		}
	}
	for in, want := range map[string]string{"en_US": "en-US", "pt-br": "pt-BR", "de_DE.UTF-8": "de-DE", "klingonese!": "", "''": ""} {
		if got := parse(t, "a.md", "---\nlang: "+in+"\n---\nText.", Options{}).Article.Language; got != want {
			t.Errorf("lang %s became %q, want %q", in, got, want)
		}
	}
	a := parse(t, "a.md", "---\ndisclosure: We may earn a commission.\nTakeaways:\n  - One thing.\n  - Another.\nurl: /post\ndescription: "+strings.Repeat("long ", 40)+"\n---\n[a](b)\n", Options{BaseURL: "https://example.org/blog/"}).Article
	if len(a.Disclosures) != 1 || len(a.Takeaways) != 2 || a.Takeaways[0].Origin != article.Explicit {
		t.Errorf("disclosures %v, takeaways %v", a.Disclosures, a.Takeaways)
	}
	if a.CanonicalURL != "https://example.org/post" || a.Preheader != "" {
		t.Errorf("canonical %q, preheader %q", a.CanonicalURL, a.Preheader)
	}
	if l := article.Report(a).Links; len(l) != 1 || l[0] != "https://example.org/b" {
		t.Errorf("links %v", l)
	}
}

func TestBadFrontMatterIsADiagnostic(t *testing.T) {
	for _, front := range []string{"---\ntitle: [\n---\n", "---\ntitle: \"a\n---\n", "+++\ntitle = \n+++\n", "---\na: &a [*a]\n---\n", "---\n- a\n---\nb: c\n"} {
		a := parse(t, "a.md", front+"The text is still read.", Options{}).Article
		if !strings.Contains(article.PlainText(a), "The text is still read.") {
			t.Errorf("%q: the text is gone: %q", front, article.PlainText(a))
		}
	}
}

func TestRelativeAddresses(t *testing.T) {
	a := parse(t, "a.md", "[a](/b) and ![c](d.png) and [e](https://example.org) and [f](#g) and [h](javascript:x)", Options{}).Article
	if d := cmp.Diff([]string{"https://example.org"}, article.Report(a).Links); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
	if len(a.Diagnostics) != 1 || a.Diagnostics[0].Rule != "ART-4" || !strings.Contains(a.Diagnostics[0].Message, "2 links or pictures") {
		t.Errorf("diagnostics %v", a.Diagnostics)
	}
}

func TestSourceIsKept(t *testing.T) {
	src := "caf\xe9 au lait\r\n"
	res, err := Parse(context.Background(), "a.txt", io.LimitReader(strings.NewReader(src), 100), Options{})
	if err != nil || string(res.Source) != src || res.Format != Text {
		t.Errorf("source %q, format %q, %v", res.Source, res.Format, err)
	}
}
