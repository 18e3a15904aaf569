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
	"github.com/wneessen/go-mail/smtp"
)

// Dial connects, negotiates TLS and authenticates. An error is an *[Error]
// with Outcome Deferred and ScopeProtocol: no message was touched.
func (r Relay) Dial(ctx context.Context) (Conn, error) {
	c, _, err := r.dial(ctx)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// dial has go-mail do it over a wire of ours.
func (r Relay) dial(ctx context.Context) (*conn, *login, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeouts.Dial)
	defer cancel()
	w := &wire{phase: PhaseConnect}
	l := &login{relay: r, wire: w}
	client, err := gomail.NewClient(r.host, r.options(w, l)...)
	if err != nil {
		return nil, nil, r.dialError(ctx, w, err)
	}
	// go-mail looks at the context only for TCP, and leaves the connection
	// open when a later step fails.
	stop := context.AfterFunc(ctx, w.abort)
	sc, err := client.DialToSMTPClientWithContext(ctx)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		w.abort()
		return nil, nil, r.dialError(ctx, w, err)
	}
	w.phase = ""
	return newConn(sc, w, r.timeouts), l, nil
}

func (r Relay) options(w *wire, l *login) []gomail.Option {
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
			if r.implicitTLS {
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
	if r.implicitTLS {
		opts = append(opts, gomail.WithSSL())
	}
	if r.helo != "" {
		opts = append(opts, gomail.WithHELO(r.helo))
	}
	if r.user != "" {
		opts = append(opts, gomail.WithSMTPAuthCustom(l))
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
	if r.tls == tlsAuto && !r.implicitTLS && r.Loopback() && r.tlsConfig == nil {
		// Opportunistic, and the packets don't leave the machine: a local
		// relay's self-signed certificate is no reason not to send.
		config.InsecureSkipVerify = true
	}
	return config
}

// login authenticates with the strongest mechanism that both sides know. It
// never gives the password to an unencrypted connection, except to this
// machine.
type login struct {
	relay Relay
	wire  *wire
	smtp.Auth
	mechanism string
}

// Start chooses; go-mail calls it when EHLO and TLS are done.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	l.wire.phase = PhaseAuth
	if !server.TLS && !l.relay.Loopback() {
		return "", nil, errors.New("the connection is not encrypted, so the password was not sent")
	}
	r := l.relay
	for _, m := range []struct {
		name string
		auth func() smtp.Auth
	}{
		{"SCRAM-SHA-256", func() smtp.Auth { return smtp.ScramSHA256Auth(r.user, r.pass) }},
		{"SCRAM-SHA-1", func() smtp.Auth { return smtp.ScramSHA1Auth(r.user, r.pass) }},
		{"CRAM-MD5", func() smtp.Auth { return smtp.CRAMMD5Auth(r.user, r.pass) }},
		{"PLAIN", func() smtp.Auth { return smtp.PlainAuth("", r.user, r.pass, r.host, true) }},
		{"LOGIN", func() smtp.Auth { return smtp.LoginAuth(r.user, r.pass, r.host, true) }},
	} {
		for _, offered := range server.Auth {
			if strings.EqualFold(offered, m.name) {
				l.Auth, l.mechanism = m.auth(), m.name
				return l.Auth.Start(server)
			}
		}
	}
	if len(server.Auth) == 0 {
		return "", nil, errors.New("the relay offers no authentication; leave user and password out of its URL, or use the port that does")
	}
	return "", nil, fmt.Errorf("the relay offers only authentication that isn't known here: %s", clean(strings.Join(server.Auth, " ")))
}

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
	e.Err = fmt.Errorf("relay %s: %w", r.Addr(), err)
	if why := dialReason(ctx, w, err); why != "" {
		e.Err = &sentence{text: fmt.Sprintf("relay %s: %s", r.Addr(), why), err: err}
	}
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
	// TLS is "TLS 1.3" and the like, "" for none; CertExpires is when the
	// relay's certificate ends, zero without TLS.
	TLS         string
	CertExpires time.Time
	// Auth is the mechanism that was used, "" for none.
	Auth string
	// Extensions are those of interest that are offered: "PIPELINING".
	Extensions []string
	// MaxSize is the largest message in bytes, 0 when not told.
	MaxSize int64
}

// Probe connects, greets, encrypts, authenticates and quits. It sends nothing.
func (r Relay) Probe(ctx context.Context) (Probe, error) {
	c, l, err := r.dial(ctx)
	if err != nil {
		return Probe{}, err
	}
	p := Probe{Addr: r.Addr(), Auth: l.mechanism, MaxSize: c.maxSize}
	if state, ok := c.smtp.TLSConnectionState(); ok {
		p.TLS = tls.VersionName(state.Version)
		if len(state.PeerCertificates) > 0 {
			p.CertExpires = state.PeerCertificates[0].NotAfter
		}
	}
	for _, name := range []string{"PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE", "DSN", "STARTTLS", "AUTH"} {
		if ok, _ := c.smtp.Extension(name); ok {
			p.Extensions = append(p.Extensions, name)
		}
	}
	return p, c.Close()
}

// sizeLimit reads the parameter of SIZE (RFC 1870 §4): 0 for no fixed limit.
func sizeLimit(param string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(param), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
