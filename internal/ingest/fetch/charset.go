package fetch

import (
	"bytes"
	"mime"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// declares begin, in a page or feed, a declaration of its character set.
var declares = [][]byte{[]byte("charset="), []byte("encoding=")}

// Text is the body in UTF-8 where only the server's header says what it is in.
// A body that is UTF-8 or speaks for itself stays as it is: headers lie more
// often than pages do.
func (p Page) Text() []byte {
	_, params, err := mime.ParseMediaType(p.ContentType)
	if err != nil || params["charset"] == "" || utf8.Valid(p.Body) {
		return p.Body
	}
	head := bytes.ToLower(p.Body[:min(len(p.Body), 4096)])
	for _, d := range declares {
		if bytes.Contains(head, d) {
			return p.Body
		}
	}
	enc, name := charset.Lookup(params["charset"])
	if enc == nil || name == "utf-8" {
		return p.Body
	}
	text, err := enc.NewDecoder().Bytes(p.Body)
	if err != nil {
		return p.Body
	}
	return text
}
