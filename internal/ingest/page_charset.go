package ingest

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// metaCharset is where a page says what its bytes are.
var metaCharset = compile(`(?i)<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w.:-]{2,40})`)

// fromDeclared decodes a page by what it says of itself; "" when it says
// nothing, says UTF-8, which it is not, or says what its bytes contradict. A
// page that is UTF-8 never comes here, whatever it says.
func fromDeclared(src []byte) (text, name string) {
	m := metaCharset.FindSubmatch(src[:min(len(src), 4096)])
	if m == nil {
		return "", ""
	}
	enc, err := htmlindex.Get(string(m[1]))
	if err != nil {
		return "", ""
	}
	if name, err = htmlindex.Name(enc); err != nil || name == "utf-8" || name == "replacement" {
		return "", ""
	}
	if inUTF8(src) {
		return "", ""
	}
	out, err := enc.NewDecoder().Bytes(src)
	if err != nil {
		return "", ""
	}
	text = string(out)
	if strings.Count(text, "\uFFFD")*200 > len(src) {
		return "", ""
	}
	return text, name
}

// inUTF8: of the bytes beyond ASCII few are not part of UTF-8 characters.
func inUTF8(src []byte) bool {
	high, wrong := 0, 0
	for rest := src; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if rest[0] >= 0x80 {
			high += n
			if r == utf8.RuneError && n == 1 {
				wrong++
			}
		}
		rest = rest[n:]
	}
	return wrong*4 < high
}
