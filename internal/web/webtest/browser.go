// Package webtest opens pages in a real browser, for tests. A missing browser
// is a failure: what no browser has shown is not known to work.
package webtest

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Browser starts a headless Chromium for one test, in which nothing but this
// machine can be reached. It ends with the test.
func Browser(t testing.TB) context.Context {
	t.Helper()
	path := find()
	if path == "" {
		t.Fatal("this test opens pages in a real browser: install the package chromium, or run make setup")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Env("TMPDIR="+t.TempDir()), // it leaves folders behind
		chromedp.NoSandbox,                  // root has none, nor have containers
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, done := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(done)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("Chromium at %s does not start: %v", path, err)
	}
	return ctx
}

// find is where a Chromium is, by the names it goes by; "" if there is none.
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Look is a device that a page is looked at with.
type Look struct {
	Width  int64  // CSS pixels
	Scheme string // light or dark
}

// String is the device in a message.
func (l Look) String() string { return fmt.Sprintf("%d px, %s", l.Width, l.Scheme) }

// Looks are a small phone, a phone and a desktop, by day and by night.
var Looks = []Look{{320, "light"}, {320, "dark"}, {375, "light"}, {375, "dark"}, {1024, "light"}, {1024, "dark"}}

// Open shows url as that device does.
func Open(ctx context.Context, l Look, url string) error {
	if err := resize(ctx, l); err != nil {
		return err
	}
	return chromedp.Do(ctx, chromedp.Navigate(url))
}

// Faults lists what a reader could not read or tap on the page that is open:
// text beyond the edge, smaller than 14 px or paler than 4.5:1, and links and
// buttons lower than 44 px. Links within a sentence may be lower.
func Faults(ctx context.Context) ([]string, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[[]string](faults))
}

const faults = `(() => {
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
	if (text === '' || !e.checkVisibility()) continue;
	const style = getComputedStyle(e), range = document.createRange(), name = JSON.stringify(text.slice(0, 30));
	range.selectNodeContents(n);
	const box = range.getBoundingClientRect();
	const clipped = style.textOverflow === 'ellipsis' || (e.parentElement && getComputedStyle(e.parentElement).textOverflow === 'ellipsis');
	if ((box.right > wide + 0.5 || box.left < -0.5) && !clipped) bad.push(name + ' reaches from ' + box.left + ' to ' + box.right);
	if (parseFloat(style.fontSize) < 14) bad.push(name + ' is ' + style.fontSize + ' tall');
	const a = lum(rgb(style.color)), b = lum(ground(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (ratio < 4.5) bad.push(name + ' has contrast ' + ratio.toFixed(2));
}
for (const a of document.querySelectorAll('a, button')) {
	if (!a.checkVisibility() || a.closest('pre')) continue;
	const inline = getComputedStyle(a).display === 'inline' && a.parentElement.textContent.trim() !== a.textContent.trim();
	const box = a.getBoundingClientRect();
	if (!inline && box.height < 44) bad.push(JSON.stringify(a.textContent) + ' is ' + box.height + ' px high');
}
return bad;
})()`
