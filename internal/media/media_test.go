package media

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// painted is a picture that is red on its left half and blue on its right.
func painted(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{220, 20, 20, 255}
			if x >= w/2 {
				c = color.NRGBA{20, 20, 220, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const secret = "52.5200N 13.4050E"

// withEXIF puts an orientation and a place into a JPEG.
func withEXIF(data []byte, how uint16) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, how)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), append(tiff, secret...)...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return bytes.Join([][]byte{data[:2], segment, body, data[2:]}, nil)
}

// claiming is a PNG whose header claims a size, and nothing behind it.
func claiming(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = append(binary.BigEndian.AppendUint32(head, h), 8, 2, 0, 0, 0)
	out := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	return binary.BigEndian.AppendUint32(append(out, head...), crc32.ChecksumIEEE(head))
}

// A picture comes out upright, without what its metadata told, and in the
// widths of mails.
func TestPicturesAreMadeAnew(t *testing.T) {
	list, err := prepare("photo.jpg", withEXIF(jpegOf(t, painted(3000, 1500)), 6))
	if err != nil {
		t.Fatal(err)
	}
	want := []Size{{1500, 3000}, {1200, 2400}, {600, 1200}}
	if len(list) != len(want) {
		t.Fatalf("%d versions", len(list))
	}
	for i, e := range list {
		f, size, err := Look(e.data)
		if err != nil || f != JPEG || size != want[i] || e.size != want[i] {
			t.Errorf("version %d is %s %v, %v", i, f, size, err)
		}
		if bytes.Contains(e.data, []byte("Exif")) || bytes.Contains(e.data, []byte(secret)) {
			t.Errorf("version %d tells where it was taken", i)
		}
		img, err := jpeg.Decode(bytes.NewReader(e.data))
		if err != nil {
			t.Fatal(err)
		}
		// Turned by a quarter: what was left is above.
		top, _, _, _ := img.At(size.Width/2, size.Height/10).RGBA()
		bottom, _, _, _ := img.At(size.Width/2, size.Height*9/10).RGBA()
		if top < 0xa000 || bottom > 0x5000 {
			t.Errorf("version %d is not upright: %x above, %x below", i, top, bottom)
		}
	}
	if len(list[1].data) > 100_000 {
		t.Errorf("the version for mails is %d bytes", len(list[1].data))
	}
}

// Every orientation puts the corner where it belongs.
func TestOrientations(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 4, 2))
	src.SetNRGBA(0, 0, color.NRGBA{255, 255, 255, 255})
	for how, want := range map[int]image.Point{1: {0, 0}, 2: {3, 0}, 3: {3, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 3}, 8: {0, 3}} {
		out := upright(src, how)
		if r, _, _, _ := out.At(want.X, want.Y).RGBA(); r != 0xffff {
			t.Errorf("orientation %d: the corner is not at %v of %v", how, want, out.Bounds())
		}
		if got := orientation(withEXIF(jpegOf(t, painted(2, 2)), uint16(how))); got != how {
			t.Errorf("orientation %d is read as %d", how, got)
		}
	}
	for name, data := range map[string][]byte{
		"none": jpegOf(t, painted(2, 2)), "nine": withEXIF(jpegOf(t, painted(2, 2)), 9), "cut off": withEXIF(jpegOf(t, painted(2, 2)), 6)[:20], "empty": nil,
	} {
		if got := orientation(data); got != 1 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func animated(t *testing.T, w, h, frames int) []byte {
	t.Helper()
	var g gif.GIF
	for n := range frames {
		p := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})
		p.SetColorIndex(n%w, 0, 1)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFormats(t *testing.T) {
	clear := painted(1500, 10)
	clear.SetNRGBA(0, 0, color.NRGBA{})
	deep := image.NewNRGBA64(image.Rect(0, 0, 700, 10))
	tiny, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data  []byte
		kept  Format
		sizes []Size
	}{
		"transparent PNG": {pngOf(t, clear), PNG, []Size{{1500, 10}, {1200, 8}, {600, 4}}},
		"16-bit PNG":      {pngOf(t, deep), PNG, []Size{{700, 10}, {600, 9}}},
		"small JPEG":      {jpegOf(t, painted(320, 200)), JPEG, []Size{{320, 200}}},
		"moving GIF":      {animated(t, 700, 20, 3), GIF, []Size{{700, 20}}},
		"still GIF":       {animated(t, 700, 20, 1), GIF, []Size{{700, 20}, {600, 17}}},
		"WebP":            {tiny, PNG, []Size{{1, 1}}},
		"SVG":             {[]byte("\ufeff<?xml version=\"1.0\"?><!-- x --><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"), SVG, []Size{{}}},
	} {
		list, err := prepare(name, c.data)
		if err != nil || len(list) != len(c.sizes) || list[0].format != c.kept {
			t.Errorf("%s: %d versions, %v", name, len(list), err)
			continue
		}
		for i, e := range list {
			if e.size != c.sizes[i] {
				t.Errorf("%s, version %d: %v", name, i, e.size)
			}
		}
		again, err := prepare(name, c.data)
		if err != nil || !bytes.Equal(again[0].data, list[0].data) {
			t.Errorf("%s is not the same twice: %v", name, err)
		}
	}
	moving, err := prepare("moving", animated(t, 30, 20, 5))
	if err != nil {
		t.Fatal(err)
	}
	if g, err := gif.DecodeAll(bytes.NewReader(moving[0].data)); err != nil || len(g.Image) != 5 {
		t.Errorf("the frames are gone: %v", err)
	}
}

// What would be too much is refused before it is decoded, in a sentence.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"a bomb":          {claiming(15_000, 15_000), "25 million are the most"},
		"a long one":      {claiming(60_000, 1), "16000 on a side"},
		"an endless GIF":  {animated(t, 1000, 1000, 26), "in all its frames"},
		"a cut off one":   {jpegOf(t, painted(90, 90))[:400], "is damaged"},
		"only a head":     {claiming(10, 10), "is damaged"},
		"a page":          {[]byte("<!DOCTYPE html><html><svg></svg></html>"), "is not a picture"},
		"text":            {[]byte("hello <svg>"), "is not a picture"},
		"nothing":         {nil, "is not a picture"},
		"too many bytes":  {append(jpegOf(t, painted(9, 9)), make([]byte, MaxBytes)...), "larger than 20 MB"},
		"a GIF cut off":   {animated(t, 9, 9, 2)[:30], "is damaged"},
		"a fat SVG":       {[]byte("<svg>" + strings.Repeat(" ", maxSVG)), "the most for an SVG"},
		"an AVIF":         {[]byte("\x00\x00\x00\x20ftypavif"), "is not a picture"},
		"a disguised GIF": {[]byte("GIF89a<script>alert(1)</script>"), "s"},
	} {
		var r *RefusedError
		if _, err := prepare("it", c.data); !errors.As(err, &r) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "media")
	at := time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC)
	s := New(pgtest.New(t).DB, dir, func() time.Time { return at })
	ctx := context.Background()
	photo := withEXIF(jpegOf(t, painted(1400, 700)), 1)
	one, again, err := s.Add(ctx, `C:\pictures\Balm.jpg`, bytes.NewReader(photo), "Ada")
	if err != nil || again {
		t.Fatal(again, err)
	}
	if one.Name != "Balm.jpg" || one.Width != 1400 || len(one.Smaller) != 2 || one.ForMail().Width != 1200 || one.Actor != "Ada" || !one.AddedAt.Equal(at) {
		t.Errorf("kept %+v", one)
	}
	twice, again, err := s.Add(ctx, "other.jpg", bytes.NewReader(photo), "Ben")
	if err != nil || !again || twice.File != one.File || twice.Actor != "Ada" {
		t.Errorf("the same again: %v %+v %v", again, twice, err)
	}
	two, _, err := s.Add(ctx, "", bytes.NewReader(pngOf(t, painted(20, 20))), "Ada")
	if err != nil || two.ForMail().File != two.File || two.Name != "the picture" {
		t.Errorf("a small one: %+v, %v", two, err)
	}
	list, err := s.List(ctx, 0, 10)
	if err != nil || len(list) != 2 || list[0].File != two.File || len(list[1].Smaller) != 2 {
		t.Errorf("list: %+v, %v", list, err)
	}
	if older, err := s.List(ctx, list[0].ID, 10); err != nil || len(older) != 1 || older[0].File != one.File {
		t.Errorf("older: %+v, %v", older, err)
	}
	for _, what := range []string{one.File, "https://mail.example.org" + one.Path(), "1"} {
		if got, err := s.Get(ctx, what); err != nil || got.File != one.File {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	var none *NotFoundError
	for _, what := range []string{"", "99", "../etc/passwd", strings.Repeat("0", 64) + ".jpg"} {
		if _, err := s.Get(ctx, what); !errors.As(err, &none) {
			t.Errorf("%q: %v", what, err)
		}
	}
	f, format, err := s.Open(one.Smaller[1].File)
	if err != nil || format != JPEG {
		t.Fatal(format, err)
	}
	data, err := io.ReadAll(f)
	_ = f.Close()
	if err != nil || int64(len(data)) != one.Smaller[1].Bytes {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	for _, name := range []string{"../store.go", "x.jpg", strings.Repeat("0", 64) + ".jpg", one.File + "/..", strings.ToUpper(one.File)} {
		if _, _, err := s.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*", ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A folder that can't be written is a sentence.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := New(pgtest.New(t).DB, filepath.Join(file, "media"), time.Now)
	var r *RefusedError
	if _, _, err := s.Add(t.Context(), "a.png", bytes.NewReader(pngOf(t, painted(2, 2))), "Ada"); !errors.As(err, &r) || !strings.Contains(err.Error(), "--media-dir") {
		t.Errorf("got %v", err)
	}
}

func FuzzLook(f *testing.F) {
	f.Add(claiming(10, 10))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, size, err := Look(data)
		if err == nil && (size.Width <= 0 || size.Height <= 0) {
			t.Errorf("size %v", size)
		}
		_ = isSVG(data)
		_, _ = gifArea(data) // must only end
	})
}
