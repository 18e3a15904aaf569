package bounce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/broadsheet/broadsheet/mailer"
)

// Limits of the listener. Reports are small; what is larger quotes a mail whole.
const (
	maxConnections   = 100
	maxConnectionsIP = 10
	maxRecipients    = 20
	maxMessage       = 2 << 20
	maxLine          = 2000
	idleLimit        = 2 * time.Minute
	writeLimit       = 30 * time.Second
	keepLimit        = 20 * time.Second
	stopLimit        = 5 * time.Second
)

// Listener takes bounces in by SMTP (the domain's MX leads to it). It relays
// nothing and takes mail for return paths of this installation only.
type Listener struct {
	desk    *Desk
	returns mailer.VERP
	log     *slog.Logger
	smtp    *smtp.Server
	l       *crowd
}

// Listen opens the address for the return paths of returns; Serve serves it. Its error is one sentence.
func Listen(addr string, desk *Desk, returns mailer.VERP, logger *slog.Logger) (*Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("bounces can't be taken in on %s: %w; choose another address with --bounce-listen", addr, err)
	}
	x := &Listener{desk: desk, returns: returns, log: logger, l: &crowd{Listener: l, perIP: map[string]int{}, open: map[*guest]bool{}}}
	x.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{x: x}, nil }))
	x.smtp.Domain = returns.Domain
	x.smtp.ReadTimeout, x.smtp.WriteTimeout = idleLimit, writeLimit
	x.smtp.MaxMessageBytes, x.smtp.MaxRecipients, x.smtp.MaxLineLength = maxMessage, maxRecipients, maxLine
	x.smtp.EnableSMTPUTF8 = true
	x.smtp.ErrorLog = log.New(quiet{logger}, "", 0)
	return x, nil
}

// Addr is the address listened on, with the real port.
func (x *Listener) Addr() string { return x.l.Addr().String() }

// Serve works until ctx ends, then lets transactions in flight finish for a
// moment and cuts the rest.
func (x *Listener) Serve(ctx context.Context) error {
	var served error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		served = x.smtp.Serve(x.l)
	}()
	select {
	case <-ended:
		return fmt.Errorf("bounces can't be taken in any more: %w", served)
	case <-ctx.Done():
	}
	_ = x.l.Close() // Serve returns with its error, which says no more
	<-ended
	x.l.cut()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if err := x.smtp.Shutdown(grace); errors.Is(err, context.DeadlineExceeded) {
		return errors.New("connections that bring bounces didn't end in time")
	}
	return nil
}

// session is one connection.
type session struct {
	x  *Listener
	to []delivery
}

type delivery struct{ mailing, recipient int64 }

func (s *session) Reset()                               { s.to = nil }
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes addresses that we made, and no others.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	mailing, recipient, ok := s.x.returns.Parse(to)
	if !ok {
		s.x.desk.metrics.refused.Inc()
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such address"}
	}
	s.to = append(s.to, delivery{mailing, recipient})
	return nil
}

// Data takes the content.
func (s *session) Data(r io.Reader) error {
	report, err := mailer.ParseReport(r)
	if _, rerr := io.Copy(io.Discard, r); rerr != nil {
		return rerr // broken off, or too large
	}
	if err != nil {
		s.x.desk.metrics.other.Inc()
		return nil // a person or a robot answered; it is nobody's bounce
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepLimit)
	defer cancel()
	for _, d := range s.to {
		if d == (delivery{}) { // the address for feedback loops
			var ok bool
			if d.mailing, d.recipient, ok = s.x.returns.Parse(report.ReturnPath); !ok || report.Kind != mailer.ReportARF || d == (delivery{}) {
				s.x.desk.metrics.other.Inc()
				continue
			}
		}
		if _, err := s.x.desk.Report(ctx, d.mailing, d.recipient, report); err != nil {
			s.x.log.Warn("a bounce could not be kept and is asked for again", "mailing", d.mailing, "recipient", d.recipient, "error", err)
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
		}
	}
	return nil
}

// crowd bounds how many connections there are, in all and from one address.
type crowd struct {
	net.Listener

	mu    sync.Mutex
	open  map[*guest]bool
	perIP map[string]int
}

type guest struct {
	net.Conn
	c  *crowd
	ip string
}

// Accept hangs up on who is too many.
func (c *crowd) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g := c.admit(conn); g != nil {
			return g, nil
		}
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))                 // if it fails, so does what follows
		_, _ = conn.Write([]byte("421 4.3.2 too many connections, later\r\n")) // a courtesy
		_ = conn.Close()
	}
}

func (c *crowd) admit(conn net.Conn) *guest {
	ip, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= maxConnections || c.perIP[ip] >= maxConnectionsIP {
		return nil
	}
	g := &guest{Conn: conn, c: c, ip: ip}
	c.open[g] = true
	c.perIP[ip]++
	return g
}

// Close makes room.
func (g *guest) Close() error {
	g.c.mu.Lock()
	if g.c.open[g] {
		delete(g.c.open, g)
		if g.c.perIP[g.ip]--; g.c.perIP[g.ip] == 0 {
			delete(g.c.perIP, g.ip)
		}
	}
	g.c.mu.Unlock()
	return g.Conn.Close()
}

// cut lets nobody begin anything more.
func (c *crowd) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for g := range c.open {
		_ = g.SetReadDeadline(time.Now()) // its own goroutine sees the error; what is being kept is kept
	}
}

// quiet hands the library's log lines to slog.
type quiet struct{ log *slog.Logger }

func (q quiet) Write(p []byte) (int, error) {
	q.log.Debug("bounce listener", "message", string(p))
	return len(p), nil
}
