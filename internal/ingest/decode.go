package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
	"golang.org/x/text/encoding/charmap"

	"github.com/broadsheet/broadsheet/internal/article"
)

// maxLine bounds a line; nobody writes a longer one, and whatever has
// one is no article.
const maxLine = 1 << 20

// signatures of files that are no text, with what people call them.
var signatures = []struct{ magic, what string }{
	{"%PDF-", "a PDF file"},
	{"PK\x03\x04", "a zip archive or an office document"},
	{"\xd0\xcf\x11\xe0", "an old office document"},
	{"{\\rtf", "an RTF document"},
	{"\x89PNG", "a picture"},
	{"\xff\xd8\xff", "a picture"},
	{"GIF8", "a picture"},
	{"\x1f\x8b", "a compressed file"},
	{"\x7fELF", "a program"},
}

// decode makes valid UTF-8 with "\n" line ends of the bytes of a source.
func decode(name string, src []byte) (string, []article.Diagnostic, error) {
	for _, s := range signatures {
		if bytes.HasPrefix(src, []byte(s.magic)) {
			return "", nil, fail("%s is %s; give the article as Markdown or plain text.", name, s.what)
		}
	}
	text, notes, err := toUTF8(name, src)
	if err != nil {
		return "", nil, err
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	longest := 0
	for line := range strings.SplitSeq(text, "\n") {
		longest = max(longest, len(line))
	}
	if longest > maxLine {
		return "", nil, fail("%s has a line of %d characters, so it is no article; give plain text or Markdown with line breaks.", name, longest)
	}
	return text, notes, nil
}

func toUTF8(name string, src []byte) (string, []article.Diagnostic, error) {
	switch {
	case bytes.HasPrefix(src, []byte("\xef\xbb\xbf")):
		src = src[3:]
	case bytes.HasPrefix(src, []byte("\xff\xfe")):
		return fromUTF16(src[2:], 0), nil, nil
	case bytes.HasPrefix(src, []byte("\xfe\xff")):
		return fromUTF16(src[2:], 1), nil, nil
	}
	nuls := bytes.Count(src, []byte{0})
	if nuls > 0 {
		if low, ok := zeroHalf(src, nuls); ok {
			return fromUTF16(src, low), nil, nil
		}
		if nuls > len(src)/100 {
			return "", nil, fail("%s is not a text file; give the article as Markdown or plain text.", name)
		}
		src = bytes.ReplaceAll(src, []byte{0}, nil)
	}
	if utf8.Valid(src) {
		return string(src), nil, nil
	}
	text, page := fromDeclared(src)
	if text == "" {
		text, page = fromLegacy(src)
	}
	if text == "" {
		return "", nil, fail("%s is not a text file; give the article as Markdown or plain text.", name)
	}
	return text, []article.Diagnostic{{
		Rule: "ART-3", Severity: article.Warn, Place: article.Place{Block: -1},
		Message: fmt.Sprintf("The source is not UTF-8; it was read as %s.", page),
		Fix:     "Look at the letters with accents, and save the source as UTF-8 if any is wrong.",
	}}, nil
}

// zeroHalf recognises UTF-16 without a mark: half of the bytes are zero, all
// in the same position. low is the position of the low byte's partner.
func zeroHalf(src []byte, nuls int) (low int, ok bool) {
	if nuls < len(src)*2/5 {
		return 0, false
	}
	odd := 0
	for i := 1; i < len(src); i += 2 {
		if src[i] == 0 {
			odd++
		}
	}
	switch {
	case odd > nuls*9/10:
		return 0, true
	case odd < nuls/10:
		return 1, true
	}
	return 0, false
}

// fromUTF16 decodes; low is the index of the low byte in each pair.
func fromUTF16(src []byte, low int) string {
	units := make([]uint16, len(src)/2)
	for i := range units {
		units[i] = uint16(src[2*i+low]) | uint16(src[2*i+1-low])<<8
	}
	return string(utf16.Decode(units))
}

// fromLegacy decodes bytes that are not UTF-8. Where most are, only the wrong
// ones are taken for windows-1252; else the whole is in some code page: by its
// letters Cyrillic, Greek or Western. "" if it is no text at all.
func fromLegacy(src []byte) (text, name string) {
	high, accented, controls, wrong, letters := 0, 0, 0, 0, 0
	for rest := src; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			wrong++
		}
		rest = rest[n:]
	}
	for _, c := range src {
		switch {
		case c >= 0xC0: // letters, in every one of these pages
			accented++
			high++
		case c >= 0x80:
			high++
		case c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f':
			controls++
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			letters++
		}
	}
	switch {
	case controls > len(src)/50:
		return "", ""
	case wrong*4 < high:
		return eachWrong(src), "UTF-8 with single characters of windows-1252"
	case accented <= letters/2:
		return fromPage(src, charmap.Windows1252), "windows-1252"
	}
	best, confidence, holes := "", 0.0, len(src)
	for _, c := range []struct {
		page *charmap.Charmap
		name string
	}{{charmap.Windows1251, "windows-1251"}, {charmap.Windows1253, "windows-1253"}, {charmap.KOI8R, "KOI8-R"}} {
		t := fromPage(src, c.page)
		undefined := strings.Count(t, "\uFFFD")
		info := whatlanggo.Detect(clip(t, 4000))
		if lowered(t) && (undefined < holes || undefined == holes && info.Confidence > confidence) {
			best, name, confidence, holes = t, c.name, info.Confidence, undefined
		}
	}
	if best == "" {
		return fromPage(src, charmap.Windows1252), "windows-1252"
	}
	return best, name
}

// lowered: most letters are lower case, as they are in the right code page.
func lowered(s string) bool {
	lower, upper := 0, 0
	for _, r := range clip(s, 4000) {
		switch classOf(r) {
		case clLower:
			lower++
		case clUpper:
			upper++
		}
	}
	return lower > 2*upper
}

func fromPage(src []byte, page *charmap.Charmap) string {
	var b strings.Builder
	b.Grow(len(src) + len(src)/2)
	for _, c := range src {
		b.WriteRune(page.DecodeByte(c))
	}
	return b.String()
}

func eachWrong(src []byte) string {
	var b strings.Builder
	b.Grow(len(src))
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(src[0])
		}
		b.WriteRune(r)
		src = src[n:]
	}
	return b.String()
}

// clip is at most the first n bytes of s, cut between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
