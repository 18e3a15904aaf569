package ingest

import (
	"html"
	"strings"
)

// xmlKind is what a stretch of XML is.
type xmlKind uint8

const (
	xmlText xmlKind = iota
	xmlCDATA
	xmlStart
	xmlEnd
	xmlNothing // comments, processing instructions, declarations
)

// xmlToken is a stretch of XML. Its strings are parts of the source.
type xmlToken struct {
	kind xmlKind
	// name is the element's as it is written; text is what stands between tags,
	// the inside of a CDATA section, or the attributes.
	name, text string
	closed     bool // an empty element: <name/>
	at         int  // where it begins
}

// xmlScanner splits XML into tokens. It never fails: what is no markup is text.
// Every byte is looked at a bounded number of times. Entities that a source
// declares are never expanded.
type xmlScanner struct {
	src      string
	at       int
	found    map[string]int  // where a mark occurs next, from wherever it was last looked for
	declared map[string]bool // names of the entities the source declares
	open     bool            // the source ended inside a section that was never closed
}

func newXMLScanner(src string) *xmlScanner {
	return &xmlScanner{src: src, found: make(map[string]int), declared: make(map[string]bool)}
}

// find is where mark occurs next, the source's end if nowhere. Marks that were
// found ahead are not looked for again.
func (s *xmlScanner) find(mark string, from int) int {
	if at, ok := s.found[mark]; ok && at >= from {
		return at
	}
	at := len(s.src)
	if i := strings.Index(s.src[from:], mark); i >= 0 {
		at = from + i
	}
	s.found[mark] = at
	return at
}

// next is the next token; false at the end.
func (s *xmlScanner) next() (xmlToken, bool) {
	if s.at >= len(s.src) {
		return xmlToken{}, false
	}
	from, rest := s.at, s.src[s.at:]
	if rest[0] != '<' {
		s.at = s.find("<", from)
		return xmlToken{kind: xmlText, text: s.src[from:s.at], at: from}, true
	}
	switch {
	case strings.HasPrefix(rest, "<!--"):
		return s.skip("-->", 4)
	case strings.HasPrefix(rest, "<![CDATA["):
		return s.cdata(), true
	case strings.HasPrefix(rest, "<?"):
		return s.skip("?>", 2)
	case strings.HasPrefix(rest, "<!"):
		return s.declaration(), true
	case len(rest) > 2 && rest[1] == '/' && nameByte(rest[2]):
		return s.tag(xmlEnd, 2), true
	case len(rest) > 1 && nameByte(rest[1]):
		return s.tag(xmlStart, 1), true
	}
	s.at = s.find("<", from+1) // a "<" that begins nothing
	return xmlToken{kind: xmlText, text: s.src[from:s.at], at: from}, true
}

// skip goes past the mark; what is never closed is only its opening.
func (s *xmlScanner) skip(mark string, opening int) (xmlToken, bool) {
	from := s.at
	end := s.find(mark, from+opening)
	if end == len(s.src) {
		s.at = from + opening
	} else {
		s.at = end + len(mark)
	}
	return xmlToken{kind: xmlNothing, at: from}, true
}

// cdata reads a CDATA section. One that was never closed ends where the item
// does that it stands in, or with the source.
func (s *xmlScanner) cdata() xmlToken {
	from := s.at + len("<![CDATA[")
	end := s.find("]]>", from)
	if other := s.find("<![CDATA[", from); other < end || end == len(s.src) {
		if item := min(s.find("</item>", from), s.find("</entry>", from)); item < min(other, end) {
			s.at = item
			return xmlToken{kind: xmlCDATA, text: closingTags.ReplaceAllString(s.src[from:item], ""), at: from}
		}
	}
	s.at = min(end+3, len(s.src))
	s.open = s.open || end == len(s.src)
	return xmlToken{kind: xmlCDATA, text: s.src[from:end], at: from}
}

// closingTags are those of the element around an unclosed section.
var closingTags = compile(`(?:\s*</[\w:.-]+\s*>)?\s*$`)

var entityName = compile(`<!ENTITY\s+%?\s*([\w.-]{1,64})`)

// maxDeclared bounds how many entities are remembered by name.
const maxDeclared = 200

// declaration goes past a DOCTYPE and notes what entities it declares.
func (s *xmlScanner) declaration() xmlToken {
	from := s.at
	end, subset := s.find(">", from), s.find("[", from)
	if subset < end {
		if end = s.find("]", subset); end < len(s.src) {
			end = s.find(">", end)
		}
	}
	if end == len(s.src) {
		s.at = from + 2
		return xmlToken{kind: xmlNothing, at: from}
	}
	s.at = end + 1
	for _, m := range entityName.FindAllStringSubmatch(s.src[from:s.at], maxDeclared) {
		s.declared[m[1]] = true
	}
	return xmlToken{kind: xmlNothing, at: from}
}

// tag reads a tag. A "<" inside of it is where the next begins: then this one
// was never closed.
func (s *xmlScanner) tag(kind xmlKind, nameAt int) xmlToken {
	from := s.at
	i := from + nameAt
	for i < len(s.src) && nameByte(s.src[i]) {
		i++
	}
	t := xmlToken{kind: kind, name: s.src[from+nameAt : i], at: from}
	attrs, firstEnd := i, -1
	var quote byte
scan:
	for ; i < len(s.src); i++ {
		switch c := s.src[i]; {
		case c == '<':
			break scan
		case c == '>' && quote == 0:
			t.text = s.src[attrs:i]
			t.closed = strings.HasSuffix(t.text, "/")
			s.at = i + 1
			return t
		case c == '>' && firstEnd < 0:
			firstEnd = i
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		}
	}
	if firstEnd >= 0 { // a quotation mark was never closed
		i = firstEnd
		s.at = i + 1
	} else {
		s.at = i
		s.open = s.open || i == len(s.src)
	}
	t.text = s.src[attrs:i]
	return t
}

func nameByte(c byte) bool {
	return c == ':' || c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// unescapeXML resolves the character references of XML and of HTML; others
// stay as they are.
func unescapeXML(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return entity.ReplaceAllStringFunc(s, html.UnescapeString)
}

var attribute = compile(`([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)

// maxAttributes bounds the attributes of an element.
const maxAttributes = 40

// xmlAttr is the value of an attribute, by its name in lower case.
func xmlAttr(attrs, name string) string {
	if attrs == "" {
		return ""
	}
	for _, m := range attribute.FindAllStringSubmatch(attrs, maxAttributes) {
		if strings.EqualFold(m[1], name) {
			return strings.TrimSpace(unescapeXML(m[2] + m[3] + m[4]))
		}
	}
	return ""
}
