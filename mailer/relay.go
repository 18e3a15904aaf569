package mailer

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Relay is what takes our mail, an SMTP or LMTP server or a directory: where it
// is, who we are there and how the connection is protected. The zero Relay is
// of no use; see [ParseRelay]. It never shows its password.
type Relay struct {
	scheme     string
	host       string // "" with a path
	port       int
	path       string // of a directory or a Unix socket
	user, pass string
	settings
	timeouts  Timeouts
	tlsConfig *tls.Config
}

// Schemes of relays.
const (
	schemeSMTP  = "smtp"
	schemeSMTPS = "smtps"
	schemeLMTP  = "lmtp"
	schemeFile  = "file"
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

// relayForm is what errors about a relay's URL end with.
const relayForm = "a relay is written smtp://user:password@host:587?connections=20&tls=auto, smtps://…, lmtp://host:24, lmtp:///socket or file:///directory"

// ParseRelay reads a relay's URL:
//
//	smtp://[user:password@]host[:port][?settings]
//	smtps://…                            TLS from the first byte
//	lmtp://host[:port] or lmtp:///socket local delivery (RFC 2033), without TLS and password
//	file:///directory                    writes each message to a file, see package doc
//
// The port defaults to 465 for smtps, 24 for lmtp, 587 with a user, else 25.
// With tls=auto STARTTLS is required, except for this machine, where it is used
// if offered. User and password are percent-encoded where needed. Settings are
//
//	connections=N   at once, 1 to 500; 10
//	messages=N      over one connection before it is renewed, 0 for no limit; 1000
//	age=DURATION    after which a connection is renewed, 1s to 24h; 30m
//	tls=auto|required|none
//	auth=MECHANISM  plain, login, cram-md5, scram-sha-1, scram-sha-256, the last two
//	                also with -plus, xoauth2 (the token in place of the password);
//	                auto takes the strongest that is offered, but never xoauth2
//	pipeline=auto|commands|none   none: one command at a time; commands: PIPELINING,
//	                but no CHUNKING; auto: both where offered
//	helo=NAME       this machine's name
//
// An error is one sentence and never shows the password.
func ParseRelay(raw string) (Relay, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil { // url's own error would show the password
		return Relay{}, errors.New("the relay's URL can't be read (is the password percent-encoded?); " + relayForm)
	}
	r := Relay{scheme: u.Scheme, settings: defaultSettings, timeouts: defaultTimeouts}
	switch r.scheme {
	case schemeSMTP, schemeSMTPS, schemeLMTP, schemeFile:
	default:
		return Relay{}, fmt.Errorf("the relay's scheme must be smtp, smtps, lmtp or file, not %q; %s", clip(u.Scheme, 40), relayForm)
	}
	if u.Opaque != "" || u.Fragment != "" {
		return Relay{}, errors.New("the relay's URL must end after host and port, but for ?settings; " + relayForm)
	}
	if err := r.setPlace(u); err != nil {
		return Relay{}, err
	}
	if err := r.setUser(u.User); err != nil {
		return Relay{}, err
	}
	if err := r.setPort(u.Port()); err != nil {
		return Relay{}, err
	}
	if err := r.set(u.RawQuery); err != nil {
		return Relay{}, err
	}
	return r, r.check()
}

// setPlace takes the host, or the path of a directory or socket.
func (r *Relay) setPlace(u *url.URL) error {
	switch {
	case r.scheme == schemeFile, r.scheme == schemeLMTP && u.Host == "" && u.Path != "":
		if u.Host != "" || !path.IsAbs(u.Path) || u.Path == "/" || strings.Contains(u.Path, "\x00") {
			return fmt.Errorf("the relay's path must be absolute, with three slashes: %s:///var/spool/letters", r.scheme)
		}
		r.path = path.Clean(u.Path)
		return nil
	case u.Path != "" && u.Path != "/":
		return errors.New("the relay's URL must end after host and port, but for ?settings; " + relayForm)
	}
	return r.setHost(u.Hostname())
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
	case r.path != "":
	case port != "":
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("the relay's port must be 1 to 65535, not %q", port)
		}
		r.port = n
	case r.scheme == schemeSMTPS:
		r.port = 465 // RFC 8314 §3.3
	case r.scheme == schemeLMTP:
		r.port = 24 // RFC 2033 §5 forbids 25; 24 is registered for it
	case r.user != "":
		r.port = 587 // RFC 6409 §3.1
	default:
		r.port = 25
	}
	return nil
}

// Loopback tells whether the relay is on this machine.
func (r Relay) Loopback() bool {
	if r.path != "" || r.host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(r.host)
	return err == nil && ip.Unmap().IsLoopback()
}

// Connections is how many connections may be open at once.
func (r Relay) Connections() int { return r.connections }

// Addr is host:port, or the path of a directory or socket.
func (r Relay) Addr() string {
	if r.path != "" {
		return r.path
	}
	return net.JoinHostPort(r.host, strconv.Itoa(r.port))
}

// String is the relay's URL without its password.
func (r Relay) String() string {
	u := url.URL{Scheme: r.scheme, Path: r.path, RawQuery: r.settings.String()}
	if r.scheme == schemeFile || r.scheme == schemeLMTP { // which know no TLS
		u.RawQuery = strings.Replace(u.RawQuery, "&tls="+string(tlsAuto), "", 1)
	}
	if r.path == "" {
		u.Host = r.Addr()
	}
	if r.user != "" {
		u.User = url.User(r.user)
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
