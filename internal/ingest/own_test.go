package ingest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

// TestOwn reads the articles in testdata/own, written for this test in the
// ways that sites and programs write them, and checks what NAME.want says of
// NAME: lines "+ words that stay", "- words of the frame that must go", and
// one line per field. A field named at all must hold exactly what is named.
func TestOwn(t *testing.T) {
	wants, err := filepath.Glob("testdata/own/*.want")
	if err != nil {
		t.Fatal(err)
	}
	if len(wants) < 12 {
		t.Errorf("only %d articles", len(wants))
	}
	for _, path := range wants {
		base := strings.TrimSuffix(path, ".want")
		t.Run(filepath.Base(base), func(t *testing.T) {
			sources, err := filepath.Glob(base + ".*")
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range sources {
				if s != path {
					checkOwn(t, s, path)
				}
			}
		})
	}
}

func checkOwn(t *testing.T, source, want string) {
	src, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	all, err := ParseAll(context.Background(), filepath.Base(source), bytes.NewReader(src), Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := all[0].Article
	holdsInvariants(t, a)
	lines, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	got := fieldsOf(a)
	text := strings.Join(got["text"], "")
	fields := make(map[string][]string)
	for line := range strings.SplitSeq(strings.TrimSpace(string(lines)), "\n") {
		if s, ok := strings.CutPrefix(line, "+ "); ok {
			if !strings.Contains(text, s) {
				t.Errorf("lost: %s", s)
			}
			continue
		}
		if s, ok := strings.CutPrefix(line, "- "); ok {
			if i := strings.Index(strings.ToLower(text), strings.ToLower(s)); i >= 0 {
				t.Errorf("still there: %s in …%s…", s, text[max(0, i-60):min(len(text), i+80)])
			}
			continue
		}
		field, value, ok := strings.Cut(line, ": ")
		if !ok || field != "shows" && got[field] == nil {
			t.Fatalf("%s: what is %q?", want, line)
		}
		fields[field] = append(fields[field], value)
	}
	delete(fields, "shows")
	for field, values := range fields {
		if !slices.Equal(got[field], values) {
			t.Errorf("%s:\n got %q\nwant %q", field, got[field], values)
		}
	}
}

// fieldsOf is what an article says, by the names that .want files use.
func fieldsOf(a *article.Article) map[string][]string {
	r := article.Report(a)
	out := map[string][]string{
		"title": {r.Title}, "author": {r.Author}, "date": {r.Published}, "language": {r.Language}, "text": {r.Text},
		"notice": append([]string{}, r.Disclosure...), "disclaimer": append([]string{}, r.Disclaimer...),
		"takeaway": {}, "pick": {}, "label": {}, "merchant": {}, "heading": {},
	}
	for _, p := range r.Picks {
		out["pick"] = append(out["pick"], p.Name)
		out["label"] = append(out["label"], p.Label)
		out["merchant"] = append(out["merchant"], p.Merchant)
	}
	if r.TakeawaysSource == article.Explicit {
		out["takeaway"] = r.Takeaways
	}
	for _, h := range r.Headings {
		if !slices.ContainsFunc(r.Picks, func(p article.ReportedPick) bool { return strings.Contains(h.Text, p.Name) }) {
			out["heading"] = append(out["heading"], h.Text)
		}
	}
	return out
}
