package ingest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

// A front matter that is begun and never ended is said to be so; one that
// ends, and a line of dashes that begins a text, are not.
func TestFrontMatterWithoutAnEnd(t *testing.T) {
	for src, want := range map[string]bool{
		"---\ntitle: \"X\"\nfoo: bar\nno end\n\nSome text that is long enough to be a paragraph.\n": true,
		"+++\ntitle = \"X\"\n\nSome text that is long enough to be a paragraph.\n":                  true,
		"---\ntitle: X\n---\n\nSome text that is long enough to be a paragraph.\n":                  false,
		"---\n\nSome text: it is long enough to be a paragraph.\n":                                  false,
	} {
		res, err := Parse(context.Background(), "a.md", strings.NewReader(src), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(res.Article.Diagnostics, func(d article.Diagnostic) bool {
			return d.Rule == "ART-4" && strings.Contains(d.Message, "never ended")
		})
		if got != want {
			t.Errorf("%q: said %v, want %v", src, got, want)
		}
	}
}
