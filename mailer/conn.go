package mailer

import "context"

// Envelope is the SMTP envelope of one message to one recipient.
type Envelope struct {
	// From is the return path, an address; "" is the null path (RFC 5321 §4.5.5).
	From string
	// To is the recipient's address.
	To string
}

// Conn is one connection to a relay, greeted, encrypted and authenticated. It
// is used by one goroutine at a time; only Close may come from another.
type Conn interface {
	// Send offers one message (CRLF lines) to one recipient. It returns nil
	// when the relay took it and otherwise an *[Error].
	//
	// At the last moment at which the message can be held back, gate is called
	// (nil is always open): before the last piece of the content and its dot, or
	// before anything is written where all goes in one write. If it errs, nothing was sent and the error is
	// Deferred, with gate's error inside; the connection may be closed.
	//
	// When ctx ends the connection is closed at once: Deferred before that
	// moment, Unknown after it.
	Send(ctx context.Context, env Envelope, msg []byte, gate func() error) error
	// Usable tells whether to call Send again: false once the connection broke,
	// or has served its number of messages or its time. It doesn't touch the network.
	Usable() bool
	// Close says QUIT if the connection is idle and closes it. It can be
	// called more than once.
	Close() error
}
