package render

import (
	"context"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/broadsheet/broadsheet/internal/web/webtest"
)

// TestAccessible: axe-core finds nothing serious or critical in the mail and
// the web page of any fixture, nor in any theme.
func TestAccessible(t *testing.T) {
	every := fixtureNamed(t, "05-every-block")
	themed := map[string]Mail{}
	for _, name := range ThemeNames() {
		theme, err := LoadTheme(name)
		if err != nil {
			t.Fatal(err)
		}
		if themed["theme "+name], err = Compose(every.issue, theme); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range fixtures(t) {
		themed[f.name] = f.compose(t)
	}
	names := slices.Sorted(maps.Keys(themed))
	for kind, page := range map[string]func(Mail) string{"mail": func(m Mail) string { return m.HTML }, "web": func(m Mail) string { return m.Web }} {
		for some := range slices.Chunk(names, 8) { // a browser for each: it has only minutes to live
			t.Run(kind, func(t *testing.T) {
				ctx := webtest.Browser(t)
				for _, name := range some {
					accessible(ctx, t, name, page(themed[name]))
				}
			})
		}
	}
}

func accessible(ctx context.Context, t *testing.T, name, page string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := webtest.Accessible(ctx, (&url.URL{Scheme: "file", Path: file}).String())
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, v := range found {
		t.Errorf("%s at %s", name, v)
	}
}
