package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/internal/article"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is what a fixture must become.
type golden struct {
	Format  Format            `json:"format"`
	Article *article.Reported `json:"article"`
}

// TestGolden reads testdata/NN-name.{txt,md,html} and compares with NN-name.json;
// NN-name.readme says what the fixture shows. A mismatch is left in
// NN-name.got beside it.
func TestGolden(t *testing.T) {
	sources, err := filepath.Glob("testdata/[0-9][0-9]-*.*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range sources {
		ext := filepath.Ext(path)
		if ext != ".txt" && ext != ".md" && ext != ".html" {
			continue
		}
		n++
		base := strings.TrimSuffix(path, ext)
		t.Run(filepath.Base(base), func(t *testing.T) { checkGolden(t, path, base) })
	}
	if n < 60 {
		t.Errorf("only %d fixtures", n)
	}
}

func checkGolden(t *testing.T, path, base string) {
	if readme, err := os.ReadFile(base + ".readme"); err != nil || len(bytes.TrimSpace(readme)) < 40 {
		t.Errorf("%s.readme must say what the fixture shows (%v)", base, err)
	}
	res := parseFile(t, path)
	holdsInvariants(t, res.Article)
	report := article.Report(res.Article)
	report.SuggestedTitle = res.SuggestedTitle
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(golden{res.Format, report}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(base+".json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(base + ".json")
	if err != nil {
		t.Fatalf("%v; run go test -update to write it", err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		if err := os.WriteFile(base+".got", b.Bytes(), 0o644); err != nil {
			t.Error(err)
		}
		t.Errorf("%s (-want +got):\n%s", base, d)
	}
}

func parseFile(t *testing.T, path string) Result {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	res, err := Parse(context.Background(), filepath.Base(path), bytes.NewReader(src), Options{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", path, err)
	}
	return res
}
