package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestWrap: lines are short, words are whole and in their order, and no mail
// program takes a line for something else.
func TestWrap(t *testing.T) {
	word := rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("abcdeäö✓—’日")), 1, 14, -1),
		rapid.SampledFrom([]string{"From", ".", "--", "-", "https://a.example/" + strings.Repeat("long/", 20), "60\u00a0Billion"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 60).Draw(t, "words")
		indent := rapid.SampledFrom([]string{"", "  ", "> ", "      "}).Draw(t, "indent")
		out := guard(measure(columns).wrap(indent, indent, strings.Join(words, " ")))
		for _, l := range strings.Split(out, "\n") {
			if width(l) > columns+1 && len(strings.Fields(strings.TrimPrefix(l, indent))) > 1 {
				t.Fatalf("%d columns: %q", width(l), l)
			}
			if strings.HasPrefix(l, "From ") || l == "From" || l == "." || l == "--" || strings.TrimRight(l, " ") != l {
				t.Fatalf("a dangerous line: %q", l)
			}
		}
		got := strings.FieldsFunc(strings.ReplaceAll(out, "> ", "  "), breaking)
		if strings.Join(got, " ") != strings.Join(words, " ") {
			t.Fatalf("words %q came out as %q", words, got)
		}
	})
}

func TestWrapForms(t *testing.T) {
	for _, c := range []struct{ first, rest, in, want string }{
		{"  1. ", "     ", strings.Repeat("seven77 ", 10), "  1. seven77 seven77 seven77 seven77 seven77 seven77 seven77 seven77\n     seven77 seven77"},
		{"", "", "one\ntwo", "one\ntwo"},
		{"", "", "", ""},
		{"> ", "> ", "", ">"},
		{"", "", strings.Repeat("x", 66) + " and From here", strings.Repeat("x", 66) + "\nand From here"},
		{"", "", strings.Repeat("日本", 40), strings.Repeat("日本", 18) + "\n" + strings.Repeat("日本", 18) + "\n" + strings.Repeat("日本", 4)},
	} {
		if got := measure(columns).wrap(c.first, c.rest, c.in); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.in, got, c.want)
		}
	}
}

func TestUnderlined(t *testing.T) {
	if got := measure(columns).underlined("=", "Kurz"); got != "Kurz\n====" {
		t.Error(got)
	}
	long := measure(columns).underlined("-", strings.Repeat("word ", 20))
	lines := strings.Split(long, "\n")
	if len(lines) != 3 || len(lines[2]) != len(lines[0]) {
		t.Errorf("got\n%s", long)
	}
}
