package lint

import (
	"fmt"
	"html"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Sizes of the encoded HTML part in bytes (HTML-4).
const (
	largeHTML   = 80_000
	tooLarge    = 100_000
	safelyShown = 90_000
)

// size checks what of the HTML part Gmail shows (HTML-4).
func (m *mail) size() {
	if m.msg == nil || m.msg.html == nil {
		return
	}
	n := len(m.msg.html.raw)
	const fix = "Shorten the article, or send an excerpt that leads to the whole: --layout excerpt."
	switch {
	case n > tooLarge:
		m.report.in("HTML-4", inHTML, len(m.htmlSource), fmt.Sprintf("The HTML part is %d bytes as sent, more than the %d that Gmail shows.", n, tooLarge), fix)
	case n > largeHTML:
		m.report.in("HTML-4", inHTML, len(m.htmlSource), fmt.Sprintf("The HTML part is %d bytes as sent; Gmail cuts it off beyond %d.", n, tooLarge), fix).Severity = article.Warn
	}
	if n <= safelyShown {
		return
	}
	for what, at := range m.indispensable() {
		if m.msg.html.sentBefore(at) > safelyShown {
			m.report.in("HTML-4", inHTML, at, fmt.Sprintf("%s stands beyond byte %d, where Gmail may have cut the mail off.", what, safelyShown), fix)
		}
	}
}

// indispensable is where what the law wants stands in the HTML part.
func (m *mail) indispensable() func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		if l, ok := unsubscribeLink(m.html); ok && !yield("The link to unsubscribe", l.at) {
			return
		}
		// The address as the template writes it; where an entity stands in it,
		// its beginning will do.
		head, _, _ := strings.Cut(strings.TrimSpace(m.in.Policy.PostalAddress), ",")
		if at := strings.LastIndex(m.htmlSource, html.EscapeString(head)); head != "" && at >= 0 && !yield("The postal address", at) {
			return
		}
		if said := statements(m.html.clear, ownNotices(m.in.Articles, m.in.Policy.DefaultDisclosure)); len(said) > 0 {
			yield("The disclosure", m.html.byteOf(said[0].from))
		}
	}
}
