package render

import (
	"github.com/broadsheet/broadsheet/internal/article"
)

// What an excerpt shows of an article.
const (
	// longestExcerpt and leastExcerpt bound the words before the button;
	// between them it is two fifths of the article.
	longestExcerpt = 180
	leastExcerpt   = 60
	// excerptPicks is how many picks follow the button.
	excerptPicks = 3
)

// excerpt cuts the body down to its opening and puts the picks after the
// button that leads to the rest. What is short enough to be shown whole has
// no button.
func (e *edition) excerpt(v *view) {
	_, standfirst, rest := e.opening(inMail)
	budget := min(longestExcerpt, max(leastExcerpt, e.art.Words()*2/5)) - words(&article.Paragraph{Text: standfirst.text})
	n := fitting(rest, budget)
	left := len(rest) - n
	var body []block
	for _, b := range v.Body {
		if b.at < n {
			body = append(body, b)
			continue
		}
		for _, p := range picksOf(b) {
			if len(v.Picks) == excerptPicks {
				break
			}
			p.Level = 2
			v.Picks = append(v.Picks, block{Kind: article.KindPick, Data: p, at: b.at})
			left--
		}
	}
	if len(body) == 0 && standfirst.Empty() && len(rest) > 0 {
		if p, ok := rest[0].(*article.Paragraph); ok {
			body = append(body, block{Kind: p.Kind(), Data: paragraphView{Text: e.rich(beginning(p.Text, budget)), Below: 5}})
		}
	}
	v.Body = body
	href := e.canonical
	if href == "" {
		href = v.Links.View
	}
	if left > 0 && href != "" {
		v.Continue = &offer{destination: destination{Href: href}, Text: e.ContinueReading, Label: e.ContinueReading}
	}
}

// picksOf is the picks of a block.
func picksOf(b block) []pickView {
	switch x := b.Data.(type) {
	case pickView:
		return []pickView{x}
	case picksView:
		return x.Picks
	}
	return nil
}

// fitting is how many blocks fit into a number of words, ending where a
// reader may stop.
func fitting(bs article.Blocks, budget int) int {
	n, used := 0, 0
	for n < len(bs) && opens(bs[n]) {
		used += words(bs[n])
		if used > budget {
			break
		}
		n++
	}
	for n > 0 && dangles(bs[n-1]) {
		n--
	}
	return n
}

// opens reports whether a block may stand in an excerpt's opening.
func opens(b article.Block) bool {
	switch b.(type) {
	case *article.Heading, *article.Paragraph, *article.List, *article.Quote, *article.Image:
		return true
	}
	return false
}

// dangles reports whether a block leads to one that follows it.
func dangles(b article.Block) bool {
	switch x := b.(type) {
	case *article.Heading, *article.Image:
		return true
	case *article.Paragraph:
		return x.Label || leadsOn(x.Text)
	}
	return false
}

func words(b article.Block) int { return (&article.Article{Blocks: article.Blocks{b}}).Words() }

// beginning is the first sentences of a text: those that fit into a number of
// words, and one at least.
func beginning(t article.Text, budget int) article.Text {
	var out []article.Text
	for _, s := range split(t) {
		if budget -= words(&article.Paragraph{Text: s}); budget < 0 && len(out) > 0 {
			break
		}
		out = append(out, s)
	}
	return join(out)
}
