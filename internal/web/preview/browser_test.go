package preview_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/broadsheet/broadsheet/internal/web/webtest"
)

// eval opens a page and asks it something.
func eval[T any](t *testing.T, ctx context.Context, l webtest.Look, url, script string) T {
	t.Helper()
	if err := webtest.Open(ctx, l, url); err != nil {
		t.Fatal(err)
	}
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestFramesInABrowser: a frame shows what was asked for, whatever the
// editor's own screen prefers.
func TestFramesInABrowser(t *testing.T) {
	d := setUp(t, sample())
	ctx := webtest.Browser(t)
	const ground = `getComputedStyle(document.body).backgroundColor`
	for _, c := range []struct{ scheme, query, want string }{
		{"light", "", "rgb(255, 255, 255)"},
		{"dark", "", "rgb(255, 255, 255)"},
		{"light", "?mode=dark", "rgb(26, 23, 25)"},
		{"dark", "?mode=dark", "rgb(26, 23, 25)"},
		{"dark", "?mode=own", "rgb(26, 23, 25)"},
		{"light", "?mode=own", "rgb(255, 255, 255)"},
	} {
		if got := eval[string](t, ctx, webtest.Look{Width: 375, Scheme: c.scheme}, d.at("/frame"+c.query), ground); got != c.want {
			t.Errorf("%q on a %s screen: %s", c.query, c.scheme, got)
		}
	}
	day := webtest.Look{Width: 600, Scheme: "light"}
	if got := eval[string](t, ctx, day, d.at("/frame?mode=inverted"), `getComputedStyle(document.documentElement).filter`); got != "invert(1) hue-rotate(180deg)" {
		t.Errorf("inverted: %q", got)
	}
	// Marks take no room.
	const height = `document.documentElement.scrollHeight`
	with, without := eval[float64](t, ctx, day, d.at("/frame"), height), eval[float64](t, ctx, day, d.at("/frame?marks=off"), height)
	if with != without {
		t.Errorf("the mail is %v px high with marks and %v without", with, without)
	}
	// Their place is beside what they speak of.
	far := eval[float64](t, ctx, day, d.at("/frame"), `(() => {
		const mark = document.querySelector('[title^="LAW-8"]');
		const text = document.evaluate('//*[contains(text(), "This balm heals")]', document.body).iterateNext();
		return Math.abs(mark.getBoundingClientRect().top - text.getBoundingClientRect().top);
	})()`)
	if far > 14 {
		t.Errorf("the claim's mark is %v px away", far)
	}
	if at := eval[float64](t, ctx, webtest.Look{Width: 375, Scheme: "light"}, d.at("/frame")+"#finding-2", `scrollY`); at < 100 {
		t.Errorf("going to a finding scrolls to %v", at)
	}
}

// TestGoingToAFinding clicks through the page as an editor does.
func TestGoingToAFinding(t *testing.T) {
	d := setUp(t, sample())
	ctx := webtest.Browser(t)
	if err := webtest.Open(ctx, webtest.Look{Width: 1440, Scheme: "light"}, d.at("")); err != nil {
		t.Fatal(err)
	}
	press := func(link, shows string) {
		t.Helper()
		// By the element, not by where it is on the screen: the page may still be moving.
		if err := chromedp.Do(ctx, chromedp.WaitVisible(link)); err != nil {
			t.Fatalf("no %s: %v", link, err)
		}
		click := "(document.evaluate(" + strconv.Quote(link) + ", document).iterateNext().click(), true)"
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](click)); err != nil {
			t.Fatalf("press %s: %v", link, err)
		}
		if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(shows))); err != nil {
			t.Fatalf("%s does not lead to %s: %v", link, shows, err)
		}
	}
	press(`//a[text()='Phone']`, `figure.phone iframe`)
	press(`//a[text()='Dark']`, `figure.phone iframe[src*="mode=dark"]`)
	press(`//li[.//b[text()='LAW-8']]//a[starts-with(text(), 'Go to it')]`, `figure.phone iframe[src*="mode=dark"][src$="#finding-2"]`)
	press(`//a[text()='Text']`, `.text ol`)
	if width, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth`)); err != nil || width > 1440 {
		t.Errorf("the page is %v px wide, %v", width, err)
	}
}

func TestPreviewCanBeReadEverywhere(t *testing.T) {
	d := setUp(t, sample())
	ctx := webtest.Browser(t)
	for _, rest := range []string{"", "?view=compare", "?view=text", "?view=headers", "?at=2&mode=inverted&width=phone"} {
		for _, l := range append(webtest.Looks, webtest.Look{Width: 1440, Scheme: "light"}) {
			if err := webtest.Open(ctx, l, d.at(rest)); err != nil {
				t.Fatal(err)
			}
			bad, err := webtest.Faults(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bad {
				t.Errorf("%s at %d px, %s: %s", rest, l.Width, l.Scheme, b)
			}
		}
	}
}

func TestPreviewCanBeUsedByEverybody(t *testing.T) {
	d := setUp(t, sample())
	ctx := webtest.Browser(t)
	for _, rest := range []string{"", "?view=compare", "?view=text&at=2", "?view=headers"} {
		found, err := webtest.Accessible(ctx, d.at(rest))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			t.Errorf("%s, %s", rest, f)
		}
	}
}
