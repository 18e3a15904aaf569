package render

import (
	"fmt"
	"html/template"
	"strings"
)

// CSS is the theme as CSS variables for web pages: colours, fonts, spaces and
// text tokens (--t-NAME for the font shorthand, --k-NAME for the letter
// spacing, --p-NAME for the phone's size).
func (t *Theme) CSS() template.CSS {
	tok := &t.tokens
	var b strings.Builder
	b.WriteString(":root{color-scheme:light dark")
	writeColors(&b, tok.Color.Light)
	for _, n := range fontNames {
		fmt.Fprintf(&b, ";--%s:%s", n, tok.Font[n])
	}
	for i, n := range spaceNames {
		fmt.Fprintf(&b, ";--s%d:%dpx", i+1, tok.Space[n])
	}
	fmt.Fprintf(&b, ";--radius:%dpx;--tap:%dpx", tok.Radius.Button, tok.Tap.Height)
	for _, n := range ruleNames {
		fmt.Fprintf(&b, ";--w-%s:%dpx", n, tok.Rule[n])
	}
	top, side := tok.Rule["box"], 0
	verdict := tok.Rule["masthead"]
	if tok.Box.Edge == edgeFrame {
		top, side, verdict = 1, 1, 1
	}
	fmt.Fprintf(&b, ";--box-top:%dpx;--box-side:%dpx;--verdict-top:%dpx;--radius-box:%dpx;--radius-image:%dpx;--radius-portrait:%dpx;--mast:%s",
		top, side, verdict, tok.Radius.Box, tok.Radius.Image, tok.Radius.Portrait, tok.Masthead.Align)
	for _, n := range typeNames {
		f := tok.Type[n]
		fmt.Fprintf(&b, ";--t-%s:%s", n, shorthand(f, f.Size, f.Line))
		if f.Track != "" {
			fmt.Fprintf(&b, ";--k-%s:%s", n, f.Track)
		}
		if f.SizePhone > 0 {
			fmt.Fprintf(&b, ";--p-%s:%s", n, shorthand(f, f.SizePhone, f.LinePhone))
		}
	}
	b.WriteString("}\n@media (prefers-color-scheme:dark){:root{")
	var dark strings.Builder
	writeColors(&dark, tok.Color.Dark)
	b.WriteString(strings.TrimPrefix(dark.String(), ";"))
	b.WriteString("}}\n")
	return template.CSS(b.String())
}

func writeColors(b *strings.Builder, colors map[string]string) {
	for _, n := range colorNames {
		fmt.Fprintf(b, ";--%s:%s", strings.ReplaceAll(n, "_", "-"), colors[n])
	}
}

// shorthand is a value of the font property; rem lets the reader's own text
// size count.
func shorthand(f typeface, size, line int) string {
	return fmt.Sprintf("%d %grem/%.3f var(--%s)", f.weight(), float64(size)/16, float64(line)/float64(size), f.Font)
}
