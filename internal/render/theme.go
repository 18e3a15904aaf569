package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Theme is a checked set of tokens together with the templates that use them.
// It is immutable and safe for concurrent use; load it once.
type Theme struct {
	tokens tokens
	html   map[string]*htmlSet // by direction: "ltr", "rtl"
	text   *textSet
	web    *webSet
	over   *overrides // nil without an override folder
	budget *budget    // nil without one
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

// newTheme makes a theme of its file, with the templates of an override folder
// if over is not nil.
func newTheme(name, source string, over *overrides) (*Theme, error) {
	t := &Theme{over: over}
	if over.templates() {
		t.budget = &budget{}
	}
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
		if t.html[dir], err = parseHTML(t, dir); err != nil {
			return nil, err
		}
		t.html[dir].all = t.html
	}
	if t.text, err = parseText(t); err != nil {
		return nil, err
	}
	if t.web, err = parseWeb(t); err != nil {
		return nil, err
	}
	return t, nil
}

// Name is the theme's name.
func (t *Theme) Name() string { return t.tokens.Name }
