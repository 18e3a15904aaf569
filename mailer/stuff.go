package mailer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// checkLines refuses a message that isn't made of CRLF lines of at most 998
// bytes: a bare CR or LF is a line end to some servers and none to others,
// which is how a second message is smuggled in.
func checkLines(msg []byte) error {
	if !bytes.HasSuffix(msg, []byte("\r\n")) {
		return errors.New("the message doesn't end in a CRLF")
	}
	lines := 0
	for at := 0; at < len(msg); lines++ {
		n := bytes.IndexByte(msg[at:], '\n')
		if n < 1 || msg[at+n-1] != '\r' {
			return fmt.Errorf("the message holds a bare line feed at byte %d", at+n)
		}
		if n-1 > maxLine {
			return fmt.Errorf("the message has a line of %d bytes, more than %d, at byte %d", n-1, maxLine, at)
		}
		at += n + 1
	}
	if bytes.Count(msg, []byte{'\r'}) != lines {
		return errors.New("the message holds a bare carriage return")
	}
	return nil
}

// stuff doubles the dots at line starts (RFC 5321 §4.5.2), into buf if there
// are any; body is msg or in buf, which is given back to be used again.
func stuff(buf, msg []byte) (body, scratch []byte) {
	buf = buf[:0]
	done := 0
	for at := 0; at < len(msg); {
		if msg[at] == '.' {
			buf = append(buf, msg[done:at]...)
			buf = append(buf, '.')
			done = at
		}
		n := bytes.Index(msg[at:], []byte("\n."))
		if n < 0 {
			break
		}
		at += n + 1
	}
	if len(buf) == 0 {
		return msg, buf
	}
	buf = append(buf, msg[done:]...)
	return buf, buf
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
