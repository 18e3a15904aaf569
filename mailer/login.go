package mailer

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// mechanism is a way to authenticate that go-mail knows.
type mechanism struct {
	name  string
	plus  bool // bound to the TLS connection (RFC 5802 §6)
	asked bool // only if the relay's URL asks for it
	auth  func(r Relay, state *tls.ConnectionState) smtp.Auth
}

// mechanisms are in the order of preference: first those that prove the
// password without telling it.
var mechanisms = []mechanism{
	{name: "SCRAM-SHA-256-PLUS", plus: true, auth: func(r Relay, s *tls.ConnectionState) smtp.Auth {
		return smtp.ScramSHA256PlusAuth(r.user, r.pass, s)
	}},
	{name: "SCRAM-SHA-256", auth: func(r Relay, _ *tls.ConnectionState) smtp.Auth { return smtp.ScramSHA256Auth(r.user, r.pass) }},
	{name: "SCRAM-SHA-1-PLUS", plus: true, auth: func(r Relay, s *tls.ConnectionState) smtp.Auth {
		return smtp.ScramSHA1PlusAuth(r.user, r.pass, s)
	}},
	{name: "SCRAM-SHA-1", auth: func(r Relay, _ *tls.ConnectionState) smtp.Auth { return smtp.ScramSHA1Auth(r.user, r.pass) }},
	{name: "CRAM-MD5", auth: func(r Relay, _ *tls.ConnectionState) smtp.Auth { return smtp.CRAMMD5Auth(r.user, r.pass) }},
	{name: "PLAIN", auth: func(r Relay, _ *tls.ConnectionState) smtp.Auth {
		return smtp.PlainAuth("", r.user, r.pass, r.host, true)
	}},
	{name: "LOGIN", auth: func(r Relay, _ *tls.ConnectionState) smtp.Auth {
		return smtp.LoginAuth(r.user, r.pass, r.host, true)
	}},
	{name: "XOAUTH2", asked: true, auth: func(r Relay, _ *tls.ConnectionState) smtp.Auth { return smtp.XOAuth2Auth(r.user, r.pass) }},
}

// mechanismNames are their names as in a relay's URL.
func mechanismNames() []string {
	var names []string
	for _, m := range mechanisms {
		names = append(names, strings.ToLower(m.name))
	}
	return names
}

// login authenticates with the strongest mechanism that both sides know, or
// with the one that the relay's URL names. It never gives the password to an
// unencrypted connection, except to this machine.
type login struct {
	relay Relay
	state *tls.ConnectionState // nil in clear
	smtp.Auth
	mechanism string
}

// Start chooses.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS && !l.relay.Loopback() {
		return "", nil, errors.New("the connection is not encrypted, so the password was not sent")
	}
	if len(server.Auth) == 0 {
		return "", nil, errors.New("the relay offers no authentication; leave user and password out of its URL, or use the port that does")
	}
	wanted := l.relay.auth
	for _, m := range mechanisms {
		offered := slices.ContainsFunc(server.Auth, func(s string) bool { return strings.EqualFold(s, m.name) })
		switch {
		case wanted == authAuto && (m.asked || !offered || m.plus && l.state == nil):
			continue
		case wanted != authAuto && wanted != strings.ToLower(m.name):
			continue
		case !offered:
			return "", nil, fmt.Errorf("the relay doesn't offer auth=%s; it offers %s", wanted, clean(strings.Join(server.Auth, " ")))
		case m.plus && l.state == nil:
			return "", nil, fmt.Errorf("auth=%s needs an encrypted connection", wanted)
		}
		l.Auth, l.mechanism = m.auth(l.relay, l.state), m.name
		return l.Auth.Start(server)
	}
	return "", nil, fmt.Errorf("the relay offers only authentication that isn't known here: %s", clean(strings.Join(server.Auth, " ")))
}

// maxIterations bounds the work that a relay can set us with SCRAM.
const maxIterations = 1_000_000

// Next answers a challenge.
func (l *login) Next(challenge []byte, more bool) ([]byte, error) {
	if more && strings.HasPrefix(l.mechanism, "SCRAM") {
		for _, field := range bytes.Split(challenge, []byte(",")) {
			if count, ok := bytes.CutPrefix(field, []byte("i=")); ok {
				if n, err := strconv.Atoi(string(count)); err != nil || n < 1 || n > maxIterations {
					return nil, errors.New("the relay asks for an absurd amount of work to authenticate")
				}
			}
		}
	}
	return l.Auth.Next(challenge, more)
}
