package render

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/broadsheet/broadsheet/internal/web/webtest"
)

// see opens a file as a device does, and lists what is wrong with it.
func see(ctx context.Context, l webtest.Look, file string) ([]string, error) {
	if err := webtest.Open(ctx, l, (&url.URL{Scheme: "file", Path: file}).String()); err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]string](inspect))
}

// inspect lists what a reader on this device could not read or tap.
const inspect = `(() => {
const bad = [], wide = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > wide) bad.push('the page is ' + document.documentElement.scrollWidth + ' px wide');
const rgb = s => s.match(/[\d.]+/g).map(Number);
const lum = c => c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
	.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = e => {
	for (; e; e = e.parentElement) {
		const c = rgb(getComputedStyle(e).backgroundColor);
		if (c.length < 4 || c[3] === 1) return c;
	}
	return [255, 255, 255];
};
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n; n = walk.nextNode();) {
	const text = n.data.trim(), e = n.parentElement;
	if (text === '' || text === '\u00a0' || !e.checkVisibility() || e.closest('.skip')) continue;
	const style = getComputedStyle(e), range = document.createRange();
	range.selectNodeContents(n);
	const box = range.getBoundingClientRect(), name = JSON.stringify(text.slice(0, 30));
	if ((box.right > wide + 0.5 || box.left < -0.5) && !e.closest('.grid')) bad.push(name + ' reaches from ' + box.left + ' to ' + box.right);
	if (parseFloat(style.fontSize) < 14) bad.push(name + ' is ' + style.fontSize + ' tall');
	const a = lum(rgb(style.color)), b = lum(ground(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (ratio < 4.5) bad.push(name + ' has contrast ' + ratio.toFixed(2));
}
for (const a of document.querySelectorAll('a:not(.skip)')) {
	if (!a.checkVisibility()) continue;
	const alone = getComputedStyle(a).display !== 'inline' || a.parentElement.textContent.trim() === a.textContent.trim();
	const box = a.getBoundingClientRect();
	if (alone && box.height < 44) bad.push('the link ' + JSON.stringify(a.textContent) + ' is ' + box.height + ' px tall');
}
return bad;
})()`

// TestShots opens every fixture, as a mail and as a web page, on a small
// phone, a phone and a desktop, in light and dark.
func TestShots(t *testing.T) {
	for some := range slices.Chunk(fixtures(t), 6) { // a browser for each: it has only minutes to live
		t.Run("page", func(t *testing.T) {
			ctx := webtest.Browser(t)
			for _, f := range some {
				mail := f.compose(t)
				look(ctx, t, f.name+", mail", mail.HTML, webtest.Looks)
				look(ctx, t, f.name+", web", mail.Web, webtest.Looks)
				if f.name != "06-hostile" { // words that fit no phone are broken by a rule of the style block
					byDay := slices.DeleteFunc(slices.Clone(webtest.Looks), func(l webtest.Look) bool { return l.Scheme == "dark" })
					look(ctx, t, f.name+", mail without its style block", styleBlock.ReplaceAllString(mail.HTML, ""), byDay)
				}
			}
		})
	}
}

// look reports what is wrong with a page on some devices.
func look(ctx context.Context, t *testing.T, name, page string, looks []webtest.Look) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, l := range looks {
		bad, err := see(ctx, l, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range bad {
			t.Errorf("%s at %d px, %s: %s", name, l.Width, l.Scheme, b)
		}
	}
}

// TestShotsSeeFaults holds the inspection to what it claims to find.
func TestShotsSeeFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bad.html")
	page := `<!DOCTYPE html><meta name="viewport" content="width=device-width"><body style="margin:0"><p style="width:400px">Wide and long enough to leave a small phone's screen.</p>` +
		`<p style="font-size:13px">Small</p><p style="color:#999;background:#fff">Pale</p><p><a href="/">Low</a></p>`
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	bad, err := see(webtest.Browser(t), webtest.Look{Width: 320, Scheme: "light"}, file)
	if err != nil {
		t.Fatal(err)
	}
	if len(bad) < 5 {
		t.Errorf("found only %q", bad)
	}
}
