package render

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"github.com/broadsheet/broadsheet/templates"
)

// Theme is a checked set of tokens together with the templates that use them.
// It is immutable and safe for concurrent use; load it once.
type Theme struct {
	tokens tokens
	html   map[string]*htmlSet // by direction: "ltr", "rtl"
	text   *textSet
	web    *webSet
}

// tokens is the theme file.
type tokens struct {
	Name    string
	Version int
	Layout  struct {
		Width       int
		Gutter      int
		GutterPhone int `toml:"gutter_phone"`
		Gap         int
		Column      int
		Breakpoint  int
	}
	Space    map[string]int
	Rule     map[string]int
	Radius   struct{ Button, Box, Image, Portrait int }
	Box      struct{ Edge string }
	Masthead struct{ Align string }
	Logo     *logo
	Text     struct{ Links string }
	Tap      struct{ Height, Link int }
	Font     map[string]string
	Type     map[string]typeface
	Color    struct{ Light, Dark map[string]string }
}

// typeface is one text token; sizes are in px.
type typeface struct {
	Font      string
	Size      int
	Line      int
	SizePhone int `toml:"size_phone"`
	LinePhone int `toml:"line_phone"`
	Weight    string
	Track     string
}

func (t typeface) weight() int {
	if t.Weight == "bold" {
		return 700
	}
	return 400
}

// logo is the picture in the masthead; its Alt, in the wordmark's type, stands
// in for it where pictures are off.
type logo struct {
	URL, Alt      string
	Width, Height int
}

// What tokens that are words can be.
const (
	edgeTop   = "top"
	edgeFrame = "frame"

	linksInline   = "inline"
	linksNumbered = "numbered"
)

const themeDir = "email/themes"

// themes are the embedded theme files, by name, each read when it is first
// asked for: a Theme never changes, and making one costs as much as a mail.
var themes = func() map[string]func() (*Theme, error) {
	out := map[string]func() (*Theme, error){}
	for _, name := range ThemeNames() {
		out[name] = sync.OnceValues(func() (*Theme, error) {
			data, err := fs.ReadFile(templates.FS, path.Join(themeDir, name+".toml"))
			if err != nil {
				return nil, err
			}
			return newTheme(name, string(data))
		})
	}
	return out
}()

// LoadTheme gives the theme of templates/email/themes/<name>.toml, with every
// token checked and the templates compiled for it. The error lists everything
// that is wrong with the file, a line each.
func LoadTheme(name string) (*Theme, error) {
	load, ok := themes[name]
	if !ok {
		return nil, fmt.Errorf("there is no theme %q; the themes are: %s", name, strings.Join(ThemeNames(), ", "))
	}
	return load()
}

// ThemeNames lists the themes there are.
func ThemeNames() []string {
	files, _ := fs.Glob(templates.FS, themeDir+"/*.toml") // the only error is a bad pattern
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".toml")
	}
	return files
}

func newTheme(name, source string) (*Theme, error) {
	t := &Theme{}
	meta, err := toml.Decode(source, &t.tokens)
	if err != nil {
		return nil, fmt.Errorf("theme %q can't be read: %w", name, err)
	}
	var unknown []string
	for _, k := range meta.Undecoded() {
		unknown = append(unknown, fmt.Sprintf("%s: no such token", k))
	}
	slices.Sort(unknown)
	if problems := append(unknown, t.tokens.problems()...); len(problems) > 0 {
		return nil, fmt.Errorf("theme %q has mistakes:\n%s", name, strings.Join(problems, "\n"))
	}
	t.html = map[string]*htmlSet{}
	for _, dir := range []string{"ltr", "rtl"} {
		if t.html[dir], err = parseHTML(&t.tokens, dir); err != nil {
			return nil, err
		}
		t.html[dir].all = t.html
	}
	if t.text, err = parseText(); err != nil {
		return nil, err
	}
	if t.web, err = parseWeb(); err != nil {
		return nil, err
	}
	return t, nil
}

// Name is the theme's name.
func (t *Theme) Name() string { return t.tokens.Name }
