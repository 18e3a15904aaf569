package ingest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"
)

// bigArticle is an article of about 30 KB of Markdown, as long guides are.
func bigArticle() []byte {
	var b bytes.Buffer
	b.WriteString("---\ntitle: All About Chairs\nauthor: Ann Lee\n---\n\nAs an Amazon Associate I earn from qualifying purchases.\n\nA chair is judged by the back it leaves you with in the evening.\n\n")
	for i := range 22 {
		fmt.Fprintf(&b, "## %d. Best for corner %d: Chair Model %d00\n\n", i+1, i, i)
		for j := range 4 {
			fmt.Fprintf(&b, "Most people sit for **eight hours** a day, and the chair decides how the ninth feels; measure %d of them before you buy, and [read the manual](https://example.org/manual/%d) of each. It’s worth it.\n\n", i+j, i)
		}
		fmt.Fprintf(&b, "- Pros: a back that gives\n- Stands on %d legs\n- Costs less than a bed\n\n[View on Amazon](https://www.amazon.com/dp/B0%08d?tag=chairs-20)\n\n", i+3, i)
	}
	b.WriteString("## FAQ\n\n### Do chairs last?\n\nSome do.\n\n### Do they fold?\n\nSome do.\n")
	return b.Bytes()
}

// BenchmarkSpeed reads an article and a page of the usual sizes, beside what
// the parser of the format takes for it alone: times/parser is how many times
// that reading takes, kept/input how many bytes are asked for per byte read.
func BenchmarkSpeed(b *testing.B) {
	article, page := bigArticle(), bigPage()
	b.Run("article", func(b *testing.B) {
		md := goldmark.New(goldmark.WithExtensions(extension.Table))
		against(b, article, "a.md", func() error { return md.Convert(article, new(bytes.Buffer)) })
	})
	b.Run("page", func(b *testing.B) {
		against(b, page, "page.html", func() error { _, err := html.Parse(bytes.NewReader(page)); return err })
	})
	b.Run("text", func(b *testing.B) {
		text := []byte(strings.NewReplacer("**", "", "## ", "").Replace(string(article)))
		against(b, text, "a.txt", func() error { return nil })
	})
}

// against reads src and has the baseline read it, in turns.
func against(b *testing.B, src []byte, name string, baseline func() error) {
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	var own, other time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := Parse(context.Background(), name, bytes.NewReader(src), Options{}); err != nil {
			b.Fatal(err)
		}
		mid := time.Now()
		if err := baseline(); err != nil {
			b.Fatal(err)
		}
		own, other = own+mid.Sub(start), other+time.Since(mid)
	}
	if other > 0 {
		b.ReportMetric(float64(own)/float64(other), "times/parser")
	}
	b.ReportMetric(float64(own.Microseconds())/1000/float64(b.N), "own-ms/op")
}
