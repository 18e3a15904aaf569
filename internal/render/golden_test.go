package render

import (
	stdcmp "cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fixture is one issue in testdata: NN-name.json with what it is about in
// NN-name.readme, and what it gives in .html, .txt and .web.html.
type fixture struct {
	name  string
	issue Issue
	theme string // the file's "Theme", or editorial
}

func fixtures(t *testing.T) []fixture {
	t.Helper()
	files, err := filepath.Glob("testdata/[0-9]*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var out []fixture
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		x := fixture{name: strings.TrimSuffix(filepath.Base(f), ".json")}
		var in struct {
			Issue
			Theme string
		}
		if err := json.Unmarshal(data, &in); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		x.issue, x.theme = in.Issue, stdcmp.Or(in.Theme, "editorial")
		if _, err := os.Stat(x.path(".readme")); err != nil {
			t.Errorf("%s: say in a .readme what it is about", x.name)
		}
		out = append(out, x)
	}
	return out
}

func (f fixture) path(ext string) string { return filepath.Join("testdata", f.name+ext) }

func (f fixture) compose(t *testing.T) Mail {
	t.Helper()
	th, err := LoadTheme(f.theme)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compose(f.issue, th)
	if err != nil {
		t.Fatalf("%s: %v", f.name, err)
	}
	return m
}

func fixtureNamed(t *testing.T, name string) fixture {
	t.Helper()
	for _, f := range fixtures(t) {
		if f.name == name {
			return f
		}
	}
	t.Fatalf("no fixture %s", name)
	return fixture{}
}

func editorial(t testing.TB) *Theme {
	t.Helper()
	th, err := LoadTheme("editorial")
	if err != nil {
		t.Fatal(err)
	}
	return th
}

// TestGolden holds every part of every fixture to the bytes in testdata. What
// differs is left beside it as .got.
func TestGolden(t *testing.T) {
	for _, f := range fixtures(t) {
		m := f.compose(t)
		for ext, got := range map[string]string{".html": m.HTML, ".txt": m.Text, ".web.html": m.Web} {
			golden(t, f.path(ext), got)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v (run the test with -update)", err)
		return
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		if err := os.WriteFile(file+".got", []byte(got), 0o644); err != nil {
			t.Error(err)
		}
		t.Errorf("%s is not what it was; compare it with %s.got, and if that is right, run the test with -update (-want +got):\n%s", file, file, diff)
	}
}

// TestThemeCSS holds the pages that have no theme at hand to the default one.
func TestThemeCSS(t *testing.T) {
	golden(t, "../../templates/web/public/theme.css", string(editorial(t).CSS()))
}
