package render

// pieces is what the text part consists of, in order.
func (v *view) pieces() []piece {
	p := pieceList{v: v}
	p.add(v.Layout == Letter, "letterhead", 0, 1)
	p.add(v.Layout != Letter, "masthead", 0, 1)
	p.add(len(v.Disclosures) > 0, "disclosure", 1, 1)
	switch v.Layout {
	case Digest:
		p.digest()
	case Letter:
		p.add(len(v.Intro) > 0, "intro", 1, 1)
		p.add(!v.Title.Empty(), "letter-title", 2, 1)
		p.article()
		p.add(!v.Author.Empty(), "signature", 1, 1)
	default:
		p.add(len(v.Intro) > 0, "intro", 1, 1)
		p.add(true, "title", 2, 2)
		p.article()
		p.add(!v.Author.Empty(), "author", 2, 1)
	}
	p.add(v.Disclaimer != nil, "disclaimer", 1, 1)
	p.add(v.Notes != nil, "notes", 2, 1)
	p.add(true, "footer", 1, 1)
	return p.list
}

// pieceList collects pieces.
type pieceList struct {
	v    *view
	list []piece
}

func (p *pieceList) add(is bool, name string, above, below int) {
	if is {
		p.with(name, p.v, above, below)
	}
}

func (p *pieceList) with(name string, data any, above, below int) {
	p.list = append(p.list, piece{name, data, above, below})
}

// article is what stands between the title and the author.
func (p *pieceList) article() {
	v := p.v
	if v.Hero != nil {
		p.with("image", v.Hero, 1, 1)
	}
	p.add(!v.Standfirst.Empty(), "standfirst", 1, 1)
	p.add(len(v.Takeaways) > 0, "takeaways", 1, 1)
	if v.Guide != nil {
		p.with("guide", v.Guide, 1, 1)
	}
	p.blocks(v.Body)
	if v.Continue != nil {
		p.with("continue", v.Continue, 1, 1)
	}
	p.blocks(v.Picks)
}

func (p *pieceList) blocks(bs []block) {
	for _, b := range bs {
		p.list = append(p.list, pieceOf(b))
	}
}

func (p *pieceList) digest() {
	v := p.v
	p.add(true, "cover", 2, 1)
	p.add(len(v.Intro) > 0, "intro", 1, 1)
	if v.Guide != nil {
		p.with("guide", v.Guide, 1, 2)
	}
	for _, s := range v.Stories {
		p.with("story", s, 2, 1)
		if s.Pick != nil {
			p.with("pick", s.Pick, 1, 2)
		}
	}
}
