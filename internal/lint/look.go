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
	var none, faint, clips bool
	var flat []string
	line := ""
	for _, d := range lastOnly(decls) {
		switch d.prop {
		case "display":
			none = d.value == "none"
		case "visibility":
			l.hidden = d.value == "hidden" || d.value == "collapse"
		case "opacity":
			f, ok := number(d.value)
			faint = ok && f < 0.1
			l.off = l.off || ok && f < 0.9
		case "content-visibility":
			faint = faint || d.value == "hidden"
		case "font-size":
			l.size = fontSize(d.value, parent.size)
		case "font":
			l.size = shorthandSize(d.value, parent.size)
		case "line-height":
			line = d.value
		case "color":
			l.ink = inkOf(d.value, parent)
		case "background", "background-color", "background-image":
			l.ground = groundOf(d, l.ground, parent)
		case "overflow":
			clips = strings.Contains(d.value, "hidden") || strings.Contains(d.value, "clip")
		case "height", "max-height", "width", "max-width":
			flat = append(flat, d.value)
		default:
			l.off = l.off || displaced(d)
		}
	}
	l.line = lineHeight(line, l.size, l.line)
	for _, v := range flat {
		px, ok := length(v, l.size)
		l.off = l.off || clips && ok && px < leastSize
	}
	l.gone = l.gone || none || faint
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
func displaced(d decl) bool {
	switch d.prop {
	case "position":
		return d.value != "static" && d.value != "initial"
	case "clip", "clip-path", "transform", "filter":
		return d.value != "none" && d.value != "auto"
	case "mso-hide":
		return d.value == "all"
	case "order", "grid-area", "grid-row":
		return d.value != "0" && d.value != "auto"
	case "flex-direction":
		return strings.HasSuffix(d.value, "reverse")
	case "text-indent", "margin", "margin-left", "margin-top", "margin-right":
		for part := range strings.FieldsSeq(d.value) {
			if px, ok := length(part, defaultSize); ok && px < -30 {
				return true
			}
		}
	}
	return false
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

func fontSize(value string, parent float64) float64 {
	if px, ok := sizeWords[value]; ok {
		return px
	}
	switch value {
	case "inherit", "unset":
		return parent
	case "smaller":
		return parent / 1.2
	case "larger":
		return parent * 1.2
	}
	if p, ok := strings.CutSuffix(value, "%"); ok {
		if f, ok := number(p); ok {
			return parent * f / 100
		}
	}
	if px, ok := length(value, parent); ok {
		return px
	}
	return parent
}

var shorthand = regexp.MustCompile(`(?:^|\s)([\d.]+(?:px|pt|em|rem|%))`)

// shorthandSize finds the size in a font declaration.
func shorthandSize(value string, parent float64) float64 {
	if m := shorthand.FindStringSubmatch(value); m != nil {
		return fontSize(m[1], parent)
	}
	return parent
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
