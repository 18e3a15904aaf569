package library

import (
	"encoding/json"
	"fmt"
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

// apply lays corrections over a revision, in place.
func apply(a *article.Article, corrections map[string]json.RawMessage) error {
	for field, to := range map[string]*string{
		"title": &a.Title, "author": &a.Author.Name, "canonical_url": &a.CanonicalURL,
		"preheader": &a.Preheader, "language": &a.Language,
	} {
		if err := unquote(corrections, field, to); err != nil {
			return err
		}
	}
	keys := pickKeys(a)
	for i, p := range a.Picks() {
		for field, to := range map[string]*string{"url": &p.URL, "name": &p.Name, "label": &p.Label, "cta": &p.CTA} {
			if err := unquote(corrections, "pick:"+keys[i]+":"+field, to); err != nil {
				return err
			}
		}
		if link, ok := article.Affiliate(p.URL); ok && link.Merchant != "" && corrections["pick:"+keys[i]+":url"] != nil {
			p.Merchant = link.Merchant
		}
	}
	data, ok := corrections["takeaways"]
	if !ok {
		return nil
	}
	var texts []string
	if err := json.Unmarshal(data, &texts); err != nil {
		return fmt.Errorf("correction takeaways: %w", err)
	}
	was := a.Takeaways
	a.Takeaways = make([]article.Takeaway, 0, len(texts))
	for _, text := range texts {
		t := article.Takeaway{Text: text, Origin: article.Edited}
		if i := slices.IndexFunc(was, func(w article.Takeaway) bool { return w.Text == text }); i >= 0 {
			t = was[i]
		}
		a.Takeaways = append(a.Takeaways, t)
	}
	return nil
}

// pickKeys names each pick by what the source calls it; a name that comes
// again is numbered.
func pickKeys(a *article.Article) []string {
	var keys []string
	seen := map[string]int{}
	for _, p := range a.Picks() {
		key := strings.Join(strings.Fields(strings.ToLower(p.Name)), " ")
		if seen[key]++; seen[key] > 1 {
			key = fmt.Sprintf("%s#%d", key, seen[key])
		}
		keys = append(keys, key)
	}
	return keys
}

func quote(s string) json.RawMessage {
	data, err := json.Marshal(strings.TrimSpace(s))
	if err != nil { // a string always marshals
		panic(err)
	}
	return data
}

func unquote(corrections map[string]json.RawMessage, field string, to *string) error {
	data, ok := corrections[field]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("correction %s: %w", field, err)
	}
	return nil
}
