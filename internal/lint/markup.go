package lint

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// forbidden are the elements that no mail may hold (HTML-1).
var forbidden = map[string]string{
	"script": "Leave it out; mail programs run no scripts.", "form": "Link to a page that holds the form.",
	"input": "Link to a page that holds the form.", "select": "Link to a page that holds the form.",
	"textarea": "Link to a page that holds the form.", "iframe": "Link to the page instead.", "frame": "Link to the page instead.",
	"frameset": "Link to the page instead.", "object": "Use an image or a link.", "embed": "Use an image or a link.",
	"applet": "Use an image or a link.", "base": "Write every address in full.",
	"button": "Make it a padded table cell with a link in it.",
}

// markup finds what mail programs drop or filters take for an attack (HTML-1).
func (m *mail) markup() {
	for _, t := range m.tokens {
		if t.kind != html.StartTagToken && t.kind != html.SelfClosingTagToken {
			continue
		}
		if fix, bad := forbidden[t.name]; bad {
			m.report.in("HTML-1", inHTML, t.at, "The HTML part holds a <"+t.name+"> element.", fix)
		}
		if t.name == "link" && strings.Contains(strings.ToLower(t.attr("rel")), "stylesheet") {
			m.report.in("HTML-1", inHTML, t.at, "The HTML part loads a style sheet from elsewhere.", "Write the styles into the elements.")
		}
		if t.name == "meta" && strings.EqualFold(t.attr("http-equiv"), "refresh") {
			m.report.in("HTML-1", inHTML, t.at, "The HTML part sends its reader elsewhere (meta refresh).", "Leave it out.")
		}
		m.attributes(t)
	}
}

// schemes of addresses that run code or carry their content along.
var schemes = regexp.MustCompile(`(?i)^[\s\x00-\x20]*(data|javascript|vbscript|file|blob)\s*:`)

// cssScheme is such an address, or a further sheet, in a style.
var cssScheme = regexp.MustCompile(`(?i)url\(\s*['"]?\s*(?:data|javascript)\s*:|@import|expression\s*\(|-moz-binding`)

func (m *mail) attributes(t token) {
	for _, a := range t.attrs {
		switch key := strings.ToLower(a.Key); {
		case strings.HasPrefix(key, "on") && len(key) > 4:
			m.report.in("HTML-1", inHTML, t.at, fmt.Sprintf("<%s> has a script in its attribute %s.", t.name, key), "Leave it out; mail programs run no scripts.")
		case key == "src" || key == "href" || key == "background" || key == "action" || key == "srcset" || key == "poster" || key == "xlink:href":
			if f := schemes.FindStringSubmatch(a.Val); f != nil {
				m.report.in("HTML-1", inHTML, t.at, fmt.Sprintf("<%s> has a %s: address.", t.name, strings.ToLower(f[1])), "Use an https address.")
			}
		case key == "style" && cssScheme.MatchString(a.Val):
			m.report.in("HTML-1", inHTML, t.at, fmt.Sprintf("The style of <%s> loads or runs something.", t.name), "Leave it out.")
		}
	}
}
