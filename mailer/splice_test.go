package mailer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/mailer"
)

// wide are characters that take several bytes, alone and joined, and some that
// mean something to a line: a soft break must take none of them apart.
var wide = []string{"é", "中", "e\u0301", "🥖", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "\U0010FFFF", "=", ".", " ", "\t", "-- ", "From "}

// TestWideCharactersAcrossSoftBreaks moves runs of such characters over every
// column of a line, by way of what stands before them.
func TestWideCharactersAcrossSoftBreaks(t *testing.T) {
	m := sample()
	tpl := compile(t, m)
	for n := range 78 {
		for _, w := range wide {
			r := mailer.Recipient{Address: "reader@example.net", Name: strings.Repeat("x", n) + w + "x", MessageID: "1.2@example.org",
				Date: time.Unix(1e9, 0).UTC(), Values: []string{"a", "b", strings.Repeat("x", n) + strings.Repeat(w, 9)}}
			raw, err := tpl.Splice(nil, r)
			if err != nil {
				t.Fatal(err)
			}
			checkLines(t, raw)
			if diff := cmp.Diff(intended(m, r), readStandard(t, raw)); diff != "" {
				t.Fatalf("%d times x, then %q (-want +got)\n%s", n, w, diff)
			}
		}
	}
}

// TestNoSlotMakesMarkup: a browser sees the same elements, attributes and
// comments whatever stands in the slots, and the value as text where it was
// meant.
func TestNoSlotMakesMarkup(t *testing.T) {
	tpl := compile(t, sample())
	splice := func(t rapid.TB, value string) string {
		raw, err := tpl.Splice(nil, mailer.Recipient{Address: "reader@example.net", Name: value, MessageID: "1.2@example.org",
			Date: time.Unix(1e9, 0).UTC(), Values: []string{"a", "b", value}})
		if err != nil {
			t.Fatal(err)
		}
		return readStandard(t, raw).HTML
	}
	want, _ := skeleton(t, splice(t, "Jo"))
	breakers := rapid.SampledFrom([]string{
		`"><img src=x onerror=alert(1)>`, `" onmouseover="alert(1)`, "</p><script>x</script>", "<!-- ", "-->", "<![CDATA[", "&lt;b&gt;", "&#34;>", "'><b>",
		"</title>", "\r\n\r\n<b>", "=3Cscript=3E", "<svg/onload=x>",
	})
	rapid.Check(t, func(t *rapid.T) {
		value := strings.Join(rapid.SliceOfN(rapid.OneOf(breakers, nasty), 1, 4).Draw(t, "value"), "")
		value = value[:min(len(value), 2000)]
		got, title := skeleton(t, splice(t, value))
		if got != want {
			t.Errorf("%q makes markup:\n%s\ninstead of\n%s", value, got, want)
		}
		// A reader of HTML turns CR into LF and NUL into U+FFFD.
		plain := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD").Replace(strings.ToValidUTF8(value, "\uFFFD"))
		if title = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD").Replace(title); title != plain {
			t.Errorf("the attribute is %q, want %q", title, plain)
		}
	})
}

// skeleton is a page's tags without the values of attributes, and the value of
// the one that holds a slot.
func skeleton(t rapid.TB, page string) (shape, title string) {
	t.Helper()
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return b.String(), title
		case html.TextToken:
		default:
			token := z.Token()
			b.WriteString(token.Type.String() + " ")
			if token.Type == html.CommentToken {
				b.WriteString("comment\n")
				continue
			}
			b.WriteString(token.Data)
			for _, a := range token.Attr {
				b.WriteString(" " + a.Key)
				if a.Key == "title" {
					title = a.Val
				}
			}
			b.WriteByte('\n')
		}
	}
}

// TestSpliceAllocatesTheMessage and nothing else, for an ordinary address; one
// of an internationalised domain takes three allocations more.
func TestSpliceAllocatesTheMessage(t *testing.T) {
	tpl, r := thirtyKB(t)
	r.Address = "jo@example.net"
	into := make([]byte, 0, 64<<10)
	for name, c := range map[string]struct {
		dst  []byte
		most float64
	}{"a buffer of its own": {nil, 1}, "a buffer that is reused": {into, 0}} {
		n := testing.AllocsPerRun(100, func() {
			if _, err := tpl.Splice(c.dst, r); err != nil {
				t.Fatal(err)
			}
		})
		if n > c.most {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// thirtyKB is a newsletter of 30 KB as sent, with four slots.
func thirtyKB(t testing.TB) (*mailer.Template, mailer.Recipient) {
	t.Helper()
	m := sample()
	for len(m.Text)+len(m.HTML) < 28_000 {
		m.HTML += "<p class=\"tx\" style=\"margin:0;color:#211A1D\">Nobody keeps a list of this, so for eleven days we were the list. Ça alors!</p>\n"
		m.Text += "Nobody keeps a list of this, so for eleven days we were the list.\n"
	}
	tpl := compile(t, m)
	r := someone
	raw, err := tpl.Splice(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(raw); n < 29_000 || n > 33_000 {
		t.Fatalf("the message has %d bytes", n)
	}
	return tpl, r
}
