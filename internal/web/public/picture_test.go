package public_test

import (
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/media"
	"github.com/broadsheet/broadsheet/internal/web"
	"github.com/broadsheet/broadsheet/internal/web/public"
)

// album is a folder of pictures.
type album string

func (a album) Open(file string) (*os.File, media.Format, error) {
	if strings.HasPrefix(file, ".") {
		return nil, "", fs.ErrNotExist
	}
	f, err := os.Open(filepath.Join(string(a), file))
	return f, media.Format(strings.TrimPrefix(filepath.Ext(file), ".")), err
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.png": "\x89PNG picture", "evil.svg": "<svg><script>alert(1)</script></svg>"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	routes, err := public.Routes(public.Options{Media: album(dir)})
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now}, routes...)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask("GET", "/media/a.png")
	for name, want := range map[string]string{
		"Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "Cross-Origin-Resource-Policy": "cross-origin",
		"ETag": `"a.png"`, "Content-Disposition": "", "Content-Length": "12",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if w.Code != 200 || w.Body.String() != "\x89PNG picture" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	if w := ask("HEAD", "/media/a.png"); w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d", w.Code)
	}
	if w := ask("GET", "/media/a.png", "If-None-Match", `"a.png"`); w.Code != 304 {
		t.Errorf("known already: %d", w.Code)
	}
	if w := ask("GET", "/media/a.png", "Range", "bytes=1-3"); w.Code != 206 || w.Body.String() != "PNG" {
		t.Errorf("a range: %d %q", w.Code, w.Body)
	}
	w = ask("GET", "/media/evil.svg")
	if w.Header().Get("Content-Disposition") != `attachment; filename="picture.svg"` || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("an SVG: %v", w.Header())
	}
	for _, path := range []string{"/media/none.png", "/media/", "/media/.hidden", "/media/..%2fa.png"} {
		if w := ask("GET", path); w.Code != 404 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}
