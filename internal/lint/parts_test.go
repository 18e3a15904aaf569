package lint

import (
	"mime/quotedprintable"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
)

// TestSentBefore: a byte's place in the quoted-printable part is where
// decoding has come to that byte.
func TestSentBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zé=€ 😀]{0,90}\n?){0,6}`).Draw(t, "text")
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		if _, err := w.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n"))); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		m := &message{}
		if err := m.leaf("text/html", "utf-8", "quoted-printable", []byte(b.String())); err != nil {
			t.Fatal(err)
		}
		if m.html.text != text {
			t.Fatalf("%q came back as %q", text, m.html.text)
		}
		last := -1
		for at := range len(text) {
			sent := m.html.sentBefore(at)
			if sent < last || sent > b.Len() {
				t.Fatalf("byte %d is sent at %d after %d of %d", at, sent, last, b.Len())
			}
			last = sent
			before := &message{}
			if err := before.leaf("text/html", "utf-8", "quoted-printable", []byte(b.String()[:sent])); err == nil && len(strings.TrimRight(before.html.text, "\r\n")) > at {
				t.Fatalf("byte %d of %q is sent before %d", at, text, sent)
			}
		}
	})
}

// TestPlaces: findings about what stands in the article say where.
func TestPlaces(t *testing.T) {
	s := good()
	s.Article.Blocks[3].(*article.Image).Alt = ""
	s.Article.Blocks[3].(*article.Image).Width = 0
	s.paragraph(article.Text{{Text: "here", Href: "https://x.example/"}})
	direct(s)
	s.pick().CTA = "Buy"
	s.Article.Blocks[3].(*article.Image).URL = "https://quietskin.example/oats.webp"
	want := map[string]int{"HTML-7": 7, "HTML-10": 7, "HTML-2": 7, "AMZ-3": 9}
	here := false
	for _, d := range s.findings(t) {
		if d.Rule == "HTML-7" && d.Place.Line == 20 {
			here = true
		} else if d.Place.Line != want[d.Rule] {
			t.Errorf("%s: line %d, want %d", d, d.Place.Line, want[d.Rule])
		}
	}
	if !here {
		t.Error("the vague link's place isn't said")
	}
}

// TestSources: what is wrong in the HTML part is found in the article where
// its text stands, and in a digest in the right article.
func TestSources(t *testing.T) {
	s := good()
	s.NoMessage = true
	s.paragraph(article.Plain("The words of this paragraph are very pale “indeed”."))
	s.HTML = func(h string) string {
		i := strings.Index(h, "The words of this paragraph")
		j := strings.LastIndex(h[:i], "color:#")
		return h[:j] + "color:#cccccc" + h[j+len("color:#211A1D"):]
	}
	in := s.input(t)
	for _, several := range []bool{false, true} {
		want := 0
		if several {
			in.Articles, want = append([]*article.Article{{Title: "Another"}}, in.Articles...), 2
		}
		found := false
		for _, d := range Mail(in) {
			if d.Rule == "HTML-8" {
				found = true
				if d.Place.Line != 20 || d.Article != want {
					t.Errorf("%+v: want line 20 of article %d", d, want)
				}
			}
		}
		if !found {
			t.Error("nothing is pale")
		}
	}
}

// TestByte: a finding's byte is where the markup stands.
func TestByte(t *testing.T) {
	s := good()
	s.NoMessage = true
	s.HTML = inBody("<button>x</button>")
	in := s.input(t)
	for _, d := range Mail(in) {
		if !strings.HasPrefix(in.Mail.HTML[d.Byte:], "<button>") {
			t.Errorf("%s: there stands %.20q", d, in.Mail.HTML[d.Byte:])
		}
	}
}

// TestMessageCounts: what is checked is the message, not what it was made of.
func TestMessageCounts(t *testing.T) {
	s := good()
	in := s.input(t)
	in.Mail.HTML, in.Mail.Text = "<script>", "nothing"
	for _, d := range Mail(in) {
		t.Errorf("%s", d)
	}
}

// TestReadText: labels, addresses and places of a text part.
func TestReadText(t *testing.T) {
	text := "Intro (https://a.example/x), end.\n\n  View on\n  Amazon:\n  https://b.example/y?z=1.\n----\n* One\n* https://c.example/\n> mailto:a@b.example\n"
	want := []struct{ href, text string }{
		{"https://a.example/x", "Intro ("}, {"https://b.example/y?z=1.", "View on Amazon:"}, {"https://c.example/", "*"}, {"mailto:a@b.example", ""},
	}
	p := readText(text)
	if len(p.links) != len(want) || len(p.headings) != 1 {
		t.Fatalf("%+v", p)
	}
	for i, w := range want {
		l := p.links[i]
		if l.href != w.href || l.text != w.text || !strings.HasPrefix(text[l.at:], w.href) || p.clear[l.from.clear:l.to.clear] != w.href {
			t.Errorf("%+v, want %+v", l, w)
		}
	}
}

// TestContrast against the examples of WCAG's techniques.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		ink, ground string
		want        float64
	}{
		{"#000", "#fff", 21}, {"#767676", "white", 4.54}, {"rgb(255,255,255)", "#FFFFFF", 1}, {"rgba(0,0,0,.5)", "#ffffff", 3.98}, {"rgb(0 0 100%)", "#fff", 0},
	} {
		ink, _ := parseColour(c.ink)
		ground, _ := parseColour(c.ground)
		got, _ := contrast(ink, ground)
		if c.want > 0 && (got < c.want-0.05 || got > c.want+0.05) {
			t.Errorf("%s on %s: %.2f, want %.2f", c.ink, c.ground, got, c.want)
		}
	}
	for _, bad := range []string{"", "#12", "#12345", "hsl(0,0%,0%)", "rgb(1,2)", "var(--x)", "#ggg"} {
		if _, ok := parseColour(bad); ok {
			t.Errorf("%q is no colour that is known", bad)
		}
	}
}
