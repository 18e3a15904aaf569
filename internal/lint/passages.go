package lint

import (
	"iter"

	"github.com/broadsheet/broadsheet/internal/article"
)

// passages yields every text of an article's body with its place: each
// paragraph, list item, cell and card by itself.
func passages(a *article.Article) iter.Seq2[article.Text, article.Place] {
	return func(yield func(article.Text, article.Place) bool) {
		for _, b := range a.Blocks {
			if !passagesOf(b, yield) {
				return
			}
		}
	}
}

func passagesOf(b article.Block, yield func(article.Text, article.Place) bool) bool {
	switch x := b.(type) {
	case *article.Heading:
		return yield(x.Text, x.Place)
	case *article.Paragraph:
		return yield(x.Text, x.Place)
	case *article.Quote:
		for _, t := range x.Paragraphs {
			if !yield(t, x.Place) {
				return false
			}
		}
	case *article.List:
		return listPassages(x, yield)
	case *article.Tips:
		for _, c := range x.Cards {
			if !yield(article.Plain(c.Title), c.Place) || !yield(c.Text, c.Place) {
				return false
			}
		}
	case *article.Table:
		for _, row := range append([][]article.Text{x.Head}, x.Rows...) {
			for _, cell := range row {
				if !yield(cell, x.Place) {
					return false
				}
			}
		}
	case *article.Image:
		return yield(x.Caption, x.Place)
	case *article.Pick:
		return yield(article.Plain(x.Name), x.Place) && yield(x.Blurb, x.Place)
	case *article.FAQ:
		for _, q := range x.Questions {
			if !yield(article.Plain(q.Text), q.Place) || !inside(q.Answer, q.Place, yield) {
				return false
			}
		}
	case *article.ProsCons:
		for _, side := range []article.Side{x.Pros, x.Cons} {
			if !yield(article.Plain(side.Title), x.Place) || !listPassages(&article.List{Items: side.Items, Place: x.Place}, yield) {
				return false
			}
		}
	case *article.Verdict:
		return yield(article.Plain(x.Title), x.Place) && inside(x.Text, x.Place, yield)
	}
	return true
}

// inside yields the texts of blocks inside a block; one that has no place of
// its own stands where the block around it does.
func inside(blocks article.Blocks, at article.Place, yield func(article.Text, article.Place) bool) bool {
	for _, b := range blocks {
		inner := func(t article.Text, p article.Place) bool {
			if p.Line == 0 {
				p = at
			}
			return yield(t, p)
		}
		if !passagesOf(b, inner) {
			return false
		}
	}
	return true
}

// pictures yields every image of an article: those between its paragraphs, in
// answers and verdicts, and those of picks.
func pictures(a *article.Article) iter.Seq[*article.Image] {
	return func(yield func(*article.Image) bool) { picturesOf(a.Blocks, yield) }
}

func picturesOf(blocks article.Blocks, yield func(*article.Image) bool) bool {
	for _, b := range blocks {
		ok := true
		switch x := b.(type) {
		case *article.Image:
			ok = yield(x)
		case *article.Pick:
			ok = x.Image == nil || yield(x.Image)
		case *article.Verdict:
			ok = picturesOf(x.Text, yield)
		case *article.FAQ:
			for _, q := range x.Questions {
				ok = ok && picturesOf(q.Answer, yield)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func listPassages(l *article.List, yield func(article.Text, article.Place) bool) bool {
	for _, it := range l.Items {
		p := it.Place
		if p.Line == 0 {
			p = l.Place
		}
		if !yield(it.Text, p) || it.Sub != nil && !listPassages(it.Sub, yield) {
			return false
		}
	}
	return true
}
