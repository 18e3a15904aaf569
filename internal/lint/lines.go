package lint

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestLine is in bytes, without its end (RFC 5322 §2.1.1).
const longestLine = 998

// lines checks the message's bytes (HTML-12).
func (m *mail) lines() {
	for _, l := range m.html.links {
		if u, ok := webURL(l.href); ok && strings.ContainsFunc(u.Host, func(r rune) bool { return r >= utf8.RuneSelf || r == '%' }) {
			m.report.in("HTML-12", inHTML, l.at, fmt.Sprintf("The host of the address %s is not in punycode.", short(l.href)), "Write it in punycode (xn--…).")
		}
	}
	if m.msg == nil {
		return
	}
	at := 0
	for line := range bytes.SplitSeq(m.in.Message, []byte("\n")) {
		if n := len(bytes.TrimRight(line, "\r")); n > longestLine {
			m.report.in("HTML-12", inHeaders, at, fmt.Sprintf("A line of the message has %d bytes, more than %d.", n, longestLine), "Fold the header, or send the part in quoted-printable.")
			break
		}
		at += len(line) + 1
	}
	for _, h := range m.msg.headers {
		if i := strings.IndexFunc(h.value, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
			m.report.in("HTML-12", inHeaders, h.at, "The header "+h.name+" holds characters beyond ASCII.", "Encode it as RFC 2047 has it.")
		}
	}
	for _, p := range []struct {
		name string
		body *body
	}{{inHTML, m.msg.html}, {inText, m.msg.text}} {
		if p.body == nil {
			continue
		}
		ascii := !slices.ContainsFunc(p.body.raw, func(c byte) bool { return c >= utf8.RuneSelf })
		switch p.body.encoding {
		case "quoted-printable":
			m.encodedLines(p.name, p.body.raw)
		case "base64":
		case "", "7bit":
			if !ascii {
				m.report.in("HTML-12", p.name, 0, fmt.Sprintf("The %s holds bytes beyond ASCII and says that it doesn't.", partName(p.name)), "Send it in quoted-printable.")
			}
		default:
			m.report.in("HTML-12", p.name, 0, fmt.Sprintf("The %s is sent as %q, which not every server takes.", partName(p.name), p.body.encoding), "Send it in quoted-printable.")
		}
	}
}

// longestEncoded is how long a line in quoted-printable may be (RFC 2045
// §6.7, rule 5).
const longestEncoded = 76

func (m *mail) encodedLines(part string, raw []byte) {
	for line := range bytes.SplitSeq(raw, []byte("\n")) {
		if n := len(bytes.TrimRight(line, "\r")); n > longestEncoded {
			m.report.in("HTML-12", part, 0, fmt.Sprintf("A line of the %s has %d characters in quoted-printable, more than %d.", partName(part), n, longestEncoded), "Break it softly (=).")
			return
		}
	}
}
