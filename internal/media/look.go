package media

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/webp"
)

// Bounds of what is taken (ours).
const (
	MaxBytes  = 20 << 20   // of a file
	MaxPixels = 25_000_000 // of a picture, or of all frames of a moving one
	MaxSide   = 16_000     // pixels
	maxSVG    = 1 << 20    // bytes
)

// Format is what a file is.
type Format string

// Formats. WebP is read and never kept.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	GIF  Format = "gif"
	SVG  Format = "svg"
	WebP Format = "webp"
)

// Ext is the ending of a file's name.
func (f Format) Ext() string {
	if f == JPEG {
		return ".jpg"
	}
	return "." + string(f)
}

// Type is the media type.
func (f Format) Type() string {
	if f == SVG {
		return "image/svg+xml"
	}
	return "image/" + string(f)
}

// Inline reports whether a browser may show the file by itself.
func (f Format) Inline() bool { return f != SVG }

// Size is a picture's width and height in pixels, as it is to be shown.
type Size struct{ Width, Height int }

// RefusedError says why a file was not taken; nothing of it was kept.
type RefusedError struct{ Sentence string }

func (e *RefusedError) Error() string { return e.Sentence }

func refused(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}

var errUnknown = errors.New("not a JPEG, PNG, GIF or WebP")

// Look reads the format and the size of a picture from its header; the bytes
// may end behind that. It allocates next to nothing.
func Look(data []byte) (Format, Size, error) {
	f, decode := sniff(data)
	if decode == nil {
		return f, Size{}, errUnknown
	}
	c, err := decode(bytes.NewReader(data))
	if err != nil {
		return f, Size{}, err
	}
	s := Size{c.Width, c.Height}
	if f == JPEG && orientation(data) >= 5 {
		s = Size{c.Height, c.Width}
	}
	if s.Width <= 0 || s.Height <= 0 {
		return f, Size{}, errors.New("it has no width or no height")
	}
	return f, s, nil
}

// sniff knows a format by its first bytes.
func sniff(data []byte) (Format, func(io.Reader) (image.Config, error)) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG, jpeg.DecodeConfig
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, png.DecodeConfig
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return GIF, gif.DecodeConfig
	case len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return WebP, webp.DecodeConfig
	}
	return "", nil
}

// check refuses what is not to be decoded.
func check(name string, data []byte) (Format, Size, error) {
	if len(data) > MaxBytes {
		return "", Size{}, refused("%s is larger than %d MB; make it smaller first", name, MaxBytes>>20)
	}
	f, s, err := Look(data)
	switch {
	case errors.Is(err, errUnknown) && isSVG(data):
		return checkSVG(name, data)
	case errors.Is(err, errUnknown):
		return f, s, refused("%s is not a picture that can be taken; JPEG, PNG, GIF and WebP are", name)
	case err != nil:
		return f, s, refused("%s is damaged (%s); save it again as JPEG or PNG", name, err)
	case s.Width > MaxSide || s.Height > MaxSide || s.Width*s.Height > MaxPixels:
		return f, s, refused("%s has %d × %d pixels; %d million are the most, %d on a side", name, s.Width, s.Height, MaxPixels/1_000_000, MaxSide)
	}
	if f != GIF {
		return f, s, nil
	}
	area, err := gifArea(data)
	if err != nil {
		return f, s, refused("%s is damaged (%s); save it again", name, err)
	}
	if area > MaxPixels {
		return f, s, refused("%s has %d million pixels in all its frames; %d million are the most", name, area/1_000_000, MaxPixels/1_000_000)
	}
	return f, s, nil
}

func checkSVG(name string, data []byte) (Format, Size, error) {
	if len(data) > maxSVG {
		return SVG, Size{}, refused("%s is larger than %d MB, the most for an SVG", name, maxSVG>>20)
	}
	return SVG, Size{}, nil
}

// isSVG reports whether the first element of an XML file is svg.
func isSVG(data []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	for {
		t, err := d.RawToken()
		if err != nil {
			return false
		}
		switch t := t.(type) {
		case xml.StartElement:
			return strings.EqualFold(t.Name.Local, "svg")
		case xml.CharData:
			if len(bytes.TrimSpace(bytes.TrimPrefix(t, []byte("\ufeff")))) > 0 {
				return false
			}
		}
	}
}
