package lint

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

const (
	defaultSize = 16.0
	// leastSize and leastContrast are what rule LAW-6 asks of a disclosure.
	leastSize     = 14.0
	leastContrast = 4.5
	// invisible is the contrast below which nobody sees text.
	invisible = 1.25
)

// look is how an element appears under one condition.
type look struct {
	gone   bool // not displayed, and no child can be
	hidden bool // invisible; a child can undo it
	off    bool // clipped, moved or otherwise not where everybody sees it
	size   float64
	line   float64 // height of a line in px; 0 as the font has it
	ink    colour
	ground colour
}

// shown reports whether there is something to be seen.
func (l look) shown() bool { return !l.gone && !l.hidden && l.size >= 1 }

// sure reports whether nothing speaks against its being seen.
func (l look) sure() bool {
	if !l.shown() || l.off {
		return false
	}
	ratio, ok := contrast(l.ink, l.ground)
	return !ok || ratio >= invisible
}

// clear reports whether it is also large and strong enough.
func (l look) clear() bool {
	ratio, ok := contrast(l.ink, l.ground)
	return l.sure() && ok && ratio >= leastContrast && l.size >= leastSize
}

// apply changes a look by declarations in the order of the cascade, given the
// parent's.
func (l *look) apply(decls []decl, parent look) {
	var box box
	line := ""
	for _, d := range lastOnly(decls) {
		switch d.prop {
		case "display":
			l.gone = l.gone || d.value == "none" || strings.HasPrefix(d.value, "table-column")
		case "visibility":
			l.hidden = d.value == "hidden" || d.value == "collapse"
		case "opacity":
			f, ok := fraction(d.value)
			l.gone = l.gone || ok && f < 0.1
			l.off = l.off || ok && f < 0.9
		case "content-visibility":
			l.gone = l.gone || d.value == "hidden"
		case "font-size":
			l.resize(d.value, parent.size)
		case "font":
			l.resize(shorthandSize(d.value), parent.size)
		case "line-height":
			line = d.value
		case "color":
			l.ink = inkOf(d.value, parent)
		case "background", "background-color", "background-image":
			l.ground = groundOf(d, l.ground, parent)
		case "overflow", "overflow-x", "overflow-y", "height", "max-height", "width", "max-width":
			box.add(d)
		default:
			l.off = l.off || displaced(d, l.size) || disguised(d, l.size)
		}
	}
	l.line = lineHeight(line, l.size, l.line)
	l.off = l.off || line != "" && l.line < 0.8*l.size && line != "normal" || box.cuts(l.size)
}

// resize sets the size of the font; one that can't be computed is a doubt.
func (l *look) resize(value string, parent float64) {
	px, ok := fontSize(value, parent)
	l.off = l.off || !ok
	l.size = px
}

// box is what a declaration says of how much of an element is shown.
type box struct {
	clips         bool
	width, height []string
}

func (b *box) add(d decl) {
	switch {
	case strings.HasPrefix(d.prop, "overflow"):
		b.clips = b.clips || d.value != "visible" && d.value != "initial" && d.value != "unset"
	case strings.HasSuffix(d.prop, "height"):
		b.height = append(b.height, d.value)
	default:
		b.width = append(b.width, d.value)
	}
}

// leastWidth and leastHeight are what a disclosure of one sentence needs, in
// px, on a phone.
const leastWidth, leastHeight = 120.0, 100.0

// cuts reports whether a text may be cut off.
func (b *box) cuts(size float64) bool {
	small := func(values []string, least float64) bool {
		for _, v := range values {
			if px, ok := length(v, size); ok && px < least {
				return true
			}
		}
		return false
	}
	return b.clips && (small(b.width, leastWidth) || small(b.height, leastHeight))
}

// lastOnly keeps the last declaration of each property, in its place.
func lastOnly(decls []decl) []decl {
	last := make(map[string]int, len(decls))
	for i, d := range decls {
		last[d.prop] = i
	}
	if len(last) == len(decls) {
		return decls
	}
	out := make([]decl, 0, len(last))
	for i, d := range decls {
		if last[d.prop] == i {
			out = append(out, d)
		}
	}
	return out
}

// displaced reports whether a declaration takes an element out of its place or
// out of sight without removing it.
func displaced(d decl, size float64) bool {
	switch d.prop {
	case "position":
		return d.value != "static" && d.value != "initial"
	case "clip", "clip-path", "transform", "filter", "scale", "translate", "rotate", "offset-path", "perspective",
		"mask", "mask-image", "-webkit-mask", "-webkit-mask-image", "animation", "animation-name", "-webkit-animation":
		return d.value != "none" && d.value != "auto"
	case "mso-hide":
		return d.value == "all"
	case "order", "grid-area", "grid-row":
		return d.value != "0" && d.value != "auto"
	case "flex-direction":
		return strings.HasSuffix(d.value, "reverse")
	case "zoom":
		f, ok := fraction(d.value)
		return ok && f < 0.9
	case "-webkit-line-clamp", "line-clamp":
		return d.value != "none"
	case "text-indent", "margin", "margin-left", "margin-top", "margin-right", "padding", "padding-left", "padding-right", "padding-top":
		for part := range strings.FieldsSeq(d.value) {
			if px, ok := length(part, size); ok && (px < -30 || px > 300) {
				return true
			}
			if f, ok := strings.CutSuffix(part, "%"); ok {
				n, _ := number(f)
				return n < -10 || n > 50
			}
		}
	}
	return false
}

// disguised reports whether a declaration makes letters into something that
// can't be read.
func disguised(d decl, size float64) bool {
	switch d.prop {
	case "letter-spacing", "word-spacing":
		px, ok := length(d.value, size)
		return ok && (px < -0.1*size || px > size)
	case "-webkit-text-fill-color":
		return d.value != "currentcolor" && d.value != "inherit"
	case "background-clip", "-webkit-background-clip":
		return d.value == "text"
	case "writing-mode":
		return d.value != "horizontal-tb"
	case "unicode-bidi":
		return strings.Contains(d.value, "override")
	case "text-decoration", "text-decoration-line":
		return strings.Contains(d.value, "line-through")
	}
	return false
}

// fraction is a number, or a percentage as one.
func fraction(value string) (float64, bool) {
	if p, ok := strings.CutSuffix(value, "%"); ok {
		f, ok := number(p)
		return f / 100, ok
	}
	return number(value)
}

func inkOf(value string, parent look) colour {
	switch value {
	case "inherit", "currentcolor", "unset":
		return parent.ink
	case "initial":
		return black
	}
	c, _ := parseColour(value)
	return c
}

// groundOf is the ground after a background declaration.
func groundOf(d decl, now colour, parent look) colour {
	v := d.value
	if strings.Contains(v, "url(") || strings.Contains(v, "gradient(") {
		return colour{}
	}
	if d.prop == "background-image" {
		return now
	}
	switch v {
	case "none", "inherit", "initial", "unset":
		return parent.ground
	}
	if c, ok := parseColour(v); ok {
		return c.over(parent.ground)
	}
	for _, part := range splitOutside(v, ' ') {
		if c, ok := parseColour(part); ok {
			return c.over(parent.ground)
		}
	}
	return colour{}
}

var sizeWords = map[string]float64{
	"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24, "xx-large": 32,
}

// fontSize is a font's size in px; not ok where it can't be computed.
func fontSize(value string, parent float64) (px float64, ok bool) {
	if px, ok := sizeWords[value]; ok {
		return px, true
	}
	switch value {
	case "inherit", "unset":
		return parent, true
	case "smaller":
		return parent / 1.2, true
	case "larger":
		return parent * 1.2, true
	case "initial":
		return defaultSize, true
	}
	if f, ok := strings.CutSuffix(value, "%"); ok {
		f, ok := number(f)
		return parent * f / 100, ok
	}
	if px, ok := length(value, parent); ok {
		return px, true
	}
	return parent, false
}

// shorthand is the size in a font declaration: the first length, or the bare
// zero that is none.
var shorthand = regexp.MustCompile(`(?:^|\s)((?:\d+\.?\d*|\.\d+)(?:px|pt|em|rem|vw|vh|%)|0+(?:\.0+)?(?:[\s/]|$)|smaller|larger|(?:xx?-)?(?:small|large)|medium)`)

// shorthandSize finds the size in a font declaration; the system's fonts have
// one of their own.
func shorthandSize(value string) string {
	if m := shorthand.FindStringSubmatch(value); m != nil {
		return strings.Trim(m[1], " /")
	}
	switch value {
	case "caption", "icon", "menu", "message-box", "small-caption", "status-bar":
		return "13px"
	}
	return value
}

// lineHeight is a line-height in px, or what was inherited.
func lineHeight(value string, size, inherited float64) float64 {
	if value == "" || value == "inherit" {
		return inherited
	}
	if f, ok := number(value); ok {
		return f * size
	}
	if p, ok := strings.CutSuffix(value, "%"); ok {
		f, _ := number(p)
		return size * f / 100
	}
	px, _ := length(value, size)
	return px
}

// length is a CSS length in px.
func length(value string, em float64) (px float64, ok bool) {
	for _, u := range []struct {
		suffix string
		px     float64
	}{{"px", 1}, {"pt", 4.0 / 3}, {"rem", defaultSize}, {"em", em}, {"vh", 8}, {"vw", 4}, {"", 1}} {
		if n, found := strings.CutSuffix(value, u.suffix); found {
			f, ok := number(n)
			return f * u.px, ok
		}
	}
	return 0, false
}

func number(s string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}
