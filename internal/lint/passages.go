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
