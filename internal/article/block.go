package article

import (
	"encoding/json"
	"fmt"
)

// Kind names a block kind; it is also the name of the block's template pair.
type Kind string

// Block is one piece of the body. Every kind is a struct in a file of its own,
// always used through a pointer.
type Block interface {
	Kind() Kind
	// At is where the block begins in the source.
	At() Place

	links(yield func(string) bool) bool
	words() int
}

// kinds makes an empty block of each kind, for decoding.
func kinds(k Kind) (Block, bool) {
	switch k {
	case KindHeading:
		return new(Heading), true
	case KindParagraph:
		return new(Paragraph), true
	case KindList:
		return new(List), true
	case KindQuote:
		return new(Quote), true
	case KindImage:
		return new(Image), true
	case KindTable:
		return new(Table), true
	case KindTips:
		return new(Tips), true
	case KindPick:
		return new(Pick), true
	case KindDivider:
		return new(Divider), true
	case KindFAQ:
		return new(FAQ), true
	case KindProsCons:
		return new(ProsCons), true
	case KindVerdict:
		return new(Verdict), true
	}
	return nil, false
}

// AllKinds lists every block kind there is.
func AllKinds() []Kind {
	return []Kind{KindHeading, KindParagraph, KindList, KindQuote, KindImage, KindTable, KindTips, KindPick, KindDivider,
		KindFAQ, KindProsCons, KindVerdict}
}

// Blocks is the body of an article. In JSON each block is an object with its
// kind under "kind" beside its own fields.
type Blocks []Block

// MarshalJSON writes the blocks as an array of objects with a "kind" each.
func (bs Blocks) MarshalJSON() ([]byte, error) {
	out := make([]json.RawMessage, len(bs))
	for i, b := range bs {
		body, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("block %d: %w", i, err)
		}
		head := fmt.Appendf(nil, `{"kind":%q`, b.Kind())
		if len(body) > 2 {
			head = append(head, ',')
		}
		out[i] = append(head, body[1:]...)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote. An unknown kind is an error: it
// was written by a newer version.
func (bs *Blocks) UnmarshalJSON(data []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*bs = make(Blocks, 0, len(raw))
	for i, r := range raw {
		var tag struct {
			Kind Kind `json:"kind"`
		}
		if err := json.Unmarshal(r, &tag); err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		b, ok := kinds(tag.Kind)
		if !ok {
			return fmt.Errorf("block %d: unknown kind %q: it was written by a newer version of Broadsheet", i, tag.Kind)
		}
		if err := json.Unmarshal(r, b); err != nil {
			return fmt.Errorf("block %d (%s): %w", i, tag.Kind, err)
		}
		*bs = append(*bs, b)
	}
	return nil
}
