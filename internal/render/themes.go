package render

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/broadsheet/broadsheet/templates"
)

// Themes are the themes of an installation: ours, and what its override folder
// adds and replaces. They never change, and are safe for concurrent use. A nil
// *Themes has ours alone.
type Themes struct {
	over *overrides
	load map[string]func() (*Theme, error)
}

// OpenThemes reads an override folder (see Themes); "" gives our themes alone.
// Every theme is tried on a mail that has everything, in every layout and in
// both directions, so that a broken template is found here and not when a mail
// is made. The error is a sentence that names file and line.
func OpenThemes(dir string) (*Themes, error) {
	if dir == "" {
		return builtIn, nil
	}
	return openThemes(dir, os.DirFS(dir))
}

func openThemes(dir string, fsys fs.FS) (*Themes, error) {
	over, err := readOverrides(dir, fsys)
	if err != nil {
		return nil, err
	}
	t := newThemes(over)
	for _, name := range t.Names() {
		theme, err := t.Load(name)
		if err != nil {
			return nil, err
		}
		if err := theme.try(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

const themeDir = "email/themes"

// builtIn are our themes.
var builtIn = newThemes(nil)

// newThemes makes each theme when it is first asked for: that costs more than
// a mail.
func newThemes(over *overrides) *Themes {
	t := &Themes{over: over, load: map[string]func() (*Theme, error){}}
	sources, _ := fs.Glob(templates.FS, themeDir+"/*.toml") // the only error is a bad pattern
	for _, file := range sources {
		name := strings.TrimSuffix(path.Base(file), ".toml")
		t.load[name] = sync.OnceValues(func() (*Theme, error) {
			data, err := fs.ReadFile(templates.FS, file)
			if err != nil {
				return nil, err
			}
			return newTheme(name, string(data), over)
		})
	}
	for file, source := range over.in("themes", ".toml") {
		name := strings.TrimSuffix(file, ".toml")
		t.load[name] = sync.OnceValues(func() (*Theme, error) {
			theme, err := newTheme(name, source, over)
			if err != nil {
				return nil, fmt.Errorf("themes/%s in the templates folder %s: %w", file, over.dir, err)
			}
			return theme, nil
		})
	}
	return t
}

// Load gives the theme of that name, with every token checked and the
// templates compiled for it. The error lists everything that is wrong with the
// theme's file, a line each, or the themes that there are.
func (t *Themes) Load(name string) (*Theme, error) {
	if t == nil {
		t = builtIn
	}
	load, ok := t.load[name]
	if !ok {
		return nil, fmt.Errorf("there is no theme %q; the themes are: %s", name, strings.Join(t.Names(), ", "))
	}
	return load()
}

// Names lists the themes there are.
func (t *Themes) Names() []string {
	if t == nil {
		t = builtIn
	}
	var out []string
	for name := range t.load {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Edition tells one state of the override folder from another, as the approval
// of an issue must; "" where there is no folder.
func (t *Themes) Edition() string {
	if t == nil || t.over == nil {
		return ""
	}
	return hex.EncodeToString(t.over.hash[:])
}

// LoadTheme gives one of our themes.
func LoadTheme(name string) (*Theme, error) { return builtIn.Load(name) }

// ThemeNames lists our themes.
func ThemeNames() []string { return builtIn.Names() }

// trial is an issue that has everything, to try templates on.
//
//go:embed trial.json
var trial []byte

// try composes the trial in every layout and in both directions.
func (t *Theme) try() error {
	return eachTrial(func(i Issue) error {
		_, err := Compose(i, t)
		return err
	})
}

func eachTrial(f func(Issue) error) error {
	for _, layout := range Layouts() {
		for _, lang := range []string{"en", "he"} {
			var i Issue
			if err := json.Unmarshal(trial, &i); err != nil {
				return err
			}
			i.Layout = layout
			i.Articles[0].Language = lang
			if layout == Digest {
				second := *i.Articles[0]
				second.Takeaways = nil
				i.Articles = append(i.Articles, &second)
			}
			if err := f(i); err != nil {
				return err
			}
		}
	}
	return nil
}
