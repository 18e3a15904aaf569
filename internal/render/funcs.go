package render

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// funcs are the template functions of a mail. Those for style attributes
// return template.CSS: a plain string, or one with quotes in it, html/template
// would replace by ZgotmplZ.
func (t *tokens) funcs(dir string) template.FuncMap {
	start, end := "left", "right"
	if dir == "rtl" {
		start, end = end, start
	}
	auto := "" // what a newsletter says of itself may be in another language
	if dir == "rtl" {
		auto = ` dir="auto"`
	}
	return template.FuncMap{
		"type":   t.typeCSS,
		"color":  t.color,
		"s":      t.space,
		"pad":    t.pad,
		"box":    func(sides ...any) (template.CSS, error) { return t.box(dir, sides) },
		"tap":    t.tapPadding,
		"layout": t.layoutSize,
		"button": func() template.CSS { return template.CSS(px(t.buttonPadding())) },
		"radius": func() template.CSS { return template.CSS(px(t.Radius.Button)) },
		"round":  t.round,
		"stroke": func(name string) (template.CSS, error) { return t.stroke(name) },
		"edge":   t.edge,

		"portrait": func() template.CSS { return template.CSS(px(t.Radius.Portrait)) },
		"marked":   func() bool { return t.Rule["mark"] > 0 },
		"centred":  func() bool { return t.Masthead.Align == "center" },
		"logo":     func() *logo { return t.Logo },

		"phone":  t.phone,
		"dark":   func(name string) (template.CSS, error) { return token(t.Color.Dark, name) },
		"tb":     func() template.HTMLAttr { return presentation },
		"near":   func() string { return start },
		"far":    func() string { return end },
		"fit":    t.fit,
		"auto":   func() template.HTMLAttr { return template.HTMLAttr(auto) },
		"within": t.within,

		"mso":       t.mso,
		"notmso":    func() template.HTML { return "<!--[if !mso]><!-->" },
		"endnotmso": func() template.HTML { return "<!--<![endif]-->" },
		"vml":       t.vmlButton,
	}
}

// presentation is what every layout table says of itself.
const presentation = `role="presentation" border="0" cellpadding="0" cellspacing="0"`

func px(n int) string { return strconv.Itoa(n) + "px" }

// typeCSS is the inline style of a text token in a colour.
func (t *tokens) typeCSS(name, color string) (template.CSS, error) {
	f, ok := t.Type[name]
	if !ok {
		return "", fmt.Errorf("no text token %q", name)
	}
	c, err := t.color(color)
	if err != nil {
		return "", err
	}
	track := ""
	if f.Track != "" {
		track = ";letter-spacing:" + f.Track
	}
	return template.CSS(fmt.Sprintf("font-family:%s;font-size:%dpx;line-height:%dpx;mso-line-height-rule:exactly;font-weight:%d%s;color:%s",
		t.Font[f.Font], f.Size, f.Line, f.weight(), track, c)), nil
}

func (t *tokens) color(name string) (template.CSS, error) { return token(t.Color.Light, name) }

func token(m map[string]string, name string) (template.CSS, error) {
	v, ok := m[name]
	if !ok {
		return "", fmt.Errorf("no colour token %q", name)
	}
	return template.CSS(v), nil
}

// space is a step of the scale; step 0 is no space.
func (t *tokens) space(step int) (template.CSS, error) {
	if step == 0 {
		return "0px", nil
	}
	v, ok := t.Space["s"+strconv.Itoa(step)]
	if !ok {
		return "", fmt.Errorf("no space token s%d", step)
	}
	return template.CSS(px(v)), nil
}

// pad is the padding of a row: space steps above and below, gutters beside.
func (t *tokens) pad(above, below int) (template.CSS, error) {
	a, err := t.space(above)
	if err != nil {
		return "", err
	}
	b, err := t.space(below)
	if err != nil {
		return "", err
	}
	g := template.CSS(px(t.Layout.Gutter))
	return a + " " + g + " " + b + " " + g, nil
}

// box is four sides, written top, end, bottom, start, in the order of CSS for
// the direction of the text. A number is px, a string a space step ("s5").
func (t *tokens) box(dir string, sides []any) (template.CSS, error) {
	if len(sides) != 4 {
		return "", fmt.Errorf("box needs four sides, not %d", len(sides))
	}
	if dir == "rtl" {
		sides = []any{sides[0], sides[3], sides[2], sides[1]}
	}
	out := make([]string, 4)
	for i, side := range sides {
		n, ok := side.(int)
		if s, isStep := side.(string); isStep {
			n, ok = t.Space[s]
		}
		if !ok {
			return "", fmt.Errorf("box can't take %v as a side", side)
		}
		out[i] = px(n)
		if n == 0 {
			out[i] = "0"
		}
	}
	return template.CSS(strings.Join(out, " ")), nil
}

// stroke is the thickness of a rule by name.
func (t *tokens) stroke(name string) (template.CSS, error) {
	v, ok := t.Rule[name]
	if !ok {
		return "", fmt.Errorf("no rule token %q", name)
	}
	return template.CSS(px(v)), nil
}

// edge is the border of a tinted box: a rule above it, or a frame.
func (t *tokens) edge(rule, color string) (template.CSS, error) {
	width, err := t.stroke(rule)
	if err != nil {
		return "", err
	}
	c, err := t.color(color)
	if t.Box.Edge == edgeFrame {
		return "border:1px solid " + c, err
	}
	return "border-top:" + width + " solid " + c, err
}

// round ends a style with the radius of a box or a picture, if it has one.
func (t *tokens) round(name string) (template.CSS, error) {
	r := 0
	switch name {
	case "box":
		r = t.Radius.Box
	case "image":
		r = t.Radius.Image
	default:
		return "", fmt.Errorf("no radius token %q", name)
	}
	if r == 0 {
		return "", nil
	}
	return template.CSS(";border-radius:" + px(r)), nil
}

// tapPadding is the padding above and below a text token that makes it as tall
// as a link that stands alone must be.
func (t *tokens) tapPadding(name string) (int, error) {
	f, ok := t.Type[name]
	if !ok {
		return 0, fmt.Errorf("no text token %q", name)
	}
	return max(0, (t.Tap.Link-f.Line+1)/2), nil
}

// soloPadding makes a link tall enough in whichever text token it stands.
func (t *tokens) soloPadding() int {
	lowest := t.Type["body"].Line
	for _, f := range t.Type {
		lowest = min(lowest, f.Line)
	}
	return max(0, (t.Tap.Link-lowest+1)/2)
}

// buttonPadding makes a button's text as tall as a button.
func (t *tokens) buttonPadding() int { return (t.Tap.Height - t.Type["button"].Line + 1) / 2 }

// layoutSize is one of the layout's sizes, a number of px.
func (t *tokens) layoutSize(name string) (int, error) {
	l := t.Layout
	switch name {
	case "width":
		return l.Width, nil
	case "measure":
		return l.Width - 2*l.Gutter, nil
	case "gutter":
		return l.Gutter, nil
	case "gutter_phone":
		return l.GutterPhone, nil
	case "gap":
		return l.Gap, nil
	case "column":
		return l.Column, nil
	case "breakpoint":
		return l.Breakpoint, nil
	case "thumb":
		return thumb, nil
	case "beside thumb":
		return t.besideThumb(), nil
	}
	return 0, fmt.Errorf("no layout size %q", name)
}

// besideThumb is the room beside a small picture in a box, in px.
func (t *tokens) besideThumb() int {
	w := t.Layout.Width - 2*t.Layout.Gutter - 2*t.Space["s6"] - thumb - t.Layout.Gap
	if t.Box.Edge == edgeFrame {
		w -= 2
	}
	return w
}

// phone is the rule for a text token's size on phones.
func (t *tokens) phone(name string) (template.CSS, error) {
	f, ok := t.Type[name]
	if !ok || f.SizePhone == 0 {
		return "", fmt.Errorf("text token %q has no size for phones", name)
	}
	return template.CSS(fmt.Sprintf("font-size:%dpx!important;line-height:%dpx!important", f.SizePhone, f.LinePhone)), nil
}

// size is a picture's width and height on the page; Height is 0 if unknown.
type size struct{ Width, Height int }

// fit scales a picture down to the measure.
func (t *tokens) fit(width, height int) size {
	return scaled(width, height, t.Layout.Width-2*t.Layout.Gutter, math.MaxInt32)
}

// within scales a picture down to a box by name: "card", the inside of a pick,
// or "thumb", beside one of several. A picture of unknown size takes the box's
// width, and in a card no more than its height.
func (t *tokens) within(box string, width, height int) (size, error) {
	switch box {
	case "card":
		if width <= 0 || height <= 0 {
			return size{Width: cardHeight}, nil
		}
		return scaled(width, height, t.Layout.Width-2*t.Layout.Gutter-2*t.Space["s6"], cardHeight), nil
	case "thumb":
		return scaled(width, height, thumb, thumbHeight), nil
	}
	return size{}, fmt.Errorf("no box %q for pictures", box)
}

// px of the pictures of picks.
const (
	cardHeight  = 280
	thumb       = 96
	thumbHeight = 128
)

func scaled(width, height, most, tallest int) size {
	if width <= 0 {
		return size{Width: most}
	}
	s := size{width, height}
	if s.Width > most {
		s = size{most, (height*most + width/2) / width}
	}
	if s.Height > tallest {
		s = size{(width*tallest + height/2) / height, tallest}
	}
	return s
}
