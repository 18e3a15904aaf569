package lint

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/lint/clients"
)

// anchors is caniemail's name of links within a page.
const anchors = "html-anchor-links"

// jumps finds links that lead to another place of the same mail (HTML-13).
func (m *mail) jumps() {
	var found []link
	for _, l := range m.html.links {
		if strings.HasPrefix(l.href, "#") && !l.word {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return
	}
	where := "several apps"
	if f, ok := clients.Find(anchors); ok {
		var names []string
		shares := m.in.Policy.Mix.Shares()
		for _, p := range clients.Programs() {
			if v := f.On(p.ID).Verdict; (v == clients.No || v == clients.Partly) && shares[p.ID] > 0 {
				names = append(names, p.Name)
			}
		}
		if len(names) > 0 {
			where = listed(names)
		}
	}
	more := ""
	if len(found) > 1 {
		more = fmt.Sprintf(", and so do %d more", len(found)-1)
	}
	m.report.in("HTML-13", inHTML, found[0].at, fmt.Sprintf("The link “%s” leads to another place of the mail%s, which does nothing in %s.", short(found[0].text), more, where),
		"Lead to that place of the web version.")
}
