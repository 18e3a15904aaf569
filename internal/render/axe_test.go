package render

import (
	"os"
	"path/filepath"
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
	for kind, page := range map[string]func(Mail) string{"mail": func(m Mail) string { return m.HTML }, "web": func(m Mail) string { return m.Web }} {
		t.Run(kind, func(t *testing.T) {
			ctx := webtest.Browser(t)
			for name, m := range themed {
				file := filepath.Join(t.TempDir(), "page.html")
				if err := os.WriteFile(file, []byte(page(m)), 0o600); err != nil {
					t.Fatal(err)
				}
				found, err := webtest.Accessible(ctx, "file://"+file)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, v := range found {
					t.Errorf("%s at %s", name, v)
				}
			}
		})
	}
}
