package newsletter

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
)

// letterInput is an issue of articles with all that a newsletter says.
func letterInput(articles ...*article.Article) Input {
	return Input{IssueID: 7, PublicURL: "https://mail.example.org", Articles: articles, DoubleOptIn: true,
		Newsletter: Newsletter{Slug: "weekly", Name: "The Weekly", FromName: "The Weekly", FromEmail: "letter@example.org",
			PostalAddress: "Example Media, 100 Example Street, Portland, OR 97201, USA", HomeURL: "https://example.org/"}}
}

// piece is an article of about so many words.
func piece(name string, words int) *article.Article {
	a := &article.Article{
		Title: "About " + name, Author: article.Author{Name: "Ada"}, Language: "en", CanonicalURL: "https://example.org/" + name,
		Disclosures: []article.Notice{{Text: article.Plain("We may earn a commission if you purchase through our links.")}},
		Takeaways:   []article.Takeaway{{Text: "Wash with lukewarm water."}, {Text: "Wear sunscreen every morning."}},
		Blocks: article.Blocks{&article.Pick{Label: "Editor's Choice", Name: "Mossbank Balm", Blurb: article.Plain("A plain balm."), CTA: "View at Mossbank",
			URL: "https://www.shareasale.com/r.cfm?b=1&u=2&m=3", Merchant: "Mossbank"}},
	}
	for n := 0; n < words/60; n++ {
		if n%4 == 0 {
			a.Blocks = append(a.Blocks, &article.Heading{Level: 2, Text: article.Plain(fmt.Sprintf("Part %d", n/4+1))})
		}
		a.Blocks = append(a.Blocks, &article.Paragraph{Text: article.Text{
			{Text: strings.Repeat("Skin is better at repairing itself than any serum is, if it is left alone for a while. ", 3)},
			{Text: "Somebody has written that down", Href: "https://example.org/source"}, {Text: ", too."}}})
	}
	return a
}

// TestCompileIsDeterministic: the same input gives the same bytes, whoever
// else is compiling; another layout, order or intro gives others.
func TestCompileIsDeterministic(t *testing.T) {
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(*Input){
		"article": func(*Input) {}, "excerpt": func(in *Input) { in.Layout = render.Excerpt }, "letter": func(in *Input) { in.Layout = render.Letter },
		"digest":   func(in *Input) { in.Articles = append(in.Articles, piece("b", 300)) },
		"turned":   func(in *Input) { in.Articles = append([]*article.Article{piece("b", 300)}, in.Articles...) },
		"variant":  func(in *Input) { in.Articles, in.without = append(in.Articles, piece("b", 300)), []int{0} },
		"with one": func(in *Input) { in.Intro = "Good morning." },
	} {
		in := letterInput(piece("a", 600))
		change(&in)
		sums := make([][32]byte, 6)
		var wg sync.WaitGroup
		for n := range sums {
			wg.Go(func() {
				c, err := Compile(in)
				if err != nil {
					t.Error(err)
					return
				}
				sums[n] = c.Template.SHA256()
			})
		}
		wg.Wait()
		for _, s := range sums {
			if s != sums[0] {
				t.Errorf("%s: the same issue compiled differently", name)
			}
		}
		if other, ok := seen[sums[0]]; ok {
			t.Errorf("%s and %s compile alike", name, other)
		}
		seen[sums[0]] = name
	}
}

// said is what an article may say: words and what means something to headers,
// lines, encodings and markup.
var said = rapid.Map(rapid.SliceOfN(rapid.OneOf(
	rapid.SampledFrom([]string{"=", "=3D", ".", "..", "\n.\n", "\r\nBcc: all@example.org", "\r\n\r\n--b", "From ", "-- ", "é", "👩‍👩‍👧‍👦", "🏳️‍🌈", "<script>x</script>",
		`"><img src=x onerror=y>`, "{{.}}", "&amp;", "]]>", "-->", "\u2028", "\u202e", "=?utf-8?q?x?=", strings.Repeat("long", 400)}),
	rapid.StringN(0, 60, 400),
), 1, 6), func(p []string) string { return strings.Join(p, " ") })

// TestWhateverIsSaid compiles to a message of exactly the intended headers and
// parts, in every layout: nothing an article says makes a header, a line too
// long or an element that no template has.
func TestWhateverIsSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := piece("a", 120)
		one.Title, one.Author.Name = said.Draw(t, "title"), said.Draw(t, "author")
		one.Takeaways[0].Text = said.Draw(t, "takeaway")
		one.Blocks = append(one.Blocks, &article.Paragraph{Text: article.Text{{Text: said.Draw(t, "text"), Href: said.Draw(t, "href")}}})
		one.Blocks[0].(*article.Pick).Name = said.Draw(t, "pick")
		in := letterInput(one)
		in.Layout = rapid.SampledFrom(render.Layouts()).Draw(t, "layout")
		if in.Layout == render.Digest {
			in.Articles = append(in.Articles, piece("b", 120))
		}
		in.Intro = rapid.StringOfN(rapid.RuneFrom(nil, unicode.L, unicode.P, unicode.S), 0, 80, -1).Draw(t, "intro")
		in.Subject = "Subject " + rapid.StringOfN(rapid.RuneFrom(nil, unicode.L, unicode.N, unicode.P, unicode.So), 0, 100, -1).Draw(t, "subject")
		if checkSubject(in.Subject) != nil || mailer.ContainsMark(string(in.encode())) {
			return // refused before anything is compiled
		}
		c, err := Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		to := mailer.Recipient{Address: "reader@example.net", Name: said.Draw(t, "name"), MessageID: "1.2@example.org", Date: time.Unix(1e9, 0).UTC()}
		for range 3 {
			to.Values = append(to.Values, rapid.StringMatching(`[A-Za-z0-9._~-]{1,64}`).Draw(t, "token"))
		}
		raw, err := c.Template.Splice(nil, to)
		if err != nil {
			t.Fatal(err)
		}
		soundMessage(t, raw)
		text, html, err := parts(raw)
		if err != nil {
			t.Fatal(err)
		}
		fill := strings.NewReplacer(mailer.Mark(slotUnsubscribe), to.Values[0], mailer.Mark(slotPreferences), to.Values[2])
		if text != fill.Replace(c.Mail.Text) || html != fill.Replace(c.Mail.HTML) {
			t.Error("the parts are not those that were composed")
		}
		for _, bad := range []string{"<script", "onerror=y>", "<img src=x"} {
			if strings.Contains(strings.ToLower(html), bad) {
				t.Errorf("the article makes %s", bad)
			}
		}
	})
}

// soundMessage holds a message to its headers and the length of its lines.
func soundMessage(t rapid.TB, raw []byte) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Content-Type", "Date", "Feedback-Id", "From", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-Id", "Mime-Version", "Subject", "To"}
	if len(m.Header) != len(want) {
		t.Errorf("headers %v", m.Header)
	}
	for _, h := range want {
		if len(m.Header[h]) != 1 {
			t.Errorf("%d of the header %s", len(m.Header[h]), h)
		}
	}
	_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d bytes: %.80q", len(line), line)
		}
	}
	for line := range bytes.SplitSeq(body, []byte("\r\n")) {
		if len(line) > 76 {
			t.Errorf("body line of %d bytes: %.80q", len(line), line)
		}
	}
}

// BenchmarkCompile takes an article of some 30 KB as sent to a compiled issue,
// step by step: composing, the template, both, and with all rules.
func BenchmarkCompile(b *testing.B) {
	in := letterInput(piece("a", 500))
	theme, err := render.LoadTheme("editorial")
	if err != nil {
		b.Fatal(err)
	}
	c, err := Compile(in)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d bytes", len(c.Sample))
	in.Newsletter.defaults()
	for name, do := range map[string]func() error{
		"compose":  func() error { _, err := render.Compose(in.issue(), theme); return err },
		"template": func() error { _, err := mailer.Compile(in.message(c)); return err },
		"both": func() error {
			m, err := render.Compose(in.issue(), theme)
			if err != nil {
				return err
			}
			_, err = mailer.Compile(in.message(&Compiled{Subject: m.Title, Mail: m}))
			return err
		},
		"with all rules": func() error { _, err := Compile(in); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
