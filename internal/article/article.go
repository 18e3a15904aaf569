package article

import (
	"iter"
	"time"
)

// Article is one piece of a publisher's writing.
type Article struct {
	Title  string `json:"title"`
	Author Author `json:"author"`
	// Published is when the publisher says it appeared; nil if it does not say.
	Published *time.Time `json:"published,omitempty"`
	// Language is a BCP 47 tag such as "en" or "pt-BR"; "" if unknown.
	Language string `json:"language"`
	// CanonicalURL is the absolute https or http address of the article on the
	// publisher's site; "" if unknown.
	CanonicalURL string `json:"canonical_url"`
	// Preheader is the line a mail program shows after the subject; "" lets
	// the renderer choose one.
	Preheader string `json:"preheader,omitempty"`
	// Disclosures say that the publisher may earn a commission.
	Disclosures []Notice `json:"disclosures"`
	// Disclaimers say that the article is not medical advice.
	Disclaimers []Notice   `json:"disclaimers"`
	Takeaways   []Takeaway `json:"takeaways"`
	Blocks      Blocks     `json:"blocks"`
	// Diagnostics are what the reader of the source had to say.
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Author is who wrote an article.
type Author struct {
	Name string `json:"name"`
	// Note is a line about the author ("We test beauty products …").
	Note string `json:"note,omitempty"`
}

// Notice is a disclosure or a disclaimer as the author wrote it. One paragraph
// can be both; then it stands in both lists with the same Place.
type Notice struct {
	Text Text       `json:"text"`
	Kind NoticeKind `json:"kind,omitempty"`
	// Position is where it stands in the source, as a reader of the source
	// meets it, relative to the first affiliate link.
	Position Position `json:"position,omitempty"`
	Place    Place    `json:"place"`
}

// NoticeKind tells notices apart.
type NoticeKind string

// Kinds of notices. The zero kind stands in articles kept by older versions.
const (
	// NoticeAffiliate: the publisher may earn a commission.
	NoticeAffiliate NoticeKind = "affiliate"
	// NoticeSponsored: somebody paid for the article, or gave the product.
	NoticeSponsored NoticeKind = "sponsored"
	// NoticeMedical: not medical advice.
	NoticeMedical NoticeKind = "medical"
)

// Position is where a notice stands relative to the first affiliate link.
type Position string

// Positions. NoLink: the article has no affiliate link.
const (
	BeforeLinks Position = "before"
	AfterLinks  Position = "after"
	NoLink      Position = "no link"
)

// Origin says where a takeaway comes from.
type Origin string

// Origins of a takeaway.
const (
	// Explicit: the author wrote it as a takeaway.
	Explicit Origin = "explicit"
	// Extracted: a sentence or list item of the article.
	Extracted Origin = "extracted"
	// Edited: an editor of the newsletter put it there.
	Edited Origin = "edited"
)

// Takeaway is one key point.
type Takeaway struct {
	Text   string `json:"text"`
	Origin Origin `json:"origin"`
	Place  Place  `json:"place"`
}

// Place says where in the source something stands. The zero Place is unknown.
type Place struct {
	// Block is the index into Article.Blocks, -1 for what stands outside them
	// (title, disclosure), and meaningless when Line is 0.
	Block int `json:"block"`
	// Line and Column are 1-based in the repaired source text; Column counts
	// characters (runes).
	Line   int `json:"line"`
	Column int `json:"column,omitempty"`
}

// Picks yields every pick with its number (from 0) in the order of the blocks.
// The pointers lead into the article: writing through them corrects it.
func (a *Article) Picks() iter.Seq2[int, *Pick] {
	return func(yield func(int, *Pick) bool) {
		n := 0
		for _, b := range a.Blocks {
			p, ok := b.(*Pick)
			if !ok {
				continue
			}
			if !yield(n, p) {
				return
			}
			n++
		}
	}
}

// Links yields every address the article leads to, picks included, in order
// and with repetitions.
func (a *Article) Links() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, n := range a.Disclosures {
			if !n.Text.links(yield) {
				return
			}
		}
		for _, b := range a.Blocks {
			if !b.links(yield) {
				return
			}
		}
		for _, n := range a.Disclaimers {
			if !n.Text.links(yield) {
				return
			}
		}
	}
}

// Words is the number of words of the body, for the reading time.
func (a *Article) Words() int {
	n := 0
	for _, b := range a.Blocks {
		n += b.words()
	}
	return n
}
