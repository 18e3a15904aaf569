package lint

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/render"
)

// ofTheArticle are the rules that a fixture's own words may break; the others
// speak of what package render makes of them.
var ofTheArticle = map[string]bool{"PICK-2": true, "LAW-1": true, "LAW-7": true, "HTML-5": true, "HTML-6": true, "HTML-10": true, "AMZ-3": true}

// TestRenderedFixtures: nothing is wrong with what package render makes of its
// own fixtures, in any theme, but for what stands in the articles.
func TestRenderedFixtures(t *testing.T) {
	files, err := filepath.Glob("../render/testdata/[0-9]*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, name := range render.ThemeNames() {
		theme, err := render.LoadTheme(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var issue render.Issue
			if err := json.Unmarshal(data, &issue); err != nil {
				t.Fatal(err)
			}
			m, err := render.Compose(issue, theme)
			if err != nil {
				t.Fatal(err)
			}
			in := Input{Articles: issue.Articles, Mail: m, Policy: Policy{PostalAddress: issue.Newsletter.PostalAddress, AmazonMode: issue.Newsletter.AmazonMode, DefaultDisclosure: issue.Newsletter.DefaultDisclosure, DoubleOptIn: true}}
			if p := Prove(in); !p.OK() {
				t.Errorf("%s, %s: %+v", name, filepath.Base(file), p)
			}
			for _, d := range Mail(in) {
				if ofTheArticle[d.Rule] || d.Rule == "HTML-7" && (strings.Contains(d.Message, "alt text") || strings.Contains(d.Message, "link text")) {
					continue
				}
				if d.Rule == "HDR-4" && issue.Links.Unsubscribe == "" {
					continue
				}
				t.Errorf("%s, %s: %s", name, filepath.Base(file), d)
			}
		}
	}
}
