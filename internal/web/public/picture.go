package public

import (
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/broadsheet/broadsheet/internal/web"
)

// picture serves a file of the media store.
func (s *site) picture(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	f, format, err := s.Media.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return web.NotFound("There is no picture at this address.")
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	h := w.Header()
	h.Set("Content-Type", format.Type())
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+name+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // webmail shows it in its own pages
	if !format.Inline() {
		h.Set("Content-Disposition", `attachment; filename="picture`+format.Ext()+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}
