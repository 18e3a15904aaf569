package lint

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// renewed are the rules that [Article] checks anew, after an editor's
// corrections: what the reader of the source said about them is out of date.
var renewed = map[string]bool{"ART-1": true, "ART-2": true, "PICK-1": true, "PICK-2": true, "PICK-3": true, "DISC-1": true}

// head checks what stands above an article (ART).
func (r *report) head(a *article.Article) {
	if strings.TrimSpace(a.Title) == "" {
		r.add("ART-1", "The article has no title.", `Give it one: broadsheet article edit ID --title "…".`)
	}
	if strings.TrimSpace(a.Author.Name) == "" {
		r.add("ART-2", "The article names no author.", `Say who wrote it: broadsheet article edit ID --author "…".`)
	}
	for _, d := range a.Diagnostics {
		if !renewed[d.Rule] {
			r.found = append(r.found, d)
		}
	}
}

// pick checks the nth pick, from 1 (PICK-1, PICK-3).
func (r *report) pick(a *article.Article, n int, p *article.Pick, policy Policy) {
	name := pickName(n, p)
	_, own := webURL(p.URL)
	_, canonical := webURL(a.CanonicalURL)
	link, paid := article.Affiliate(p.URL)
	editURL := fmt.Sprintf("broadsheet article edit ID --pick %d --url https://…", n)
	const editCanonical = "broadsheet article edit ID --canonical-url https://…"
	switch {
	case own && paid && link.Amazon && !policy.direct() && !canonical:
		r.at("AMZ-1", p.Place, fmt.Sprintf("The pick %s leads to Amazon, which a mail must not link to, and the article has no address of its own to lead to instead.", name),
			"Say where the article stands on your site: "+editCanonical+".")
	case own:
	case strings.TrimSpace(p.URL) != "":
		r.at("PICK-1", p.Place, fmt.Sprintf("The address of the pick %s, %q, is not a web address, so its button leads nowhere.", name, short(p.URL)),
			"Correct it: "+editURL+".")
	case !canonical:
		r.at("PICK-1", p.Place, fmt.Sprintf("The pick %s leads nowhere: it has no address, and neither has the article.", name),
			"Give the pick its address ("+editURL+") or say where the article stands on your site ("+editCanonical+").")
	}
	var missing []string
	for _, f := range []struct {
		empty bool
		name  string
	}{
		{strings.TrimSpace(p.Name) == "", "name"},
		{strings.TrimSpace(p.Label) == "", "label"},
		{p.Blurb.Empty(), "text about it"},
	} {
		if f.empty {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		r.at("PICK-3", p.Place, fmt.Sprintf("The pick %s has no %s.", name, strings.Join(missing, " and no ")), pickFix(n, missing))
	}
}

func pickFix(n int, missing []string) string {
	cmd := fmt.Sprintf("broadsheet article edit ID --pick %d", n)
	flags := ""
	for _, m := range missing {
		if m == "name" || m == "label" {
			flags += fmt.Sprintf(" --%s %q", m, "…")
		}
	}
	switch {
	case flags == "":
		return "Say in the article why it is picked, and add the article again."
	case len(missing) > strings.Count(flags, "--"):
		return cmd + flags + "; the text about it belongs into the article, which can be added again."
	}
	return "Give it: " + cmd + flags + "."
}

// pickName names a pick in a message.
func pickName(n int, p *article.Pick) string {
	if s := short(p.Name); s != "" {
		return "“" + s + "”"
	}
	return fmt.Sprintf("number %d", n)
}

// disclosed checks that who earns says so (DISC-1).
func (r *report) disclosed(a *article.Article, p Policy) {
	if len(a.Disclosures) > 0 || strings.TrimSpace(p.DefaultDisclosure) != "" {
		return
	}
	n, first := 0, ""
	for l := range a.Links() {
		if _, ok := article.Affiliate(l); ok {
			if n++; n == 1 {
				first = l
			}
		}
	}
	if n == 0 {
		return
	}
	what := "an affiliate link (" + host(first) + ")"
	if n > 1 {
		what = fmt.Sprintf("%d affiliate links (the first to %s)", n, host(first))
	}
	r.at("DISC-1", placeOf(a, first), "The article has "+what+" and no disclosure.",
		`Say in the article that you may earn a commission and add it again, or give the newsletter a sentence for all such articles: broadsheet newsletter edit NEWSLETTER --default-disclosure "We may earn a commission if you buy through our links."`)
}

// placeOf is where an address first stands in an article.
func placeOf(a *article.Article, address string) article.Place {
	for t, p := range passages(a) {
		for _, s := range t {
			if s.Href == address {
				return p
			}
		}
	}
	for _, p := range a.Picks() {
		if p.URL == address {
			return p.Place
		}
	}
	for i := range pictures(a) {
		if i.Href == address {
			return i.Place
		}
	}
	return article.Place{}
}
