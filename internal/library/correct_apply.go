package library

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

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
	if err := applyImages(a, corrections); err != nil {
		return err
	}
	if err := applyLinks(a, corrections); err != nil {
		return err
	}
	return applyTakeaways(a, corrections)
}

func applyTakeaways(a *article.Article, corrections map[string]json.RawMessage) error {
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
