package lint

import (
	"regexp"
	"strings"

	"github.com/andybalholm/cascadia"
)

// decl is one declaration of a style; property and value are in lower case.
type decl struct {
	prop, value string
	important   bool
}

// declarations parses the content of a style attribute or of a rule's braces.
func declarations(s string) []decl {
	var out []decl
	for _, one := range splitOutside(dropComments(s), ';') {
		prop, value, ok := strings.Cut(one, ":")
		prop = strings.ToLower(strings.TrimSpace(prop))
		value = strings.ToLower(strings.TrimSpace(value))
		if !ok || prop == "" || value == "" {
			continue
		}
		d := decl{prop: prop, value: value}
		if i := strings.LastIndexByte(value, '!'); i >= 0 && strings.TrimSpace(value[i+1:]) == "important" {
			d.value, d.important = strings.TrimSpace(value[:i]), true
		}
		out = append(out, d)
	}
	return out
}

// splitOutside splits at sep where it stands outside brackets and quotes.
func splitOutside(s string, sep byte) []string {
	var out []string
	depth, from := 0, 0
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == sep && depth == 0:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// dropComments removes CSS comments; an open one reaches to the end.
func dropComments(s string) string {
	if !strings.Contains(s, "/*") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "/*")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteByte(' ')
		if _, s, ok = strings.Cut(rest, "*/"); !ok {
			return b.String()
		}
	}
}

// ruleset is one selector of a style block with its declarations.
type ruleset struct {
	selector cascadia.Sel
	decls    []decl
	// when is the condition around it (the prelude of an at-rule), "" for none.
	when  string
	order int
}

// mostSelectors is how many of a mail's style blocks are looked at; 16 KB hold
// fewer.
const mostSelectors = 1300

const tooManyRules = "there are more style rules than can be looked at"

// sheet collects the rules of a mail's style blocks that can change whether
// and how clearly something is seen.
type sheet struct {
	rules []ruleset
	whens []string // the distinct conditions
	// unread is why it isn't known what all the rules hide, or "".
	unread string
}

// add reads one style block.
func (s *sheet) add(css string) {
	css = strings.ReplaceAll(strings.ReplaceAll(dropComments(css), "<!--", ""), "-->", "")
	s.block(css, "", 0)
}

func (s *sheet) block(css, when string, depth int) {
	for css != "" {
		if len(s.rules) >= mostSelectors {
			s.unread = tooManyRules
			return
		}
		prelude, body, rest, ok := cutBlock(css)
		if !ok {
			return
		}
		css = rest
		if prelude = strings.TrimSpace(prelude); strings.HasPrefix(prelude, "@") {
			if name, _, _ := strings.Cut(prelude, " "); depth < 4 && name != "@font-face" && name != "@keyframes" && name != "@-webkit-keyframes" {
				s.block(body, when+prelude, depth+1)
			}
			continue
		}
		if strings.Contains(body, "{") {
			s.unread = "a style rule stands inside another"
		}
		s.rule(prelude, declarations(body), when)
	}
}

func (s *sheet) rule(selectors string, decls []decl, when string) {
	decls = relevant(decls)
	if len(decls) == 0 {
		return
	}
	for _, one := range splitOutside(selectors, ',') {
		// Where there is no doctype classes in capitals are the same.
		one = strings.ToLower(firstOf.ReplaceAllString(strings.TrimSpace(one), ""))
		if one == "" || momentary(one) {
			continue
		}
		when := when
		if rest, ok := outlookRule(one); ok && when == "" {
			one, when = rest, outlookDark
		}
		sel, err := cascadia.Parse(one)
		if err != nil {
			if hides(decls) {
				s.unread = "the selector “" + short(one) + "” can't be read"
			}
			continue
		}
		s.rules = append(s.rules, ruleset{sel, decls, when, len(s.rules)})
		if when != "" && !contains(s.whens, when) {
			s.whens = append(s.whens, when)
		}
	}
}

// outlookDark is the condition of the rules that only Outlook on the web and on
// phones follows when it makes a mail dark: it writes the attributes
// data-ogsc and data-ogsb around the mail.
const outlookDark = "[data-ogsc]"

// outlookRule cuts Outlook's attribute off a selector.
func outlookRule(selector string) (rest string, ok bool) {
	for _, mark := range []string{"[data-ogsc] ", "[data-ogsb] "} {
		if rest, ok := strings.CutPrefix(selector, mark); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return selector, false
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// cutBlock cuts "prelude { body }" off the front. A statement without a block
// ("@import …;") is skipped.
func cutBlock(css string) (prelude, body, rest string, ok bool) {
	open := strings.IndexByte(css, '{')
	if open < 0 {
		return "", "", "", false
	}
	prelude = css[:open]
	if i := strings.LastIndexByte(prelude, ';'); i >= 0 {
		prelude = prelude[i+1:]
	}
	depth := 0
	for i := open; i < len(css); i++ {
		switch css[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return prelude, css[open+1 : i], css[i+1:], true
			}
		}
	}
	return prelude, css[open+1:], "", true
}

// firstOf are the parts of an element that a rule can hide as well as the whole.
var firstOf = regexp.MustCompile(`(?i)::?first-(?:line|letter)`)

// momentary marks selectors of a state that passes or of generated content.
func momentary(selector string) bool {
	for _, p := range []string{":hover", ":focus", ":active", ":visited", "::", ":before", ":after"} {
		if strings.Contains(selector, p) {
			return true
		}
	}
	return false
}

// relevantProps are the properties that look.apply reads.
var relevantProps = properties(`
	display visibility opacity font-size font color background background-color background-image background-clip -webkit-background-clip
	max-height height max-width width overflow overflow-x overflow-y clip clip-path text-indent position transform order flex-direction
	mso-hide margin margin-left margin-top margin-right padding padding-left padding-right padding-top filter grid-area grid-row
	content-visibility line-height zoom letter-spacing word-spacing -webkit-text-fill-color mask mask-image -webkit-mask -webkit-mask-image
	scale translate rotate animation animation-name -webkit-animation writing-mode unicode-bidi -webkit-line-clamp line-clamp
	text-decoration text-decoration-line offset-path perspective`)

func properties(list string) map[string]bool {
	out := map[string]bool{}
	for p := range strings.FieldsSeq(list) {
		out[p] = true
	}
	return out
}

func relevant(decls []decl) []decl {
	var out []decl
	for _, d := range decls {
		if relevantProps[d.prop] {
			out = append(out, d)
		}
	}
	return out
}

// hides reports whether declarations can make something vanish.
func hides(decls []decl) bool {
	l := look{size: defaultSize, ink: black, ground: white}
	l.apply(decls, look{size: defaultSize, ink: black, ground: white})
	return !l.shown() || l.off
}
