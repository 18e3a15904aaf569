package webtest

import (
	"context"
	_ "embed" // axe-core

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1, the file axe.min.js of the npm package axe-core
// (npm pack axe-core), under the Mozilla Public License 2.0
// (testdata/LICENSE.axe-core*). Only tests hold it.
//
//go:embed testdata/axe.min.js
var axe string

// Accessible lists what axe-core finds serious or critical on a page, on every
// device of Looks: what people who don't see, or don't see well, can't use.
func Accessible(ctx context.Context, url string) ([]string, error) {
	if err := Open(ctx, Looks[0], url); err != nil {
		return nil, err
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		return nil, err
	}
	var out []string
	for _, l := range Looks {
		if err := resize(ctx, l); err != nil {
			return nil, err
		}
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](violations(l), chromedp.EvalAwaitPromise))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			out = append(out, l.String()+": "+f)
		}
	}
	return out, nil
}

// resize turns the page that is open into another device's, without loading
// it again.
func resize(ctx context.Context, l Look) error {
	_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.Width, Height: 800, DeviceScaleFactor: 1, Mobile: l.Width < 600,
	})
	if err != nil {
		return err
	}
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.Scheme}},
	})
	return err
}

// violations runs axe-core on the page. By night only the colours can differ.
func violations(l Look) string {
	only := ""
	if l.Scheme == "dark" {
		only = "runOnly: ['cat.color'], "
	}
	return `axe.run(document, {` + only + `resultTypes: ['violations'], iframes: false, preload: false}).then(r => r.violations
	.filter(v => v.impact === 'serious' || v.impact === 'critical')
	.map(v => v.id + ' (' + v.impact + '): ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')))`
}
