package capture

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
)

// Options say where to listen and how much to keep. Zero values have defaults.
type Options struct {
	// Addr is host:port; port 0 takes a free one. Default 127.0.0.1:0.
	Addr string
	// MaxMessages is how many mails are kept; default 1,000.
	MaxMessages int
	// MaxBytes bounds what the kept mails take in memory; default 64 MiB. A
	// single mail may have at most a quarter of it.
	MaxBytes int64
	// Journal is a file to which a line "recipient message-id" is appended and
	// fsynced for every accepted recipient before the reply; "" for none.
	Journal string
	// Now is the clock; default time.Now.
	Now func() time.Time
	// Log gets connection errors; default none.
	Log *slog.Logger
	// OnMessage is called for every mail before the reply, by many goroutines.
	OnMessage func(Mail)
}

const (
	defaultMessages = 1000
	defaultBytes    = 64 << 20
	idleLimit       = 5 * time.Minute
	writeLimit      = time.Minute
	stopLimit       = 5 * time.Second
)

// Server is a running capture server.
type Server struct {
	opt      Options
	listener *listener
	smtp     *smtp.Server
	journal  *journal
	served   chan struct{}
	stop     sync.Once
	stopErr  error

	mu    sync.Mutex
	mails []Mail // oldest first
	bytes int64
	last  int // the last id given
}

// Start listens and serves until Close. Its error is one sentence.
func Start(opt Options) (*Server, error) {
	opt = withDefaults(opt)
	l, err := net.Listen("tcp", opt.Addr)
	if err != nil {
		return nil, fmt.Errorf("the capture server can't listen on %s: %w; choose another address or port", opt.Addr, err)
	}
	s := &Server{opt: opt, listener: &listener{Listener: l, open: make(map[*tracked]struct{})}, served: make(chan struct{})}
	if opt.Journal != "" {
		if s.journal, err = openJournal(opt.Journal); err != nil {
			_ = l.Close() // nobody has connected yet
			return nil, fmt.Errorf("the capture server can't write its journal: %w", err)
		}
	}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	s.smtp.Domain = "capture.invalid"
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = idleLimit, writeLimit
	s.smtp.MaxMessageBytes = opt.MaxBytes / 4
	s.smtp.MaxRecipients = 100
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ErrorLog = log.New(logWriter{opt.Log}, "", 0)
	go func() {
		defer close(s.served)
		_ = s.smtp.Serve(s.listener) // ends with the listener, which only Close closes
	}()
	return s, nil
}

func withDefaults(opt Options) Options {
	if opt.Addr == "" {
		opt.Addr = "127.0.0.1:0"
	}
	if opt.MaxMessages <= 0 {
		opt.MaxMessages = defaultMessages
	}
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = defaultBytes
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return opt
}

// Addr is the address listened on, with the real port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close stops listening, cuts the connections and waits for them. The mails
// can still be read.
func (s *Server) Close() error {
	s.stop.Do(func() {
		_ = s.listener.Close() // Serve returns with its error, which says no more
		<-s.served
		s.listener.cut()
		ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
		defer cancel()
		if err := s.smtp.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			s.stopErr = errors.New("the capture server's connections didn't end in time")
		}
		if s.journal != nil {
			s.stopErr = errors.Join(s.stopErr, s.journal.close())
		}
	})
	return s.stopErr
}

// listener knows its open connections, so that Close can cut and await them.
type listener struct {
	net.Listener
	mu   sync.Mutex
	open map[*tracked]struct{}
}

type tracked struct {
	net.Conn
	l *listener
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t := &tracked{Conn: c, l: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[t] = struct{}{}
	return t, nil
}

func (t *tracked) Close() error {
	t.l.mu.Lock()
	delete(t.l.open, t)
	t.l.mu.Unlock()
	return t.Conn.Close()
}

func (l *listener) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for t := range l.open {
		_ = t.Conn.Close() // its own goroutine sees the error
	}
}

// session is one SMTP session.
type session struct {
	server *Server
	from   string
	to     []string
}

func (x *session) Reset()        { x.from, x.to = "", nil }
func (x *session) Logout() error { return nil }

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.from = from
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.to = append(x.to, to)
	return nil
}

// Data takes the content; see the package's order of acceptance.
func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // the connection broke before the final dot, or too large
	}
	s := x.server
	m := parse(raw)
	m.From, m.To, m.At = x.from, append([]string(nil), x.to...), s.opt.Now()
	if s.journal != nil {
		if err := s.journal.append(m.To, m.MessageID); err != nil {
			s.opt.Log.Error("capture journal", "error", err)
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "can't write the journal"}
		}
	}
	m = s.keep(m)
	if s.opt.OnMessage != nil {
		s.opt.OnMessage(m)
	}
	return nil
}

// logWriter hands the library's log lines to slog.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.log.Debug("capture server", "message", string(p))
	return len(p), nil
}
