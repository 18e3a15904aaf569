package library

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Correction is what an editor changes about an article; a nil field stays as
// it is. Numbers count from 1, as people do.
type Correction struct {
	Title, Author, CanonicalURL, Preheader, Language *string

	// Pick is the pick that the fields after it are about; 0 for none.
	Pick                                  int
	PickURL, PickName, PickLabel, PickCTA *string

	// Image is the picture that ImageAlt describes; 0 for none.
	Image    int
	ImageAlt *string

	// Link is the address of the links that LinkText renames; an empty text
	// takes the links away and leaves their words.
	Link, LinkText *string

	// Takeaway is the takeaway that TakeawayText replaces; an empty text
	// removes it. AddTakeaway puts one more at the end.
	Takeaway     int
	TakeawayText *string
	AddTakeaway  *string
}

// Limits of what fits a mail, in characters.
const (
	maxTitle     = 200
	maxPreheader = 150 // rule HTML-6
	maxTakeaway  = 400
	maxTakeaways = 7
)

// values turns a correction into rows field → value, checked against the
// article as the source gives it (raw) and as everybody sees it now (seen).
func (c Correction) values(raw, seen *article.Article) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, f := range []struct {
		field string
		value *string
		check func(string) error
	}{
		{"title", c.Title, func(s string) error { return checkLine("the title", s, maxTitle) }},
		{"author", c.Author, func(s string) error { return checkShort("the author", s, maxTitle) }},
		{"canonical_url", c.CanonicalURL, func(s string) error { return checkURL("the canonical address", s) }},
		{"preheader", c.Preheader, func(s string) error { return checkShort("the preheader", s, maxPreheader) }},
		{"language", c.Language, func(s string) error { return checkShort("the language", s, 35) }},
	} {
		if f.value == nil {
			continue
		}
		if err := f.check(*f.value); err != nil {
			return nil, err
		}
		out[f.field] = quote(*f.value)
	}
	if err := c.pickValues(raw, out); err != nil {
		return nil, err
	}
	if err := c.imageValues(raw, out); err != nil {
		return nil, err
	}
	if err := c.linkValues(raw, out); err != nil {
		return nil, err
	}
	if err := c.takeawayValues(seen, out); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, refused("nothing to change was given; name a field, such as a title")
	}
	return out, nil
}

func (c Correction) pickValues(raw *article.Article, out map[string]json.RawMessage) error {
	fields := []struct {
		field string
		value *string
		check func(string) error
	}{
		{"url", c.PickURL, func(s string) error { return checkURL("the pick's address", s) }},
		{"name", c.PickName, func(s string) error { return checkLine("the pick's name", s, maxTitle) }},
		{"label", c.PickLabel, func(s string) error { return checkShort("the pick's label", s, 60) }},
		{"cta", c.PickCTA, func(s string) error { return checkLine("the pick's button text", s, 60) }},
	}
	any := c.PickURL != nil || c.PickName != nil || c.PickLabel != nil || c.PickCTA != nil
	if c.Pick == 0 {
		if any {
			return refused("say which pick this is about, by its number from 1")
		}
		return nil
	}
	if !any {
		return refused("say what to change about pick %d: its address, name, label or button text", c.Pick)
	}
	keys := pickKeys(raw)
	if c.Pick < 1 || c.Pick > len(keys) {
		return refused("there is no pick %d; picks count from 1 and this article has %d", c.Pick, len(keys))
	}
	for _, f := range fields {
		if f.value == nil {
			continue
		}
		if err := f.check(*f.value); err != nil {
			return err
		}
		out["pick:"+keys[c.Pick-1]+":"+f.field] = quote(*f.value)
	}
	return nil
}

func (c Correction) takeawayValues(seen *article.Article, out map[string]json.RawMessage) error {
	if c.Takeaway == 0 && c.TakeawayText == nil && c.AddTakeaway == nil {
		return nil
	}
	list := make([]string, 0, len(seen.Takeaways)+1)
	for _, t := range seen.Takeaways {
		list = append(list, t.Text)
	}
	switch {
	case c.TakeawayText != nil && c.Takeaway == 0:
		return refused("say which takeaway this is about, by its number from 1")
	case c.TakeawayText == nil && c.Takeaway != 0:
		return refused("give takeaway %d its new text; an empty one removes it", c.Takeaway)
	case c.TakeawayText != nil:
		if c.Takeaway < 1 || c.Takeaway > len(list) {
			return refused("there is no takeaway %d; they count from 1 and this article has %d", c.Takeaway, len(list))
		}
		if strings.TrimSpace(*c.TakeawayText) == "" {
			list = slices.Delete(list, c.Takeaway-1, c.Takeaway)
			break
		}
		if err := checkLine("the takeaway", *c.TakeawayText, maxTakeaway); err != nil {
			return err
		}
		list[c.Takeaway-1] = *c.TakeawayText
	}
	if c.AddTakeaway != nil {
		if err := checkLine("the takeaway", *c.AddTakeaway, maxTakeaway); err != nil {
			return err
		}
		list = append(list, *c.AddTakeaway)
	}
	if len(list) > maxTakeaways {
		return refused("this would be takeaway %d; %d are the most a reader will read", len(list), maxTakeaways)
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	out["takeaways"] = data
	return nil
}
