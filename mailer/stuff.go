package mailer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// checkLines refuses a message that isn't made of CRLF lines of at most 998
// bytes: a bare CR or LF is a line end to some servers and none to others,
// which is how a second message is smuggled in. dots tells whether a line
// begins with a dot.
func checkLines(msg []byte) (dots bool, err error) {
	if !bytes.HasSuffix(msg, []byte("\r\n")) {
		return false, errors.New("the message doesn't end in a CRLF")
	}
	lines := 0
	for at := 0; at < len(msg); lines++ {
		n := bytes.IndexByte(msg[at:], '\n')
		if n < 1 || msg[at+n-1] != '\r' {
			return false, fmt.Errorf("the message holds a bare line feed at byte %d", at+n)
		}
		if n-1 > maxLine {
			return false, fmt.Errorf("the message has a line of %d bytes, more than %d, at byte %d", n-1, maxLine, at)
		}
		dots = dots || msg[at] == '.'
		at += n + 1
	}
	if bytes.Count(msg, []byte{'\r'}) != lines {
		return false, errors.New("the message holds a bare carriage return")
	}
	return dots, nil
}

// stuff appends the message to dst with the dots at line starts doubled (RFC
// 5321 §4.5.2), if there are any.
func stuff(dst, msg []byte, dots bool) []byte {
	for dots {
		n := bytes.Index(msg, []byte("\n."))
		if len(msg) > 0 && msg[0] == '.' {
			dst = append(dst, '.')
		}
		if n < 0 {
			break
		}
		dst = append(dst, msg[:n+1]...)
		msg = msg[n+1:]
	}
	return append(dst, msg...)
}

// hasHighBytes tells whether a message needs 8BITMIME (RFC 6152).
func hasHighBytes(msg []byte) bool {
	const high = 0x8080808080808080
	for ; len(msg) >= 8; msg = msg[8:] {
		if binary.NativeEndian.Uint64(msg)&high != 0 {
			return true
		}
	}
	for _, c := range msg {
		if c >= 0x80 {
			return true
		}
	}
	return false
}
