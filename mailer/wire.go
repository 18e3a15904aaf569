package mailer

import (
	"bytes"
	"errors"
	"net"
	"sync"
)

// maxReply is how many bytes a peer may send in answer to one command, TLS
// records and handshake included.
const maxReply = 100_000

var errReplyTooLong = errors.New("the relay sent more than 100 kB in answer to one command")

// wire is the TCP connection, below TLS. It bounds what a peer can make us
// read, lets nothing in behind the reply to STARTTLS, and knows how far the
// conversation has come when something breaks.
type wire struct {
	net.Conn
	phase    string // while dialling
	got      int    // bytes read since the last write
	sent     int64  // bytes the kernel has taken
	failed   error  // why reading failed; nothing is written after that
	starttls bool   // the last thing written was STARTTLS

	mu     sync.Mutex
	closed bool
}

// Read reads at most what a reply may still have. Behind STARTTLS it reads
// byte by byte, so that nothing sent in clear along with the 220 is ever
// buffered and then taken for an answer of the encrypted session.
func (w *wire) Read(p []byte) (int, error) {
	if w.got >= maxReply {
		w.failed = errReplyTooLong
		return 0, errReplyTooLong
	}
	if w.starttls && len(p) > 1 {
		p = p[:1]
	}
	if left := maxReply - w.got; len(p) > left {
		p = p[:left]
	}
	n, err := w.Conn.Read(p)
	w.got += n
	if err != nil {
		w.failed = err
	}
	return n, err
}

// Write counts, and follows the commands that go-mail writes in clear. Once
// reading has failed it writes nothing: go-mail takes a reply that was cut
// short for a whole one, and would go on.
func (w *wire) Write(p []byte) (int, error) {
	if w.failed != nil {
		return 0, w.failed
	}
	w.got = 0
	w.starttls = false
	if w.phase != "" {
		switch {
		case bytes.HasPrefix(p, []byte("EHLO ")), bytes.HasPrefix(p, []byte("HELO ")), w.phase == PhaseGreeting && hidden(p):
			w.phase = PhaseHello
		case bytes.HasPrefix(p, []byte("STARTTLS\r\n")):
			w.phase, w.starttls = PhaseStartTLS, true
		}
	}
	n, err := w.Conn.Write(p)
	w.sent += int64(n)
	return n, err
}

// hidden tells whether p is a TLS record of application data that is longer
// than an alert of TLS 1.3, which looks the same (RFC 8446 §5.2): behind the
// greeting of smtps that is EHLO.
func hidden(p []byte) bool {
	const applicationData, alert = 23, 24
	return len(p) > alert && p[0] == applicationData
}

// connected takes the dialled connection, or closes it if abort came first.
func (w *wire) connected(c net.Conn) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Conn = c
	if w.closed {
		_ = c.Close() // nothing was said on it yet
		return net.ErrClosed
	}
	return nil
}

// abort closes the connection from whatever goroutine. What waits on it
// returns at once.
func (w *wire) abort() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed && w.Conn != nil {
		_ = w.Conn.Close() // it is given up, nobody can act on the error
	}
	w.closed = true
}

// Close closes the connection once.
func (w *wire) Close() error {
	w.abort()
	return nil
}
