package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Dial connects, negotiates TLS and authenticates. An error is an *[Error]
// with Outcome Deferred and ScopeProtocol: no message was touched.
func (r Relay) Dial(ctx context.Context) (Conn, error) {
	if r.scheme == schemeFile {
		return r.openDir()
	}
	s, err := r.dial(ctx)
	if err != nil {
		return nil, err
	}
	return s.conn, nil
}

// Dial of an SMTP relay gives a connection that was made like this.
type session struct {
	conn      *conn
	mechanism string // of authentication, "" for none
	state     *tls.ConnectionState
	has       func(extension string) (bool, string)
}

// dial has go-mail do it over a wire of ours.
func (r Relay) dial(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeouts.Dial)
	defer cancel()
	w := &wire{phase: PhaseConnect}
	// go-mail looks at the context only for TCP, and leaves the connection
	// open when a later step fails.
	stop := context.AfterFunc(ctx, w.abort)
	greet := r.greetSMTP
	if r.scheme == schemeLMTP {
		greet = r.greetLMTP
	}
	s, err := greet(ctx, w)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		w.abort()
		return nil, r.dialError(ctx, w, err)
	}
	w.phase = ""
	return s, nil
}

// greetSMTP brings an SMTP session to where mail can be sent.
func (r Relay) greetSMTP(ctx context.Context, w *wire) (*session, error) {
	client, err := gomail.NewClient(r.host, r.options(w)...)
	if err != nil {
		return nil, err
	}
	sc, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{has: sc.Extension}
	if state, ok := sc.TLSConnectionState(); ok {
		s.state = &state
	}
	if r.user != "" {
		w.phase = PhaseAuth
		l := &login{relay: r, state: s.state}
		if err := sc.Auth(l); err != nil {
			return nil, err
		}
		s.mechanism = l.mechanism
	}
	s.conn = newConn(w, sc.Text.R, sc.Text.W, offers(sc.Extension, r.pipeline), r)
	return s, nil
}

func (r Relay) options(w *wire) []gomail.Option {
	config := r.clientTLS()
	opts := []gomail.Option{
		gomail.WithPort(r.port),
		gomail.WithTimeout(r.timeouts.Dial),
		gomail.WithTLSConfig(config),
		gomail.WithTLSPolicy(r.policy()),
		gomail.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
			// go-mail's own address has no brackets around IPv6.
			c, err := (&net.Dialer{}).DialContext(ctx, network, r.Addr())
			if err != nil {
				return nil, err
			}
			if err := w.connected(c); err != nil {
				return nil, err
			}
			if r.scheme == schemeSMTPS {
				t := tls.Client(w, config)
				if err := t.HandshakeContext(ctx); err != nil {
					return nil, err
				}
				w.phase = PhaseGreeting
				return t, nil
			}
			w.phase = PhaseGreeting
			return w, nil
		}),
	}
	if r.scheme == schemeSMTPS {
		opts = append(opts, gomail.WithSSL())
	}
	if r.helo != "" {
		opts = append(opts, gomail.WithHELO(r.helo))
	}
	return opts
}

func (r Relay) policy() gomail.TLSPolicy {
	switch {
	case r.tls == tlsNone:
		return gomail.NoTLS
	case r.tls == tlsAuto && r.Loopback():
		return gomail.TLSOpportunistic
	}
	return gomail.TLSMandatory
}

func (r Relay) clientTLS() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if r.tlsConfig != nil {
		config = r.tlsConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = r.host
	}
	if r.tls == tlsAuto && r.scheme != schemeSMTPS && r.Loopback() && r.tlsConfig == nil {
		// Opportunistic, and the packets don't leave the machine: a local
		// relay's self-signed certificate is no reason not to send.
		config.InsecureSkipVerify = true
	}
	return config
}

// maxDialText is how much of an error is kept that has no words of ours.
const maxDialText = 300

// dialError says in one sentence what went wrong where.
func (r Relay) dialError(ctx context.Context, w *wire, err error) *Error {
	e := &Error{Outcome: Deferred, Scope: ScopeProtocol, Phase: w.phase}
	var rep *textproto.Error
	if errors.As(err, &rep) {
		e.Code = rep.Code
		var text string
		e.Enhanced, text = cutEnhanced(rep.Code, strings.ReplaceAll(rep.Msg, "\n", " "))
		e.Reply = clip(clean(text), maxReplyText)
		e.Rule = "SMTP-RELAY"
	}
	why := dialReason(ctx, w, err)
	if why == "" {
		text := err.Error() // in which a stranger may have written at length
		if why = clip(clean(clip(text, 4*maxDialText)), maxDialText); len(text) > maxDialText {
			err = errors.New(why)
		}
	}
	e.Err = &sentence{text: fmt.Sprintf("relay %s: %s", r.Addr(), why), err: err}
	return e
}

// dialReason puts the causes that people meet into words, "" for others.
func dialReason(ctx context.Context, w *wire, err error) string {
	var (
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		host x509.HostnameError
		op   *net.OpError
	)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), isTimeout(err):
		return fmt.Sprintf("no answer in time (at %s)", w.phase)
	case ctx.Err() != nil:
		return "connecting was cancelled"
	case errors.As(err, &dns):
		return "its host name can't be looked up"
	case errors.As(err, &host):
		return "its certificate is for another host"
	case errors.As(err, &cert):
		return "its certificate can't be trusted: " + clean(cert.Err.Error())
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		return "it doesn't offer STARTTLS; if that is right for it, add tls=none (without a password) or use smtps://"
	case w.phase == PhaseConnect && errors.As(err, &op):
		return "can't connect: " + op.Err.Error()
	}
	return ""
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// sentence is a cause in words that keeps the original for errors.Is.
type sentence struct {
	text string
	err  error
}

func (s *sentence) Error() string { return s.text }
func (s *sentence) Unwrap() error { return s.err }

// Probe is what a relay was found to be.
type Probe struct {
	Addr string
	// Dir tells that it is a directory, which has nothing of the rest.
	Dir bool
	// TLS is "TLS 1.3" and the like, "" for none; CertExpires is when the
	// relay's certificate ends, zero without TLS.
	TLS         string
	CertExpires time.Time
	// Cipher is the cipher suite, "" without TLS.
	Cipher string
	// Auth is the mechanism that was used, "" for none.
	Auth string
	// Extensions are those of interest that are offered: "PIPELINING".
	Extensions []string
	// MaxSize is the largest message in bytes, 0 when not told.
	MaxSize int64
}

// Probe connects, greets, encrypts, authenticates and quits; of a directory it
// tests that files can be written there. It sends nothing.
func (r Relay) Probe(ctx context.Context) (Probe, error) {
	p := Probe{Addr: r.Addr()}
	if r.scheme == schemeFile {
		c, err := r.openDir()
		if err != nil {
			return Probe{}, err
		}
		p.Dir = true
		return p, c.Close()
	}
	s, err := r.dial(ctx)
	if err != nil {
		return Probe{}, err
	}
	p.Auth, p.MaxSize = s.mechanism, s.conn.can.maxSize
	if s.state != nil {
		p.TLS, p.Cipher = tls.VersionName(s.state.Version), tls.CipherSuiteName(s.state.CipherSuite)
		if len(s.state.PeerCertificates) > 0 {
			p.CertExpires = s.state.PeerCertificates[0].NotAfter
		}
	}
	for _, name := range []string{"PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE", "DSN", "STARTTLS", "AUTH"} {
		if ok, _ := s.has(name); ok {
			p.Extensions = append(p.Extensions, name)
		}
	}
	return p, s.conn.Close()
}

// sizeLimit reads the parameter of SIZE (RFC 1870 §4): 0 for no fixed limit.
func sizeLimit(param string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(param), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
