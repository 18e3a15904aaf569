package mailertest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Phases of a script. Greeting comes before the client has said anything;
// DataCmd is the DATA command, Dot the end of the content.
const (
	Greeting = "greeting"
	Ehlo     = "ehlo"
	StartTLS = "starttls"
	Auth     = "auth"
	MailFrom = "mail"
	RcptTo   = "rcpt"
	DataCmd  = "data"
	Dot      = "dot"
	Rset     = "rset"
	Quit     = "quit"
	Other    = "other"
)

// Event is something that the peer must answer.
type Event struct {
	Phase   string
	Line    string // the command
	Address string // of MAIL, RCPT; at DATA and the dot the recipient's
	Conn    int    // which connection, from 1
	Message int    // which transaction of the connection, from 1
}

// Action is the answer; the zero Action is the usual one.
type Action struct {
	Reply   string          // instead of the usual reply; several lines are parted by "\n"
	Accept  bool            // at the dot: record the message as accepted whatever is said
	Drop    bool            // close the connection, after Reply if there is one
	Reset   bool            // as Drop, by a TCP reset
	Hang    bool            // say nothing more and wait until the client hangs up
	Endless string          // say this again and again until the client hangs up
	Drip    time.Duration   // say Reply byte by byte, one in this time
	After   <-chan struct{} // wait for this first; the test must let it come
}

// Script decides; nil answers everything as usual.
type Script func(Event) Action

// On is a script that acts in one phase.
func On(phase string, a Action) Script {
	return func(e Event) Action {
		if e.Phase == phase {
			return a
		}
		return Action{}
	}
}

// Options of a peer. The zero value is a plain server with SIZE, 8BITMIME and
// PIPELINING; it knows BDAT too, for those to whom CHUNKING is offered.
type Options struct {
	Script     Script
	TLS        *tls.Config // offer STARTTLS
	Implicit   bool        // speak TLS from the start (smtps)
	Extensions []string    // instead of the usual
	User, Pass string      // offer AUTH and want these
	Mechanisms string      // of AUTH; default "PLAIN LOGIN"
	LMTP       bool        // speak LMTP (RFC 2033)
}

// Accepted is a message that the peer took.
type Accepted struct {
	Conn     int
	From, To string
	TLS      bool
	Message  []byte // dots undone
}

// Peer is a scripted SMTP server on a free port of 127.0.0.1.
type Peer struct {
	opt Options
	l   net.Listener
	wg  sync.WaitGroup

	mu       sync.Mutex
	open     map[net.Conn]bool
	conns    int
	accepted []Accepted
	lines    []string
	closed   bool
}

// Start runs a peer until the test ends.
func Start(t testing.TB, opt Options) *Peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("mailertest: %v", err)
	}
	if opt.Extensions == nil {
		opt.Extensions = []string{"PIPELINING", "SIZE 10000000", "8BITMIME"}
	}
	if opt.Mechanisms == "" {
		opt.Mechanisms = "PLAIN LOGIN"
	}
	p := &Peer{opt: opt, l: l, open: make(map[net.Conn]bool)}
	p.wg.Add(1)
	go p.serve()
	t.Cleanup(p.Close)
	return p
}

// Addr is host:port.
func (p *Peer) Addr() string { return p.l.Addr().String() }

// URL is a relay URL for the peer, with the settings behind "?" as given.
func (p *Peer) URL(settings string) string {
	u := "smtp://" + p.Addr()
	switch {
	case p.opt.Implicit:
		u = "smtps://" + p.Addr()
	case p.opt.LMTP:
		u = "lmtp://" + p.Addr()
	}
	if settings != "" {
		u += "?" + settings
	}
	return u
}

// Accepted is what was taken so far. A message is recorded before its reply.
func (p *Peer) Accepted() []Accepted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Accepted(nil), p.accepted...)
}

// Lines are the commands of all connections so far, without content.
func (p *Peer) Lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.lines...)
}

// Conns is how many connections there have been.
func (p *Peer) Conns() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conns
}

// awaitHangUps waits until the peer has closed every connection.
func (p *Peer) awaitHangUps(t testing.TB) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		p.mu.Lock()
		n := len(p.open)
		p.mu.Unlock()
		if n == 0 {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("mailertest: %d connections are still open", n)
		case <-tick.C:
		}
	}
}

// Close cuts all connections and waits for them.
func (p *Peer) Close() {
	_ = p.l.Close() // a second Close errs, harmlessly
	p.mu.Lock()
	p.closed = true
	for c := range p.open {
		_ = c.Close() // its goroutine sees the error
	}
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *Peer) serve() {
	defer p.wg.Done()
	for {
		c, err := p.l.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			_ = c.Close() // came too late
			return
		}
		p.conns++
		n := p.conns
		p.open[c] = true
		p.wg.Add(1)
		p.mu.Unlock()
		go func() {
			defer p.wg.Done()
			s := session{peer: p, raw: c, conn: c, n: n, message: 1}
			s.run()
			_ = c.Close() // perhaps closed by the script
			p.mu.Lock()
			delete(p.open, c)
			p.mu.Unlock()
		}()
	}
}

// session is one connection.
type session struct {
	peer    *Peer
	raw     net.Conn
	conn    net.Conn // raw, or TLS over it
	r       *bufio.Reader
	n       int
	message int
	open    bool // MAIL was taken
	from    string
	to      string
	tls     bool
}

var errHangUp = errors.New("hang up")

func (s *session) run() {
	if s.peer.opt.Implicit && s.upgrade() != nil {
		return
	}
	s.r = bufio.NewReader(s.conn)
	if s.answer(Event{Phase: Greeting}, "220 peer.invalid ESMTP") != nil {
		return
	}
	for {
		line, err := s.line()
		if err != nil {
			return
		}
		s.peer.mu.Lock()
		s.peer.lines = append(s.peer.lines, line)
		s.peer.mu.Unlock()
		if s.command(line) != nil {
			return
		}
	}
}

func (s *session) line() (string, error) {
	line, err := s.r.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

func (s *session) command(line string) error {
	upper := strings.ToUpper(line)
	switch {
	case s.peer.opt.LMTP != strings.HasPrefix(upper, "LHLO") && len(upper) > 4 && upper[1:4] == "HLO":
		return s.answer(Event{Phase: Other, Line: line}, "500 5.5.1 the other protocol")
	case strings.HasPrefix(upper, "EHLO"), strings.HasPrefix(upper, "HELO"), strings.HasPrefix(upper, "LHLO"):
		return s.answer(Event{Phase: Ehlo, Line: line}, s.hello())
	case upper == "STARTTLS":
		return s.startTLS(line)
	case strings.HasPrefix(upper, "AUTH "):
		return s.auth(line)
	case strings.HasPrefix(upper, "MAIL FROM:"):
		return s.mail(line)
	case strings.HasPrefix(upper, "RCPT TO:"):
		return s.rcpt(line)
	case upper == "DATA":
		return s.data(line)
	case strings.HasPrefix(upper, "BDAT "):
		return s.chunk(line)
	case upper == "RSET":
		s.message++
		s.to = ""
		return s.answer(Event{Phase: Rset, Line: line}, "250 2.0.0 ok")
	case upper == "QUIT":
		_ = s.answer(Event{Phase: Quit, Line: line}, "221 2.0.0 bye") // it ends either way
		return errHangUp
	}
	return s.answer(Event{Phase: Other, Line: line}, "502 5.5.1 no such command")
}

// mail begins a transaction unless the script refuses it.
func (s *session) mail(line string) error {
	a := s.peer.opt.script(s.event(Event{Phase: MailFrom, Line: line, Address: address(line)}))
	s.open = a.Reply == "" || strings.HasPrefix(a.Reply, "2")
	s.from, s.to = address(line), ""
	return s.act(a, "250 2.1.0 ok")
}

// rcpt takes a recipient unless the script refuses him.
func (s *session) rcpt(line string) error {
	if !s.open {
		return s.say("503 5.5.1 MAIL first")
	}
	a := s.peer.opt.script(s.event(Event{Phase: RcptTo, Line: line, Address: address(line)}))
	if a.Reply == "" || strings.HasPrefix(a.Reply, "2") {
		s.to = address(line)
	}
	return s.act(a, "250 2.1.5 ok")
}

// hello lists the extensions that are right before or under TLS.
func (s *session) hello() string {
	lines := append([]string{"peer.invalid"}, s.peer.opt.Extensions...)
	if s.peer.opt.TLS != nil && !s.tls {
		lines = append(lines, "STARTTLS")
	}
	if s.peer.opt.User != "" {
		lines = append(lines, "AUTH "+s.peer.opt.Mechanisms)
	}
	for i := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		lines[i] = "250" + sep + lines[i]
	}
	return strings.Join(lines, "\n")
}

func (s *session) startTLS(line string) error {
	if err := s.answer(Event{Phase: StartTLS, Line: line}, "220 2.0.0 go ahead"); err != nil {
		return err
	}
	if err := s.upgrade(); err != nil {
		return err
	}
	s.r = bufio.NewReader(s.conn)
	return nil
}

func (s *session) upgrade() error {
	t := tls.Server(s.raw, s.peer.opt.TLS)
	s.conn, s.tls = t, true
	return t.Handshake()
}

// data reads the content, from the 354 to the dot.
func (s *session) data(line string) error {
	if s.to == "" {
		return s.say("503 5.5.1 no recipient")
	}
	before := s.peer.opt.script(s.event(Event{Phase: DataCmd, Line: line, Address: s.to}))
	if err := s.act(before, "354 go ahead"); err != nil {
		return err
	}
	if before.Reply != "" && !strings.HasPrefix(before.Reply, "354") {
		return nil
	}
	var content []byte
	for {
		l, err := s.r.ReadString('\n')
		if err != nil {
			return err
		}
		if l == ".\r\n" {
			break
		}
		content = append(content, strings.TrimPrefix(l, ".")...)
	}
	return s.take(content)
}

// chunk reads a last chunk, which follows whatever was said before (RFC 3030).
func (s *session) chunk(line string) error {
	fields := strings.Fields(line)
	n, err := strconv.Atoi(fields[1])
	if err != nil || len(fields) != 3 || !strings.EqualFold(fields[2], "LAST") {
		return s.say("501 5.5.4 only BDAT n LAST")
	}
	content := make([]byte, n)
	if _, err := io.ReadFull(s.r, content); err != nil {
		return err
	}
	if s.to == "" {
		return s.say("503 5.5.1 no recipient")
	}
	return s.take(content)
}

// take decides about a whole message.
func (s *session) take(content []byte) error {
	a := s.peer.opt.script(s.event(Event{Phase: Dot, Line: ".", Address: s.to}))
	if a.Accept || a.Reply == "" && !a.Drop && !a.Reset && !a.Hang && a.Endless == "" || strings.HasPrefix(a.Reply, "2") {
		s.peer.mu.Lock()
		s.peer.accepted = append(s.peer.accepted, Accepted{Conn: s.n, From: s.from, To: s.to, TLS: s.tls, Message: content})
		s.peer.mu.Unlock()
	}
	s.message++
	s.to = ""
	return s.act(a, "250 2.0.0 taken")
}

func address(line string) string {
	_, rest, _ := strings.Cut(line, "<")
	a, _, _ := strings.Cut(rest, ">")
	return a
}
