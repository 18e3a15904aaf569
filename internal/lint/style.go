package lint

import (
	"fmt"
	"regexp"

	"golang.org/x/net/html"
)

// largestStyle is how much of a style block Gmail reads, in bytes.
const largestStyle = 16 << 10

// spacedColour is a colour function without commas.
var spacedColour = regexp.MustCompile(`(?i)\b(?:rgb|rgba|hsl|hsla)\(\s*[\d.]+(?:%|deg)?\s+[\d.]`)

// style checks the style blocks (HTML-1, HTML-3).
func (m *mail) style() {
	inside := false
	for _, t := range m.tokens {
		switch {
		case t.kind == html.StartTagToken && t.name == "style":
			inside = true
		case t.kind == html.EndTagToken && t.name == "style":
			inside = false
		case t.kind == html.TextToken && inside:
			m.styleBlock(t)
		}
	}
}

func (m *mail) styleBlock(t token) {
	if t.raw > largestStyle {
		m.report.in("HTML-3", inHTML, t.at, fmt.Sprintf("A style block has %d bytes, and Gmail drops one of more than %d.", t.raw, largestStyle), "Shorten it, or write the styles into the elements.")
	}
	css := dropComments(t.text)
	if nested(css) {
		m.report.in("HTML-3", inHTML, t.at, "A style block has an @-rule inside another, for which Gmail drops the block.", "Write the conditions one after the other.")
	}
	if f := spacedColour.FindString(css); f != "" {
		m.report.in("HTML-3", inHTML, t.at, fmt.Sprintf("A style block writes a colour with spaces (%s…), for which Gmail drops the block.", f), "Write it as #RRGGBB or with commas.")
	}
	if cssScheme.MatchString(css) {
		m.report.in("HTML-1", inHTML, t.at, "A style block loads or runs something.", "Write the styles themselves into the mail.")
	}
}

// nested reports whether an at-rule stands inside braces.
func nested(css string) bool {
	depth := 0
	for i := 0; i < len(css); i++ {
		switch css[i] {
		case '{':
			depth++
		case '}':
			depth = max(depth-1, 0)
		case '@':
			if depth > 0 {
				return true
			}
		}
	}
	return false
}
