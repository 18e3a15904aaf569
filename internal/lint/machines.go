package lint

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// machines checks that nobody who only follows links changes anything or is
// led astray (BOT-1, BOT-2, BOT-5, LAW-2). Filters follow every link of a mail
// before its reader does.
func (m *mail) machines() {
	m.webPage()
	button := m.oneClickAddresses()
	for _, part := range []struct {
		name string
		page *page
	}{{inHTML, m.html}, {inText, m.text}} {
		if part.page.broken {
			continue
		}
		m.optOut(part.name, part.page)
		for _, l := range part.page.links {
			m.followed(part.name, l, button)
		}
	}
}

// oneClickAddresses are the web addresses in List-Unsubscribe.
func (m *mail) oneClickAddresses() []string {
	if m.msg == nil {
		return nil
	}
	value, _ := m.msg.get("List-Unsubscribe")
	var out []string
	for _, a := range angle.FindAllStringSubmatch(value, -1) {
		if _, ok := webURL(a[1]); ok {
			out = append(out, a[1])
		}
	}
	return out
}

func (m *mail) followed(part string, l link, button []string) {
	u, ok := webURL(l.href)
	if !ok {
		return
	}
	for _, b := range button {
		if b == l.href {
			m.report.in("BOT-2", part, l.at, fmt.Sprintf("The link “%s” is the address of List-Unsubscribe, so a filter that follows it may end the subscription.", short(l.text)),
				"Give the body a link of its own, to a page that asks first.")
		}
	}
	if strings.EqualFold(u.Query().Get("List-Unsubscribe"), "One-Click") {
		m.report.in("BOT-1", part, l.at, fmt.Sprintf("The link “%s” unsubscribes whoever follows it, which filters do.", short(l.text)), "Lead to a page with a button.")
	}
	for _, b := range button {
		if own, _ := webURL(b); own.Host == u.Host && carriesAddress(u) {
			m.report.in("BOT-5", part, l.at, fmt.Sprintf("The link “%s” goes through %s to an address that stands in the link itself, so anybody can send people anywhere in your name.", short(l.text), u.Host),
				"Lead to the address itself.")
			break
		}
	}
}

// carriesAddress reports whether an address holds another one.
func carriesAddress(u *url.URL) bool {
	for _, values := range u.Query() {
		for _, v := range values {
			if _, ok := webURL(v); ok || strings.HasPrefix(v, "//") {
				return true
			}
		}
	}
	path, err := url.PathUnescape(u.EscapedPath())
	return err == nil && (strings.Contains(path, "http://") || strings.Contains(path, "https://") || strings.Contains(path, "https:/"))
}

// optOut checks the link to unsubscribe: a page that everybody can open, whose
// address tells nobody who the reader is (LAW-2).
func (m *mail) optOut(part string, p *page) {
	l, ok := unsubscribeLink(p)
	if !ok {
		return // HDR-4 says so
	}
	u, web := webURL(l.href)
	switch {
	case !web:
		m.report.in("LAW-2", part, l.at, fmt.Sprintf("The %s can only be unsubscribed from by mail.", partName(part)), "Lead to a page where one click does it.")
	case strings.Contains(u.Path+u.RawQuery, "@") || strings.Contains(strings.ToLower(u.Path+u.RawQuery), "%40"):
		m.report.in("LAW-2", part, l.at, "The link to unsubscribe shows a mail address, which ends up in logs.", "Lead to a page by a token.")
	}
}

// webPage checks that opening the web version does nothing by itself (BOT-1).
func (m *mail) webPage() {
	if m.in.Mail.Web == "" {
		return
	}
	for _, t := range tokens(m.in.Mail.Web, 0) {
		if t.kind != html.StartTagToken && t.kind != html.SelfClosingTagToken {
			continue
		}
		what := ""
		switch {
		case t.name == "script" && !strings.Contains(t.attr("type"), "json"):
			what = "runs a script"
		case t.name == "meta" && strings.EqualFold(t.attr("http-equiv"), "refresh"):
			what = "sends its reader elsewhere (meta refresh)"
		default:
			continue
		}
		m.add("BOT-1", "The web version "+what+", and filters open it like readers do.", "Leave it out of the template of the web page.")
		return
	}
}
