package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/broadsheet/broadsheet/internal/article"
)

// block is one block of the body as its templates see it: the data of Kind,
// one of the …View types below.
type block struct {
	Kind article.Kind
	Data any
	at   int // which block of those it was made with
}

type (
	headingView struct {
		Level int // 2 to 4, never skipping one
		ID    string
		Text  rich
	}
	paragraphView struct {
		Text  rich
		Label bool
		// Below is the space step under it: less before a list it leads to.
		Below int
	}
	listView struct {
		Style  article.ListStyle
		Items  []itemView
		Indent int // px, of the list
	}
	itemView struct {
		Text        rich
		Mark        string // in the text part: "* ", "3. ", "✓ "
		Sub         *listView
		First, Last bool
	}
	quoteView struct {
		Paragraphs []rich
		Source     rich
	}
	tipsView struct {
		Cards []tipView
		Level int
		// Wide asks for one column: the texts are long.
		Wide bool
	}
	tipView struct {
		Title rich
		Note  string // with its parentheses, or ""
		Text  rich
	}
)

// longestCard is how many characters of a card half a column holds.
const longestCard = 160

// builder turns blocks into views and keeps what depends on those before.
type builder struct {
	*composer
	medium medium
	ranks  map[int]int
	level  int // of the last heading written
	picks  int
	ids    map[string]int // how many headings have it, or would
}

func (c *composer) blocks(bs article.Blocks, m medium) []block {
	b := builder{composer: c, medium: m, level: 1, ranks: ranks(bs), ids: map[string]int{}}
	if len(c.art.Takeaways) > 0 {
		b.level = 2
	}
	return b.run(bs)
}

// run is the views of blocks that follow each other.
func (b *builder) run(bs article.Blocks) []block {
	out := make([]block, 0, len(bs))
	for i := 0; i < len(bs); i++ {
		blk := bs[i]
		if row := comparable(bs[i:]); len(row) > 1 {
			out = append(out, block{Kind: kindPicks, Data: b.comparison(row), at: i})
			i += len(row) - 1
			continue
		}
		var next article.Block
		if i+1 < len(bs) {
			next = bs[i+1]
		}
		if data := b.view(blk, next); data != nil {
			out = append(out, block{Kind: blk.Kind(), Data: data, at: i})
		}
	}
	return out
}

func (b *builder) view(blk, next article.Block) any {
	switch x := blk.(type) {
	case *article.Heading:
		return b.heading(x)
	case *article.Paragraph:
		return b.paragraph(x, next)
	case *article.List:
		return b.list(x)
	case *article.Quote:
		v := quoteView{Source: b.plain(x.Source)}
		for _, p := range x.Paragraphs {
			v.Paragraphs = append(v.Paragraphs, b.rich(p))
		}
		return v
	case *article.Image:
		return b.image(x, b.medium)
	case *article.Table:
		return b.table(x)
	case *article.Tips:
		return b.tips(x)
	case *article.Pick:
		return b.pick(x)
	case *article.Divider:
		return struct{}{}
	case *article.FAQ:
		return b.faq(x)
	case *article.ProsCons:
		return b.prosCons(x)
	case *article.Verdict:
		return b.verdict(x)
	}
	return nil
}

// ranks maps the heading levels an article uses to 2, 3 and 4.
func ranks(bs article.Blocks) map[int]int {
	used := map[int]bool{}
	for _, b := range bs {
		for _, h := range headingsOf(b) {
			used[h.Level] = true
		}
	}
	out, rank := map[int]int{}, 2
	for level := 1; level <= 6; level++ {
		if used[level] {
			out[level] = min(rank, 4)
			rank++
		}
	}
	return out
}

func (b *builder) heading(h *article.Heading) headingView {
	level := min(max(b.ranks[h.Level], 2), b.level+1)
	b.level = level
	return headingView{Level: level, ID: b.id(h.Text.String()), Text: b.headline(h.Text)}
}

// under is the level of a heading inside a block.
func (b *builder) under() int { return min(b.level+1, 3) }

func (b *builder) paragraph(p *article.Paragraph, next article.Block) paragraphView {
	v := paragraphView{Text: b.rich(p.Text), Label: p.Label, Below: 5}
	l, ok := next.(*article.List)
	switch {
	case ok && p.Label && l.Style == article.Check:
		v.Below = 2
	case ok && (p.Label || leadsOn(p.Text)):
		v.Below = 3
	}
	return v
}

func (b *builder) list(l *article.List) *listView {
	v := &listView{Style: l.Style, Indent: 20}
	if l.Style == article.Numbered && len(l.Items) > 9 {
		v.Indent = 28
	}
	for i, it := range l.Items {
		item := itemView{Text: b.rich(strongLeadIn(it.Text)), First: i == 0, Last: i == len(l.Items)-1}
		switch l.Style {
		case article.Numbered:
			item.Mark = fmt.Sprintf("%d. ", i+1)
		case article.Check:
			item.Mark = "✓ "
		default:
			item.Mark = "* "
		}
		if it.Sub != nil && len(it.Sub.Items) > 0 {
			item.Sub = b.list(it.Sub)
		}
		v.Items = append(v.Items, item)
	}
	return v
}

func (b *builder) tips(t *article.Tips) tipsView {
	v := tipsView{Level: b.under()}
	for _, card := range t.Cards {
		note := strings.Trim(card.Note, "() ")
		if note != "" {
			note = "(" + note + ")"
		}
		v.Cards = append(v.Cards, tipView{Title: b.plain(capital(card.Title)), Note: note, Text: b.rich(card.Text)})
		v.Wide = v.Wide || utf8.RuneCountInString(card.Text.String()) > longestCard
	}
	v.Wide = v.Wide || len(v.Cards) == 1
	return v
}

// Second reports whether the nth card stands beside the one before it.
func (v tipsView) Second(n int) bool { return !v.Wide && n%2 == 1 }

// capital makes the first letter of a title large, but not that of a word
// with a spelling of its own (pH).
func capital(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if strings.ToLower(word) != word {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// id is a heading's fragment, unique on the page.
func (b *builder) id(s string) string {
	var slug strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if dash && slug.Len() > 0 {
				slug.WriteByte('-')
			}
			dash = false
			slug.WriteRune(r)
		case r != '\'' && r != '’':
			dash = true
		}
	}
	base := slug.String()
	if base == "" {
		base = "section"
	}
	if isReserved(base) {
		base += "-section"
	}
	id := base
	for n := b.ids[base] + 1; b.ids[id] > 0; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
		b.ids[base] = n
	}
	b.ids[id]++
	return id
}

// isReserved names the ids the page uses itself.
func isReserved(id string) bool {
	return id == "main" || id == "toc" || id == "takeaways" || id == "pick" || strings.HasPrefix(id, "pick-")
}
