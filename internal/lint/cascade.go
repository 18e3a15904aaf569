package lint

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mostTrials bounds how often a selector is tried on an element; a mail of
// 100 KB with 16 KB of styles stays below.
const mostTrials = 1_000_000

// under is the state inside an element.
func (w *walker) under(n *html.Node, parent state) state {
	own := state{doubt: parent.doubt || doubtful(n), raised: parent.raised || n.DataAtom == atom.Sub || n.DataAtom == atom.Sup, looks: make([]look, len(parent.looks))}
	attributes := attributeStyle(n)
	style := attr(n, "style")
	own.doubt = own.doubt || strings.Contains(style, `\`) // an escape hides what it says
	var matched []ruleset
	if w.trials += len(w.sheet.rules); w.trials > mostTrials {
		w.page.unread = tooManyRules
	} else {
		for _, r := range w.sheet.rules {
			if r.selector.Match(n) {
				matched = append(matched, r)
			}
		}
	}
	slices.SortStableFunc(matched, func(a, b ruleset) int { return cmp.Compare(weight(a), weight(b)) })
	inline := declarations(style)
	for i, sc := range w.scenes {
		own.looks[i] = parent.looks[i]
		own.looks[i].apply(cascade(attributes, matched, inline, sc), parent.looks[i])
	}
	return own
}

// weight orders rules: specificity first, then place.
func weight(r ruleset) int {
	s := r.selector.Specificity()
	return ((min(s[0], 99)*100+min(s[1], 99))*100+min(s[2], 99))*mostSelectors + r.order
}

// cascade puts the declarations of an element in the order in which they win.
func cascade(attributes []decl, rules []ruleset, inline []decl, sc scene) []decl {
	out := slices.Clone(attributes)
	add := func(decls []decl, important bool) {
		for _, d := range decls {
			if d.important == important {
				out = append(out, d)
			}
		}
	}
	for _, important := range []bool{false, true} {
		for _, r := range rules {
			if sc.styled && (r.when == "" || r.when == sc.when) {
				add(r.decls, important)
			}
		}
		add(inline, important)
	}
	return out
}

// fontSizes are the sizes of <font size> in px.
var fontSizes = []string{"10px", "13px", "16px", "18px", "24px", "32px", "48px"}

// attributeStyle is what an element's name and attributes say of its look; any
// style overrides it.
func attributeStyle(n *html.Node) []decl {
	var out []decl
	set := func(prop, value string) { out = append(out, decl{prop: prop, value: strings.ToLower(value)}) }
	switch n.DataAtom {
	case atom.Small, atom.Sub, atom.Sup:
		set("font-size", "smaller")
	case atom.H1:
		set("font-size", "2em")
	case atom.H2:
		set("font-size", "1.5em")
	case atom.H3:
		set("font-size", "1.17em")
	case atom.H5:
		set("font-size", "0.83em")
	case atom.H6:
		set("font-size", "0.67em")
	case atom.A:
		if _, ok := hasAttr(n, "href"); ok {
			set("color", "#0000ee")
		}
	case atom.Font:
		if i, err := strconv.Atoi(attr(n, "size")); err == nil && i >= 1 && i <= len(fontSizes) {
			set("font-size", fontSizes[i-1])
		}
		if c := attr(n, "color"); c != "" {
			set("color", c)
		}
	}
	if c := attr(n, "bgcolor"); c != "" {
		set("background-color", c)
	}
	if _, ok := hasAttr(n, "background"); ok {
		set("background", "url()")
	}
	if _, ok := hasAttr(n, "hidden"); ok {
		set("display", "none")
	}
	return out
}

// doubtful reports whether an element keeps its content from some readers by
// what it is.
func doubtful(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Details, atom.Dialog, atom.Object, atom.Svg, atom.Math, atom.Noscript, atom.Marquee, atom.Button, atom.Bdo, atom.Rp,
		atom.Del, atom.S, atom.Strike:
		return true
	}
	if _, ok := hasAttr(n, "popover"); ok {
		return true
	}
	return attr(n, "aria-hidden") == "true" || n.Namespace != ""
}
