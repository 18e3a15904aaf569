package render

import (
	"io/fs"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/templates"
)

func themeSource(t testing.TB) string { return sourceOf(t, "editorial") }

func sourceOf(t testing.TB, theme string) string {
	t.Helper()
	b, err := fs.ReadFile(templates.FS, "email/themes/"+theme+".toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryThemeLoads(t *testing.T) {
	for _, n := range ThemeNames() {
		th, err := LoadTheme(n)
		if err != nil {
			t.Error(err)
		} else if th.Name() != n {
			t.Errorf("the theme in %s.toml calls itself %s", n, th.Name())
		}
	}
}

func TestUnknownThemeNamesTheOthers(t *testing.T) {
	_, err := LoadTheme("neon")
	if err == nil || !strings.Contains(err.Error(), `no theme "neon"`) || !strings.Contains(err.Error(), "editorial") {
		t.Errorf("got %v", err)
	}
}

func TestThemeMistakes(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`ink2      = "#5A4F54"`, `ink2      = "#9A8F94"`, "color.light.ink2: contrast 2.8:1 on tint, needs at least 4.5:1"},
		{`on_accent = "#2E0716"`, `on_accent = "#FFFFFF"`, "color.dark.on_accent: contrast"},
		{`paper     = "#FFFFFF"`, `paper     = "#FFF"`, `color.light.paper: # and six hex digits, not "#FFF"`},
		{`tint      = "#282226"`, `tint      = "rgb(1,2,3)"`, "color.dark.tint:"},
		{`rule      = "#DDD4D7"`, ``, "color.light.rule:"},
		{"size = 14\nline = 22", "size = 12\nline = 22", "type.fine.size: 14 to 72 px, not 12"},
		{"size = 17\nline = 28\n\n[type.label]", "size = 17\nline = 12\n\n[type.label]", "type.body.line:"},
		{"size_phone = 31\nline_phone = 37", "", "type.h1.size_phone: missing"},
		{"[type.kicker]", "[type.kick]", "type.kicker: missing"},
		{"[type.kicker]", "[type.kick]", "type.kick: no such token"},
		{`track = "0.04em"`, `track = "wide"`, "type.kicker.track: such as 0.04em"},
		{`weight = "bold"`, `weight = "heavy"`, `weight: bold or normal, not "heavy"`},
		{`font = "serif"`, `font = "mono"`, `font: serif or sans, not "mono"`},
		{`serif = "Georgia,Times New Roman,serif"`, `serif = "'Georgia';x:expression(1),serif"`, "font.serif: font names"},
		{"s4 = 16", "s4 = 10", "space.s4: px, more than the step before it (12), not 10"},
		{"s8 = 56", "", "space.s8:"},
		{"column       = 248", "column       = 250", "layout.column: (width - 2*gutter - gap) / 2, not 250"},
		{"width        = 600", "width        = 900", "layout.width: 480 to 700 px, not 900"},
		{"height = 52", "height = 40", "tap.height: 44 to 80 px, not 40"},
		{"version = 1", "version = 1\nmood = \"calm\"", "mood: no such token"},
		{"version = 1", "version = one", "can't be read"},
		{"section  = 2", "section  = 20", "rule.section: 0 to 8 px, not 20"},
		{"box      = 0", "box      = 30", "radius.box: 0 to 24 px, not 30"},
		{`edge = "top"`, `edge = "soft"`, `box.edge: top or frame, not "soft"`},
		{`align = "start"`, `align = "left"`, `masthead.align: start or center, not "left"`},
		{`links = "inline"`, `links = "none"`, `text.links: inline or numbered, not "none"`},
		{"[box]", "[logo]\nurl = \"http://img.example/l.png\"\nalt = \"Letter\"\nwidth = 100\nheight = 40\n[box]", "logo.url: an address that begins with https://"},
		{"[box]", "[logo]\nurl = \"https://img.example/l.png\"\nwidth = 100\nheight = 40\n[box]", "logo.alt: the name that the picture shows"},
		{"[box]", "[logo]\nurl = \"https://img.example/l.png\"\nalt = \"Letter\"\nwidth = 900\nheight = 40\n[box]", "logo.width: 16 to 272 px, not 900"},
	} {
		source := strings.Replace(themeSource(t), c.old, c.new, 1)
		if source == themeSource(t) {
			t.Fatalf("the theme has no %q", c.old)
		}
		_, err := newTheme("changed", source, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q instead of %q: got %v, want %q in it", c.new, c.old, err, c.want)
		}
	}
}

// TestThemeMistakesAllAtOnce: an error shows every mistake, a line each.
func TestThemeMistakesAllAtOnce(t *testing.T) {
	source := strings.NewReplacer("s4 = 16", "s4 = 10", "height = 52", "height = 40").Replace(themeSource(t))
	_, err := newTheme("changed", source, nil)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v", err)
	}
}

func TestContrast(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#FFFFFF", 21}, {"#777777", "#ffffff", 4.48}, {"#97184B", "#97184B", 1}, {"#FFF", "#000000", 0}, {"red", "#000000", 0}} {
		if got := Contrast(c.a, c.b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s: %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

var anyHex = regexp.MustCompile(`#[0-9A-Fa-f]{6}\b`)

// TestOnlyTokens: no colour of a mail or page is from anywhere but the theme.
func TestOnlyTokens(t *testing.T) {
	for _, f := range fixtures(t) {
		th, err := LoadTheme(f.theme)
		if err != nil {
			t.Fatal(err)
		}
		colors := slices.Concat(slices.Collect(maps.Values(th.tokens.Color.Light)), slices.Collect(maps.Values(th.tokens.Color.Dark)))
		m := f.compose(t)
		for _, got := range anyHex.FindAllString(m.HTML+m.Web, -1) {
			if !slices.Contains(colors, got) {
				t.Errorf("%s: %s is no token", f.name, got)
			}
		}
	}
}

// TestRetheme: another theme reaches every part of a mail.
func TestRetheme(t *testing.T) {
	source := strings.NewReplacer(`"editorial"`, `"forest"`, "#97184B", "#14532D", "size = 17\nline = 28", "size = 18\nline = 30").Replace(themeSource(t))
	th, err := newTheme("forest", source, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compose(fixtureNamed(t, "01-via-article").issue, th)
	if err != nil {
		t.Fatal(err)
	}
	for part, s := range map[string]string{"mail": m.HTML, "web": m.Web} {
		if strings.Contains(s, "#97184B") || !strings.Contains(s, "#14532D") {
			t.Errorf("the %s has the old colour", part)
		}
	}
	if strings.Contains(m.HTML, "font-size:17px;line-height:28px") {
		t.Error("the mail has the old size")
	}
}

// TestLogo: a logo takes the wordmark's place, and its alternative text looks
// like it where pictures are off.
func TestLogo(t *testing.T) {
	source := strings.Replace(themeSource(t), "[box]", "[logo]\nurl = \"https://img.example/l.png\"\nalt = \"The Letter\"\nwidth = 160\nheight = 40\n[box]", 1)
	th, err := newTheme("logo", source, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compose(fixtureNamed(t, "01-via-article").issue, th)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<img src="https://img.example/l.png" alt="The Letter" width="160" height="40"`, "font-size:28px;line-height:32px"} {
		if i := strings.Index(m.HTML, want); i < 0 || i > strings.Index(m.HTML, "<h1") {
			t.Errorf("the mail's masthead lacks %s", want)
		}
	}
	if !strings.Contains(m.Web, `<img src="https://img.example/l.png" alt="The Letter" width="160" height="40">`) {
		t.Error("the page lacks the logo")
	}
}
