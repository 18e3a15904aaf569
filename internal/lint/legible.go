package lint

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// leastTap is how high a link that stands alone has to be, in px (HTML-8).
const leastTap = 44.0

// blemish is one place that is hard to read or to hit.
type blemish struct {
	at    int
	text  string
	value float64 // the size in px, or the contrast
}

// legibility is what of a page is hard to read or to hit (HTML-8, HTML-9).
type legibility struct {
	small, pale, paleDark, paleInverted, low []blemish
	onPicture                                []blemish
}

// judge looks at a text under every condition.
func (w *walker) judge(data string, s state) {
	if !strings.ContainsFunc(data, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return
	}
	l := &w.page.legible
	// The worst of each kind, in the scene where it is worst.
	worst := func(list *[]blemish, least, value float64) {
		if value >= least {
			return
		}
		if n := len(*list); n > 0 && (*list)[n-1].at == w.at && (*list)[n-1].text == data {
			(*list)[n-1].value = min((*list)[n-1].value, value)
			return
		}
		*list = append(*list, blemish{w.at, data, value})
	}
	for i, look := range s.looks {
		if !look.shown() || look.off {
			continue
		}
		if !s.raised {
			worst(&l.small, leastSize, look.size)
		}
		ratio, known := contrast(look.ink, look.ground)
		switch {
		case !known && !look.ground.known:
			worst(&l.onPicture, 1, 0)
		case !known:
		case w.scenes[i].dark():
			worst(&l.paleDark, leastContrast, ratio)
		default:
			worst(&l.pale, leastContrast, ratio)
			turned, _ := contrast(look.ink.over(look.ground).inverted(), look.ground.inverted())
			if ratio >= leastContrast {
				worst(&l.paleInverted, leastContrast, turned)
			}
		}
	}
}

// reach looks whether a link that stands alone can be hit with a finger. One
// within a line of text is as high as the line (WCAG 2.2, 2.5.8).
func (w *walker) reach(n *html.Node, s state, l link) {
	if !w.seen(s) || l.text == "" || len(s.looks) == 0 {
		return
	}
	if height, alone := tapHeight(n, s.looks[0]); alone && height < leastTap {
		w.page.legible.low = append(w.page.legible.low, blemish{l.at, l.text, height})
	}
}

// tapHeight is how high a link is in px, as its own style says, and whether it
// stands alone.
func tapHeight(n *html.Node, look look) (height float64, alone bool) {
	style := map[string]string{}
	for _, d := range declarations(attr(n, "style")) {
		style[d.prop] = d.value
	}
	height = look.line
	if height == 0 {
		height = 1.2 * look.size
	}
	picture := 0.0
	for c := range n.Descendants() {
		if c.DataAtom == atom.Img {
			h, _ := number(attr(c, "height"))
			picture = max(picture, h)
		}
	}
	box := false
	switch style["display"] {
	case "block", "inline-block", "table-cell", "inline-flex", "flex":
		box = true
	}
	if box {
		top, bottom := verticalPadding(style, look.size)
		height = max(height, picture) + top + bottom
		for _, p := range []string{"height", "min-height"} {
			if px, ok := length(style[p], look.size); ok {
				height = max(height, px)
			}
		}
	}
	return max(height, picture), box || picture > 0 || onlyOne(n)
}

// verticalPadding is the padding above and below in px.
func verticalPadding(style map[string]string, size float64) (top, bottom float64) {
	px := func(v string) float64 {
		f, ok := length(v, size)
		if !ok {
			return 0
		}
		return f
	}
	if parts := strings.Fields(style["padding"]); len(parts) > 0 {
		top, bottom = px(parts[0]), px(parts[0])
		if len(parts) > 2 {
			bottom = px(parts[2])
		}
	}
	if v, ok := style["padding-top"]; ok {
		top = px(v)
	}
	if v, ok := style["padding-bottom"]; ok {
		bottom = px(v)
	}
	return top, bottom
}

// onlyOne reports whether a link is all that its table cell holds.
func onlyOne(n *html.Node) bool {
	p := n.Parent
	if p == nil || p.DataAtom != atom.Td {
		return false
	}
	for c := p.FirstChild; c != nil; c = c.NextSibling {
		if c != n && (c.Type != html.TextNode || strings.TrimSpace(c.Data) != "") && c.Type != html.CommentNode {
			return false
		}
	}
	return true
}

// legible reports what is hard to read or to hit (HTML-8).
func (m *mail) legible() {
	if m.html.broken {
		return
	}
	l := m.html.legible
	note := func(list []blemish, format, fix string) {
		if len(list) == 0 {
			return
		}
		worst := list[0]
		for _, b := range list {
			if b.value < worst.value {
				worst = b
			}
		}
		more := ""
		if len(list) > 1 {
			more = fmt.Sprintf(" in %d places", len(list))
		}
		m.report.in("HTML-8", inHTML, worst.at, fmt.Sprintf(format, short(plain(worst.text)), worst.value, more), fix)
	}
	const colours = "Give it a stronger colour; the theme's colours for text have enough contrast."
	note(l.small, "“%s” is %.0f px tall, and text below 14 px stands%s.", "Set it in 14 px or more.")
	note(l.pale, "“%s” has a contrast of %.1f:1, and text below 4.5:1 stands%s.", colours)
	note(l.paleDark, "In dark mode “%s” has a contrast of %.1f:1, and text below 4.5:1 stands%s.", "Give text the class of its colour, so that the rules for dark mode reach it.")
	note(l.paleInverted, "When a mail program inverts the colours “%s” has a contrast of %.1f:1, and text below 4.5:1 stands%s.", "Choose two colours that are further apart in lightness.")
	note(l.low, "The link “%s” is %.0f px tall, and links below 44 px that stand alone are hard to hit with a finger%s.", "Give it more padding, and display:inline-block or block.")
}

// darkened reports what keeps a mail from being read in the dark (HTML-9).
func (m *mail) darkened() {
	if m.html.broken {
		return
	}
	media, outlook, meta := false, false, false
	for _, when := range m.html.whens {
		s := scene{when: when}
		media = media || s.dark() && when != outlookDark
		outlook = outlook || when == outlookDark
	}
	for _, t := range m.tokens {
		meta = meta || t.name == "meta" && strings.EqualFold(t.attr("name"), "color-scheme")
	}
	var missing []string
	for _, x := range []struct {
		there bool
		what  string
	}{
		{meta, `<meta name="color-scheme">`}, {media, "rules for prefers-color-scheme: dark"}, {outlook, "rules for Outlook's dark mode ([data-ogsc])"},
	} {
		if !x.there {
			missing = append(missing, x.what)
		}
	}
	if len(missing) > 0 {
		m.report.in("HTML-9", inHTML, 0, "The mail has no colours of its own for the dark: it lacks "+listed(missing)+".", "Keep the style block of the template.")
	}
	if on := m.html.legible.onPicture; len(on) > 0 {
		m.report.in("HTML-9", inHTML, on[0].at, fmt.Sprintf("“%s” stands on a picture, which keeps its colours when a mail program inverts those of the text.", short(plain(on[0].text))),
			"Let the text stand on a plain colour.")
	}
}
