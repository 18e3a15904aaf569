package mailer

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// settings are what stands behind the ? of a relay's URL.
type settings struct {
	connections int
	messages    int // 0 for no limit
	age         time.Duration
	tls         tlsMode
	auth        string // "auto" or a mechanism, in lower case
	pipeline    pipelineMode
	helo        string
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

type pipelineMode string

// How much is written before an answer is waited for.
const (
	pipelineAuto     pipelineMode = "auto"     // everything, where PIPELINING and CHUNKING are offered
	pipelineCommands pipelineMode = "commands" // MAIL, RCPT and DATA, where PIPELINING is offered
	pipelineNone     pipelineMode = "none"     // one command
)

const (
	maxConnections = 500
	maxMessages    = 1_000_000
	maxAge         = 24 * time.Hour
	authAuto       = "auto"
)

var defaultSettings = settings{connections: 10, messages: 1000, age: 30 * time.Minute, tls: tlsAuto, auth: authAuto, pipeline: pipelineAuto}

// set reads them.
func (s *settings) set(raw string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return errors.New("the settings behind the ? of the relay's URL can't be read; " + relayForm)
	}
	for key, values := range query {
		if len(values) != 1 {
			return fmt.Errorf("the relay's setting %s is given %d times; give it once", clip(key, 40), len(values))
		}
		if err := s.setOne(key, values[0]); err != nil {
			return err
		}
	}
	return nil
}

func (s *settings) setOne(key, v string) (err error) {
	switch key {
	case "connections":
		s.connections, err = number(key, v, 1, maxConnections)
	case "messages":
		s.messages, err = number(key, v, 0, maxMessages)
	case "age":
		if s.age, err = time.ParseDuration(v); err != nil || s.age < time.Second || s.age > maxAge {
			return fmt.Errorf("the relay's age must be 1s to 24h, such as 30m, not %q", clip(v, 40))
		}
	case "tls":
		s.tls, err = word(key, tlsMode(v), tlsAuto, tlsRequired, tlsNone)
	case "pipeline":
		s.pipeline, err = word(key, pipelineMode(v), pipelineAuto, pipelineCommands, pipelineNone)
	case "auth":
		s.auth, err = word(key, strings.ToLower(v), append([]string{authAuto}, mechanismNames()...)...)
	case "helo":
		if _, err := idna.Lookup.ToASCII(v); err != nil || v == "" || !isASCII(v) {
			return fmt.Errorf("the relay's helo must be this machine's host name, like mail.example.org, not %q", clip(v, 100))
		}
		s.helo = v
	default:
		return fmt.Errorf("the relay has no setting %q; allowed are connections, messages, age, tls, auth, pipeline and helo", clip(key, 40))
	}
	return err
}

func number(key, v string, from, to int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < from || n > to {
		return 0, fmt.Errorf("the relay's %s must be %d to %d, not %q", key, from, to, clip(v, 40))
	}
	return n, nil
}

func word[T ~string](key string, v T, allowed ...T) (T, error) {
	if slices.Contains(allowed, v) {
		return v, nil
	}
	last := len(allowed) - 1
	list := ""
	for i, a := range allowed {
		switch {
		case i == last:
			list += " or "
		case i > 0:
			list += ", "
		}
		list += string(a)
	}
	return v, fmt.Errorf("the relay's %s must be %s, not %q", key, list, clip(string(v), 40))
}

// check holds the settings against each other and the scheme.
func (r *Relay) check() error {
	local := r.scheme == schemeFile || r.scheme == schemeLMTP
	switch {
	case local && r.user != "":
		return fmt.Errorf("a relay of %s:// takes no user and password", r.scheme)
	case local && r.tls == tlsRequired:
		return fmt.Errorf("a relay of %s:// knows no TLS; leave tls=required out", r.scheme)
	case r.scheme == schemeLMTP && r.tls != tlsNone && !r.Loopback():
		return errors.New("the relay lmtp:// goes unprotected to another machine; add tls=none if the way there is safe, or use smtps://")
	case r.auth != authAuto && r.user == "":
		return fmt.Errorf("the relay's auth=%s needs a user and a password; %s", r.auth, relayForm)
	case r.tls != tlsNone:
		return nil
	case r.scheme == schemeSMTPS:
		return errors.New("the relay can't be smtps:// and tls=none at once; choose one")
	case r.user != "" && !r.Loopback():
		return errors.New("the relay's tls=none would send the password unprotected; use tls=required, or leave user and password out")
	}
	return nil
}

// String is the settings as they are written; those few know are left out
// where they are the usual.
func (s settings) String() string {
	out := fmt.Sprintf("connections=%d&tls=%s", s.connections, s.tls)
	usual := defaultSettings
	if s.messages != usual.messages {
		out += fmt.Sprintf("&messages=%d", s.messages)
	}
	if s.age != usual.age {
		out += "&age=" + s.age.String()
	}
	if s.auth != usual.auth {
		out += "&auth=" + s.auth
	}
	if s.pipeline != usual.pipeline {
		out += "&pipeline=" + string(s.pipeline)
	}
	if s.helo != "" {
		out += "&helo=" + s.helo
	}
	return out
}
