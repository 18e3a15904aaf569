package main

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// show prints an article for people. Picks, takeaways and pictures are counted
// as article edit counts them.
func (a *app) show(art *article.Article) {
	r := article.Report(art)
	a.print("title       %s", printable(orDash(r.Title)))
	a.print("author      %s", printable(orDash(r.Author)))
	a.print("address     %s", printable(orDash(r.CanonicalURL)))
	a.print("language    %s", printable(orDash(r.Language)))
	for i, n := range r.Notices {
		word := "disclosure"
		if i >= len(r.Disclosure) {
			word = "disclaimer"
		}
		a.print("%s  %s%s", word, printable(n.Text), about(n))
	}
	a.print("")
	a.showTakeaways(art)
	a.showPicks(art)
	if len(r.Images) > 0 {
		a.print("pictures")
	}
	for i, img := range r.Images {
		a.print("  %d. %s: %s", i+1, printable(img.URL), printable(orDash(img.Alt)))
	}
	a.print("headings")
	for _, h := range r.Headings {
		a.print("  %s%s", strings.Repeat("  ", max(h.Level-2, 0)), printable(h.Text))
	}
	a.print("links")
	for _, l := range r.Links {
		a.print("  %s", printable(l))
	}
	a.print("%d blocks, %d words", len(art.Blocks), art.Words())
}

// about says of which kind a notice is and where it stands, in brackets.
func about(n article.ReportedNotice) string {
	where := map[article.Position]string{
		article.BeforeLinks: "before the first affiliate link",
		article.AfterLinks:  "after the first affiliate link",
	}[n.Position]
	switch {
	case n.Kind == "":
		return ""
	case where == "":
		return fmt.Sprintf(" [%s]", n.Kind)
	}
	return fmt.Sprintf(" [%s, %s]", n.Kind, where)
}

func (a *app) showTakeaways(art *article.Article) {
	a.print("takeaways")
	for i, t := range art.Takeaways {
		where := string(t.Origin)
		if t.Place.Line > 0 {
			where += fmt.Sprintf(", line %d", t.Place.Line)
		}
		a.print("  %d. %s (%s)", i+1, printable(t.Text), where)
	}
}

func (a *app) showPicks(art *article.Article) {
	a.print("picks")
	for i, p := range art.Picks() {
		a.print("  %d. %s: %s", i+1, printable(orDash(p.Label)), printable(p.Name))
		a.print("     %s", printable(p.Blurb.String()))
		a.print("     [%s] %s", printable(p.CTA), printable(orDash(p.URL)))
		if left := append(append([]string{}, p.Prices...), p.Ratings...); len(left) > 0 {
			a.print("     left out of mails: %s", printable(strings.Join(left, ", ")))
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
