package mailer

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Limits of RFC 5321 §4.5.3.1, in bytes.
const (
	maxLocal   = 64
	maxAddress = 254
)

// address is a mailbox that is safe to write into commands and headers.
type address struct {
	local  string // a dot-atom, perhaps with non-ASCII letters (RFC 6531)
	domain string // lower-case ASCII; IDN labels as punycode (RFC 5891)
}

// utf8 tells whether the address needs SMTPUTF8: a domain never does.
func (a address) utf8() bool { return !isASCII(a.local) }

func (a address) String() string { return a.local + "@" + a.domain }

// parseAddress takes an addr-spec without comments, quoted local parts,
// address literals or source routes: what a command line or a header could
// be smuggled in with is refused, not escaped.
func parseAddress(s string) (address, error) {
	a, err := checkAddress(s)
	if err != nil {
		return address{}, fmt.Errorf("%q is not a usable mail address: %w", clip(s, 100), err)
	}
	return a, nil
}

func checkAddress(s string) (address, error) {
	if !utf8.ValidString(s) {
		return address{}, errors.New("it isn't valid UTF-8")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return address{}, errors.New("it has no @")
	}
	local, domain := s[:at], s[at+1:]
	if local == "" || domain == "" {
		return address{}, errors.New("something is missing beside the @")
	}
	if len(local) > maxLocal {
		return address{}, fmt.Errorf("the part before the @ is longer than %d bytes", maxLocal)
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return address{}, errors.New("a dot in the part before the @ stands at an end or beside another")
		}
		for _, c := range atom {
			if !isAtext(c) {
				return address{}, fmt.Errorf("the part before the @ must not contain %q", c)
			}
		}
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil || ascii == "" || !isASCII(ascii) {
		return address{}, errors.New("the domain is not a host name")
	}
	a := address{local: local, domain: strings.ToLower(ascii)}
	if len(local)+1+len(a.domain) > maxAddress {
		return address{}, fmt.Errorf("it is longer than %d bytes", maxAddress)
	}
	return a, nil
}

// isAtext is atext of RFC 5322 §3.2.3, with the non-ASCII characters of
// RFC 6532 §3.2 that are visible: no C1 controls, spaces or separators.
func isAtext(c rune) bool {
	if c < utf8.RuneSelf {
		return isAlnum(byte(c)) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", c)
	}
	return c != utf8.RuneError && !isInvisible(c)
}

// appendMailbox appends `"Name" <address>` as a header value that begins in
// column col, folded so that no line of an encoded name exceeds 76 columns.
// The name comes back from any RFC 2047 reader as it went in, but for
// surrounding space and invalid UTF-8; nothing in it can end the header.
func appendMailbox(dst []byte, col int, name string, a address) []byte {
	name = strings.TrimSpace(strings.ToValidUTF8(name, "\uFFFD"))
	start := len(dst) - col
	switch {
	case name == "":
	case plainPhrase(name):
		dst = append(dst, '"')
		for i := 0; i < len(name); i++ {
			if name[i] == '"' || name[i] == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, name[i])
		}
		dst = append(dst, '"')
	default:
		dst = appendWords(dst, name, &start)
	}
	if name != "" {
		if len(dst)-start+len(a.local)+len(a.domain)+4 > 76 {
			dst = append(dst, '\r', '\n')
		}
		dst = append(dst, ' ')
	}
	dst = append(dst, '<')
	dst = append(dst, a.local...)
	dst = append(dst, '@')
	dst = append(dst, a.domain...)
	return append(dst, '>')
}

// appendWords appends name as base64 encoded-words, one per line, no character
// split between two (RFC 2047 §2, §5). start is moved to the last line's start.
func appendWords(dst []byte, name string, start *int) []byte {
	const room = 45 // bytes that make 60 of base64: a word of 72
	for first := true; name != ""; first = false {
		n := 0
		for n < len(name) {
			_, size := utf8.DecodeRuneInString(name[n:])
			if n+size > room {
				break
			}
			n += size
		}
		if !first {
			dst = append(dst, '\r', '\n')
			*start = len(dst)
			dst = append(dst, ' ')
		}
		dst = append(dst, "=?utf-8?b?"...)
		dst = base64.StdEncoding.AppendEncode(dst, []byte(name[:n]))
		dst = append(dst, "?="...)
		name = name[n:]
	}
	return dst
}

// plainPhrase tells whether a name can stand as a short quoted string.
func plainPhrase(name string) bool {
	if len(name) > 60 || strings.Contains(name, "=?") {
		return false
	}
	for i := 0; i < len(name); i++ {
		if name[i] < ' ' || name[i] > '~' {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clip shortens s to at most n bytes, at a character's end.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
