package render

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/web/webtest"
)

var (
	gallery     = flag.String("shots", "", "take pictures of every fixture into this folder (make shots)")
	galleryOnly = flag.String("shots-only", ".", "a regexp: of these only, by NAME-PART-THEME-WIDTH-MODE")
)

// TestGallery takes the pictures that make shots is for: every fixture of this
// package in every theme, every article that the readers of sources are tested
// with in one, on four widths, by day, by night, inverted by force, without
// pictures and without the style block. Without the flag it takes one, so that
// the target is known to work.
func TestGallery(t *testing.T) {
	only := regexp.MustCompile(*galleryOnly)
	dir := *gallery
	if dir == "" {
		dir, only = t.TempDir(), regexp.MustCompile("^01-via-article-mail-editorial-375-inverted$")
	}
	var jobs []func(context.Context) error
	for _, x := range exhibits(t) {
		page := sync.OnceValue(func() string { return x.page(t) })
		for _, width := range []int64{320, 375, 600, 1024} {
			for _, mode := range galleryModes {
				name := fmt.Sprintf("%s-%d-%s", x.name, width, mode)
				if only.MatchString(name) {
					jobs = append(jobs, func(ctx context.Context) error {
						return shoot(ctx, filepath.Join(dir, name+".png"), page(), width, mode)
					})
				}
			}
		}
	}
	if len(jobs) == 0 {
		t.Fatalf("no picture is called %s", only)
	}
	for some := range slices.Chunk(jobs, 60) { // a browser for each: it has only minutes to live
		t.Run("page", func(t *testing.T) { // its sockets lie in a folder of this name, which must be short
			ctx := webtest.Browser(t)
			for _, job := range some {
				if err := job(ctx); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

var galleryModes = []string{"light", "dark", "inverted", "noimages", "nostyle"}

// exhibit is a page to take pictures of.
type exhibit struct {
	name string
	page func(testing.TB) string
}

func exhibits(t *testing.T) []exhibit {
	var out []exhibit
	add := func(name, theme string, i Issue) {
		mail := func(t testing.TB) Mail {
			th, err := LoadTheme(theme)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Compose(i, th)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		out = append(out,
			exhibit{name + "-mail-" + theme, func(t testing.TB) string { return mail(t).HTML }},
			exhibit{name + "-web-" + theme, func(t testing.TB) string { return mail(t).Web }})
	}
	own := fixtures(t)
	for _, theme := range ThemeNames() {
		for _, f := range own {
			add(f.name, theme, f.issue)
		}
	}
	var files []string
	for _, pattern := range []string{"[0-9]*.*", "own/*.*"} {
		found, err := filepath.Glob("../ingest/testdata/" + pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no articles called %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".readme") || strings.HasSuffix(name, ".want") {
			continue // what a source gives, and what it is about
		}
		source, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := ingest.Parse(context.Background(), name, source, ingest.Options{})
		if err = errors.Join(err, source.Close()); err != nil {
			continue // a feed of several articles, or a source that is refused
		}
		i := own[0].issue
		i.Articles = []*article.Article{r.Article}
		add("ingest-"+strings.TrimSuffix(name, filepath.Ext(name)), "editorial", i)
	}
	return out
}

var (
	styleBlock = regexp.MustCompile(`(?s)<style>.*</style>`)
	darkRules  = regexp.MustCompile(`(?s)<meta name="(?:supported-)?color-schemes?"[^>]*>|color-scheme:light dark;?`)
	picture    = regexp.MustCompile(`<img src="[^>]*>`)
	sizes      = regexp.MustCompile(` (width|height)="(\d+)"`)
)

// shoot takes one picture. The fixtures' pictures are nowhere: a drawing of
// the same size stands in for each.
func shoot(ctx context.Context, file, page string, width int64, mode string) error {
	look := webtest.Look{Width: width, Scheme: "light"}
	switch mode {
	case "dark":
		look.Scheme = "dark"
	case "inverted":
		page = darkRules.ReplaceAllString(page, "")
		page = strings.ReplaceAll(page, "@media (prefers-color-scheme:dark)", "@media none")
		page = strings.Replace(page, "</head>", "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}</style></head>", 1)
	case "nostyle":
		page = styleBlock.ReplaceAllString(page, "")
	}
	if mode != "noimages" {
		page = picture.ReplaceAllStringFunc(page, func(tag string) string {
			w, h := "520", "320"
			for _, m := range sizes.FindAllStringSubmatch(tag, -1) {
				if m[1] == "width" {
					w = m[2]
				} else {
					h = m[2]
				}
			}
			svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s"><rect width="100%%" height="100%%" fill="#9fb4a8"/><circle cx="30%%" cy="120%%" r="60%%" fill="#64827a"/><circle cx="85%%" cy="110%%" r="45%%" fill="#3e5b58"/></svg>`, w, h)
			at := strings.Index(tag, `src="`) + len(`src="`)
			end := at + strings.IndexByte(tag[at:], '"')
			return tag[:at] + "data:image/svg+xml," + html.EscapeString(strings.NewReplacer("#", "%23", "%", "%25").Replace(svg)) + tag[end:]
		})
	}
	source := filepath.Join(filepath.Dir(file), ".page.html")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(source, []byte(page), 0o600); err != nil {
		return err
	}
	abs, err := filepath.Abs(source)
	if err != nil {
		return err
	}
	if err := webtest.Open(ctx, look, (&url.URL{Scheme: "file", Path: abs}).String()); err != nil {
		return err
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	if err := os.Remove(source); err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}
