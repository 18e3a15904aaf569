package lint

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/render"
)

// large is an issue of 70 KB as sent, with picks, questions and links.
func large() *sample {
	s := good()
	for i := range 45 {
		s.paragraph(article.Text{{Text: strings.Repeat("Less is more for a tired barrier. ", 14)}, {Text: fmt.Sprintf("study %d", i), Href: fmt.Sprintf("https://skin.example/study/%d", i)}, {Text: "."}})
		if i%9 == 0 {
			s.Article.Blocks = append(s.Article.Blocks, &article.Pick{Label: "Also good", Name: fmt.Sprintf("Fern & Vale Balm %d", i), Blurb: article.Plain("Mild."),
				CTA: "View on Amazon", URL: tagged, Merchant: "Amazon", Place: line(30 + i)})
		}
	}
	return s
}

// BenchmarkMail is the check of one whole issue, and how often composing it
// would have gone into that time. It should stay below 50 ms.
func BenchmarkMail(b *testing.B) {
	for name, s := range map[string]*sample{"small": good(), "large": large()} {
		b.Run(name, func(b *testing.B) {
			in := s.input(b)
			theme, err := editorial()
			if err != nil {
				b.Fatal(err)
			}
			started := time.Now()
			const rounds = 5
			for range rounds {
				if _, err := render.Compose(render.Issue{Newsletter: s.Newsletter, Articles: in.Articles}, theme); err != nil {
					b.Fatal(err)
				}
			}
			compose := time.Since(started) / rounds
			b.ReportAllocs()
			for b.Loop() {
				if found := Mail(in); len(found) > 0 {
					b.Fatal(found)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(compose), "compositions")
			b.ReportMetric(float64(len(in.Message)), "bytes")
		})
	}
}

// BenchmarkProve is the proof alone, as a receipt keeps it.
func BenchmarkProve(b *testing.B) {
	in := large().input(b)
	for b.Loop() {
		if p := Prove(in); !p.OK() {
			b.Fatal(p)
		}
	}
}
