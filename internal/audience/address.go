package audience

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Lengths in octets. RFC 5321 §4.5.3.1: a local part has at most 64, a path 256
// with its angle brackets, which leaves 254; a domain name on the wire 253.
const (
	maxLocal   = 64
	maxDomain  = 253
	maxLabel   = 63
	maxAddress = 254
)

// Address is an e-mail address that can be mailed to.
type Address struct {
	// Email is the address as it was given, for sending.
	Email string
	// Key says who is the same person: the local part case-folded, the domain
	// in lower-case punycode. Two addresses with one key are one subscriber.
	Key string
}

// ParseAddress checks an address: an RFC 5321 addr-spec (§4.1.2) without quoted
// parts, comments or address literals, with a domain of at least two labels.
// The domain may be internationalised (RFC 5890), the local part may hold
// letters beyond ASCII (RFC 6531). White space around it is dropped. The error
// is a *RefusedError.
func ParseAddress(s string) (Address, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Address{}, refusedf("there is no address")
	}
	if len(s) > maxAddress {
		return Address{}, refusedf("the address is longer than %d characters", maxAddress)
	}
	if !utf8.ValidString(s) {
		return Address{}, refusedf("the address is not UTF-8 text")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return Address{}, refusedf("the address has no “@”")
	}
	local, err := localKey(s[:at])
	if err != nil {
		return Address{}, err
	}
	domain, err := domainKey(s[at+1:])
	if err != nil {
		return Address{}, err
	}
	if len(local)+1+len(domain) > maxAddress {
		return Address{}, refusedf("the address is longer than %d characters", maxAddress)
	}
	return Address{Email: s, Key: local + "@" + domain}, nil
}

// localKey checks a dot-string and folds its case.
func localKey(s string) (string, error) {
	switch {
	case s == "":
		return "", refusedf("there is nothing before the “@”")
	case len(s) > maxLocal:
		return "", refusedf("the part before the “@” is longer than %d characters", maxLocal)
	case s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, ".."):
		return "", refusedf("the part before the “@” has a dot too many")
	}
	ascii, lower := true, true
	for _, r := range s {
		switch {
		case r >= utf8.RuneSelf:
			ascii = false
			if !(unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || unicode.IsSymbol(r)) {
				return "", refusedf("%s can't stand in an address", show(r))
			}
		case 'A' <= r && r <= 'Z':
			lower = false
		case !isAtext(byte(r)) && r != '.':
			return "", refusedf("%s can't stand in an address", show(r))
		}
	}
	switch {
	case ascii && lower:
		return s, nil
	case ascii:
		return strings.ToLower(s), nil
	}
	return fold(s), nil
}

// fold applies full Unicode case folding until nothing changes, so that the key
// of a key is that key.
func fold(s string) string {
	for range 4 {
		t := norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
		if t == s {
			break
		}
		s = t
	}
	return s
}

// isAtext is atext of RFC 5322 §3.2.3.
func isAtext(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// domainKey gives the lower-case punycode form of a domain name.
func domainKey(s string) (string, error) {
	switch {
	case s == "":
		return "", refusedf("there is nothing after the “@”")
	case s[0] == '[':
		return "", refusedf("an address at a bare IP number can't be mailed to")
	case len(s) > maxDomain:
		return "", refusedf("the part after the “@” is longer than %d characters", maxDomain)
	}
	d, ok := asciiDomain(s)
	if !ok {
		if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			r, _ := utf8.DecodeRuneInString(s[i:])
			return "", refusedf("%s can't stand in an address", show(r))
		}
		var err error
		if d, err = idna.Lookup.ToASCII(s); err != nil {
			return "", refusedf("“%s” is not a domain name", clip(s))
		}
		if d, ok = asciiDomain(d); !ok && !isHostname(d) {
			return "", refusedf("“%s” is not a domain name", clip(s))
		}
	}
	dot := strings.LastIndexByte(d, '.')
	if dot < 0 {
		return "", refusedf("“%s” is not a complete domain name; the ending, such as “.com”, is missing", clip(s))
	}
	if _, err := netip.ParseAddr(d); err == nil || strings.Trim(d[dot+1:], "0123456789") == "" {
		return "", refusedf("“%s” is not a domain name", clip(s))
	}
	return d, nil
}

// asciiDomain lower-cases a host name that needs no conversion; ok is false when
// it has other characters than letters, digits, hyphens and dots, or a label
// that claims to be punycode and so has to be checked.
func asciiDomain(s string) (lower string, ok bool) {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.') {
			return "", false
		}
	}
	lower = strings.ToLower(s)
	if strings.HasPrefix(lower, "xn--") || strings.Contains(lower, ".xn--") {
		return lower, false
	}
	return lower, isHostname(lower)
}

// isHostname checks the labels of RFC 1123 §2.1: 1 to 63 letters, digits and
// hyphens, no hyphen at either end.
func isHostname(s string) bool {
	if len(s) > maxDomain {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

// show names a character in a sentence, also one that can't be seen.
func show(r rune) string {
	switch {
	case r == utf8.RuneError:
		return "text that is not UTF-8"
	case r == ' ':
		return "a space"
	case r == '@':
		return "a second “@”"
	case r == '"' || r == '(' || r == ')':
		return "“" + string(r) + "” (quoted names and comments)"
	case unicode.IsPrint(r) && !unicode.Is(unicode.Bidi_Control, r):
		return "“" + string(r) + "”"
	}
	return "an invisible character"
}

// clip makes text of strangers fit for a sentence: printable, at most 60 characters.
func clip(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > 60 {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r) {
			r = '\uFFFD'
		}
		b.WriteRune(r)
	}
	return b.String()
}
