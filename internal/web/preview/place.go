package preview

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// token is a piece of the HTML source as far as marks are concerned.
type token struct {
	at, end int
	free    bool   // text may stand before it
	text    string // what a reader sees of it; "" for tags
}

// structural elements hold no text of their own.
var structural = map[string]bool{
	"html": true, "head": true, "title": true, "style": true, "script": true, "table": true, "thead": true, "tbody": true,
	"tfoot": true, "tr": true, "colgroup": true, "select": true, "ul": true, "ol": true, "dl": true,
}

var void = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true,
	"link": true, "meta": true, "source": true, "track": true, "wbr": true,
}

// element is one that is open.
type element struct {
	name   string
	hidden bool // by its own style, or its parent's
}

// tokens takes an HTML source apart.
func tokens(source string) []token {
	z := html.NewTokenizer(strings.NewReader(source))
	var out []token
	var open []element
	at := 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		raw := len(z.Raw())
		free := len(open) > 0 && !structural[open[len(open)-1].name] && !open[len(open)-1].hidden
		t := token{at: at, end: at + raw, free: free}
		switch kind {
		case html.TextToken:
			if free {
				t.text = string(z.Text())
			}
		case html.StartTagToken:
			open = push(open, z)
		case html.EndTagToken:
			name, _ := z.TagName()
			open = pop(open, string(name))
		case html.CommentToken, html.DoctypeToken:
			t.free = false
		}
		out = append(out, t)
		at += raw
	}
}

func push(open []element, z *html.Tokenizer) []element {
	name, more := z.TagName()
	e := element{name: string(name), hidden: len(open) > 0 && open[len(open)-1].hidden}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		style := strings.ReplaceAll(strings.ToLower(string(value)), " ", "")
		if string(key) == "style" && strings.Contains(style, "display:none") || string(key) == "hidden" {
			e.hidden = true
		}
	}
	if void[e.name] {
		return open
	}
	return append(open, e)
}

func pop(open []element, name string) []element {
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].name == name {
			return open[:i]
		}
	}
	return open
}

// spot is the byte before which a mark for a place can be put; false where the
// mail shows nothing from there on.
func spot(list []token, at int) (int, bool) {
	i, _ := slices.BinarySearchFunc(list, at, func(t token, at int) int {
		if t.end <= at {
			return -1
		}
		return 1
	})
	for ; i < len(list); i++ {
		if list[i].free {
			return list[i].at, true
		}
	}
	return 0, false
}

// enough is how much of a text is looked for, least how much there must be, in
// characters.
const enough, least = 40, 4

// find is where the mail shows a text, by its beginning; typography makes no
// difference.
func find(list []token, excerpt string) (int, bool) {
	r := []rune(strings.TrimSpace(letters(excerpt)))
	want := strings.TrimSpace(string(r[:min(len(r), enough)]))
	if len(want) < least {
		return 0, false
	}
	var all strings.Builder
	starts := make([]int, len(list)) // of each token's text in all
	for i, t := range list {
		starts[i] = all.Len()
		all.WriteString(letters(t.text))
	}
	i := strings.Index(squeeze(all.String(), starts), want)
	if i < 0 {
		return 0, false
	}
	n, _ := slices.BinarySearch(starts, i+1) // the first that begins behind i
	return list[n-1].at, true
}

// letters is a text without what typography changes: each run of anything but
// letters and digits becomes one space.
func letters(s string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToLower(s) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			if r != '\u00ad' && r != '\u200b' && !space {
				b.WriteByte(' ')
				space = true
			}
			continue
		}
		b.WriteRune(r)
		space = false
	}
	return b.String()
}

// squeeze makes the spaces where two tokens meet one, and moves starts along.
func squeeze(s string, starts []int) string {
	var b strings.Builder
	next, last := 0, byte(' ')
	for i := 0; i < len(s); i++ {
		for next < len(starts) && starts[next] == i {
			starts[next] = b.Len()
			next++
		}
		if s[i] == ' ' && last == ' ' {
			continue
		}
		b.WriteByte(s[i])
		last = s[i]
	}
	for ; next < len(starts); next++ {
		starts[next] = b.Len()
	}
	return b.String()
}
