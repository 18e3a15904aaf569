package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Of a picture the beginning is read, whether or not the server knows ranges.
func TestPictureIsReadInPart(t *testing.T) {
	t.Parallel()
	whole := bytes.Repeat([]byte("0123456789"), 100_000)
	s, f := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ranges":
			if r.Header.Get("Accept") != "image/*" || r.Header.Get("Accept-Encoding") != "identity" {
				t.Errorf("asked with %v", r.Header)
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(whole))
		case "/plain":
			_, _ = w.Write(whole)
		case "/moved":
			http.Redirect(w, r, "/ranges", http.StatusFound)
		case "/zipped":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "x")
		case "/middle":
			w.Header().Set("Content-Range", "bytes 5-9/10")
			w.WriteHeader(http.StatusPartialContent)
		case "/small":
			_, _ = io.WriteString(w, "small")
		default:
			http.NotFound(w, r)
		}
	})
	for path, want := range map[string]string{"/ranges": string(whole[:1000]), "/plain": string(whole[:1000]), "/moved": string(whole[:1000]), "/small": "small"} {
		p, err := f.Picture(context.Background(), s.URL+path, 1000)
		if err != nil || string(p.Body) != want {
			t.Errorf("%s: %d bytes, %v", path, len(p.Body), err)
		}
	}
	for path, says := range map[string]string{"/zipped": "not asked for", "/middle": "another part", "/none": "404 Not Found"} {
		if _, err := f.Picture(context.Background(), s.URL+path, 1000); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, address := range []string{"http://10.0.0.1/a.jpg", "http://169.254.169.254/a.jpg", "data:image/png;base64,AA", "/a.jpg", "file:///etc/passwd"} {
		if _, err := f.Picture(context.Background(), address, 1000); err == nil {
			t.Errorf("%s was fetched", address)
		}
	}
}
