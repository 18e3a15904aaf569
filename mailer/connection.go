package mailer

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// conn is a Conn over TCP or a Unix socket: the session was made by others,
// the transactions are ours, so that what was written when is known to the byte.
type conn struct {
	wire *wire
	r    *bufio.Reader
	w    *bufio.Writer
	t    Timeouts
	can  offer

	use   sync.Mutex // held by Send and by Close's QUIT
	buf   []byte     // dot-stuffed content, or a whole transaction; reused
	dots  []int      // where lines of the message begin with a dot; reused
	reset bool       // a transaction was left open: RSET comes first
	last  time.Time  // when the relay last answered
	said  reply      // to the message that it took last

	closing sync.Once

	state       sync.Mutex
	unusable    bool
	messages    int // transactions begun
	maxMessages int // 0 for no limit
	oldAt       time.Time
}

// offer is what a relay offers of what is used here.
type offer struct {
	pipelining bool // RFC 2920
	chunking   bool // RFC 3030
	eightBit   bool // RFC 6152
	utf8       bool // RFC 6531, which asks for 8BITMIME too (§3.1)
	size       bool // RFC 1870
	maxSize    int64
}

// offers reads the answer to EHLO; pipeline says how much of it may be used.
func offers(extension func(string) (bool, string), pipeline pipelineMode) offer {
	has := func(name string) bool {
		ok, _ := extension(name)
		return ok
	}
	o := offer{pipelining: has("PIPELINING"), chunking: has("CHUNKING"), eightBit: has("8BITMIME")}
	o.utf8 = o.eightBit && has("SMTPUTF8")
	size, param := extension("SIZE")
	if o.size = size; size {
		o.maxSize = sizeLimit(param)
	}
	o.pipelining = o.pipelining && pipeline != pipelineNone
	o.chunking = o.chunking && pipeline == pipelineAuto
	return o
}

func newConn(w *wire, br *bufio.Reader, bw *bufio.Writer, can offer, r Relay) *conn {
	now := time.Now()
	return &conn{wire: w, r: br, w: bw, t: r.timeouts, can: can, last: now, maxMessages: r.messages, oldAt: now.Add(r.age)}
}

// Said is what the relay answered to the message that it took last, on one
// line: "250 2.0.0 queued as 4F2". It is the relay's text: escape it.
func (c *conn) Said() string {
	c.use.Lock()
	defer c.use.Unlock()
	return strings.Join(strings.Fields(fmt.Sprintf("%d %s %s", c.said.code, c.said.enhanced, c.said.text)), " ")
}

// Usable implements [Conn].
func (c *conn) Usable() bool {
	c.state.Lock()
	defer c.state.Unlock()
	return !c.unusable && (c.maxMessages == 0 || c.messages < c.maxMessages) && time.Now().Before(c.oldAt)
}

// alive tells whether another command can be said.
func (c *conn) alive() bool {
	c.state.Lock()
	defer c.state.Unlock()
	return !c.unusable
}

func (c *conn) begun() {
	c.state.Lock()
	defer c.state.Unlock()
	c.messages++
}

// kill closes the connection without a word: the only safe end of a
// transaction that broke inside DATA, where any command would be content.
func (c *conn) kill() {
	c.state.Lock()
	c.unusable = true
	c.state.Unlock()
	c.wire.abort()
}

// Close implements [Conn].
func (c *conn) Close() error {
	c.closing.Do(func() {
		if c.use.TryLock() { // else a message is on its way, and QUIT would be part of it
			if c.alive() {
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
	if !c.alive() {
		return &Error{Outcome: Deferred, Scope: ScopeProtocol, Phase: PhaseConnect, Err: ErrClosed}
	}
	tx := transaction{conn: c, ctx: ctx, gate: gate, phase: PhaseAddress}
	if e := tx.prepare(env, msg); e != nil {
		return e
	}
	if ctx.Err() != nil {
		return tx.broke(ctx.Err())
	}
	c.begun()
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
