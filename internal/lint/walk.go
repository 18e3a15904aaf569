package lint

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// state is what an element hands down to its children.
type state struct {
	looks  []look // one per condition
	doubt  bool   // not seen by everybody for a reason beyond style
	raised bool   // in <sub> or <sup>, which are smaller by nature
}

// walker goes through the tree in the order in which it is shown.
type walker struct {
	page             *page
	sheet            sheet
	scenes           []scene
	any, sure, clear column
	open             []*link    // links that text belongs to
	heads            []*heading // likewise
	notWord          bool       // inside a region that Word doesn't see
	trials           int        // of selectors on elements
	at               int        // where the innermost element begins
}

// scene is one condition under which the page is looked at: without style
// blocks, with their plain rules, and with those of one at-rule besides.
type scene struct {
	styled bool
	when   string
}

// dark reports whether the scene is one of dark colours.
func (s scene) dark() bool {
	return s.when == outlookDark || strings.Contains(s.when, "prefers-color-scheme") && strings.Contains(s.when, "dark")
}

func newWalker(root *html.Node) *walker {
	w := &walker{page: &page{}}
	w.head(root)
	w.scenes = []scene{{}}
	if len(w.sheet.rules) > 0 {
		w.scenes = append(w.scenes, scene{styled: true})
	}
	for _, when := range w.sheet.whens[:min(len(w.sheet.whens), 8)] {
		w.scenes = append(w.scenes, scene{true, when})
	}
	return w
}

// head collects the style blocks and the title, wherever they stand.
func (w *walker) head(n *html.Node) {
	for i, a := range n.Attr {
		if a.Key == "class" {
			n.Attr[i].Val = strings.ToLower(a.Val)
		}
	}
	switch {
	case n.Type == html.ElementNode && n.DataAtom == atom.Style:
		w.sheet.add(textOf(n))
	case n.Type == html.ElementNode && n.DataAtom == atom.Title && n.Namespace == "" && w.page.title == "":
		w.page.title = strings.TrimSpace(textOf(n))
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.head(c)
	}
}

func (w *walker) start() state {
	l := look{size: defaultSize, ink: black, ground: white}
	return state{looks: slices.Repeat([]look{l}, len(w.scenes))}
}

func (w *walker) node(n *html.Node, s state) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data, s)
	case html.CommentNode:
		w.comment(n, s)
	case html.ElementNode:
		w.element(n, s)
	case html.DocumentNode:
		w.children(n, s)
	}
}

// children visits in the order of display: a table's foot comes last wherever
// it is written.
func (w *walker) children(n *html.Node, s state) {
	if n.DataAtom != atom.Table {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			w.node(c, s)
		}
		return
	}
	var rows []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		rows = append(rows, c)
	}
	rank := func(c *html.Node) int {
		switch c.DataAtom {
		case atom.Caption:
			return 0
		case atom.Thead:
			return 1
		case atom.Tfoot:
			return 3
		}
		return 2
	}
	slices.SortStableFunc(rows, func(a, b *html.Node) int { return cmp.Compare(rank(a), rank(b)) })
	for _, c := range rows {
		w.node(c, s)
	}
}

// unseen are elements whose content is never shown in a mail.
var unseen = map[atom.Atom]bool{
	atom.Head: true, atom.Script: true, atom.Style: true, atom.Template: true, atom.Title: true, atom.Iframe: true,
	atom.Audio: true, atom.Video: true, atom.Canvas: true, atom.Noembed: true, atom.Noframes: true, atom.Datalist: true,
	atom.Textarea: true, atom.Select: true, atom.Meter: true, atom.Progress: true, atom.Map: true,
}

// inline are the elements that don't begin a new line.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.I: true, atom.Em: true, atom.Strong: true, atom.Span: true, atom.Code: true,
	atom.Small: true, atom.Sub: true, atom.Sup: true, atom.U: true, atom.S: true, atom.Font: true, atom.Wbr: true,
	atom.Img: true, atom.Abbr: true, atom.Cite: true, atom.Q: true, atom.Mark: true, atom.Bdi: true, atom.Bdo: true,
	atom.Del: true, atom.Ins: true, atom.Kbd: true, atom.Time: true, atom.Br: true, atom.Label: true, atom.Big: true,
}

func (w *walker) element(n *html.Node, s state) {
	w.note(n)
	if unseen[n.DataAtom] {
		return
	}
	if at := offset(n); at >= 0 {
		defer func(before int) { w.at = before }(w.at)
		w.at = at
	}
	s = w.under(n, s)
	block := !inline[n.DataAtom]
	if block {
		w.newline()
	}
	switch n.DataAtom {
	case atom.Br:
		w.space()
	case atom.Img:
		w.image(n, s)
	case atom.A, atom.Area:
		w.link(n, s)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h := heading{level: int(n.Data[1] - '0'), at: max(offset(n), 0), from: w.spot()}
		w.heads = append(w.heads, &h)
		w.children(n, s)
		w.heads = w.heads[:len(w.heads)-1]
		h.to = w.spot()
		if h.text = plain(h.text); h.text != "" {
			w.page.headings = append(w.page.headings, h)
		}
	default:
		w.children(n, s)
	}
	if block {
		w.newline()
	}
}

// note records what doesn't depend on whether it is seen.
func (w *walker) note(n *html.Node) {
	at := offset(n)
	if at < 0 {
		return
	}
	if attr(n, "lang") != "" {
		w.page.langs = append(w.page.langs, at)
	}
	if d := strings.ToLower(attr(n, "dir")); d == "ltr" || d == "rtl" {
		w.page.dirs = append(w.page.dirs, at)
	}
	if n.DataAtom == atom.Table {
		if r := attr(n, "role"); r != "presentation" && r != "none" && !isData(n) {
			w.page.layouts = append(w.page.layouts, at)
		}
	}
}

// isData reports whether a table has heads of its own.
func isData(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Th || c.DataAtom == atom.Caption || c.DataAtom != atom.Table && isData(c) {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func (w *walker) link(n *html.Node, s state) {
	l := link{href: strings.TrimSpace(attr(n, "href")), rel: attr(n, "rel"), at: max(offset(n), 0), from: w.spot()}
	w.open = append(w.open, &l)
	w.children(n, s)
	w.open = w.open[:len(w.open)-1]
	l.to, l.text = w.spot(), plain(l.text)
	w.reach(n, s, l)
	if _, ok := hasAttr(n, "href"); ok && (l.to.any > l.from.any || w.seen(s)) {
		w.page.links = append(w.page.links, l)
	}
}

func (w *walker) image(n *html.Node, s state) {
	alt, has := hasAttr(n, "alt")
	_, width := hasAttr(n, "width")
	_, height := hasAttr(n, "height")
	role := attr(n, "role")
	w.page.images = append(w.page.images, image{
		src: strings.TrimSpace(attr(n, "src")), alt: strings.TrimSpace(alt), hasAlt: has, width: width, height: height,
		decoration: role == "presentation" || role == "none" || attr(n, "aria-hidden") == "true", at: max(offset(n), 0),
	})
	if w.seen(s) {
		// An alt text is what is seen with images off, and isn't with images on:
		// it names a link, but discloses nothing.
		for _, l := range w.open {
			l.text += " " + alt
			l.sure = l.sure || !s.doubt
		}
		w.any.add(" " + typewriter.Replace(alt) + " ")
	}
}

// conditional is the head of a comment that Outlook takes for a condition.
var conditional = regexp.MustCompile(`^\[if ([^\]]*)\]>`)

func (w *walker) comment(n *html.Node, s state) {
	text, at := comment(n)
	m := conditional.FindStringSubmatch(text)
	switch {
	case strings.HasPrefix(strings.TrimPrefix(text, "<!"), "[endif]"):
		w.notWord = false
	case m == nil:
		if strings.HasPrefix(text, "[if ") { // <![if !mso]>, a comment only by mistake
			w.notWord = strings.Contains(text, "!")
		}
	case strings.HasPrefix(strings.TrimSpace(text[len(m[0]):]), "<!"):
		w.notWord = strings.Contains(m[1], "!")
	default:
		if w.seen(s) {
			w.word(text[len(m[0]):], at+len("<!--")+len(m[0]))
		}
	}
}

// word records the links of a comment that only Word reads.
func (w *walker) word(source string, at int) {
	var open *link
	finish := func() {
		if open != nil {
			open.text = plain(open.text)
			w.page.links = append(w.page.links, *open)
			open = nil
		}
	}
	for _, t := range tokens(source, 1) {
		switch t.kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			if href := t.attr("href"); href != "" {
				finish()
				open = &link{href: href, at: at + t.at, from: w.spot(), to: w.spot(), sure: true, word: true}
			}
		case html.TextToken:
			if open != nil {
				open.text += t.text
			}
		}
	}
	finish()
}

// text adds a run of text to the texts that it is part of.
func (w *walker) text(data string, s state) {
	if !w.seen(s) {
		return
	}
	data = typewriter.Replace(data)
	for _, l := range w.open {
		l.text += data
	}
	for _, h := range w.heads {
		h.text += data
	}
	w.page.anyMarks = append(w.page.anyMarks, mark{w.any.Len(), w.at})
	w.any.add(data)
	if strings.TrimSpace(data) == "" {
		w.sure.add(" ")
		w.clear.add(" ")
		return
	}
	w.judge(data, s)
	sure, clear := !s.doubt && !w.notWord, !s.doubt && !w.notWord
	for _, l := range s.looks {
		sure = sure && l.sure()
		clear = clear && l.clear()
	}
	w.sure.addOrBreak(data, sure)
	if clear {
		w.page.marks = append(w.page.marks, mark{w.clear.Len(), w.at})
	}
	w.clear.addOrBreak(data, clear)
	for _, l := range w.open {
		l.sure = l.sure || sure
	}
}

// seen reports whether something is seen under any condition.
func (w *walker) seen(s state) bool {
	return slices.ContainsFunc(s.looks, look.shown)
}

func (w *walker) spot() spot { return spot{w.any.Len(), w.sure.Len(), w.clear.Len()} }

func (w *walker) newline() {
	for _, c := range []*column{&w.any, &w.sure, &w.clear} {
		c.breakOff()
	}
}

func (w *walker) space() {
	for _, c := range []*column{&w.any, &w.sure, &w.clear} {
		c.add(" ")
	}
}
