package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTemplatesFolder: templates and themes of one's own are used, listed and
// checked, and what is broken is said before anything is made or sent.
func TestTemplatesFolder(t *testing.T) {
	s := onDatabase(t)
	source, err := os.ReadFile(filepath.Join("sample", "scalp-care.md"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("article.md", string(source))
	for _, dir := range []string{"blocks", "themes"} {
		if err := os.MkdirAll(filepath.Join(s.dir, "mine", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	theme, err := os.ReadFile(filepath.Join("..", "..", "templates", "email", "themes", "ink.toml"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("mine/themes/night.toml", string(theme))
	s.write("mine/blocks/author.txt", "Written by {{.Author.String}}")
	s.env = append(s.env, "BROADSHEET_TEMPLATES="+filepath.Join(s.dir, "mine"))

	s.ok("article", "render", "article.md", "--theme", "night", "--out", "out")
	text, err := os.ReadFile(filepath.Join(s.dir, "out", "message.txt"))
	if err != nil || !strings.Contains(string(text), "Written by ") {
		t.Errorf("the override is not in the mail: %v\n%s", err, text)
	}
	if r := s.run("article", "render", "article.md", "--theme", "nihgt", "--out", "out"); r.code != 1 || !strings.Contains(r.stderr, "the themes are: editorial, hearth, ink, night") {
		t.Errorf("a mistyped theme: %+v", r)
	}
	if r := s.run("check"); !strings.Contains(r.out, "theme night") || strings.Contains(r.out, "WRONG  a sample") {
		t.Errorf("check: %+v", r)
	}

	s.write("mine/blocks/pick.html", `<tr><td><a href="https://www.amazon.com/dp/B000000001?tag=x-20">Buy</a></td></tr>`)
	if r := s.run("check"); r.code != 1 || !strings.Contains(r.out, "a sample mail has an error") {
		t.Errorf("an override that lint refuses: %+v", r)
	}
	s.write("mine/blocks/pick.html", "<tr>\n{{env \"HOME\"}}</tr>")
	for _, args := range [][]string{{"check"}, {"newsletter", "list"}, {"article", "render", "article.md", "--out", "out"}} {
		r := s.run(args...)
		if r.code != 1 || !strings.Contains(r.out+r.stderr, `is broken in line 2: there is no function "env"`) {
			t.Errorf("%q with a broken override: %+v", args, r)
		}
	}
}
