package render

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/templates"
)

func folder(files ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i+1 < len(files); i += 2 {
		out[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return out
}

// TestOverride: a folder's templates take the place of ours in all three
// parts, its themes stand beside ours, and nothing else changes.
func TestOverride(t *testing.T) {
	themes, err := openThemes("/etc/bs", folder(
		"README.md", "what this is",
		".git/config", "not ours",
		"blocks/divider.html", `<tr><td class="px" align="{{near}}" style="padding:{{pad 2 6}}"><p class="t2" style="margin:0;{{type "small" "ink2"}}">{{repeat "~" 3}}</p></td></tr>`,
		"blocks/divider.txt", `{{repeat "~ " 5}}`,
		"web/divider.html", `<p class="note">~~~</p>`,
		"themes/evening.toml", strings.Replace(themeSource(t), "#97184B", "#14532D", 1),
	))
	if err != nil {
		t.Fatal(err)
	}
	if got := themes.Names(); !slices.Equal(got, []string{"editorial", "evening", "hearth", "ink"}) {
		t.Errorf("the themes are %q", got)
	}
	f := fixtureNamed(t, "05-every-block")
	for name, accent := range map[string]string{"editorial": "#97184B", "evening": "#14532D"} {
		theme, err := themes.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Compose(f.issue, theme)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.HTML, ">~~~</p>") || !strings.Contains(m.Text, "\n~ ~ ~ ~ ~\n") || !strings.Contains(m.Web, ">~~~</p>") {
			t.Errorf("%s: an override is not in every part", name)
		}
		if !strings.Contains(m.HTML, accent) {
			t.Errorf("%s: lacks its accent", name)
		}
	}
	if themes.Edition() == "" || (*Themes)(nil).Edition() != "" {
		t.Error("a folder has no edition, or no folder has one")
	}
}

// ours is themes with a copy of every template and theme of ours as overrides.
var ours = sync.OnceValues(func() (*Themes, error) {
	files := fstest.MapFS{}
	for dir, place := range overridden {
		for _, ending := range place.endings {
			names, err := fs.Glob(templates.FS, place.ours+"/*"+ending)
			if err != nil {
				return nil, err
			}
			for _, n := range names {
				data, err := fs.ReadFile(templates.FS, n)
				if err != nil {
					return nil, err
				}
				files[dir+"/"+filepath.Base(n)] = &fstest.MapFile{Data: data}
			}
		}
	}
	return openThemes("copy", files)
})

// TestOverridesOfOurOwn: our own templates, put into a folder, give the same
// mails within the budget.
func TestOverridesOfOurOwn(t *testing.T) {
	themes, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fixtures(t) {
		theme, err := themes.Load(f.theme)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Compose(f.issue, theme)
		if err != nil {
			t.Fatal(err)
		}
		if m != f.compose(t) {
			t.Errorf("%s: differs", f.name)
		}
	}
}

// TestLongArticlesFit: the budget grows with what there is to say.
func TestLongArticlesFit(t *testing.T) {
	themes, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	theme, err := themes.Load("editorial")
	if err != nil {
		t.Fatal(err)
	}
	var cells [][]article.Text
	for range 300 {
		cells = append(cells, []article.Text{article.Plain("12"), article.Plain("x"), article.Plain("34"), article.Plain("y")})
	}
	blocks := article.Blocks{&article.Table{Rows: cells}}
	for range 500 {
		blocks = append(blocks,
			&article.Heading{Level: 2, Text: article.Plain("A Section")},
			&article.Paragraph{Text: article.Plain(strings.Repeat("Words that say nothing. ", 12))},
			&article.Paragraph{Text: article.Plain(strings.Repeat("日本語のとても長い段落", 20))},
			&article.List{Style: article.Check, Items: []article.Item{{Text: article.Plain("One: a thing.")}, {Text: article.Plain("Two")}}})
	}
	if _, err := Compose(Issue{Articles: []*article.Article{{Title: "Long", Blocks: blocks}}}, theme); err != nil {
		t.Error(err)
	}
}

// TestOverridesAtOnce: mails made at the same time don't spend each other's
// budget.
func TestOverridesAtOnce(t *testing.T) {
	themes, err := ours()
	if err != nil {
		t.Fatal(err)
	}
	f := fixtureNamed(t, "30-hearth")
	want := f.compose(t)
	theme, err := themes.Load(f.theme)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if m, err := Compose(f.issue, theme); err != nil || m != want {
				t.Errorf("differs, or %v", err)
			}
		})
	}
	wait.Wait()
}

// TestHostileOverrides: what a template must not do is found when the folder
// is opened, with file and line.
func TestHostileOverrides(t *testing.T) {
	for _, c := range []struct{ name, file, source, want string }{
		{"the environment", "blocks/pick.html", "<tr>\n{{env \"HOME\"}}", `blocks/pick.html in the templates folder f is broken in line 2: there is no function "env"; templates can't read files`},
		{"a file", "web/pick.html", `{{readFile "/etc/passwd"}}`, `there is no function "readFile"`},
		{"any function", "blocks/pick.txt", `{{call .X}}`, `there is no function "call"`},
		{"unescaped markup", "blocks/pick.html", `{{js "x"}}`, `there is no function "js"`},
		{"our own meter", "blocks/pick.html", `{{tick 1}}`, `there is no function "tick"`},
		{"a long loop", "blocks/pick.html", "\n\n{{range 100000000000}}{{end}}", "line 3: it does more work than a mail needs"},
		{"a long loop that writes", "blocks/pick.txt", "{{range 100000000000}}x{{end}}", "line 1: it does more work than a mail needs"},
		{"loops in loops", "web/pick.html", "{{range 50000}}{{range 50000}}{{$x := 1}}{{end}}{{end}}", "it does more work than a mail needs"},
		{"a loop within a tag", "blocks/pick.html", `<tr><td {{range 100000000000}} class="x" {{end}}>x</td></tr>`, "it does more work than a mail needs"},
		{"a template that calls itself", "blocks/pick.html", `{{define "again"}}{{template "again" .}}{{end}}{{template "again" .}}`, "it does more work than a mail needs"},
		{"a row that calls itself", "blocks/pick.html", `{{row "pick" .}}`, "it does more work than a mail needs"},
		{"a page that calls itself", "blocks/divider.html", `{{row "article" .}}`, "blocks/divider.html in the templates folder f is broken in line 1"},
		{"a text that doubles", "blocks/pick.txt", `{{$x := "xxxxxxxx"}}{{range 60}}{{$x = print $x $x}}{{end}}`, "a text of more than 65536 bytes"},
		{"a wide format", "blocks/pick.txt", `{{printf "%999999999d" 1}}`, "printf takes a short format"},
		{"a width that is an argument", "blocks/pick.txt", `{{printf "%*d" 999999999 1}}`, "printf takes a short format"},
		{"repeat", "blocks/pick.html", `{{repeat "x" 1e8}}`, "repeat makes at most 10000 bytes"},
		{"repeat of much", "blocks/pick.txt", `{{repeat "xxxxxxxxxxxxxxxxxxxx" 9999}}`, "repeat makes at most 10000 bytes"},
		{"a lot of text", "blocks/pick.txt", `{{range 15000}}{{repeat "x" 9999}}{{end}}`, "it does more work than a mail needs"},
		{"not a template", "blocks/pick.html", "a\nb\n{{if", "blocks/pick.html in the templates folder f is broken in line 3:"},
		{"a field that is not there", "blocks/pick.html", "\n{{.Price}}", "broken in line 2: at .Price: can't evaluate field Price"},
		{"a token that is not there", "blocks/divider.html", "\n<tr><td style=\"color:{{color \"pink\"}}\">", `broken in line 2: no colour token "pink"`},
		{"a template that is not there", "blocks/divider.html", `{{template "nope"}}`, "blocks/divider.html in the templates folder f is broken in line 1"},
		{"markup that ends nowhere", "blocks/divider.html", `<tr><td style="`, "blocks/divider.html in the templates folder f"},
		{"a misspelt name", "blocks/pik.html", "x", "blocks/pik.html in the templates folder f replaces nothing; there are author.html"},
		{"a misspelt folder", "block/pick.html", "x", "block in the templates folder f is no part of it; its folders are blocks, web and themes"},
		{"another kind of file", "blocks/pick.js", "x", "replaces nothing; files in blocks end in .html or .txt"},
		{"a theme with mistakes", "themes/pale.toml", strings.Replace(themeSource(t), `"#211A1D"`, `"#CCCCCC"`, 1), "color.light.ink: contrast 1.6:1 on paper"},
		{"a theme without a name", "themes/My Theme.toml", "x", "has no usable name"},
		{"too large", "blocks/pick.html", strings.Repeat("x", largestOverride+1), "has more than 256 kB"},
	} {
		_, err := openThemes("f", folder(c.file, c.source))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", c.name, err, c.want)
		}
	}
}

// TestOverridesAtSendTime: what only some articles reach is a sentence too.
func TestOverridesAtSendTime(t *testing.T) {
	themes, err := openThemes("f", folder("blocks/title.html", "\n{{if eq .Author.String \"Nobody\"}}{{range 100000000000}}{{end}}{{end}}"))
	if err != nil {
		t.Fatal(err)
	}
	theme, err := themes.Load("editorial")
	if err != nil {
		t.Fatal(err)
	}
	i := Issue{Articles: []*article.Article{{Author: article.Author{Name: "Nobody"}}}}
	_, err = Compose(i, theme)
	var broken *TemplateError
	if !errors.As(err, &broken) || broken.File != "blocks/title.html" || broken.Line != 2 {
		t.Errorf("got %v", err)
	}
	i.Articles[0].Author.Name = "Somebody"
	if _, err := Compose(i, theme); err != nil {
		t.Errorf("an overspent budget is not filled again: %v", err)
	}
}

// TestEditionFollowsTheFolder: any change of name or content is another
// edition; what is not part of it is none.
func TestEditionFollowsTheFolder(t *testing.T) {
	edition := func(files ...string) string {
		themes, err := openThemes("f", folder(files...))
		if err != nil {
			t.Fatal(err)
		}
		return themes.Edition()
	}
	a := edition("blocks/divider.txt", "* * *")
	if a != edition("blocks/divider.txt", "* * *", "README", "new") {
		t.Error("a README changes the edition")
	}
	for _, files := range [][]string{{"blocks/divider.txt", "***"}, {"blocks/divider.html", "* * *"}, {"blocks/divider.txt", "* * *", "themes/t.toml", themeSource(t)}} {
		if a == edition(files...) {
			t.Errorf("%q: the same edition", files[0])
		}
	}
}

func TestOpenThemes(t *testing.T) {
	if _, err := OpenThemes(filepath.Join(t.TempDir(), "missing")); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "blocks", "pick.html"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenThemes(dir); err == nil || !strings.Contains(err.Error(), "is no part of it") {
		t.Errorf("got %v", err)
	}
}

// TestTrialHasEverything: what templates are tried on reaches all of them.
func TestTrialHasEverything(t *testing.T) {
	seen := map[article.Kind]bool{}
	var i Issue
	if err := eachTrial(func(try Issue) error { i = try; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, b := range i.Articles[0].Blocks {
		seen[b.Kind()] = true
	}
	for _, k := range article.AllKinds() {
		if !seen[k] {
			t.Errorf("the trial has no %s", k)
		}
	}
}

// TestMethodsOfTemplates names every method that a template can call on what
// it is given. Each of them only reads; a new one must be looked at.
func TestMethodsOfTemplates(t *testing.T) {
	want := []string{
		"destination.Rel", "headingView.Plain", "notice.Labelled", "offer.Rel", "questionView.Plain", "rich.Empty", "rich.HTML", "rich.String", "rich.Web",
		"sideView.Plain", "sideView.TextMark", "tableView.Labelled", "tableView.Named", "tableView.Of", "tableView.Share", "tableView.Valign",
		"tipsView.Second", "verdictView.Plain", "view.MastLink", "webView.MastLink", "webView.Nav",
	}
	var got []string
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(r reflect.Type) {
		if seen[r] {
			return
		}
		seen[r] = true
		if r.PkgPath() == "github.com/broadsheet/broadsheet/internal/render" || r.Kind() == reflect.Pointer {
			for m := range r.NumMethod() {
				got = append(got, strings.TrimPrefix(strings.TrimPrefix(r.String(), "*"), "render.")+"."+r.Method(m).Name)
			}
		}
		switch r.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			walk(r.Elem())
		case reflect.Struct:
			for f := range r.NumField() {
				if r.Field(f).IsExported() || r.Field(f).Anonymous {
					walk(r.Field(f).Type)
				}
			}
		}
	}
	for _, v := range []any{&webView{}, headingView{}, paragraphView{}, &listView{}, quoteView{}, imageView{}, tableView{}, tipsView{}, pickView{}, picksView{}, faqView{}, prosConsView{}, verdictView{}, indentedList{}} {
		walk(reflect.TypeOf(v))
	}
	slices.Sort(got)
	got = slices.Compact(got)
	if !slices.Equal(got, want) {
		t.Errorf("templates can call\n%q, expected\n%q", got, want)
	}
}
