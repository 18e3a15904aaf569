package mailer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// transaction is one MAIL–RCPT–content.
type transaction struct {
	conn  *conn
	ctx   context.Context
	gate  func() error
	phase string
	dirty bool // the connection can't be used again
	gone  bool // the whole message was written: without a reply nobody knows
	mail  string
	rcpt  string
	msg   []byte
	dots  []int // where its lines begin with a dot
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
	can := tx.conn.can
	eai := to.utf8() || !isASCII(from)
	if eai && !can.utf8 {
		return refuse(ScopeRecipient, "5.6.7", fmt.Errorf("the relay takes only ASCII before the @ (it lacks SMTPUTF8), so %s can't be reached through it", to))
	}
	if can.maxSize > 0 && int64(len(msg)) > can.maxSize {
		e := refuse(ScopeMessage, "5.3.4", fmt.Errorf("the message has %d bytes, but the relay takes only %d", len(msg), can.maxSize))
		e.Outcome = Deferred // another relay may take it
		return e
	}
	if tx.dots, err = checkLines(msg, tx.conn.dots[:0]); err != nil {
		return refuse(ScopeMessage, "5.6.0", err)
	}
	tx.conn.dots = tx.dots
	high := eai || hasHighBytes(msg)
	if high && !can.eightBit {
		return refuse(ScopeMessage, "5.6.3", errors.New("the message holds bytes beyond ASCII, which the relay doesn't take (it lacks 8BITMIME)"))
	}
	tx.msg = msg
	tx.mail = "MAIL FROM:<" + from + ">"
	if can.size {
		tx.mail += " SIZE=" + strconv.Itoa(len(msg))
	}
	if high {
		tx.mail += " BODY=8BITMIME"
	}
	if eai {
		tx.mail += " SMTPUTF8"
	}
	tx.rcpt = "RCPT TO:<" + to.String() + ">"
	return nil
}

// step is a command and the reply that lets the transaction go on.
type step struct {
	phase, line string
	limit       time.Duration
	want        int
}

// steps are the commands before the content; last is DATA, or nothing.
func (tx *transaction) steps(last ...step) []step {
	c := tx.conn
	steps := make([]step, 0, 4)
	if c.reset {
		steps = append(steps, step{PhaseMail, "RSET", c.t.Command, 250})
	}
	steps = append(steps, step{PhaseMail, tx.mail, c.t.Command, 250}, step{PhaseRcpt, tx.rcpt, c.t.Command, 250})
	return append(steps, last...)
}

// restLimit is for how long a silent connection is taken to be alive. After
// that it must answer before a message is written in one piece with its
// commands: what a dead connection swallows would be unknown.
const restLimit = 5 * time.Second

// run goes through the phases. Where it returns with dirty set the connection
// is closed by Send.
func (tx *transaction) run() *Error {
	c := tx.conn
	tx.dirty, tx.phase = true, PhaseMail
	if c.r.Buffered() > 0 { // unasked: at best a 421 before the relay hangs up
		return tx.early(errGarbage)
	}
	if c.can.chunking && c.can.pipelining && time.Since(c.last) < restLimit {
		return tx.atOnce()
	}
	if e := tx.open(); e != nil {
		return e
	}
	return tx.content()
}

// lastPiece is how much of a message is written together with its dot, in
// bytes: what a socket's buffer takes at once.
const lastPiece = 64 << 10

// content writes the message, asks the gate before its last piece, and waits
// for the verdict. Only from the dot on the outcome can be unknown.
func (tx *transaction) content() *Error {
	c := tx.conn
	tx.dirty, tx.phase = true, PhaseData
	c.buf = append(stuff(c.buf[:0], tx.msg, tx.dots), ".\r\n"...)
	split := max(0, len(c.buf)-lastPiece)
	c.deadline(c.t.Data)
	if split > 0 {
		if err := c.write(c.buf[:split]); err != nil {
			return tx.early(err)
		}
	}
	if e := tx.ask(); e != nil {
		return e
	}
	tx.phase = PhaseData
	if c.r.Buffered() > 0 || !c.wire.quiet() { // an answer to something we haven't said, or no peer any more
		return tx.early(errGarbage)
	}
	before, piece := c.wire.sent, c.buf[split:]
	err := c.write(piece)
	switch {
	case err != nil && c.wire.sent-before <= int64(len(piece)-len(".\r\n")): // not even the dot
		return tx.early(err)
	case err != nil:
		tx.gone = true
		return tx.broke(err)
	}
	tx.gone = true
	c.deadline(c.t.Reply)
	return tx.verdict(nil)
}

// ask asks the gate.
func (tx *transaction) ask() *Error {
	if tx.gate == nil {
		return nil
	}
	tx.phase = PhaseGate
	if err := tx.gate(); err != nil {
		return &Error{Outcome: Deferred, Phase: PhaseGate, Err: err}
	}
	return nil
}

// open says MAIL, RCPT and DATA: in one write where the relay takes that (RFC
// 2920), else one after the other. A group is always read to its end, so that
// each reply is known to be whose it is.
func (tx *transaction) open() *Error {
	c := tx.conn
	steps := tx.steps(step{PhaseData, "DATA", c.t.Data, 354})
	if c.can.pipelining {
		c.buf = appendLines(c.buf[:0], steps)
		c.deadline(c.t.Command)
		if err := c.write(c.buf); err != nil {
			return tx.broke(err)
		}
	}
	var refused *Error
	for i, s := range steps {
		if !c.can.pipelining {
			if c.r.Buffered() > 0 {
				return tx.early(errGarbage)
			}
			c.deadline(s.limit)
			if err := c.write([]byte(s.line + "\r\n")); err != nil {
				tx.phase = s.phase
				return tx.broke(err)
			}
		}
		e, fatal := tx.take(s)
		switch {
		case refused == nil && e != nil:
			refused = e
		case refused != nil && e == nil && i == len(steps)-1:
			return refused // 354 without a recipient (RFC 2920 §3.1): only hanging up is safe
		}
		if fatal {
			return refused
		}
		if refused != nil && !c.can.pipelining {
			break
		}
	}
	if refused == nil {
		c.reset = false
		return nil
	}
	if tx.dirty = refused.Phase == PhaseData; !tx.dirty {
		c.reset = refused.Phase == PhaseRcpt
	}
	return refused
}

// take reads the reply to a step: nil if it is the one wanted, else why not.
// fatal means that no further reply can be relied on.
func (tx *transaction) take(s step) (e *Error, fatal bool) {
	c := tx.conn
	tx.phase = s.phase
	c.deadline(s.limit)
	rep, err := readReply(c.r)
	if err != nil {
		return tx.broke(err), true
	}
	switch {
	case rep.code == s.want, s.want == 250 && rep.code/100 == 2:
		return nil, false
	case rep.code/100 != 4 && rep.code/100 != 5, s.line == "RSET":
		return tx.broke(fmt.Errorf("%w: %d in answer to %.4s", errGarbage, rep.code, s.line)), true
	}
	return classify(s.phase, rep), rep.code == 421 // the relay hangs up (RFC 5321 §3.8)
}

// atOnce writes the commands and the whole message in one go, as one last
// chunk (RFC 3030): one round trip. The gate comes first, since once the last
// byte has left nobody knows before the reply. A relay that refuses MAIL or
// RCPT reads the chunk and drops it (RFC 3030 §2).
func (tx *transaction) atOnce() *Error {
	c := tx.conn
	if !c.wire.quiet() { // it hung up, or is about to
		return tx.early(errGarbage)
	}
	if e := tx.ask(); e != nil {
		tx.dirty = false // not a byte was written
		return e
	}
	steps := tx.steps()
	c.buf = appendLines(c.buf[:0], steps)
	c.buf = append(c.buf, "BDAT "...)
	c.buf = strconv.AppendInt(c.buf, int64(len(tx.msg)), 10)
	c.buf = append(c.buf, " LAST\r\n"...)
	c.buf = append(c.buf, tx.msg...)
	c.deadline(c.t.Data)
	if err := c.write(c.buf); err != nil { // the last byte is not among what left
		tx.phase = PhaseData
		return tx.early(err)
	}
	tx.gone = true
	c.wire.hurry()
	var refused *Error
	for _, s := range steps {
		e, fatal := tx.take(s)
		if refused == nil {
			refused = e
		}
		if fatal {
			return refused
		}
	}
	c.deadline(c.t.Reply)
	return tx.verdict(refused)
}

// verdict reads the reply to the content. refused is what was said of MAIL or
// RCPT before: then there was nothing to take.
func (tx *transaction) verdict(refused *Error) *Error {
	c := tx.conn
	tx.phase = PhaseDot
	rep, err := readReply(c.r)
	switch {
	case err != nil && refused != nil:
		return refused
	case err != nil:
		return tx.broke(err)
	case refused != nil && rep.code/100 != 2:
		tx.dirty, c.reset = rep.code == 421, true
		return refused
	case refused != nil && refused.Phase == PhaseRcpt:
		return refused // taken for nobody; who knows what comes next
	case refused != nil, rep.code/100 == 3, outOfStep(rep):
		return tx.broke(fmt.Errorf("%w: %d in answer to the content", errGarbage, rep.code))
	}
	c.last = time.Now()
	if rep.code/100 == 2 {
		tx.dirty, c.reset, c.said = false, false, rep
		return nil
	}
	tx.dirty = rep.code == 421
	c.reset = c.can.chunking // a failed chunk leaves the transaction open (RFC 3030 §2)
	return classify(PhaseDot, rep)
}

// outOfStep tells whether an acceptance speaks of an address: then the relay
// sent a reply too many before, and this one isn't about the content.
func outOfStep(rep reply) bool { return rep.enhanced == "2.1.0" || rep.enhanced == "2.1.5" }

// broke is the error for a connection that broke or made no sense: nothing
// happened before the whole message was written, nobody knows after it.
func (tx *transaction) broke(err error) *Error {
	e := &Error{Outcome: Deferred, Scope: ScopeProtocol, Phase: tx.phase, Err: err}
	if tx.gone {
		e.Outcome, e.Phase = Unknown, PhaseDot
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

func appendLines(dst []byte, steps []step) []byte {
	for _, s := range steps {
		dst = append(dst, s.line...)
		dst = append(dst, "\r\n"...)
	}
	return dst
}
