package ingest

import (
	"strings"
	"unicode"
)

// codeParser reads one code: its name and its values, with the expressions of
// MDX as far as they are literals. It never looks beyond its source.
type codeParser struct {
	src     string
	at      int
	code    code
	rawName string
	data    map[string]any // what the source names by "export const"
}

// maxExpression bounds how deep literals nest.
const maxExpression = 12

func (p *codeParser) space() {
	for p.at < len(p.src) && strings.ContainsRune(" \t\r\n", rune(p.src[p.at])) {
		p.at++
	}
}

func (p *codeParser) has(s string) bool { return strings.HasPrefix(p.src[p.at:], s) }

// word reads a name.
func (p *codeParser) word(more string) string {
	from := p.at
	for p.at < len(p.src) {
		c := p.src[p.at]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || strings.IndexByte(more, c) >= 0) {
			break
		}
		p.at++
	}
	return p.src[from:p.at]
}

// tag reads the name and the values up to the end mark.
func (p *codeParser) tag(end string) bool {
	p.space()
	if p.has("/") {
		p.code.closing = true
		p.at++
		p.space()
	}
	p.rawName = p.word("./")
	if strings.HasSuffix(p.rawName, "/") {
		p.rawName = strings.TrimSuffix(p.rawName, "/")
		p.at--
	}
	p.code.name = strings.ToLower(p.rawName)
	if p.code.name == "" || p.rawName[0]|0x20 < 'a' {
		return false
	}
	if name, ok := strings.CutPrefix(p.code.name, "end"); ok && end == "%}" && name != "" {
		p.code.name, p.code.closing = name, true
	}
	for p.at < len(p.src) {
		p.space()
		switch {
		case p.has(end):
			p.at += len(end)
			return true
		case p.has("/" + end), p.has("/ " + end):
			p.at += strings.Index(p.src[p.at:], end) + len(end)
			p.code.alone = true
			return true
		}
		if !p.value(end) {
			return false
		}
	}
	return false
}

// value reads key="v", key={…}, "v" or v.
func (p *codeParser) value(end string) bool {
	if p.at >= len(p.src) {
		return false
	}
	if c := p.src[p.at]; c == '"' || c == '\'' || c == '`' {
		s, ok := p.quoted()
		p.code.words = append(p.code.words, s)
		return ok
	}
	if p.has("{") { // a spread
		_, ok := p.expression(0)
		return ok
	}
	from := p.at
	key := p.word(".:@")
	p.space()
	if key == "" || !p.has("=") {
		p.at = from
		w := p.bare(end)
		p.code.words = append(p.code.words, w)
		return w != ""
	}
	p.at++
	p.space()
	if p.at >= len(p.src) {
		return false
	}
	switch c := p.src[p.at]; c {
	case '"', '\'', '`':
		s, ok := p.quoted()
		p.set(key, s)
		return ok
	case '{':
		v, ok := p.expression(0)
		p.set(key, v)
		return ok
	}
	p.set(key, p.bare(end))
	return true
}

// bare reads up to white space or the end mark.
func (p *codeParser) bare(end string) string {
	from := p.at
	for p.at < len(p.src) && !strings.ContainsRune(" \t\r\n\"'<>{", rune(p.src[p.at])) && !p.has(end) {
		p.at++
	}
	return p.src[from:p.at]
}

// quoted reads a string with its escapes.
func (p *codeParser) quoted() (string, bool) {
	mark := p.src[p.at]
	p.at++
	var b strings.Builder
	for p.at < len(p.src) {
		c := p.src[p.at]
		p.at++
		switch {
		case c == mark:
			return b.String(), true
		case c == '\\' && p.at < len(p.src) && strings.IndexByte("\"'`\\n", p.src[p.at]) >= 0:
			if c = p.src[p.at]; c == 'n' {
				c = ' '
			}
			p.at++
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// expression reads what stands in braces. Literals become a string, a list
// ([]any) or an object (map[string]any); anything else is passed and nil.
func (p *codeParser) expression(depth int) (any, bool) {
	p.at++ // the brace
	p.space()
	v, ok := p.literal(depth + 1)
	p.space()
	if ok && p.has("}") {
		p.at++
		return v, true
	}
	return nil, p.skipTo('}')
}

// skipTo passes everything up to the mark that closes this level.
func (p *codeParser) skipTo(mark byte) bool {
	depth := 0
	for p.at < len(p.src) {
		switch c := p.src[p.at]; c {
		case '"', '`':
			if _, ok := p.quoted(); !ok {
				return false
			}
			continue
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			if depth == 0 && c == mark {
				p.at++
				return true
			}
			depth--
		}
		p.at++
	}
	return false
}

func (p *codeParser) literal(depth int) (any, bool) {
	if p.at >= len(p.src) || depth > maxExpression {
		return nil, false
	}
	switch c := p.src[p.at]; {
	case c == '"' || c == '\'' || c == '`':
		return p.quoted()
	case c == '[':
		return p.array(depth)
	case c == '{':
		return p.object(depth)
	case c >= '0' && c <= '9' || c == '-':
		return p.word("."), true
	}
	w := p.word(".$")
	if v, ok := p.data[w]; ok {
		return v, true
	}
	return nil, w == "true" || w == "false" || w == "null" || w == "undefined"
}

var exported = compile(`(?m)^export[ \t]+const[ \t]+([A-Za-z_$][\w$]*)[ \t]*(?::[^=\n]{0,80})?=[ \t]*[\[{]`)

// maxData bounds the data one source names.
const maxData = 50

// exportedData reads the data an MDX source names ("export const faqs = […]")
// and blanks where it stands. Lines stay lines.
func exportedData(src string) (string, map[string]any) {
	if !strings.Contains(src, "export") {
		return src, nil
	}
	data := make(map[string]any)
	var b strings.Builder
	at := 0
	for _, m := range exported.FindAllStringSubmatchIndex(src, maxData) {
		if m[0] < at || strings.Count(src[:m[0]], "\n```")%2 == 1 { // in a block of code
			continue
		}
		p := &codeParser{src: src[m[1]-1 : min(len(src), m[1]+maxCode)], data: data}
		v, ok := p.literal(0)
		if !ok {
			continue
		}
		end := m[1] - 1 + p.at
		if rest, _, _ := strings.Cut(src[end:], "\n"); exportTail.MatchString(rest) {
			end += len(rest)
		} else {
			continue
		}
		data[src[m[2]:m[3]]] = v
		b.WriteString(src[at:m[0]])
		b.WriteString(strings.Repeat("\n", strings.Count(src[m[0]:end], "\n")))
		at = end
	}
	b.WriteString(src[at:])
	return b.String(), data
}

// exportTail is what may stand behind exported data.
var exportTail = compile(`^[ \t]*(?:as const)?[ \t]*;?[ \t\r]*$`)

func (p *codeParser) array(depth int) (any, bool) {
	p.at++
	var out []any
	for {
		p.space()
		if p.has("]") {
			p.at++
			return out, true
		}
		v, ok := p.literal(depth + 1)
		if !ok {
			return nil, false
		}
		out = append(out, v)
		p.space()
		if p.has(",") {
			p.at++
		}
	}
}

func (p *codeParser) object(depth int) (any, bool) {
	p.at++
	out := make(map[string]any)
	for {
		p.space()
		if p.has("}") {
			p.at++
			return out, true
		}
		key := p.word("$")
		if key == "" && p.at < len(p.src) && (p.src[p.at] == '"' || p.src[p.at] == '\'') {
			key, _ = p.quoted()
		}
		p.space()
		if key == "" || !p.has(":") {
			return nil, false
		}
		p.at++
		p.space()
		v, ok := p.literal(depth + 1)
		if !ok {
			return nil, false
		}
		out[key] = v
		p.space()
		if p.has(",") {
			p.at++
		}
	}
}

// set keeps a value under its key in snake case.
func (p *codeParser) set(key string, v any) {
	c := &p.code
	if c.values == nil {
		c.values, c.lists = map[string]string{}, map[string][]string{}
	}
	key = snake(key)
	switch v := v.(type) {
	case string:
		if len(c.values) < maxValues {
			c.values[key] = v
		}
	case map[string]any:
		m := texts(v)
		if address := pickOf(m, keyCodeURL); address != "" && linkKey.MatchString(key) {
			setFirst(c.values, "url", address)
			setFirst(c.values, "button_text", pickOf(m, linkWordKeys))
		} else if len(m) > 0 && len(c.items) < maxValues {
			c.items = append(c.items, m)
		}
	case []any:
		for _, x := range v {
			switch x := x.(type) {
			case string:
				c.lists[key] = append(c.lists[key], x)
			case map[string]any:
				c.items = append(c.items, texts(x))
			}
		}
	}
}

// linkKey names an object that is a link: link={{ href: "…", label: "…" }}.
var (
	linkKey      = compile(`^(?:(?:primary_|main_|affiliate_|buy_|shop_|product_)?(?:link|cta|button|action)|affiliate|buy|shop)$`)
	linkWordKeys = list(`label|text|title|children|name|cta`)
)

// setFirst keeps the first value of a key.
func setFirst(m map[string]string, key, v string) {
	if m[key] == "" && v != "" && len(m) < maxValues {
		m[key] = v
	}
}

func texts(v map[string]any) map[string]string {
	m := make(map[string]string)
	for k, x := range v {
		if len(m) == maxValues {
			break
		}
		switch x := x.(type) {
		case string:
			m[snake(k)] = x
		case []any:
			var lines []string
			for _, y := range x {
				if s, ok := y.(string); ok {
					lines = append(lines, oneLine(s))
				}
			}
			if len(lines) > 0 {
				m[snake(k)] = strings.Join(lines, "\n")
			}
		}
	}
	return m
}

// snake writes buttonText and button-text as button_text.
func snake(key string) string {
	var b strings.Builder
	for i, r := range key {
		switch {
		case r == '-':
			r = '_'
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(rune(key[i-1])):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// component reads an MDX element; HTML's own begin with a small letter.
func (p *codeParser) component() bool {
	p.at = 1
	if p.has("/") {
		p.at++
	}
	if p.at >= len(p.src) || p.src[p.at] < 'A' || p.src[p.at] > 'Z' {
		return false
	}
	for i := p.at; i < len(p.src) && !strings.ContainsRune(" \t\r\n/>", rune(p.src[i])); i++ {
		if c := p.src[i]; !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_') {
			return false // an address in angle brackets, say
		}
	}
	name := p.src[p.at:]
	if strings.ToUpper(name[:min(len(name), 2)]) == name[:min(len(name), 2)] && !strings.ContainsAny(name[:min(len(name), 40)], "abcdefghijklmnopqrstuvwxyz") {
		return false
	}
	p.at = 1
	return p.tag(">")
}
