package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// A picture is kept, served, and stands in a mail that nothing is said against.
func TestMediaOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	web := freeAddr(t)
	s.env = append(s.env, "BROADSHEET_LISTEN="+web, "BROADSHEET_PUBLIC_URL=http://"+web, "BROADSHEET_MEDIA_DIR="+t.TempDir())
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 1600, 400))); err != nil {
		t.Fatal(err)
	}
	file := s.write("table.png", b.String())
	address := s.ok("media", "add", file)
	if again := s.run("media", "add", file); again.out != address || !strings.Contains(again.stderr, "was there already") {
		t.Errorf("again: %+v", again)
	}
	if r := s.run("media", "add", s.write("note.txt", "hello")); r.code != 1 || !strings.Contains(r.stderr, "note.txt is not a picture") {
		t.Errorf("a text: %+v", r)
	}
	var list []struct {
		ID      int
		URL     string
		ForMail string `json:"for_mail"`
		Smaller []struct{ Width, Height int }
	}
	s.json(&list, "media", "list", "--json")
	if len(list) != 1 || list[0].ForMail != address || len(list[0].Smaller) != 2 || list[0].Smaller[0].Width != 1200 {
		t.Errorf("list: %+v", list)
	}
	if out := s.ok("media", "show", address); !strings.Contains(out, "1200 × 300 png") {
		t.Errorf("show: %s", out)
	}
	s.start("web").said("web pages at")
	if c, err := png.DecodeConfig(strings.NewReader(get(t, address))); err != nil || c.Width != 1200 {
		t.Errorf("served: %+v, %v", c, err)
	}
}

// pictured is a site with two articles, each with a picture that is there and
// one that is not; it counts how often the former are asked for.
func pictured(t *testing.T) (address string, asked *atomic.Int32) {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 80, 60))); err != nil {
		t.Fatal(err)
	}
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/balm.png", "/fresh.png":
			asked.Add(1)
			_, _ = w.Write(picture.Bytes())
		case "/article", "/second":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			page := `<!DOCTYPE html><html lang="en"><head><title>Two Balms</title></head><body><article><h1>Two Balms</h1>
				<p>Skin is better at repairing itself than any serum is, if it is left alone for a while, and a balm keeps the water in.</p>
				<p><img src="/balm.png" alt="A tin of balm"></p>
				<p>We tried it for a month in the winter, on dry hands and on cheeks, and looked at what it did to both of them.</p>
				<p><img src="/gone.png" alt="Another tin"></p>
				<p>The other one was gone before we could open it, so that this is all there is to be said of it for the time being.</p></article></body></html>`
			if r.URL.Path == "/second" {
				page = strings.ReplaceAll(strings.ReplaceAll(page, "Two Balms", "Fresh Balms"), "balm.png", "fresh.png")
			}
			_, _ = io.WriteString(w, page)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// The sizes of pictures are read from their files where the article comes from
// the web, and kept; one that can't be read is said and stops nothing.
func TestPicturesAreMeasured(t *testing.T) {
	t.Parallel()
	site, asked := pictured(t)
	s := onDatabase(t)
	s.env = append(s.env, "BROADSHEET_ALLOW_PRIVATE=true")
	r := s.run("article", "add", site+"/article")
	if r.code != 0 || !strings.Contains(r.stderr, "gone.png was not measured") || !strings.Contains(r.stderr, "404") {
		t.Fatalf("adding: %+v", r)
	}
	var kept struct {
		Article struct {
			Blocks []struct {
				Kind          string
				Width, Height int
			}
		}
	}
	s.json(&kept, "article", "show", r.out, "--json")
	sizes := ""
	for _, b := range kept.Article.Blocks {
		if b.Kind == "image" {
			sizes += fmt.Sprintf("%d×%d ", b.Width, b.Height)
		}
	}
	if sizes != "80×60 0×0 " {
		t.Errorf("the pictures are %s", sizes)
	}
	if again := s.run("article", "add", site+"/article"); again.code != 0 || !strings.Contains(again.stderr, "unchanged") || asked.Load() != 1 {
		t.Errorf("again, after %d look-ups: %+v", asked.Load(), again)
	}
	if m := s.run("article", "measure", r.out); m.code != 1 || !strings.Contains(m.out, "gone.png") || strings.Contains(m.out, "balm.png") {
		t.Errorf("measuring again: %+v", m)
	}
	mail := s.run("article", "lint", site+"/article", "--no-measure")
	if measured := s.run("article", "lint", site+"/article"); strings.Count(mail.out, "HTML-10") != 2 || strings.Count(measured.out, "HTML-10") != 1 {
		t.Errorf("lint says %s, and %s after measuring", mail.out, measured.out)
	}
	source := s.ok("source", "add", "urls", s.write("pages.txt", site+"/second\n"))
	s.ok("source", "poll", source)
	var list []struct {
		ID      int
		Article struct{ Title string }
	}
	s.json(&list, "article", "list", "--json")
	if list[0].Article.Title != "Fresh Balms" {
		t.Fatalf("polled %+v", list)
	}
	if out := s.ok("article", "show", fmt.Sprint(list[0].ID), "--json"); !strings.Contains(out, `"width": 80`) || asked.Load() != 3 {
		t.Errorf("a polled article's picture was not measured, after %d look-ups: %s", asked.Load(), out)
	}
}
