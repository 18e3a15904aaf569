package mailer

import "unicode"

// appendQP appends v in quoted-printable (RFC 2045 §6.7) at the start of a
// line, on lines of its own that all end in soft breaks: what follows starts a
// line again and decodes as if it stood right behind v. Line ends in v are
// encoded, so they come out exactly. With escape, the five characters that
// HTML treats specially become entities first.
//
// A value is a stranger's text at the start of a line. There a hyphen could
// make a boundary delimiter (boundaries are the same in all mails of an
// issue), a dot an SMTP end, "From " an mbox separator: those are encoded.
func appendQP(dst []byte, v string, escape bool) []byte {
	col := 0
	put := func(c byte, literal bool) {
		width := 3
		if literal {
			width = 1
		}
		if col+width > 75 {
			dst = append(dst, "=\r\n"...)
			col = 0
		}
		if literal && col == 0 && (c == '-' || c == '.' || c == 'F') {
			literal, width = false, 3
		}
		if literal {
			dst = append(dst, c)
		} else {
			dst = append(dst, '=', hexDigits[c>>4], hexDigits[c&15])
		}
		col += width
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		if escape {
			if entity := htmlEntity(c); entity != "" {
				for j := 0; j < len(entity); j++ {
					put(entity[j], true)
				}
				continue
			}
		}
		put(c, c >= ' ' && c <= '~' && c != '=')
	}
	if col > 0 {
		dst = append(dst, "=\r\n"...)
	}
	return dst
}

const hexDigits = "0123456789ABCDEF"

// htmlEntity is what a character must become to mean itself in HTML text and
// in quoted attribute values, "" when it may stay.
func htmlEntity(c byte) string {
	switch c {
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '&':
		return "&amp;"
	case '\'':
		return "&#39;"
	case '"':
		return "&#34;"
	}
	return ""
}

// isInvisible tells whether a character is a control, a space, a separator or
// a formatting character (bidirectional overrides and the like).
func isInvisible(c rune) bool {
	return unicode.IsControl(c) || unicode.In(c, unicode.Z, unicode.Cf)
}
