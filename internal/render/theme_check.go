package render

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What a theme must have. The templates use these names and no others.
var (
	spaceNames = []string{"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"}
	ruleNames  = []string{"masthead", "section", "card", "box", "mark"}
	fontNames  = []string{"serif", "sans"}
	typeNames  = []string{"wordmark", "h1", "h2", "h3", "lead", "numeral", "body", "label", "card", "small", "fine", "kicker", "button"}
	colorNames = []string{"paper", "tint", "ink", "ink2", "rule", "accent", "on_accent"}
)

// pairs are the text colours and what they stand on, in both modes.
var pairs = [][2]string{
	{"ink", "paper"}, {"ink", "tint"}, {"ink2", "paper"}, {"ink2", "tint"},
	{"accent", "paper"}, {"accent", "tint"}, {"on_accent", "accent"},
}

const (
	leastContrast = 4.5 // WCAG 2.2, 1.4.3 (AA)
	leastText     = 14  // px, HTML-8
	leastTap      = 44  // px, HTML-8
)

var (
	hexColor  = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	fontStack = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 -]*(,-?[A-Za-z][A-Za-z0-9 -]*)+$`)
	tracking  = regexp.MustCompile(`^(-?[0-9](\.[0-9]{1,3})?em)?$`)
	themeName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// problems lists what is wrong with the tokens, each as "token: what to do".
func (t *tokens) problems() []string {
	var p checks
	p.want(themeName.MatchString(t.Name), "name: small letters, digits and hyphens, not %q", t.Name)
	p.want(t.Version >= 1, "version: a number from 1")
	t.checkLayout(&p)
	t.checkWords(&p)
	t.checkSpace(&p)
	t.checkType(&p)
	t.checkColor(&p, "light", t.Color.Light)
	t.checkColor(&p, "dark", t.Color.Dark)
	return p
}

type checks []string

func (c *checks) want(ok bool, format string, args ...any) bool {
	if !ok {
		*c = append(*c, fmt.Sprintf(format, args...))
	}
	return ok
}

func (t *tokens) checkLayout(p *checks) {
	l := t.Layout
	p.want(l.Width >= 480 && l.Width <= 700, "layout.width: 480 to 700 px, not %d", l.Width)
	p.want(l.Gutter >= 8 && l.Gutter <= 64, "layout.gutter: 8 to 64 px, not %d", l.Gutter)
	p.want(l.GutterPhone >= 8 && l.GutterPhone <= 32, "layout.gutter_phone: 8 to 32 px, not %d", l.GutterPhone)
	p.want(l.Gap >= 8 && l.Gap <= 64, "layout.gap: 8 to 64 px, not %d", l.Gap)
	p.want(2*l.Column == l.Width-2*l.Gutter-l.Gap, "layout.column: (width - 2*gutter - gap) / 2, not %d", l.Column)
	p.want(l.Breakpoint >= l.Width, "layout.breakpoint: at least the width, not %d", l.Breakpoint)
	for _, r := range []struct {
		name        string
		value, most int
	}{{"button", t.Radius.Button, 26}, {"box", t.Radius.Box, 24}, {"image", t.Radius.Image, 24}, {"portrait", t.Radius.Portrait, 28}} {
		p.want(r.value >= 0 && r.value <= r.most, "radius.%s: 0 to %d px, not %d", r.name, r.most, r.value)
	}
	p.want(t.Tap.Height >= leastTap && t.Tap.Height <= 80, "tap.height: %d to 80 px, not %d", leastTap, t.Tap.Height)
	p.want(t.Tap.Link >= leastTap && t.Tap.Link <= 80, "tap.link: %d to 80 px, not %d", leastTap, t.Tap.Link)
}

// checkWords checks the tokens that are words, rules and the logo.
func (t *tokens) checkWords(p *checks) {
	for _, n := range ruleNames {
		v, ok := t.Rule[n]
		p.want(ok && v >= 0 && v <= 8, "rule.%s: 0 to 8 px, not %d", n, v)
	}
	p.unknown("rule", keys(t.Rule), ruleNames)
	p.want(t.Box.Edge == edgeTop || t.Box.Edge == edgeFrame, "box.edge: %s or %s, not %q", edgeTop, edgeFrame, t.Box.Edge)
	p.want(t.Masthead.Align == "start" || t.Masthead.Align == "center", "masthead.align: start or center, not %q", t.Masthead.Align)
	p.want(t.Text.Links == linksInline || t.Text.Links == linksNumbered, "text.links: %s or %s, not %q", linksInline, linksNumbered, t.Text.Links)
	if l := t.Logo; l != nil {
		clean := cleanURL(l.URL)
		p.want(strings.HasPrefix(clean, "https://"), "logo.url: an address that begins with https://, not %q", l.URL)
		l.URL = clean
		p.want(strings.TrimSpace(l.Alt) != "" && len(l.Alt) <= 60, "logo.alt: the name that the picture shows, at most 60 characters, not %q", l.Alt)
		measure := t.Layout.Width - 2*t.Layout.Gutter
		p.want(l.Width >= 16 && l.Width <= min(measure, 272), "logo.width: 16 to %d px, not %d", min(measure, 272), l.Width)
		p.want(l.Height >= 16 && l.Height <= 120, "logo.height: 16 to 120 px, not %d", l.Height)
	}
}

func (t *tokens) checkSpace(p *checks) {
	last := 0
	for _, n := range spaceNames {
		v, ok := t.Space[n]
		p.want(ok && v > last, "space.%s: px, more than the step before it (%d), not %d", n, last, v)
		last = v
	}
	p.unknown("space", keys(t.Space), spaceNames)
}

func (t *tokens) checkType(p *checks) {
	for _, n := range fontNames {
		p.want(fontStack.MatchString(t.Font[n]), "font.%s: font names separated by commas, at least two, without quotes, not %q", n, t.Font[n])
	}
	p.unknown("font", keys(t.Font), fontNames)
	for _, n := range typeNames {
		f, ok := t.Type[n]
		if !p.want(ok, "type.%s: missing", n) {
			continue
		}
		p.want(slices.Contains(fontNames, f.Font), "type.%s.font: serif or sans, not %q", n, f.Font)
		p.want(f.Size >= leastText && f.Size <= 72, "type.%s.size: %d to 72 px, not %d", n, leastText, f.Size)
		p.want(f.Line >= f.Size && f.Line <= 2*f.Size, "type.%s.line: px, one to two times the size, not %d", n, f.Line)
		if f.SizePhone != 0 || f.LinePhone != 0 {
			p.want(f.SizePhone >= leastText && f.SizePhone <= f.Size, "type.%s.size_phone: %d to %d px, not %d", n, leastText, f.Size, f.SizePhone)
			p.want(f.LinePhone >= f.SizePhone && f.LinePhone <= 2*f.SizePhone, "type.%s.line_phone: px, one to two times size_phone, not %d", n, f.LinePhone)
		}
		p.want(slices.Contains([]string{"", "normal", "bold"}, f.Weight), "type.%s.weight: bold or normal, not %q", n, f.Weight)
		p.want(tracking.MatchString(f.Track), "type.%s.track: such as 0.04em, not %q", n, f.Track)
	}
	for _, n := range []string{"h1", "h2", "lead"} {
		p.want(t.Type[n].SizePhone > 0, "type.%s.size_phone: missing", n)
	}
	if b := t.Type["button"]; b.Line > t.Tap.Height {
		p.want(false, "type.button.line: at most tap.height (%d), not %d", t.Tap.Height, b.Line)
	}
	p.unknown("type", keys(t.Type), typeNames)
}

func (t *tokens) checkColor(p *checks, mode string, colors map[string]string) {
	ok := true
	for _, n := range colorNames {
		ok = p.want(hexColor.MatchString(colors[n]), "color.%s.%s: # and six hex digits, not %q", mode, n, colors[n]) && ok
	}
	p.unknown("color."+mode, keys(colors), colorNames)
	if !ok {
		return
	}
	for _, pair := range pairs {
		ratio := Contrast(colors[pair[0]], colors[pair[1]])
		p.want(ratio >= leastContrast, "color.%s.%s: contrast %.1f:1 on %s, needs at least %.1f:1", mode, pair[0], ratio, pair[1], leastContrast)
	}
}

func (c *checks) unknown(table string, have, want []string) {
	for _, k := range have {
		c.want(slices.Contains(want, k), "%s.%s: no such token", table, k)
	}
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Contrast is the contrast ratio of two colours written "#RRGGBB", from 1 to
// 21 (WCAG 2.2, "contrast ratio"); 0 if one of them is written otherwise.
func Contrast(a, b string) float64 {
	la, oka := luminance(a)
	lb, okb := luminance(b)
	if !oka || !okb {
		return 0
	}
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(hex string) (float64, bool) {
	if !hexColor.MatchString(hex) {
		return 0, false
	}
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return 0, false
	}
	linear := func(c uint64) float64 {
		v := float64(c&0xFF) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n), true
}
