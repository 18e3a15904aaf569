package inbox_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/broadsheet/broadsheet/internal/web/webtest"
)

// TestInboxInABrowser opens a mail from the list, and looks into its frame.
func TestInboxInABrowser(t *testing.T) {
	server, _ := setUp(t, plain, hostile)
	ctx := webtest.Browser(t)
	if err := webtest.Open(ctx, webtest.Look{Width: 1024, Scheme: "light"}, server+"/inbox/"); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Do(ctx,
		chromedp.Click(chromedp.CSS(`a[href="/inbox/2"]`)),
		chromedp.WaitVisible(chromedp.CSS(`iframe`)))
	if err != nil {
		t.Fatal(err)
	}
	if width, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.querySelector('iframe').getBoundingClientRect().width`)); err != nil || width < 900 {
		t.Errorf("the frame is %v px wide, %v", width, err)
	}
	err = chromedp.Do(ctx,
		chromedp.Click(`//a[text()="Phone"]`),
		chromedp.WaitVisible(chromedp.CSS(`.stage.phone iframe`)))
	if err != nil {
		t.Fatal(err)
	}
	if width, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.querySelector('iframe').getBoundingClientRect().width`)); err != nil || width != 375 {
		t.Errorf("the frame is %v px wide, %v", width, err)
	}
}

// TestFrameRunsNothing: the mail's own style counts, its scripts and forms don't,
// and its links open a tab of their own.
func TestFrameRunsNothing(t *testing.T) {
	server, _ := setUp(t, hostile)
	ctx := webtest.Browser(t)
	if err := webtest.Open(ctx, webtest.Look{Width: 1024, Scheme: "light"}, server+"/inbox/1/html"); err != nil {
		t.Fatal(err)
	}
	if text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(`#mail`))); err != nil || text != "The mail" {
		t.Errorf("a script ran: %q, %v", text, err)
	}
	if colour, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector('p')).color`)); err != nil || colour != "rgb(18, 52, 86)" {
		t.Errorf("the mail's style doesn't count: %s, %v", colour, err)
	}
	opened := chromedp.WaitNewTarget(ctx, func(i *target.Info) bool {
		return strings.HasPrefix(i.URL, "https://example.org/") || i.URL == "" || i.URL == "about:blank"
	})
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`#go`)), chromedp.Click(chromedp.CSS(`#out`))); err != nil {
		t.Fatal(err)
	}
	select {
	case <-opened:
	case <-ctx.Done():
		t.Error("the link opened no tab")
	}
	if at, err := chromedp.Run(ctx, chromedp.Location()); err != nil || at != server+"/inbox/1/html" {
		t.Errorf("the form or the link led to %s, %v", at, err)
	}
}

func TestInboxCanBeReadEverywhere(t *testing.T) {
	server, _ := setUp(t, plain, hostile)
	ctx := webtest.Browser(t)
	for _, path := range []string{"/inbox/", "/inbox/2", "/inbox/2?width=phone", "/inbox/1/text", "/inbox/2/headers", "/inbox/2/source", "/inbox/9"} {
		for _, l := range webtest.Looks {
			if err := webtest.Open(ctx, l, server+path); err != nil {
				t.Fatal(err)
			}
			bad, err := webtest.Faults(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bad {
				t.Errorf("%s at %s: %s", path, l, b)
			}
		}
		found, err := webtest.Accessible(ctx, server+path)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			t.Errorf("%s at %s", path, v)
		}
	}
}
