package article

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reported is an article as `article parse --json` prints it: flat, with the
// fields scripts ask for beside the typed blocks. Lists are never null.
type Reported struct {
	Title          string `json:"title"`
	SuggestedTitle string `json:"suggested_title,omitempty"`
	Author         string `json:"author"`
	AuthorNote     string `json:"author_note,omitempty"`
	// Published is RFC 3339, or only a date where the source says no time; ""
	// if it says nothing.
	Published    string   `json:"published"`
	Language     string   `json:"language"`
	CanonicalURL string   `json:"canonical_url"`
	Preheader    string   `json:"preheader,omitempty"`
	Disclosure   []string `json:"disclosure"`
	Disclaimer   []string `json:"disclaimer"`
	// Notices are both with what tells them apart: kind, position relative to
	// the first affiliate link, place.
	Notices   []ReportedNotice `json:"notices"`
	Takeaways []string         `json:"takeaways"`
	// TakeawaysSource is the origin of the first takeaway, "" if there is none.
	TakeawaysSource Origin            `json:"takeaways_source"`
	TakeawayPlaces  []Place           `json:"takeaway_places"`
	Headings        []ReportedHeading `json:"headings"`
	Picks           []ReportedPick    `json:"product_picks"`
	// Links are the addresses the article leads to, each once, in order.
	Links       []string        `json:"links"`
	Images      []ReportedImage `json:"images"`
	Text        string          `json:"text"`
	Blocks      Blocks          `json:"blocks"`
	Diagnostics []Diagnostic    `json:"diagnostics"`
}

// ReportedNotice is a disclosure or a disclaimer.
type ReportedNotice struct {
	Text     string     `json:"text"`
	Kind     NoticeKind `json:"kind"`
	Position Position   `json:"position"`
	Place    Place      `json:"place"`
}

// ReportedHeading is a heading, also one that became a pick.
type ReportedHeading struct {
	Level int    `json:"level"`
	Text  string `json:"text"`
}

// ReportedPick is a pick with what its link says about itself.
type ReportedPick struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	URL      string `json:"url"`
	CTA      string `json:"cta"`
	Blurb    string `json:"blurb"`
	Merchant string `json:"merchant"`
	// Network, Marketplace and ASIN are empty for a link nobody is paid for.
	Network     string  `json:"network,omitempty"`
	Marketplace string  `json:"marketplace,omitempty"`
	ASIN        string  `json:"asin,omitempty"`
	Offers      []Offer `json:"offers,omitempty"`
	// Image is the address of its picture.
	Image string `json:"image,omitempty"`
	// Prices and Ratings are the author's, never mailed.
	Prices  []string `json:"prices,omitempty"`
	Ratings []string `json:"ratings,omitempty"`
	Place   Place    `json:"place"`
}

// ReportedImage is a picture.
type ReportedImage struct {
	URL     string `json:"url"`
	Alt     string `json:"alt"`
	Caption string `json:"caption,omitempty"`
	// Href is where it leads; "" if it is no link.
	Href string `json:"href,omitempty"`
}

// Report flattens an article for scripts. It shares a's blocks.
func Report(a *Article) *Reported {
	r := &Reported{
		Title: a.Title, Author: a.Author.Name, AuthorNote: a.Author.Note,
		Published: reportTime(a.Published), Language: a.Language, CanonicalURL: a.CanonicalURL, Preheader: a.Preheader,
		Disclosure: noticeTexts(a.Disclosures), Disclaimer: noticeTexts(a.Disclaimers), Notices: reportNotices(a),
		Takeaways: []string{}, TakeawayPlaces: []Place{},
		Headings: []ReportedHeading{}, Picks: []ReportedPick{}, Links: []string{}, Images: []ReportedImage{},
		Text: PlainText(a), Blocks: a.Blocks, Diagnostics: a.Diagnostics,
	}
	if r.Blocks == nil {
		r.Blocks = Blocks{}
	}
	if r.Diagnostics == nil {
		r.Diagnostics = []Diagnostic{}
	}
	for _, t := range a.Takeaways {
		r.Takeaways = append(r.Takeaways, t.Text)
		r.TakeawayPlaces = append(r.TakeawayPlaces, t.Place)
	}
	if len(a.Takeaways) > 0 {
		r.TakeawaysSource = a.Takeaways[0].Origin
	}
	for _, b := range a.Blocks {
		r.block(b)
	}
	seen := make(map[string]bool)
	for l := range a.Links() {
		if !seen[l] {
			seen[l] = true
			r.Links = append(r.Links, l)
		}
	}
	return r
}

func (r *Reported) block(b Block) {
	switch b := b.(type) {
	case *Heading:
		r.heading(b)
	case *Image:
		r.Images = append(r.Images, ReportedImage{URL: b.URL, Alt: b.Alt, Caption: b.Caption.String(), Href: b.Href})
	case *Pick:
		r.pick(b)
	case *FAQ:
		for _, q := range b.Questions {
			r.heading(q.Heading)
			r.nested(q.Answer)
		}
	case *ProsCons:
		r.heading(b.Pros.Heading)
		r.heading(b.Cons.Heading)
	case *Verdict:
		r.heading(b.Heading)
		r.nested(b.Text)
	}
}

func (r *Reported) nested(bs Blocks) {
	for _, b := range bs {
		r.block(b)
	}
}

func (r *Reported) pick(b *Pick) {
	r.heading(b.Heading)
	p := ReportedPick{
		Name: b.Name, Label: b.Label, URL: b.URL, CTA: b.CTA, Blurb: b.Blurb.String(), Merchant: b.Merchant,
		Marketplace: b.Marketplace, ASIN: b.ASIN, Offers: b.Offers, Prices: b.Prices, Ratings: b.Ratings, Place: b.Place,
	}
	if b.Image != nil {
		p.Image = b.Image.URL
		r.Images = append(r.Images, ReportedImage{URL: b.Image.URL, Alt: b.Image.Alt})
	}
	if l, ok := Affiliate(b.URL); ok {
		p.Network = l.Network
		if p.ASIN == "" {
			p.Marketplace, p.ASIN = l.Marketplace, l.ASIN
		}
	}
	r.Picks = append(r.Picks, p)
}

// heading reports a heading; nil is none.
func (r *Reported) heading(h *Heading) {
	if h == nil {
		return
	}
	r.Headings = append(r.Headings, ReportedHeading{Level: h.Level, Text: h.Text.String()})
}

func noticeTexts(ns []Notice) []string {
	out := make([]string, 0, len(ns))
	for _, n := range ns {
		out = append(out, n.Text.String())
	}
	return out
}

func reportNotices(a *Article) []ReportedNotice {
	out := []ReportedNotice{}
	for _, n := range append(slices.Clone(a.Disclosures), a.Disclaimers...) {
		out = append(out, ReportedNotice{Text: n.Text.String(), Kind: n.Kind, Position: n.Position, Place: n.Place})
	}
	return out
}

func reportTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Location() == time.UTC {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}

// PlainText is the body without looks and links: a blank line between blocks,
// a "- " or a number before each list item, tabs between the cells of a table.
// Title, notices and takeaways are not part of it.
func PlainText(a *Article) string {
	var b strings.Builder
	for _, block := range a.Blocks {
		lines := plainBlock(block)
		if len(lines) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		for _, l := range lines {
			b.WriteString(l)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func plainBlock(b Block) []string {
	switch b := b.(type) {
	case *Heading:
		return []string{b.Text.String()}
	case *Paragraph:
		return []string{b.Text.String()}
	case *List:
		return plainList(b, "")
	case *Quote:
		return plainTexts(b.Paragraphs)
	case *Image:
		return filled(b.Caption.String())
	case *Table:
		out := filled(b.Caption)
		for _, row := range append([][]Text{b.Head}, b.Rows...) {
			out = append(out, strings.Join(plainTexts(row), "\t"))
		}
		return out
	case *Tips:
		var out []string
		for _, c := range b.Cards {
			title := c.Title
			if c.Note != "" {
				title += " (" + c.Note + ")"
			}
			out = append(out, title, c.Text.String())
		}
		return out
	case *Pick:
		return filled(b.Label, b.Name, b.Blurb.String())
	case *FAQ:
		var out []string
		for _, q := range b.Questions {
			out = append(append(out, q.Text), plainBlocks(q.Answer)...)
		}
		return out
	case *ProsCons:
		out := append(filled(b.Pros.Title), plainList(&List{Items: b.Pros.Items}, "")...)
		return append(append(out, filled(b.Cons.Title)...), plainList(&List{Items: b.Cons.Items}, "")...)
	case *Verdict:
		return append(filled(b.Title), plainBlocks(b.Text)...)
	}
	return nil
}

func plainBlocks(bs Blocks) []string {
	var out []string
	for _, b := range bs {
		out = append(out, plainBlock(b)...)
	}
	return out
}

func plainList(l *List, indent string) []string {
	var out []string
	for i, it := range l.Items {
		mark := "- "
		if l.Style == Numbered {
			mark = strconv.Itoa(i+1) + ". "
		}
		out = append(out, indent+mark+it.Text.String())
		if it.Sub != nil {
			out = append(out, plainList(it.Sub, indent+"  ")...)
		}
	}
	return out
}

func plainTexts(ts []Text) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.String()
	}
	return out
}

func filled(ss ...string) []string {
	return slices.DeleteFunc(ss, func(s string) bool { return s == "" })
}
