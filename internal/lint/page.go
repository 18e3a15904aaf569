package lint

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// largest is how much HTML is looked at; more is a fault by itself.
const largest = 1 << 20

// spot is a place in the three texts of a page (see the package doc).
type spot struct{ any, sure, clear int }

// link is one address that the page leads to.
type link struct {
	href, rel string
	text      string // what can be seen of it, alt texts included
	at        int    // byte in the source
	from, to  spot
	sure      bool // everybody sees it
	word      bool // stands in a comment that only Word reads
}

// heading is one of h1 to h6.
type heading struct {
	level    int
	text     string
	at       int
	from, to spot
}

// image is one img.
type image struct {
	src, alt      string
	hasAlt        bool
	width, height bool
	decoration    bool
	at            int
}

// page is what can be seen of an HTML part, in the order in which it is shown.
type page struct {
	any, sure, clear string
	links            []link
	headings         []heading
	images           []image
	layouts          []int // where tables stand that lack role="presentation" and aren't data
	title            string
	langs, dirs      []int  // where lang and dir are set: first on html, then on a wrapper
	marks            []mark // of the clear text, in order
	anyMarks         []mark // of any, in order
	legible          legibility
	unsubscribe      *link    // see unsubscribeLink; nil before it is asked for
	whens            []string // the conditions of its style rules
	broken           bool     // it can't be read
	unread           string   // why it isn't known what the style rules hide, or ""
}

// read builds the page of an HTML part.
func read(source string) *page {
	if len(source) > largest {
		return &page{broken: true}
	}
	root, err := html.ParseWithOptions(strings.NewReader(annotate(source)), html.ParseOptionEnableScripting(false))
	if err != nil {
		return &page{broken: true}
	}
	w := newWalker(root)
	w.node(root, w.start())
	p := w.page
	if p.unread == "" {
		p.unread = w.sheet.unread
	}
	p.whens = w.sheet.whens
	p.any, p.sure, p.clear = w.any.String(), w.sure.String(), w.clear.String()
	return p
}

// place is the attribute that carries an element's offset through the parser;
// comments carry it in front of their text.
const place = "broadsheet-at"

// formatting are the elements that the parser opens again in every paragraph
// as long as they are different: they get no offset, which would make them so.
var formatting = map[string]bool{
	"b": true, "big": true, "code": true, "em": true, "font": true, "i": true, "nobr": true, "s": true, "small": true,
	"strike": true, "strong": true, "tt": true, "u": true,
}

// annotate writes each tag's and comment's offset into it, since the parser
// keeps none.
func annotate(source string) string {
	var b strings.Builder
	b.Grow(len(source) * 5 / 4)
	z := html.NewTokenizer(strings.NewReader(source))
	at := 0
	for {
		kind := z.Next()
		raw := string(z.Raw())
		if kind == html.ErrorToken {
			b.WriteString(source[min(at, len(source)):])
			return b.String()
		}
		switch {
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken:
			name := 1 + max(strings.IndexAny(raw[1:], " \t\r\n\f/>"), 0)
			if formatting[strings.ToLower(raw[1:name])] {
				b.WriteString(raw)
				break
			}
			b.WriteString(raw[:name] + " " + place + "=" + strconv.Itoa(at) + " " + raw[name:])
		case kind == html.CommentToken && strings.HasPrefix(raw, "<!--") && !strings.HasPrefix(raw, "<!-->") && !strings.HasPrefix(raw, "<!--->"):
			b.WriteString("<!--" + strconv.Itoa(at) + "@" + raw[4:])
		default:
			b.WriteString(raw)
		}
		at += len(raw)
	}
}

// offset is where an element began in the source; -1 for one that the parser
// made up.
func offset(n *html.Node) int {
	at, err := strconv.Atoi(attr(n, place))
	if err != nil {
		return -1
	}
	return at
}

// comment is a comment's text and its offset.
func comment(n *html.Node) (string, int) {
	head, text, ok := strings.Cut(n.Data, "@")
	at, err := strconv.Atoi(head)
	if !ok || err != nil {
		return n.Data, 0
	}
	return text, at
}

func attr(n *html.Node, key string) string {
	s, _ := hasAttr(n, key)
	return s
}

func hasAttr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val, true
		}
	}
	return "", false
}

// typewriter makes equal what typography made different: spaces, quotation
// marks, what can't be seen.
var typewriter = strings.NewReplacer(
	"\u00a0", " ", "\u202f", " ", "\u2009", " ", "\t", " ", "\r", " ", "\n", " ", "\f", " ",
	"‘", "'", "’", "'", "‚", "'", "‹", "'", "›", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
	"\u00ad", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u034f", "",
	"‐", "-", "‑", "-",
)

// plain is a text for comparing: typewriter characters, single spaces.
func plain(s string) string {
	return strings.Join(strings.Fields(typewriter.Replace(s)), " ")
}

// webLinks are the page's distinct addresses outside itself, in order.
func (p *page) webLinks() []string {
	var out []string
	for _, l := range p.links {
		if h := strings.TrimSpace(l.href); h != "" && !strings.HasPrefix(h, "#") && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// mark says which byte of the source a piece of a text comes from.
type mark struct{ from, at int }

// byteOf is where in the source an offset of the clear text stands: in an HTML
// part, where the element around it begins.
func (p *page) byteOf(clear int) int {
	i := sort.Search(len(p.marks), func(i int) bool { return p.marks[i].from > clear }) - 1
	if i < 0 {
		return 0
	}
	return p.marks[i].at
}
