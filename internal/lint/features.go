package lint

import (
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// use is one feature as a mail uses it.
type use struct {
	feature
	at int // where in the HTML part it stands first
	n  int // how often
	// fallback: wherever it isn't known, something else stands ready.
	fallback bool
	// source is the address of the picture, where it is one.
	source string
	// notWord: it stands only where Word doesn't look.
	notWord bool
}

// uses collects the features of an HTML part, in the order in which they are
// met.
type uses struct {
	list []*use
	of   map[string]*use
	// notWord: what is being read stands in a region that Word skips.
	notWord bool
	picture int // inside that many <picture>
	style   bool
	at      int // of what is being read
}

func featuresOf(tokens []token) []*use {
	u := &uses{of: map[string]*use{}}
	for _, t := range tokens {
		if t.word { // Word's own language in Word's own comments
			continue
		}
		u.at = t.at
		switch t.kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			u.tag(t)
		case html.EndTagToken:
			u.picture -= one(t.name == "picture" && u.picture > 0)
			u.style = u.style && t.name != "style"
		case html.CommentToken:
			u.condition(t.text)
		case html.TextToken:
			if u.style {
				u.sheet(dropComments(t.text), false)
			}
		}
	}
	return u.list
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// condition follows <!--[if !mso]><!--> and its end.
func (u *uses) condition(text string) {
	switch {
	case strings.Contains(text, "[endif]"):
		u.notWord = false
	case strings.HasPrefix(text, "[if ") && strings.Contains(text, "!mso"):
		u.notWord = true
	}
}

// add notes a use.
func (u *uses) add(f feature, fallback bool) {
	x := u.of[f.slug]
	switch {
	case x == nil:
		x = &use{feature: f, at: u.at, fallback: fallback, notWord: u.notWord}
		u.of[f.slug] = x
		u.list = append(u.list, x)
	case x.fallback && !fallback: // this is the one that counts
		x.at, x.fallback = u.at, false
	}
	x.notWord = x.notWord && u.notWord
	x.n++
}

func (u *uses) tag(t token) {
	if f, ok := byElement[t.name]; ok {
		u.add(f, false)
	}
	u.picture += one(t.name == "picture" && t.kind == html.StartTagToken)
	u.style = t.name == "style"
	for _, a := range t.attrs {
		key := strings.ToLower(a.Key)
		if f, ok := byAttribute[key]; ok {
			u.add(f, false)
		}
		switch key {
		case "style":
			u.declared(declarations(a.Val), t.attr("bgcolor") != "", false)
		case "src", "srcset", "background":
			u.source(t.name, a.Val)
		}
	}
}

// source notes the kind of a picture; in <picture> a source stands ready to
// be left out, the <img> doesn't.
func (u *uses) source(element, address string) {
	address, _, _ = strings.Cut(strings.TrimSpace(address), " ")
	if w, ok := webURL(address); ok {
		if f, ok := byExtension[strings.ToLower(path.Ext(w.Path))]; ok {
			u.add(f, element == "source" && u.picture > 0)
			if x := u.of[f.slug]; x.source == "" || x.at == u.at {
				x.source = address
			}
		}
	}
}

// told are the features that a value tells, whatever the property.
var told = []struct {
	pattern *regexp.Regexp
	feature feature
}{
	{regexp.MustCompile(`\bvar\(`), variables}, {regexp.MustCompile(`\blight-dark\(`), lightDark}, {regexp.MustCompile(`\bcalc\(`), calculated},
	{regexp.MustCompile(`\bmin\(`), minimum}, {regexp.MustCompile(`\bmax\(`), maximum}, {regexp.MustCompile(`\bclamp\(`), clamped},
	{regexp.MustCompile(`\d(?:vw|vmin|vmax)\b`), viewWidth}, {regexp.MustCompile(`\dvh\b`), viewHeight}, {regexp.MustCompile(`\drem\b`), rootEm},
	{regexp.MustCompile(`\brgb\(`), rgbColour}, {regexp.MustCompile(`\b(?:rgba|hsla)\(`), rgbaColour}, {regexp.MustCompile(`\bsystem-ui\b`), systemFont},
	{regexp.MustCompile(`\blinear-gradient\(`), linearGradient}, {regexp.MustCompile(`\bradial-gradient\(`), radialGradient},
	{regexp.MustCompile(`\bconic-gradient\(`), conicGradient},
}

// declared notes the features of declarations. extra says that they only add
// to what other rules say, ground that the element has a ground besides.
func (u *uses) declared(decls []decl, ground, extra bool) {
	for _, d := range decls {
		ground = ground || d.prop == "background-color"
	}
	plain := map[string]bool{} // properties with a value that everybody knows
	for _, d := range decls {
		if strings.HasPrefix(d.prop, "mso-") {
			continue
		}
		special := false
		note := func(f feature, ready bool) {
			special = true
			u.add(f, extra || ready || plain[d.prop])
		}
		for _, x := range told {
			if strings.Contains(d.value, "(") || !strings.HasSuffix(x.pattern.String(), `\(`) {
				if x.pattern.MatchString(d.value) {
					note(x.feature, ground && strings.HasPrefix(d.prop, "background"))
				}
			}
		}
		switch {
		case d.prop == "display":
			u.display(d.value, note)
		case d.prop == "position" && d.value != "static" && d.value != "relative":
			note(positioned, false)
		case strings.HasPrefix(d.prop, "background") && strings.Contains(d.value, "url("):
			note(groundPicture, ground)
		}
		if f, ok := byProperty[d.prop]; ok {
			u.add(f, extra)
		}
		plain[d.prop] = plain[d.prop] || !special
	}
}

func (u *uses) display(value string, note func(feature, bool)) {
	switch {
	case strings.Contains(value, "flex"):
		note(flex, false)
	case strings.Contains(value, "grid"):
		note(grid, false)
	case value == "none":
		u.add(displayNone, true) // what is hidden well is hidden in more than one way
	default:
		u.add(displayAny, true)
	}
}

// sheet notes the features of a style block. What stands under a condition
// only adds.
func (u *uses) sheet(css string, extra bool) {
	for css != "" {
		prelude, body, rest, ok := cutBlock(css)
		if !ok {
			return
		}
		css = rest
		prelude = strings.ToLower(strings.TrimSpace(prelude))
		if name, _, _ := strings.Cut(strings.ReplaceAll(prelude, "(", " "), " "); strings.HasPrefix(name, "@") {
			if f, ok := byRule[strings.Replace(name, "@-webkit-", "@", 1)]; ok {
				u.add(f, true)
			}
			if strings.Contains(prelude, "prefers-color-scheme") {
				u.add(dark, true)
			}
			if name == "@media" || name == "@supports" {
				u.sheet(body, true)
			}
			continue
		}
		u.selector(prelude, extra)
		u.declared(declarations(body), true, extra || momentary(prelude) || strings.Contains(prelude, "[data-og"))
	}
}

// selected are the features that a selector tells.
var selected = []struct {
	mark    string
	feature feature
}{
	{":before", before}, {":after", after}, {":hover", hover}, {":checked", checked}, {":nth-", nthChild}, {"[", byAttributes},
}

func (u *uses) selector(prelude string, extra bool) {
	for _, s := range selected {
		if strings.Contains(prelude, s.mark) {
			u.add(s.feature, extra)
		}
	}
}
