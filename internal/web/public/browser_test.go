package public_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/web/webtest"
)

// TestLeavingInABrowser clicks the way out and back, as a reader does.
func TestLeavingInABrowser(t *testing.T) {
	f := setUp(t)
	ctx := webtest.Browser(t)
	phone := webtest.Look{Width: 375, Scheme: "light"}
	if err := webtest.Open(ctx, phone, f.server.URL+f.link(keyring.Unsubscribe)); err != nil {
		t.Fatal(err)
	}
	if got := f.history(t); got != untouched {
		t.Fatalf("opening the page did something: %s", got)
	}
	press := func(button, said, history string) {
		t.Helper()
		err := chromedp.Do(ctx,
			chromedp.Click(chromedp.CSS(`button[value="`+button+`"]`)),
			chromedp.WaitVisible(`//*[@role="status"][contains(., "`+said+`")]`))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.history(t); !strings.HasSuffix(got, history) {
			t.Fatalf("after %s: %s", button, got)
		}
	}
	press("leave", "will not be sent to", "gut withdrawn by unsubscribe page, gut unsubscribed, news active")
	press("return", "will be sent to", "gut granted by unsubscribe page, undone, gut active, news active")
	if err := chromedp.Do(ctx, chromedp.Navigate(f.server.URL+f.link(keyring.Preferences))); err != nil {
		t.Fatal(err)
	}
	press("leave-all", "off all our lists", "gut unsubscribed, news unsubscribed")
	press("return", "again", "gut granted by preferences page, gut active, news unsubscribed")
}

// TestPagesCanBeReadEverywhere looks at each page on each device.
func TestPagesCanBeReadEverywhere(t *testing.T) {
	f := setUp(t)
	ctx := webtest.Browser(t)
	left := f.link(keyring.OneClick)
	ask := f.link(keyring.Unsubscribe)
	pages := []string{ask, f.link(keyring.Preferences), "/unsubscribe/wrong", "/"}
	look := func(path string) {
		for _, l := range webtest.Looks {
			if err := webtest.Open(ctx, l, f.server.URL+path); err != nil {
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
		found, err := webtest.Accessible(ctx, f.server.URL+path)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			t.Errorf("%s at %s", path, v)
		}
	}
	for _, p := range pages {
		look(p)
	}
	f.post(t, left, "act", "leave").want(t, 200)
	look(left)
	look(pages[1])
}
