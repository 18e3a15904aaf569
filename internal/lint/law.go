package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// unsubscribes is the text of a link that ends a subscription.
var unsubscribes = regexp.MustCompile(`(?i)unsubscri|opt[ -]?out|stop receiving|abmelden|abbestellen|austragen|désabonn|désinscri|dar(?:se|me)? de baja|cancelar|anular|annulla|disiscri|afmelden|uitschrijven|wypisz|avsluta|afmeld|אפשר להסיר|הסר|إلغاء|отписаться`)

// law checks what every mail must say (LAW-1, LAW-9, HDR-4).
func (m *mail) law() {
	m.postal()
	for _, part := range []struct {
		name string
		page *page
	}{{inHTML, m.html}, {inText, m.text}} {
		if part.page.broken {
			continue
		}
		if _, ok := unsubscribeLink(part.page); !ok {
			m.report.in("HDR-4", part.name, 0, fmt.Sprintf("The %s shows no link to unsubscribe.", partName(part.name)),
				"Keep the footer of the template, with a link that says “Unsubscribe”.")
		}
	}
	m.sponsored()
}

// longestLabel is how long the text of a link can be that asks to be followed.
const longestLabel = 200

// unsubscribeLink finds the link to unsubscribe that everybody sees.
func unsubscribeLink(p *page) (link, bool) {
	if p.unsubscribe == nil {
		p.unsubscribe = &link{}
		for _, l := range p.links {
			_, web := webURL(l.href)
			if (web || strings.HasPrefix(l.href, "mailto:")) && l.sure && !l.word && len(l.text) <= longestLabel && unsubscribes.MatchString(l.text) {
				p.unsubscribe = &l
				break
			}
		}
	}
	return *p.unsubscribe, p.unsubscribe.href != ""
}

func (m *mail) postal() {
	where := strings.TrimSpace(m.in.Policy.PostalAddress)
	if where == "" {
		m.add("LAW-1", "The newsletter has no postal address.", `Give it one: broadsheet newsletter edit NEWSLETTER --postal "Name, street, town, country".`)
		return
	}
	for _, part := range []struct {
		name string
		page *page
	}{{inHTML, m.html}, {inText, m.text}} {
		if !part.page.broken && !phrase(where).MatchString(strings.ReplaceAll(part.page.sure, string(hardBreak), " ")) {
			m.report.in("LAW-1", part.name, 0, fmt.Sprintf("The %s doesn't show the postal address.", partName(part.name)), "Keep the footer of the template, where it stands.")
		}
	}
}

// sponsored checks that the web version marks paid links (LAW-9).
func (m *mail) sponsored() {
	if m.in.Mail.Web == "" {
		return
	}
	for _, l := range read(m.in.Mail.Web).links {
		if _, paid := article.Affiliate(l.href); paid && !slices.Contains(strings.Fields(strings.ToLower(l.rel)), "sponsored") {
			m.add("LAW-9", "A paid link of the web version (to "+host(l.href)+") is not marked rel=\"sponsored\".", "Mark it in the template of the web page.")
			return
		}
	}
}
