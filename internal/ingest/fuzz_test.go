package ingest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
)

// slowest is how long any short input may take; far above what it does take,
// so that only a blow-up fails.
const slowest = time.Minute // a hang; what is slow shows in the benchmarks

func fuzzParse(t *testing.T, format Format, src string) {
	start := time.Now()
	res, err := Parse(context.Background(), "fuzz", strings.NewReader(src), Options{Format: format, BaseURL: "https://example.org/a/"})
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
	article.Report(res.Article)
	again, err := Parse(context.Background(), "fuzz", strings.NewReader(src), Options{Format: format, BaseURL: "https://example.org/a/"})
	if err != nil || article.PlainText(again.Article) != article.PlainText(res.Article) {
		t.Errorf("the same source gave two articles (%v)", err)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"Title\n=====\n\nText.\n\n  • ✅ a\n  • b\n    c\n\n1. x\n\n2. y\n",
		"Contents\n\n1. A\n2. B\n\nA\n\nText is here.\n\nB\n\nText is here.\n",
		"Best overall: X\n\nIt is good ($5). ★★★★ 4/5\n\nView on Amazon: https://amzn.to/1\n\nWe may earn a commission.\n",
		"✍️\n\nA Team\n\nWe write.", "a\tb\n1\t2\n3\t4\n", "> q\n>\n> r\n---\n***\n[x]\n01\n", "TL;DR: one two three four five six.\n\nText", "By Ann Lee | May 2026\n\n&amp;&#0;&#x110000;",
		"T\n\nText is here, a sentence that is long enough to be one.\n\n" + strings.Repeat("Sign up now\n\n[      ]\n\n", 300), strings.Repeat("You may also like\n\nSome Title\n\nComments\n\nAnn says:\n\nSubscribe\n\n© 2026 T\n\n", 100),
		"Home\nShop\nT\nDi Ann Lee\n3 marzo 2025\n" + strings.Repeat("Text that stands on one line and ends in a stop, as a browser copies it, and is long enough for that, all of it.\nMore Rice\nA\nB\n", 9) + "About Ann\nAnn is.\nPrivacy | Contact\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) { fuzzParse(t, Text, src) })
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		"---\ntitle: a\ndate: 2026-01-01\nauthor: {name: b}\n---\n# a\n\n*b* **c** [d](e \"f\") ![g](h)\n\n- [x] i\n  1. j\n",
		"+++\ntitle = 'x'\n+++\n| a | b |\n|---|---|\n| c |\n\n> q\n> — s\n", "<div><p>a<table><tr><td>b<td>c</table></div>\n\n<details><summary>s</summary>\n\nt\n</details>",
		"### Best overall: [X](https://amzn.to/1)\n\nGood. $5.\n\n[View on Amazon](https://amzn.to/1)\n", "{{< a >}}\n[b c=\"d\"]\n<Note href='/x'>e</Note>\n~~f~~[^1]\n\n[^1]: g\n", "Title: a\n\nURL Source: https://a.example/b\n\nMarkdown Content:\n[Skip to content](#c)\n\n# a\n\n> **Read also:** [b](/c)\n\n## Related\n\n- [d](/e)\n\n[f](/g) | [h](/i) | [j](/k)\n", "## Key takeaways\n\n- a\n- b\n\n**T**\n\nText.\n\n**U**\n\nText.\n",
		"```\ncode\n```\n<!-- c --><br>\n\n\\* &copy; `x`\n\n1. a\n\n   b\n", "<ul><li>a<ul><li>b</ul><li><img src=x alt=y></ul><dl><dt>t<dd>d</dl><pre>p\nq</pre>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) { fuzzParse(t, Markdown, src) })
}

func FuzzRepair(f *testing.F) {
	for _, s := range []string{"faceβ€”it πŸ“– • ✍️", "Ã¢â‚¬â„¢ Ã la", "‚Äî ‚Äú¬£", "ΓÇö ├⌐", "вЂ” РїСЂРёРІРµС‚", "a\u0085\u0093b\ufffd??", "e\u0301\u200d\ufeff", "Ãƒƒƒƒƒƒƒƒƒƒƒ", "ï¿½ â€\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "\ufffd")
		start := time.Now()
		once := repair(s)
		if took := time.Since(start); took > slowest {
			t.Errorf("%d bytes took %s", len(s), took)
		}
		if twice := repair(once.text); twice.text != once.text {
			t.Errorf("repair(%q) = %q, then %q", s, once.text, twice.text)
		}
		if strings.Count(once.text, "\n") != strings.Count(s, "\n") {
			t.Errorf("repair(%q) = %q moves lines", s, once.text)
		}
	})
}
