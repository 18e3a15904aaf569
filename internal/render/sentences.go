package render

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/sentences"

	"github.com/broadsheet/broadsheet/internal/article"
)

// cut splits a text at a byte of its String.
func cut(t article.Text, at int) (before, after article.Text) {
	for i, s := range t {
		n := len(s.Text)
		if s.Break {
			n = 1
		}
		if at >= n {
			at -= n
			continue
		}
		before = append(before, t[:i]...)
		if at > 0 && !s.Break {
			head := s
			head.Text, s.Text = s.Text[:at], s.Text[at:]
			before = append(before, head)
		}
		return before, append(append(after, s), t[i+1:]...)
	}
	return t, nil
}

// split is the sentences of a text, each without the space around it.
func split(t article.Text) []article.Text {
	var out []article.Text
	tokens := sentences.FromString(t.String())
	rest := t
	for tokens.Next() {
		var head article.Text
		head, rest = cut(rest, len(tokens.Value()))
		if head = trim(head); len(head) > 0 {
			out = append(out, head)
		}
	}
	return out
}

// trim takes the white space off both ends.
func trim(t article.Text) article.Text {
	t = append(article.Text(nil), t...)
	for len(t) > 0 {
		if t[0].Text = strings.TrimLeft(t[0].Text, " \t"); t[0].Text != "" {
			break
		}
		t = t[1:]
	}
	for n := len(t) - 1; n >= 0; n-- {
		if t[n].Text = strings.TrimRight(t[n].Text, " \t"); t[n].Text != "" {
			break
		}
		t = t[:n]
	}
	return t
}

// join is one text of several, with a space between.
func join(parts []article.Text) article.Text {
	var out article.Text
	for i, p := range parts {
		if i > 0 {
			out = append(out, article.Span{Text: " "})
		}
		out = append(out, p...)
	}
	return out
}

// sameWords compares what two texts say, without case and spacing.
func sameWords(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
