package mailer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// conn is a Conn over TCP: go-mail made the session, the transactions are
// ours, so that what was written when is known to the byte.
type conn struct {
	smtp *smtp.Client
	wire *wire
	r    *bufio.Reader
	w    *bufio.Writer
	t    Timeouts
	buf  []byte // dot-stuffed content, reused

	use      sync.Mutex // held by Send and by Close's QUIT
	utf8     bool       // SMTPUTF8 and 8BITMIME are offered
	size     bool       // SIZE is offered
	maxSize  int64      // its limit, 0 for none
	closing  sync.Once
	stateMu  sync.Mutex
	unusable bool
}

func newConn(sc *smtp.Client, w *wire, t Timeouts) *conn {
	c := &conn{smtp: sc, wire: w, r: sc.Text.R, w: sc.Text.W, t: t}
	utf8, _ := sc.Extension("SMTPUTF8")
	eight, _ := sc.Extension("8BITMIME")
	c.utf8 = utf8 && eight // RFC 6531 §3.1 asks for both
	size, param := sc.Extension("SIZE")
	if c.size = size; size {
		c.maxSize = sizeLimit(param)
	}
	return c
}

// Usable implements [Conn].
func (c *conn) Usable() bool {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return !c.unusable
}

// kill closes the connection without a word: the only safe end of a
// transaction that broke inside DATA, where any command would be content.
func (c *conn) kill() {
	c.stateMu.Lock()
	c.unusable = true
	c.stateMu.Unlock()
	c.wire.abort()
}

// Close implements [Conn].
func (c *conn) Close() error {
	c.closing.Do(func() {
		if c.use.TryLock() { // else a message is on its way, and QUIT would be part of it
			if c.Usable() {
				c.deadline(c.t.Quit)
				_, _ = c.command("QUIT") // it is over either way
			}
			c.use.Unlock()
		}
		c.kill()
	})
	return nil
}

// Send implements [Conn].
func (c *conn) Send(ctx context.Context, env Envelope, msg []byte, gate func() error) error {
	c.use.Lock()
	defer c.use.Unlock()
	if !c.Usable() {
		return &Error{Outcome: Deferred, Scope: ScopeProtocol, Phase: PhaseConnect, Err: ErrClosed}
	}
	tx := transaction{conn: c, ctx: ctx, gate: gate, phase: PhaseAddress}
	if e := tx.prepare(env, msg); e != nil {
		return e
	}
	if ctx.Err() != nil {
		return tx.broke(ctx.Err())
	}
	stop := context.AfterFunc(ctx, c.wire.abort)
	whole := false // a panic in gate must not leave DATA open either
	defer func() {
		if !stop() || !whole {
			c.kill()
		}
	}()
	e := tx.run()
	whole = !tx.dirty
	if e != nil {
		return e
	}
	return nil
}

// transaction is one MAIL–RCPT–DATA.
type transaction struct {
	conn  *conn
	ctx   context.Context
	gate  func() error
	phase string
	dirty bool // the connection can't be used again
	mail  string
	rcpt  string
	body  []byte // dot-stuffed, ends in CRLF
}

// prepare checks everything that can be checked before a byte is written.
func (tx *transaction) prepare(env Envelope, msg []byte) *Error {
	refuse := func(scope Scope, enhanced string, err error) *Error {
		return &Error{Outcome: Failed, Scope: scope, Enhanced: enhanced, Phase: PhaseAddress, Err: err}
	}
	to, err := parseAddress(env.To)
	if err != nil {
		return refuse(ScopeRecipient, "5.1.3", err)
	}
	from := ""
	if env.From != "" {
		a, err := parseAddress(env.From)
		if err != nil {
			e := refuse(ScopeProtocol, "5.1.7", err)
			e.Outcome = Deferred // not the recipient's fault
			return e
		}
		from = a.String()
	}
	c := tx.conn
	eai := to.utf8() || !isASCII(from)
	if eai && !c.utf8 {
		return refuse(ScopeRecipient, "5.6.7", fmt.Errorf("the relay takes only ASCII before the @ (it lacks SMTPUTF8), so %s can't be reached through it", to))
	}
	if c.maxSize > 0 && int64(len(msg)) > c.maxSize {
		e := refuse(ScopeMessage, "5.3.4", fmt.Errorf("the message has %d bytes, but the relay takes only %d", len(msg), c.maxSize))
		e.Outcome = Deferred // another relay may take it
		return e
	}
	if tx.body, c.buf, err = stuff(c.buf, msg); err != nil {
		return refuse(ScopeMessage, "5.6.0", err)
	}
	tx.mail = "MAIL FROM:<" + from + ">"
	if c.size {
		tx.mail += fmt.Sprintf(" SIZE=%d", len(msg))
	}
	if eai {
		tx.mail += " BODY=8BITMIME SMTPUTF8"
	}
	tx.rcpt = "RCPT TO:<" + to.String() + ">"
	return nil
}

// run goes through the phases. Where it returns with dirty set the connection
// is closed by Send.
func (tx *transaction) run() *Error {
	c := tx.conn
	tx.dirty = true
	if e := tx.say(PhaseMail, tx.mail, c.t.Command, 250); e != nil {
		return e
	}
	if e := tx.say(PhaseRcpt, tx.rcpt, c.t.Command, 250); e != nil {
		if !tx.dirty {
			tx.reset()
		}
		return e
	}
	if e := tx.say(PhaseData, "DATA", c.t.Data, 354); e != nil {
		tx.dirty = true
		return e
	}
	tx.dirty = true
	c.deadline(c.t.Data)
	if err := c.write(tx.body); err != nil {
		return tx.early(err)
	}
	if tx.gate != nil {
		tx.phase = PhaseGate
		if err := tx.gate(); err != nil {
			return &Error{Outcome: Deferred, Phase: PhaseGate, Err: err}
		}
		tx.phase = PhaseData
	}
	if c.r.Buffered() > 0 { // an answer to something we haven't said
		return tx.early(errGarbage)
	}
	return tx.dot()
}

// say writes a command and takes its reply; dirty is left set unless the
// connection is fit for another command.
func (tx *transaction) say(phase, line string, limit time.Duration, want int) *Error {
	c := tx.conn
	tx.phase, tx.dirty = phase, true
	c.deadline(limit)
	if c.r.Buffered() > 0 { // unasked: at best a 421 before the relay hangs up
		return tx.early(errGarbage)
	}
	rep, err := c.command(line)
	if err != nil {
		return tx.broke(err)
	}
	switch {
	case rep.code == want, want == 250 && rep.code/100 == 2:
		tx.dirty = false
		return nil
	case rep.code/100 != 4 && rep.code/100 != 5:
		return tx.broke(fmt.Errorf("%w: %d in answer to %.4s", errGarbage, rep.code, line))
	}
	tx.dirty = rep.code == 421 // the relay hangs up (RFC 5321 §3.8)
	return classify(phase, rep)
}

// dot writes the final dot and waits for the verdict. Only from here on the
// outcome can be unknown, and only once a byte of the dot has left.
func (tx *transaction) dot() *Error {
	c := tx.conn
	c.deadline(c.t.Reply)
	before := c.wire.sent
	err := c.write([]byte(".\r\n"))
	if err != nil && c.wire.sent == before {
		return tx.broke(err)
	}
	tx.phase = PhaseDot
	if err != nil {
		return tx.broke(err)
	}
	rep, err := readReply(c.r)
	if err != nil {
		return tx.broke(err)
	}
	switch rep.code / 100 {
	case 2:
		tx.dirty = false
		return nil
	case 4, 5:
		tx.dirty = rep.code == 421
		return classify(PhaseDot, rep)
	}
	return tx.broke(fmt.Errorf("%w: %d in answer to the final dot", errGarbage, rep.code))
}

// reset ends a transaction whose recipient was refused.
func (tx *transaction) reset() {
	c := tx.conn
	tx.dirty = true
	c.deadline(c.t.Command)
	if rep, err := c.command("RSET"); err == nil && rep.code/100 == 2 {
		tx.dirty = false
	}
}

// broke is the error for a connection that broke or made no sense: nothing
// happened before the final dot, nobody knows after it.
func (tx *transaction) broke(err error) *Error {
	e := &Error{Outcome: Deferred, Scope: ScopeProtocol, Phase: tx.phase, Err: err}
	if tx.phase == PhaseDot {
		e.Outcome = Unknown
	}
	switch {
	case tx.ctx.Err() != nil:
		e.Err = fmt.Errorf("%w: %w", tx.ctx.Err(), err)
		e.Scope = 0
	case isTimeout(err):
		e.Err = &sentence{text: "the relay didn't answer in time", err: err}
	}
	return e
}

// early is for a relay that spoke or hung up before its turn and may have said
// why. Its refusal is believed, its acceptance is not.
func (tx *transaction) early(err error) *Error {
	c := tx.conn
	c.deadline(time.Second)
	rep, rerr := readReply(c.r)
	if rerr != nil || rep.code/100 != 4 && rep.code/100 != 5 {
		return tx.broke(err)
	}
	e := classify(tx.phase, rep)
	e.Err = err
	if errors.Is(err, errGarbage) && rep.code != 421 {
		return tx.broke(err) // out of step: whose reply it is can't be known
	}
	return e
}

// deadline bounds all reading and writing from now on.
func (c *conn) deadline(d time.Duration) {
	// The kernel knows no clock but its own. An error means a closed connection, as will what follows.
	_ = c.wire.SetDeadline(time.Now().Add(d))
}

func (c *conn) command(line string) (reply, error) {
	if err := c.write([]byte(line + "\r\n")); err != nil {
		return reply{}, err
	}
	return readReply(c.r)
}

func (c *conn) write(p []byte) error {
	if _, err := c.w.Write(p); err != nil {
		return err
	}
	return c.w.Flush()
}

// stuff doubles the dots at line starts (RFC 5321 §4.5.2), into buf if there
// are any. A message that isn't made of CRLF lines of at most 998 bytes is
// refused: a bare CR or LF is a line end to some servers and none to others,
// which is how a second message is smuggled in.
func stuff(buf, msg []byte) (body, scratch []byte, err error) {
	if !bytes.HasSuffix(msg, []byte("\r\n")) {
		return nil, buf, errors.New("the message doesn't end in a CRLF")
	}
	buf = buf[:0]
	done, lines := 0, 0
	for at := 0; at < len(msg); lines++ {
		n := bytes.IndexByte(msg[at:], '\n')
		if n < 1 || msg[at+n-1] != '\r' {
			return nil, buf, fmt.Errorf("the message holds a bare line feed at byte %d", at+n)
		}
		if n-1 > maxLine {
			return nil, buf, fmt.Errorf("the message has a line of %d bytes, more than %d, at byte %d", n-1, maxLine, at)
		}
		if msg[at] == '.' {
			buf = append(buf, msg[done:at]...)
			buf = append(buf, '.')
			done = at
		}
		at += n + 1
	}
	if bytes.Count(msg, []byte{'\r'}) != lines {
		return nil, buf, errors.New("the message holds a bare carriage return")
	}
	if done == 0 && len(buf) == 0 {
		return msg, buf, nil
	}
	buf = append(buf, msg[done:]...)
	return buf, buf, nil
}
