package library

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Measured is how large a picture is, as its own file says, in pixels; or why
// that could not be found out.
type Measured struct {
	URL           string
	Width, Height int
	Failure       string // "" with a size
}

// Unsized lists the addresses of the pictures of which an article's source
// gives no size, each once.
func Unsized(a *article.Article) []string {
	var out []string
	seen := map[string]bool{}
	for _, img := range a.Images() {
		if needsSize(img) && !seen[img.URL] {
			seen[img.URL] = true
			out = append(out, img.URL)
		}
	}
	return out
}

func needsSize(img *article.Image) bool {
	return (img.Width <= 0 || img.Height <= 0) && img.URL != "" && !strings.HasPrefix(img.URL, "data:")
}

// LaySizes gives pictures without a size the measured one. Where the source
// gives one side, the other follows from the picture's shape.
func LaySizes(a *article.Article, sizes []Measured) {
	of := make(map[string]Measured, len(sizes))
	for _, m := range sizes {
		if m.Failure == "" && m.Width > 0 && m.Height > 0 {
			of[m.URL] = m
		}
	}
	for _, img := range a.Images() {
		m, known := of[img.URL]
		switch {
		case !known || !needsSize(img):
		case img.Width > 0:
			img.Height = max(1, (img.Width*m.Height+m.Width/2)/m.Width)
		case img.Height > 0:
			img.Width = max(1, (img.Height*m.Width+m.Height/2)/m.Height)
		default:
			img.Width, img.Height = m.Width, m.Height
		}
	}
}
