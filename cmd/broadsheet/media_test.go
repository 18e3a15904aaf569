package main

import (
	"bytes"
	"image"
	"image/png"
	"strings"
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
