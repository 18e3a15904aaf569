package ingest

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Products also stand in lists: each item opens with a link that is a name
// ("Nova Tall – best for corners") or ends in a button ("Best budget: Mono 1 —
// View on Amazon").

// maxListPick bounds an item that is a product, in bytes; a longer one is text.
const maxListPick = 700

// listPicks makes picks of the lists all of whose items are products.
func (d *draft) listPicks() {
	var out article.Blocks
	for _, b := range d.blocks {
		l, ok := b.(*article.List)
		if !ok || len(l.Items) < 2 || l.Style == article.Check {
			out = append(out, b)
			continue
		}
		picks := d.picksOf(l)
		if picks == nil {
			picks = d.labelledPicks(l)
		}
		if picks == nil {
			out = append(out, b)
			continue
		}
		for _, p := range picks {
			out = append(out, p)
		}
	}
	d.blocks = out
}

// picksOf are the products of a list, nil unless every item is one.
func (d *draft) picksOf(l *article.List) []*article.Pick {
	var picks []*article.Pick
	seen := make(map[string]bool)
	noted := len(d.diagnostics)
	for _, it := range l.Items {
		p := d.itemPick(it)
		if p == nil || seen[productKey(p.URL)] {
			d.diagnostics = d.diagnostics[:noted]
			return nil
		}
		seen[productKey(p.URL)] = true
		picks = append(picks, p)
	}
	return picks
}

// labelledPicks are the products of a list without links, all of whose items
// say why they are picked.
func (d *draft) labelledPicks(l *article.List) []*article.Pick {
	var picks []*article.Pick
	firm := false
	for _, it := range l.Items {
		label, name := splitTitle(it.Text.String())
		if label == "" || !properName(name) || it.Sub != nil || firstLink(it.Text) != "" || strings.ContainsRune(".!?", lastRune(name)) {
			return nil
		}
		firm = firm || firmLabel.MatchString(fold(label))
		p := &article.Pick{Label: label, Place: it.Place}
		d.setName(p, name)
		picks = append(picks, p)
	}
	if !firm {
		return nil
	}
	return picks
}

// itemPick reads an item as a product, nil if it is none: it has one address
// that sells, and a name where names stand.
func (d *draft) itemPick(it article.Item) *article.Pick {
	s := it.Text.String()
	if it.Sub != nil || len(s) > maxListPick {
		return nil
	}
	from, to, href := soleLink(it.Text)
	if href == "" || !sells(href) {
		return nil
	}
	before, words, after := strings.TrimSpace(s[:from]), s[from:to], s[to:]
	p := &article.Pick{URL: href, Place: it.Place}
	rest := article.Text(nil)
	switch {
	case ctaLine(withoutArrows(words)) || strings.Contains(words, "://") || strings.EqualFold(oneLine(words), "link"):
		if hasWords(after) && !asideLine(strings.Trim(after, " ()–—-.,")) {
			return nil
		}
		if !strings.Contains(words, "://") {
			p.CTA = oneLine(withoutArrows(words))
		}
		rest = d.nameFirst(p, sliceText(it.Text, 0, from))
	case before == "" || isLabel(strings.TrimRight(before, " :–—-")):
		if !properName(strings.TrimSpace(words)) {
			return nil
		}
		p.Label = oneLine(trimMarks(strings.TrimRight(before, " :–—-")))
		d.setName(p, oneLine(words))
		rest = sliceText(it.Text, to, len(s))
	default:
		return nil
	}
	if p.Name == "" || !product(p.Name) {
		return nil
	}
	d.labelFirst(p, rest)
	if p.Merchant = article.Merchant(p.URL); p.Merchant == "" {
		p.Merchant = shopIn(p.CTA)
	}
	return p
}

// soleLink is where the one link of a text stands, in bytes; href is "" if
// there is none, or there are several.
func soleLink(t article.Text) (from, to int, href string) {
	at := 0
	for _, s := range t {
		n := len(s.Text)
		if s.Break {
			n = 1
		}
		switch {
		case s.Href == "":
		case href == "":
			from, to, href = at, at+n, s.Href
		case href == s.Href && to == at:
			to = at + n
		default:
			return 0, 0, ""
		}
		at += n
	}
	return from, to, href
}

// sells: somebody is paid for the link, or it leads to a known shop.
func sells(href string) bool {
	_, paid := article.Affiliate(href)
	return paid || article.Merchant(href) != ""
}

var nameEnd = compile(`\s+[–—|-]\s+|:\s+|\.\s+`)

// nameFirst takes label and name off the beginning of an item and returns the
// rest of its text.
func (d *draft) nameFirst(p *article.Pick, t article.Text) article.Text {
	s := strings.TrimRight(t.String(), " :–—-|(→>")
	name, rest := s, article.Text(nil)
	if label, n := splitTitle(s); label != "" && n != "" {
		p.Label, name = label, n
		if m := nameEnd.FindStringIndex(n); m != nil { // "Best: Name — why"
			at := strings.Index(s, n)
			name, rest = n[:m[0]], sliceText(t, at+m[1], len(s))
		}
	} else if m := nameEnd.FindStringIndex(s); m != nil {
		name, rest = s[:m[0]], sliceText(t, m[1], len(s))
	}
	if !properName(strings.TrimSpace(name)) && p.Label == "" {
		return nil
	}
	d.setName(p, oneLine(name))
	return rest
}

// labelFirst takes a label off the beginning of the words behind a name, and
// makes the rest the pick's.
func (d *draft) labelFirst(p *article.Pick, t article.Text) {
	s := t.String()
	from := len(s) - len(strings.TrimLeft(s, " :–—-|,"))
	t = sliceText(t, from, len(s))
	s = t.String()
	if end := strings.IndexAny(s, ".,;:–—("); p.Label == "" && s != "" {
		if end < 0 {
			end = len(s)
		}
		if first := strings.TrimSpace(s[:end]); isLabel(first) {
			p.Label = oneLine(trimMarks(first))
			t = sliceText(t, min(len(s), end+1), len(s))
		}
	}
	if s = t.String(); asideLine(strings.Trim(s, " ()–—-.,")) {
		var out asides
		out.note(s)
		d.setAside(p, out)
		return
	}
	if hasWords(s) {
		d.setBlurb(p, t)
	}
}
