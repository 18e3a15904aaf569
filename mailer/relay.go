package mailer

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Relay is an SMTP server that takes our mail: where it is, who we are there
// and how the connection is protected. The zero Relay is of no use; see
// [ParseRelay]. It never shows its password.
type Relay struct {
	host        string
	port        int
	implicitTLS bool
	tls         tlsMode
	user, pass  string
	helo        string
	connections int
	timeouts    Timeouts
	tlsConfig   *tls.Config
}

type tlsMode string

// TLS modes, as in a relay's URL.
const (
	// tlsAuto: required, but for a relay on this machine, where it is used if
	// it is offered and the certificate isn't looked at.
	tlsAuto     tlsMode = "auto"
	tlsRequired tlsMode = "required"
	tlsNone     tlsMode = "none"
)

// Connection limits of a relay.
const (
	defaultConnections = 10
	maxConnections     = 500
)

// Timeouts bound each phase; a peer that sends byte by byte gains nothing.
type Timeouts struct {
	Dial    time.Duration // TCP, greeting, EHLO, TLS and AUTH together
	Command time.Duration // each of MAIL, RCPT, RSET
	Data    time.Duration // the DATA command; then again the whole content
	Reply   time.Duration // from the final dot to its reply; too short a time makes doubles
	Quit    time.Duration // QUIT and its reply
}

// defaultTimeouts are those of RFC 5321 §4.5.3.2, shorter only where nothing
// has been promised yet.
var defaultTimeouts = Timeouts{
	Dial: time.Minute, Command: 5 * time.Minute, Data: 3 * time.Minute, Reply: 10 * time.Minute, Quit: 5 * time.Second,
}

// relayForm is what every error about a relay's URL ends with.
const relayForm = "a relay is written smtp://user:password@host:587?connections=20&tls=auto or smtps://…"

// ParseRelay reads a relay's URL:
//
//	smtp://[user:password@]host[:port][?connections=N&tls=auto|required|none&helo=NAME]
//	smtps://…
//
// The port defaults to 465 for smtps, 587 with a user, else 25; connections
// (1 to 500) to 10. With tls=auto STARTTLS is required, except for this
// machine, where it is used if offered. User and password are percent-encoded
// where needed. An error is one sentence and never shows the password.
func ParseRelay(raw string) (Relay, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil { // url's own error would show the password
		return Relay{}, errors.New("the relay's URL can't be read (is the password percent-encoded?); " + relayForm)
	}
	r := Relay{implicitTLS: u.Scheme == "smtps", tls: tlsAuto, connections: defaultConnections, timeouts: defaultTimeouts}
	if u.Scheme != "smtp" && u.Scheme != "smtps" {
		return Relay{}, fmt.Errorf("the relay's scheme must be smtp or smtps, not %q; %s", clip(u.Scheme, 40), relayForm)
	}
	if u.Opaque != "" || u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return Relay{}, errors.New("the relay's URL must end after host and port, but for ?settings; " + relayForm)
	}
	if err := r.setHost(u.Hostname()); err != nil {
		return Relay{}, err
	}
	if err := r.setUser(u.User); err != nil {
		return Relay{}, err
	}
	if err := r.setPort(u.Port()); err != nil {
		return Relay{}, err
	}
	if err := r.setQuery(u.RawQuery); err != nil {
		return Relay{}, err
	}
	return r, r.checkTLS()
}

func (r *Relay) setHost(host string) error {
	if host == "" {
		return errors.New("the relay's URL names no host; " + relayForm)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		r.host = ip.String()
		return nil
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || ascii == "" {
		return fmt.Errorf("the relay's host %q is neither a host name nor an IP address", clip(host, 100))
	}
	r.host = strings.ToLower(ascii)
	return nil
}

func (r *Relay) setUser(u *url.Userinfo) error {
	if u == nil {
		return nil
	}
	r.user = u.Username()
	pass, ok := u.Password()
	if r.user == "" || !ok || pass == "" {
		return errors.New("the relay needs both a user and a password, or neither; " + relayForm)
	}
	r.pass = pass
	if strings.ContainsAny(r.user+r.pass, "\r\n\x00") {
		return errors.New("the relay's user and password must not contain line ends or NUL")
	}
	return nil
}

func (r *Relay) setPort(port string) error {
	switch {
	case port != "":
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("the relay's port must be 1 to 65535, not %q", port)
		}
		r.port = n
	case r.implicitTLS:
		r.port = 465 // RFC 8314 §3.3
	case r.user != "":
		r.port = 587 // RFC 6409 §3.1
	default:
		r.port = 25
	}
	return nil
}

func (r *Relay) setQuery(raw string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return errors.New("the settings behind the ? of the relay's URL can't be read; " + relayForm)
	}
	for key, values := range query {
		if len(values) != 1 {
			return fmt.Errorf("the relay's setting %s is given %d times; give it once", key, len(values))
		}
		v := values[0]
		switch key {
		case "connections":
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > maxConnections {
				return fmt.Errorf("the relay's connections must be 1 to %d, not %q", maxConnections, clip(v, 40))
			}
			r.connections = n
		case "tls":
			r.tls = tlsMode(v)
			if r.tls != tlsAuto && r.tls != tlsRequired && r.tls != tlsNone {
				return fmt.Errorf("the relay's tls must be auto, required or none, not %q", clip(v, 40))
			}
		case "helo":
			if _, err := idna.Lookup.ToASCII(v); err != nil || v == "" || !isASCII(v) {
				return fmt.Errorf("the relay's helo must be this machine's host name, like mail.example.org, not %q", clip(v, 100))
			}
			r.helo = v
		default:
			return fmt.Errorf("the relay has no setting %q; allowed are connections, tls and helo", clip(key, 40))
		}
	}
	return nil
}

func (r *Relay) checkTLS() error {
	if r.tls != tlsNone {
		return nil
	}
	if r.implicitTLS {
		return errors.New("the relay can't be smtps:// and tls=none at once; choose one")
	}
	if r.user != "" && !r.Loopback() {
		return errors.New("the relay's tls=none would send the password unprotected; use tls=required, or leave user and password out")
	}
	return nil
}

// Loopback tells whether the relay is on this machine.
func (r Relay) Loopback() bool {
	if r.host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(r.host)
	return err == nil && ip.Unmap().IsLoopback()
}

// Connections is how many connections may be open at once.
func (r Relay) Connections() int { return r.connections }

// Addr is host:port.
func (r Relay) Addr() string { return net.JoinHostPort(r.host, strconv.Itoa(r.port)) }

// String is the relay's URL without its password.
func (r Relay) String() string {
	u := url.URL{Scheme: "smtp", Host: r.Addr()}
	if r.implicitTLS {
		u.Scheme = "smtps"
	}
	if r.user != "" {
		u.User = url.User(r.user)
	}
	u.RawQuery = fmt.Sprintf("connections=%d&tls=%s", r.connections, r.tls)
	if r.helo != "" {
		u.RawQuery += "&helo=" + r.helo
	}
	return u.String()
}

// GoString is String: %#v shows no password either.
func (r Relay) GoString() string { return r.String() }

// LogValue is String for slog.
func (r Relay) LogValue() slog.Value { return slog.StringValue(r.String()) }

// WithTimeouts gives a relay with other timeouts; a zero leaves one as it is.
func (r Relay) WithTimeouts(t Timeouts) Relay {
	for _, x := range []struct {
		to   *time.Duration
		from time.Duration
	}{
		{&r.timeouts.Dial, t.Dial}, {&r.timeouts.Command, t.Command}, {&r.timeouts.Data, t.Data},
		{&r.timeouts.Reply, t.Reply}, {&r.timeouts.Quit, t.Quit},
	} {
		if x.from > 0 {
			*x.to = x.from
		}
	}
	return r
}

// WithTLSConfig gives a relay whose certificate is held against other roots
// or that is shown a client certificate.
func (r Relay) WithTLSConfig(c *tls.Config) Relay {
	r.tlsConfig = c.Clone()
	return r
}
