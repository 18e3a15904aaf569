package article

import "iter"

// All yields every block of the article, also those inside the answers of a
// FAQ and inside a verdict, after the block that holds them.
func (a *Article) All() iter.Seq[Block] {
	return func(yield func(Block) bool) { a.Blocks.all(yield) }
}

func (bs Blocks) all(yield func(Block) bool) bool {
	for _, b := range bs {
		if !yield(b) {
			return false
		}
		switch b := b.(type) {
		case *FAQ:
			for _, q := range b.Questions {
				if !q.Answer.all(yield) {
					return false
				}
			}
		case *Verdict:
			if !b.Text.all(yield) {
				return false
			}
		}
	}
	return true
}

// Images yields every picture with its number (from 0) in the order of the
// blocks, those of picks included. Writing through the pointers corrects the
// article.
func (a *Article) Images() iter.Seq2[int, *Image] {
	return func(yield func(int, *Image) bool) {
		n := 0
		for b := range a.All() {
			img, _ := b.(*Image)
			if p, ok := b.(*Pick); ok {
				img = p.Image
			}
			if img == nil {
				continue
			}
			if !yield(n, img) {
				return
			}
			n++
		}
	}
}

// Texts yields every Text of the article: those of notices and of blocks, not
// the takeaways, which have no looks. Writing through the pointers corrects
// the article.
func (a *Article) Texts() iter.Seq[*Text] {
	return func(yield func(*Text) bool) {
		if !notices(a.Disclosures, yield) {
			return
		}
		for b := range a.All() {
			if !texts(b, yield) {
				return
			}
		}
		notices(a.Disclaimers, yield)
	}
}

func notices(ns []Notice, yield func(*Text) bool) bool {
	for i := range ns {
		if !yield(&ns[i].Text) {
			return false
		}
	}
	return true
}

// texts yields the texts that stand in the block itself.
func texts(b Block, yield func(*Text) bool) bool {
	switch b := b.(type) {
	case *Heading:
		return yield(&b.Text)
	case *Paragraph:
		return yield(&b.Text)
	case *List:
		return itemTexts(b.Items, yield)
	case *ProsCons:
		return itemTexts(b.Pros.Items, yield) && itemTexts(b.Cons.Items, yield)
	case *Quote:
		return rowTexts(b.Paragraphs, yield)
	case *Image:
		return yield(&b.Caption)
	case *Table:
		if !rowTexts(b.Head, yield) {
			return false
		}
		for _, row := range b.Rows {
			if !rowTexts(row, yield) {
				return false
			}
		}
	case *Tips:
		for i := range b.Cards {
			if !yield(&b.Cards[i].Text) {
				return false
			}
		}
	case *Pick:
		return yield(&b.Blurb)
	}
	return true
}

func itemTexts(items []Item, yield func(*Text) bool) bool {
	for i := range items {
		if !yield(&items[i].Text) {
			return false
		}
		if sub := items[i].Sub; sub != nil && !itemTexts(sub.Items, yield) {
			return false
		}
	}
	return true
}

func rowTexts(row []Text, yield func(*Text) bool) bool {
	for i := range row {
		if !yield(&row[i]) {
			return false
		}
	}
	return true
}
