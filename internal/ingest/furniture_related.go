package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// related is a heading with the titles of other articles below it. Below the
// title there may stand its date, a picture, a few lines of it.
func (f *furniture) related(i int) int {
	j, got := i+1, 0
	for j < len(f.bs) {
		n, entry := f.entry(i, j, got)
		if n == 0 {
			break
		}
		if entry {
			got++
		}
		j += n
	}
	if got > 0 || f.ends(i+1) {
		return j - i
	}
	return 0
}

// entry is how many blocks from j on belong to a related article, and whether
// they name one.
func (f *furniture) entry(head, j, got int) (n int, named bool) {
	if f.drop[j] {
		return 1, false
	}
	if k := phraseKey(clip(said(f.bs[j]).String(), 100)); k != "" && (signupHeads.hasKey(k) || commentHeads.hasKey(k) || shareHeads.hasKey(k)) {
		return 0, false
	}
	switch b := f.bs[j].(type) {
	case *article.List:
		if f.entries(b) {
			return 1, true
		}
	case *article.Image:
		return 1, false
	case *article.Divider:
		if got == 0 {
			return 1, false
		}
	case *article.Paragraph, *article.Quote:
		s := said(b).String()
		switch {
		case s == "":
		case f.shops(said(b)):
		case leadsElsewhere(said(b)) && short(s, 200), titleLike(s), metaLine(s), bylineOf(s) != "", allLines(said(b), titleLike):
			return 1, true
		case got > 0 && short(s, 320) && f.again(j+1):
			return 1, false
		}
	case *article.Heading:
		if h, ok := f.bs[head].(*article.Heading); (!ok || b.Level > h.Level || f.d.format == Text) && f.card(j) {
			return 1, true
		}
	}
	return 0, false
}

// again: another entry, furniture or nothing follows.
func (f *furniture) again(j int) bool {
	j = f.kept(j)
	switch b := next(f.bs, j).(type) {
	case nil, *article.Image, *article.Divider:
		return true
	case *article.Heading:
		return f.card(j)
	case *article.Paragraph:
		s := b.Text.String()
		return leadsElsewhere(b.Text) && short(s, 200) || titleLike(s) || metaLine(s)
	case *article.List:
		return f.entries(b)
	}
	return false
}

// card: a heading that is the title of another article: a link, or with
// nothing but small text up to the next heading.
func (f *furniture) card(j int) bool {
	h := f.bs[j].(*article.Heading)
	if leadsElsewhere(h.Text) {
		return true
	}
	if relatedHeads.has(h.Text.String()) || generalNames.MatchString(fold(h.Text.String())) || sectionNames.MatchString(fold(h.Text.String())) || f.shops(h.Text) {
		return false
	}
	length := 0
	for _, b := range f.bs[j+1:] {
		switch b := b.(type) {
		case *article.Heading:
			return true
		case *article.Paragraph:
			if length += utf8.RuneCountInString(b.Text.String()); length > 320 || ctaLine(b.Text.String()) || f.shops(b.Text) {
				return false
			}
		case *article.Image, *article.Divider:
		default:
			return false
		}
	}
	return true
}

// entries: the items of a list are links to articles, or could be their titles.
func (f *furniture) entries(l *article.List) bool {
	for _, it := range l.Items {
		if it.Sub != nil || f.shops(it.Text) || !leadsElsewhere(it.Text) && !titleLike(it.Text.String()) {
			return false
		}
	}
	return true
}

// shops: the text has a link that somebody is paid for, or asks to buy.
func (f *furniture) shops(t article.Text) bool {
	for _, s := range t {
		if s.Href == "" || strings.HasPrefix(s.Href, inPageMark) {
			continue
		}
		if _, ok := article.Affiliate(s.Href); ok || article.Merchant(s.Href) != "" {
			return true
		}
	}
	return ctaLine(t.String())
}

// titleLike: the text could be an article's title.
func titleLike(s string) bool {
	n := len(strings.Fields(s))
	return n >= 1 && n <= 18 && short(s, 140) && !strings.ContainsRune(".,;:", lastRune(s)) && !ctaLine(s)
}

// leadsElsewhere: the text begins with a link to another page.
func leadsElsewhere(t article.Text) bool {
	for _, s := range t {
		if s.Break || !hasWords(s.Text) {
			continue
		}
		return s.Href != "" && !toPage(s.Href)
	}
	return false
}
