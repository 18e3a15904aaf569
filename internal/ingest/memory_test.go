package ingest

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"testing"
)

// TestMemory: what reading asks for in all is bounded by a multiple of the
// input, for usual articles and for what is made to be large. The bounds are
// generous: BenchmarkSpeed tells the figures.
func TestMemory(t *testing.T) {
	rep := strings.Repeat
	for name, tt := range map[string]struct {
		file  string
		src   []byte
		times uint64
	}{
		"article":  {"a.md", bigArticle(), 400},
		"page":     {"a.html", bigPage(), 120},
		"text":     {"a.txt", []byte(rep("A sentence about chairs that goes on for a while and then ends.\n\n", 4000)), 400},
		"entities": {"a.html", []byte("<p>" + rep("&amp;&#8217;", 40000)), 400},
		"boxes":    {"a.html", []byte(rep("<div class=pros>", 20000) + "<p>words of an article</p>"), 400},
		"data":     {"a.html", []byte(`<script type="application/ld+json">{"@type":"FAQPage","mainEntity":[` + rep(`{"@type":"Question","name":"Is it so?","acceptedAnswer":{"@type":"Answer","text":"It is."}},`, 5000) + `{}]}</script><p>words of an article</p>`), 400},
		"lists":    {"a.md", []byte(rep("- ✅ one thing\n- ❌ another\n", 5000)), 600},
		"table":    {"a.md", []byte("| Pros | Cons |\n|---|---|\n" + rep("| light | dear |\n", 5000)), 600},
	} {
		t.Run(name, func(t *testing.T) {
			parse := func() { _, _ = Parse(context.Background(), tt.file, bytes.NewReader(tt.src), Options{}) } // errors are fine: they must be cheap too
			parse()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			parse()
			runtime.ReadMemStats(&after)
			if got, most := after.TotalAlloc-before.TotalAlloc, poolSlack*(tt.times*uint64(len(tt.src))+8<<20); got > most {
				t.Errorf("%d bytes asked for %d, %d times as many", len(tt.src), got, got/uint64(len(tt.src)))
			} else {
				t.Logf("%d bytes asked for %d times as many", len(tt.src), got/uint64(len(tt.src)))
			}
		})
	}
}
