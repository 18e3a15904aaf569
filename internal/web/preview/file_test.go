package preview_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/broadsheet/broadsheet/internal/web/preview"
	"github.com/broadsheet/broadsheet/internal/web/webtest"
)

// The file shows everything by itself, and runs nothing of what the mail says.
func TestFileInABrowser(t *testing.T) {
	a := sample()
	a.Title = `Skin & <script>alert(1)</script>"quotes"`
	var b bytes.Buffer
	if err := preview.File(&b, review(t, a)); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if strings.Contains(text, "<script") || strings.Count(text, "<iframe srcdoc=") != 5 || !strings.Contains(text, "LAW-8") || !strings.Contains(text, "List-Unsubscribe") {
		t.Error("the file holds what it shouldn't, or lacks something")
	}
	file := filepath.Join(t.TempDir(), "preview.html")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := webtest.Browser(t)
	for _, l := range webtest.Looks {
		if err := webtest.Open(ctx, l, "file://"+file); err != nil {
			t.Fatal(err)
		}
		bad, err := webtest.Faults(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range bad {
			t.Errorf("at %d px, %s: %s", l.Width, l.Scheme, f)
		}
	}
	// The frames are strangers to the page, so each is looked at through what it was given.
	frames, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll('iframe')].map(f => f.srcdoc)`))
	if err != nil || len(frames) != 5 {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
	for i, want := range []string{"color-scheme:only light", "color-scheme:only light", "color-scheme:only dark", "invert(1)", "img-src 'none'"} {
		if !strings.Contains(frames[i], want) || !strings.Contains(frames[i], "This balm heals your skin") {
			t.Errorf("frame %d lacks %q or the mail", i, want)
		}
	}
}
