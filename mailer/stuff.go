package mailer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// checkLines refuses a message that isn't made of CRLF lines of at most 998
// bytes: a bare CR or LF is a line end to some servers and none to others,
// which is how a second message is smuggled in. dots are the lines that begin
// with a dot, by their place; they are appended to those given.
func checkLines(msg []byte, dots []int) ([]int, error) {
	if !bytes.HasSuffix(msg, []byte("\r\n")) {
		return nil, errors.New("the message doesn't end in a CRLF")
	}
	lines := 0
	for at := 0; at < len(msg); lines++ {
		n := bytes.IndexByte(msg[at:], '\n')
		if n < 1 || msg[at+n-1] != '\r' {
			return nil, fmt.Errorf("the message holds a bare line feed at byte %d", at+n)
		}
		if n-1 > maxLine {
			return nil, fmt.Errorf("the message has a line of %d bytes, more than %d, at byte %d", n-1, maxLine, at)
		}
		if msg[at] == '.' {
			dots = append(dots, at)
		}
		at += n + 1
	}
	if bytes.Count(msg, []byte{'\r'}) != lines {
		return nil, errors.New("the message holds a bare carriage return")
	}
	return dots, nil
}

// stuff appends the message to dst with these dots, those at line starts,
// doubled (RFC 5321 §4.5.2).
func stuff(dst, msg []byte, dots []int) []byte {
	done := 0
	for _, at := range dots {
		dst = append(append(dst, msg[done:at]...), '.')
		done = at
	}
	return append(dst, msg[done:]...)
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
