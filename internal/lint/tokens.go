package lint

import (
	"strings"

	"golang.org/x/net/html"
)

// token is one tag, text or comment with its offset.
type token struct {
	kind  html.TokenType
	name  string // of a tag, in lower case
	text  string // of a text or comment, without entities
	attrs []html.Attribute
	at    int
	raw   int  // length in the source
	word  bool // only Word reads it
}

func (t token) attr(key string) string {
	for _, a := range t.attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// tokens cuts HTML into its tags, texts and comments. What only Word reads is
// cut too: its comments are replaced by what stands in them.
// depth says how deep in such comments source stands.
func tokens(source string, depth int) []token {
	var out []token
	z := html.NewTokenizer(strings.NewReader(source))
	at := 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		raw := len(z.Raw())
		t := z.Token()
		one := token{kind: kind, at: at, raw: raw, attrs: t.Attr}
		at += raw
		switch kind {
		case html.TextToken:
			one.text = t.Data
		case html.CommentToken:
			one.text = t.Data
			if m := conditional.FindString(t.Data); m != "" && depth < 2 && t.Data[len(m):] != "<!" {
				from := one.at + len("<!--") + len(m)
				for _, inner := range tokens(t.Data[len(m):], depth+1) {
					inner.at += from
					inner.word = true
					out = append(out, inner)
				}
				continue
			}
		default:
			one.name = t.Data
		}
		out = append(out, one)
	}
}
