package webtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Every fault that Faults is for is found on a page made of them, and none on
// a page without.
func TestFaultsAreFound(t *testing.T) {
	const good = `<!DOCTYPE html><meta name="viewport" content="width=device-width"><body style="font-size:16px">` +
		`<p>Plain text with <a href="/x">a link inside</a> it.</p><a href="/y" style="display:inline-block;padding:14px 0">alone</a>`
	pages := map[string]string{
		"/good":  good,
		"/wide":  good + `<div style="width:900px">a line that is much too long for any phone there is</div>`,
		"/small": good + `<p style="font-size:9px">small print</p>`,
		"/pale":  good + `<p style="color:#ccc">pale</p>`,
		"/low":   good + `<div><a href="/z">low</a></div>`,
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(pages[r.URL.Path]))
	}))
	defer srv.Close()
	ctx := Browser(t)
	for path, word := range map[string]string{"/good": "", "/wide": "px wide", "/small": "small print", "/pale": "pale", "/low": "low"} {
		if err := Open(ctx, Look{375, "light"}, srv.URL+path); err != nil {
			t.Fatal(err)
		}
		found, err := Faults(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if word == "" && len(found) > 0 || word != "" && !strings.Contains(strings.Join(found, "\n"), word) {
			t.Errorf("%s: %q", path, found)
		}
	}
}

// What axe-core is for is found, in the colours of day and night.
func TestAccessibleFinds(t *testing.T) {
	const head = `<!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>A page</title>` +
		`<style>@media (prefers-color-scheme:dark){.night{color:#222;background:#000}}</style></head><body><main><h1>A page</h1>`
	pages := map[string]string{
		"/good":  head + `<p>Words with <a href="/x">a link</a>.</p><img src="/a.png" alt="Oats">`,
		"/alt":   head + `<img src="/a.png">`,
		"/pale":  head + `<p style="color:#ccc;background:#fff">pale</p>`,
		"/night": head + `<p class="night">dim</p>`,
		"/name":  head + `<a href="/x"></a>`,
		"/lang":  strings.Replace(head, ` lang="en"`, "", 1),
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(pages[r.URL.Path]))
	}))
	defer srv.Close()
	ctx := Browser(t)
	for path, want := range map[string]string{"/good": "", "/alt": "image-alt", "/pale": "light: color-contrast", "/night": "dark: color-contrast", "/name": "link-name", "/lang": "html-has-lang"} {
		found, err := Accessible(ctx, srv.URL+path)
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(found, "\n"); want == "" && all != "" || !strings.Contains(all, want) {
			t.Errorf("%s: %q lacks %q", path, all, want)
		}
	}
}
