package lint

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
)

// TestProve: a good mail's proof says where everything stands, in both parts.
func TestProve(t *testing.T) {
	s := good()
	s.NoMessage = true
	direct(s)
	s.paragraph(article.Text{{Text: "the balm", Href: awin}})
	in := s.input(t)
	p := Prove(in)
	if !p.OK() || len(p.HTML) < 3 || len(p.Text) < 3 {
		t.Fatalf("%+v", p)
	}
	picks := 0
	for _, part := range []struct {
		source string
		links  []LinkProof
	}{{in.Mail.HTML, p.HTML}, {in.Mail.Text, p.Text}} {
		for _, l := range part.links {
			if l.Disclosure < 0 || l.Disclosure >= l.At || !strings.Contains(part.source[l.Disclosure:l.Disclosure+300], "earn a commission") {
				t.Errorf("%+v: there stands %.80q", l, part.source[max(l.Disclosure, 0):])
			}
			if l.Href == "" || (l.Pick == "") != (l.Beside < 0) {
				t.Errorf("%+v", l)
			}
			if l.Pick != "" {
				picks++
				if l.Href != tagged || l.Beside <= l.At || !strings.Contains(part.source[l.Beside:l.Beside+300], "earn a commission") {
					t.Errorf("%+v: beside it stands %.80q", l, part.source[max(l.Beside, 0):])
				}
			}
		}
	}
	if picks != 2 {
		t.Errorf("%d picks are proven, want one in each part", picks)
	}
}

// TestProveFails: what is missing is said of the link that misses it.
func TestProveFails(t *testing.T) {
	for name, c := range map[string]struct {
		html func(string) string
		why  string
	}{
		"none":     {replace(discloses, ""), "no disclosure"},
		"hidden":   {replace(discloses, `<span style="position:absolute;left:-999px">`+discloses+`</span>`), "hidden"},
		"small":    {replace(discloses, `<span style="font-size:9px">`+discloses+`</span>`), "smaller"},
		"after":    {onceOnly("<table", `<p><a href="`+awin+`">a shop</a></p><table`), "comes after"},
		"unread":   {said(".said:nth-weird(2){display:none}"), "certain"},
		"too deep": {inBody(strings.Repeat("<div>", 600)), "can't be read"},
		"beside": {func(h string) string {
			i := strings.LastIndex(h, discloses)
			return h[:i] + h[i+len(discloses):]
		}, "beside the pick"},
	} {
		s := good()
		s.NoMessage, s.HTML = true, c.html
		p := Prove(s.input(t))
		if p.OK() || p.HTML[0].OK || !strings.Contains(p.HTML[0].Why, c.why) {
			t.Errorf("%s: %+v lacks %q", name, p.HTML, c.why)
		}
		if !(Proof{Text: p.Text}).OK() {
			t.Errorf("%s: the text part is good: %+v", name, p.Text)
		}
	}
}

// TestProveNothing: where nothing is paid for nothing needs a proof.
func TestProveNothing(t *testing.T) {
	s := good()
	s.Article.Disclosures = nil
	s.pick().URL, s.pick().CTA, s.pick().Merchant = "https://shop.example/balm", "To the shop", "Shop"
	if p := Prove(s.input(t)); !p.OK() || len(p.HTML)+len(p.Text) > 0 {
		t.Errorf("%+v", p)
	}
}

// TestFold: searching in small letters keeps every offset, whatever the bytes.
func TestFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		f := fold(s)
		if len(f) != len(s) {
			t.Fatalf("%q became %q", s, f)
		}
	})
	if got := fold("GrÜN İ \xff Ⱥ"); got != "grün İ \xff Ⱥ" {
		t.Errorf("%q", got)
	}
}

// TestOccurrences of names over lines and in capitals, as a whole line or not.
func TestOccurrences(t *testing.T) {
	p := &prover{page: readText("Fern & Vale Balm\n\nWe like the FERN & VALE\nBALM, and Fern & Vale Balms.\n\n  Fern & Vale\n  Balm\n")}
	p.folded = fold(p.page.clear)
	if got := p.occurrences("Fern & Vale  Balm"); len(got) != 4 {
		t.Errorf("%v in %q", got, p.page.clear)
	}
	if got := p.exactly("Fern & Vale Balm"); len(got) != 2 || got[0] != 0 {
		t.Errorf("%v in %q", got, p.page.clear)
	}
	if got := p.occurrences(" "); got != nil {
		t.Errorf("%v", got)
	}
}
