package render

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestQuotes(t *testing.T) {
	for _, c := range []struct{ lang, in, want string }{
		{"en", `"Leaky Gut" and 'this'`, "“Leaky Gut” and ‘this’"},
		{"en", `Editor's Choice, the dogs' bowl`, "Editor’s Choice, the dogs’ bowl"},
		{"en", `'90s skin, 'til noon, rock 'n' roll`, "’90s skin, ’til noon, rock ’n’ roll"},
		{"en", `5'10" and a 3" tube`, "5’10″ and a 3″ tube"},
		{"en", `("Really?" she asked.)`, "(“Really?” she asked.)"},
		{"en", `"nested 'inner' one"`, "“nested ‘inner’ one”"},
		{"en", `well—"yes"`, "well—“yes”"},
		{"en", `“already” ‘right’`, "“already” ‘right’"},
		{"de", `Er sagte "ja, 'sofort'" und ging's an`, "Er sagte „ja, ‚sofort‘“ und ging’s an"},
		{"fr", `Elle dit "oui" à l'eau`, "Elle dit «\u00a0oui\u00a0» à l’eau"},
		{"es", `"sí"`, "«sí»"},
	} {
		q := quoter{marks: tongueOf(c.lang).quotes}
		if got := q.feed(c.in, ""); got != c.want {
			t.Errorf("%s: %s: got %s, want %s", c.lang, c.in, got, c.want)
		}
	}
}

// TestQuotesOverSpans: a mark is judged by what stands before it, also when
// that is bold or a link.
func TestQuotesOverSpans(t *testing.T) {
	c := composerOf(t, &article.Article{})
	got := c.rich(article.Text{{Text: `"`}, {Text: "Bold", Bold: true}, {Text: `" isn`}, {Text: "'t", Italic: true}, {Text: ` "it"`, Code: true}}).Web()
	if want := `“<strong>Bold</strong>” isn<em>’t</em><code> &#34;it&#34;</code>`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestQuotesOnly: nothing but straight marks is ever changed.
func TestQuotesOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringOf(rapid.RuneFrom([]rune(`ab 0'"(—“«é`))).Draw(t, "text")
		q := quoter{marks: english.quotes}
		got := []rune(q.feed(in, ""))
		for i, r := range []rune(in) {
			if r != '\'' && r != '"' && got[i] != r {
				t.Fatalf("%q became %q", in, string(got))
			}
		}
	})
}

func TestBind(t *testing.T) {
	for in, want := range map[string]string{
		"Why Your Acne Might Start in Your Stomach": "Why Your Acne Might Start in Your_Stomach",
		"Final Thoughts":                             "Final_Thoughts",
		"Fermented Foods":                            "Fermented Foods",
		"Physician's Choice 60 Billion":              "Physician's Choice 60_Billion",
		"7 Creams, 1.5 ml each, for very dry elbows": "7_Creams, 1.5_ml each, for very dry_elbows",
		"5 Sunscreens We Would Buy Once More":        "5_Sunscreens We Would Buy Once_More",
		"12 Moisturisers We Would Buy Again":         "12 Moisturisers We Would Buy_Again",
		"Ceramides":                                  "Ceramides",
		"":                                           "",
		"A Considerably Extraordinarily Long Heading": "A Considerably Extraordinarily Long_Heading",
	} {
		if got := strings.ReplaceAll(bind(in, bindAtMost), nbsp, "_"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestBreakable(t *testing.T) {
	for in, want := range map[string]string{
		"cutting (dairy/sugar/gluten) out":     "cutting (dairy/|sugar/|gluten) out",
		"and/or":                               "and/or",
		"https://a.example/b/c/d":              "https://a.example/b/c/d",
		"example.com/a/b/c is where it stands": "example.com/a/b/c is where it stands",
		"make-up/skin's/hair":                  "make-up/|skin's/|hair",
	} {
		if got := breakable(in, "|"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestLeadIn(t *testing.T) {
	for _, c := range []struct{ in, bold string }{
		{"Zinc: reduces", "Zinc:"},
		{"For dry skin: more oil", "For dry skin:"},
		{"This is a sentence: not a lead-in", ""},
		{"Zinc:", ""},
		{"Ratio 3:1 works", ""},
		{"https://a.example: an address", ""},
		{"no colon at all", ""},
	} {
		got := ""
		for _, s := range strongLeadIn(article.Plain(c.in)) {
			if s.Bold {
				got += s.Text
			}
		}
		if got != c.bold {
			t.Errorf("%q: %q is bold, want %q", c.in, got, c.bold)
		}
	}
}

// TestCut: cutting and splitting lose nothing and keep the looks.
func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := article.Text(rapid.SliceOf(rapid.Custom(func(t *rapid.T) article.Span {
			if rapid.IntRange(0, 9).Draw(t, "break") == 0 {
				return article.Span{Break: true}
			}
			return article.Span{Text: rapid.StringOfN(rapid.RuneFrom([]rune("aB .!?é")), 1, 20, -1).Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold")}
		})).Draw(t, "spans"))
		s := text.String()
		at := rapid.IntRange(0, len(s)).Draw(t, "at")
		if !utf8.ValidString(s[:at]) {
			return
		}
		before, after := cut(text, at)
		if before.String() != s[:at] || after.String() != s[at:] {
			t.Fatalf("%q at %d: %q and %q", s, at, before.String(), after.String())
		}
		var all []string
		for _, x := range split(text) {
			all = append(all, x.String())
		}
		if got, want := strings.Join(all, ""), s; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Fatalf("the sentences of %q are %q", s, all)
		}
	})
}
