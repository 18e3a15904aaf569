package media

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// Widths are those that a larger picture is also made in, in pixels: for the
// full width of a mail and for half of it, at two pixels for each one shown.
var Widths = []int{1200, 600}

// quality of the JPEGs, of 100.
const quality = 85

// encoded is a picture as it is kept.
type encoded struct {
	data   []byte
	format Format
	size   Size
}

// prepare makes what is kept of a file: the picture itself first, then its
// smaller versions.
func prepare(name string, data []byte) ([]encoded, error) {
	f, size, err := check(name, data)
	if err != nil {
		return nil, err
	}
	switch f {
	case SVG:
		return []encoded{{data, SVG, size}}, nil
	case GIF:
		return prepareGIF(name, data, size)
	}
	img, err := decode(f, data)
	if err != nil {
		return nil, refused("%s is damaged (%s); save it again as JPEG or PNG", name, err)
	}
	if got := img.Bounds(); got.Dx()*got.Dy() > MaxPixels {
		return nil, refused("%s has more pixels than its header says", name)
	}
	if f == JPEG {
		img = upright(img, orientation(data))
	}
	if f == WebP {
		f = JPEG
		if !opaque(img) {
			f = PNG
		}
	}
	return renditions(eightBit(img), f)
}

// eightBit is a picture with no more shades than a screen shows.
func eightBit(img image.Image) image.Image {
	switch img.(type) {
	case *image.NRGBA64, *image.RGBA64, *image.Gray16:
		out := image.NewNRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
		draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
		return out
	}
	return img
}

func decode(f Format, data []byte) (image.Image, error) {
	r := bytes.NewReader(data)
	switch f {
	case JPEG:
		return jpeg.Decode(r)
	case PNG:
		return png.Decode(r)
	}
	return webp.Decode(r)
}

// renditions encodes a picture as it is, and smaller.
func renditions(img image.Image, f Format) ([]encoded, error) {
	whole, err := encode(img, f)
	if err != nil {
		return nil, err
	}
	out := []encoded{whole}
	for _, width := range Widths {
		if width >= whole.size.Width {
			continue
		}
		small, err := encode(scaled(img, width), f)
		if err != nil {
			return nil, err
		}
		out = append(out, small)
	}
	return out, nil
}

// scaled is a picture at a smaller width.
func scaled(src image.Image, width int) image.Image {
	b := src.Bounds()
	height := max(1, (b.Dy()*width+b.Dx()/2)/b.Dx())
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	return dst
}

func encode(img image.Image, f Format) (encoded, error) {
	var b bytes.Buffer
	var err error
	switch f {
	case JPEG:
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	default:
		f = PNG
		err = png.Encode(&b, img)
	}
	if err != nil {
		return encoded{}, fmt.Errorf("encode %s: %w", f, err)
	}
	return encoded{b.Bytes(), f, Size{img.Bounds().Dx(), img.Bounds().Dy()}}, nil
}

// prepareGIF keeps the frames and drops remarks; a still one is also made
// smaller.
func prepareGIF(name string, data []byte, size Size) ([]encoded, error) {
	all, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		return nil, refused("%s is damaged (%s); save it again", name, err)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, all); err != nil {
		return nil, refused("%s can't be written again (%s); save it as PNG", name, err)
	}
	out := []encoded{{b.Bytes(), GIF, size}}
	if len(all.Image) > 1 {
		return out, nil
	}
	smaller, err := renditions(all.Image[0], PNG)
	if err != nil {
		return nil, err
	}
	return append(out, smaller[1:]...), nil
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}
