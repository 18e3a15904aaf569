package lint

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// parts checks that there are two parts with the same links (HTML-11).
func (m *mail) parts() {
	m.structure()
	if strings.TrimSpace(m.textSource) == "" || m.html.broken || m.text.broken {
		return
	}
	text, html := m.text.webLinks(), m.html.webLinks()
	m.missing(html, text, inText, m.text)
	m.missing(text, html, inHTML, m.html)
}

func (m *mail) structure() {
	const fix = "Send multipart/alternative with the text part first."
	switch {
	case strings.TrimSpace(m.textSource) == "":
		m.report.in("HTML-11", inText, 0, "The mail has no text part.", fix)
	case strings.TrimSpace(m.htmlSource) == "":
		m.report.in("HTML-11", inHTML, 0, "The mail has no HTML part.", fix)
	case m.msg == nil:
	case m.msg.err != nil:
		m.head("HTML-11", "Content-Type", "The message's parts can't be taken apart.", fix)
	case m.msg.text == nil || m.msg.html == nil || !m.msg.textFirst:
		m.head("HTML-11", "Content-Type", fmt.Sprintf("The message is %q and not multipart/alternative with the text part first.", short(m.msg.root)), fix)
	}
}

// missing notes the links of one part that the other lacks.
func (m *mail) missing(have, other []string, part string, in *page) {
	for _, href := range have {
		if slices.ContainsFunc(other, func(o string) bool { return sameLink(o, href) }) || strings.Contains(in.any, typewriter.Replace(href)) {
			continue
		}
		m.report.in("HTML-11", part, 0, fmt.Sprintf("The %s lacks the link to %s that the other part has.", partName(part), short(href)), "Lead to the same places from both parts.")
	}
}

// sameLink compares addresses of the two parts; "/" at the end of a bare host
// makes no difference.
func sameLink(a, b string) bool {
	return a == b || strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") || sameAddress(a, b) && fragment(a) == fragment(b)
}

// fragment is what stands after "#", as it is read.
func fragment(address string) string {
	_, f, _ := strings.Cut(address, "#")
	if u, err := url.Parse(address); err == nil {
		return u.Fragment
	}
	return f
}
