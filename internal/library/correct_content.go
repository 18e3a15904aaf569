package library

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Limits of what is said in place of the author, in characters.
const (
	maxAlt      = 300
	maxLinkText = 200
)

func (c Correction) imageValues(raw *article.Article, out map[string]json.RawMessage) error {
	switch {
	case c.Image == 0 && c.ImageAlt == nil:
		return nil
	case c.Image == 0:
		return refused("say which picture this is about, by its number from 1")
	case c.ImageAlt == nil:
		return refused("say in words what picture %d shows", c.Image)
	}
	keys := imageKeys(raw)
	if c.Image < 1 || c.Image > len(keys) {
		return refused("there is no picture %d; pictures count from 1 and this article has %d", c.Image, len(keys))
	}
	if err := checkLine("what the picture shows", *c.ImageAlt, maxAlt); err != nil {
		return err
	}
	out["image:"+keys[c.Image-1]+":alt"] = quote(*c.ImageAlt)
	return nil
}

func applyImages(a *article.Article, corrections map[string]json.RawMessage) error {
	keys := imageKeys(a)
	for i, img := range a.Images() {
		if err := unquote(corrections, "image:"+keys[i]+":alt", &img.Alt); err != nil {
			return err
		}
	}
	return nil
}

// imageKeys names each picture by its address; the same one again is numbered.
func imageKeys(a *article.Article) []string {
	var keys []string
	seen := map[string]int{}
	for _, img := range a.Images() {
		key := img.URL
		if seen[key]++; seen[key] > 1 {
			key = fmt.Sprintf("%s#%d", key, seen[key])
		}
		keys = append(keys, key)
	}
	return keys
}

func (c Correction) linkValues(raw *article.Article, out map[string]json.RawMessage) error {
	switch {
	case c.Link == nil && c.LinkText == nil:
		return nil
	case c.Link == nil:
		return refused("say which link gets the text, by its address")
	case c.LinkText == nil:
		return refused("say what the link to %s is called; an empty text takes the link away", *c.Link)
	}
	if !linked(raw, *c.Link) {
		return refused("no words of this article link to %s; broadsheet article show lists its links", *c.Link)
	}
	if strings.TrimSpace(*c.LinkText) != "" {
		if err := checkLine("the link's text", *c.LinkText, maxLinkText); err != nil {
			return err
		}
	}
	out["link:"+*c.Link+":text"] = quote(*c.LinkText)
	return nil
}

func linked(a *article.Article, href string) bool {
	for t := range a.Texts() {
		if slices.ContainsFunc(*t, func(s article.Span) bool { return s.Href == href }) {
			return true
		}
	}
	return false
}

func applyLinks(a *article.Article, corrections map[string]json.RawMessage) error {
	names := map[string]string{}
	for field := range corrections {
		rest, isLink := strings.CutPrefix(field, "link:")
		href, isText := strings.CutSuffix(rest, ":text")
		if !isLink || !isText {
			continue
		}
		var name string
		if err := unquote(corrections, field, &name); err != nil {
			return err
		}
		names[href] = name
	}
	if len(names) == 0 {
		return nil
	}
	for t := range a.Texts() {
		*t = renamed(*t, names)
	}
	return nil
}

// renamed gives links other words. Spans side by side with one address are one
// link and get them once.
func renamed(t article.Text, names map[string]string) article.Text {
	out := make(article.Text, 0, len(t))
	for i, s := range t {
		name, ok := names[s.Href]
		switch {
		case s.Href == "" || !ok:
			out = append(out, s)
		case name == "":
			s.Href = ""
			out = append(out, s)
		case i == 0 || t[i-1].Href != s.Href:
			s.Text, s.Break = name, false
			out = append(out, s)
		}
	}
	return out
}
