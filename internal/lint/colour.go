package lint

import (
	"math"
	"strconv"
	"strings"
)

// colour is an sRGB colour; one that can't be computed is not known.
type colour struct {
	r, g, b, a float64 // 0 to 1
	known      bool
}

var (
	black = colour{0, 0, 0, 1, true}
	white = colour{1, 1, 1, 1, true}
)

var namedColours = map[string]string{
	"black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff", "gray": "#808080",
	"grey": "#808080", "silver": "#c0c0c0", "maroon": "#800000", "navy": "#000080", "purple": "#800080", "teal": "#008080",
	"olive": "#808000", "lime": "#00ff00", "aqua": "#00ffff", "cyan": "#00ffff", "fuchsia": "#ff00ff", "magenta": "#ff00ff",
	"yellow": "#ffff00", "orange": "#ffa500", "pink": "#ffc0cb", "brown": "#a52a2a", "gold": "#ffd700", "crimson": "#dc143c",
	"lightgray": "#d3d3d3", "lightgrey": "#d3d3d3", "darkgray": "#a9a9a9", "darkgrey": "#a9a9a9", "dimgray": "#696969",
	"dimgrey": "#696969", "whitesmoke": "#f5f5f5", "gainsboro": "#dcdcdc", "ivory": "#fffff0", "beige": "#f5f5dc",
	"transparent": "#00000000",
}

// parseColour reads a colour as CSS writes it.
func parseColour(s string) (colour, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if hex, ok := namedColours[s]; ok {
		s = hex
	}
	if hex, ok := strings.CutPrefix(s, "#"); ok {
		return parseHex(hex)
	}
	inner, ok := strings.CutPrefix(strings.Replace(s, "rgba(", "rgb(", 1), "rgb(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return colour{}, false
	}
	parts := strings.FieldsFunc(strings.TrimSuffix(inner, ")"), func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
	if len(parts) != 3 && len(parts) != 4 {
		return colour{}, false
	}
	v := [4]float64{3: 1}
	for i, p := range parts {
		whole := 255.0
		if i == 3 {
			whole = 1
		}
		if n, ok := strings.CutSuffix(p, "%"); ok {
			p, whole = n, 100
		}
		f, err := strconv.ParseFloat(p, 64)
		if err != nil || math.IsNaN(f) {
			return colour{}, false
		}
		v[i] = min(max(f/whole, 0), 1)
	}
	return colour{v[0], v[1], v[2], v[3], true}, true
}

func parseHex(hex string) (colour, bool) {
	if len(hex) == 3 || len(hex) == 4 {
		var b strings.Builder
		for _, c := range []byte(hex) {
			b.WriteByte(c)
			b.WriteByte(c)
		}
		hex = b.String()
	}
	if len(hex) == 6 {
		hex += "ff"
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 8 {
		return colour{}, false
	}
	part := func(shift uint) float64 { return float64(n>>shift&0xff) / 255 }
	return colour{part(24), part(16), part(8), part(0), true}, true
}

// over is the colour seen when c lies on ground.
func (c colour) over(ground colour) colour {
	if !c.known || c.a < 1 && !ground.known {
		return colour{}
	}
	mix := func(top, below float64) float64 { return top*c.a + below*(1-c.a) }
	return colour{mix(c.r, ground.r), mix(c.g, ground.g), mix(c.b, ground.b), 1, true}
}

// contrast is the ratio of WCAG 2.2, 1 to 21; ok is false where a colour isn't
// known.
func contrast(ink, ground colour) (ratio float64, ok bool) {
	ink = ink.over(ground)
	if !ink.known || !ground.known {
		return 0, false
	}
	a, b := ink.luminance(), ground.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05), true
}

func (c colour) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// inverted is the colour that a mail program makes of one when it darkens a
// mail by force: of the same hue, as light as it was dark.
func (c colour) inverted() colour {
	if !c.known {
		return c
	}
	low, high := min(c.r, c.g, c.b), max(c.r, c.g, c.b)
	// Turning the lightness (low+high)/2 around at 1/2 moves every channel by as
	// much, and keeps hue and chroma; so saturation stays as well.
	by := 1 - low - high
	return colour{c.r + by, c.g + by, c.b + by, c.a, true}
}
