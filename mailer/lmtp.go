package mailer

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"strings"
)

// greetLMTP brings an LMTP session (RFC 2033) to where mail can be sent. From
// there on it is SMTP: a message goes to one recipient, so it has one reply.
func (r Relay) greetLMTP(ctx context.Context, w *wire) (*session, error) {
	network := "tcp"
	if r.path != "" {
		network = "unix"
	}
	c, err := (&net.Dialer{}).DialContext(ctx, network, r.Addr())
	if err != nil {
		return nil, err
	}
	if err := w.connected(c); err != nil {
		return nil, err
	}
	br, bw := bufio.NewReader(w), bufio.NewWriter(w)
	w.phase = PhaseGreeting
	if _, err := greetingLines(br, 220); err != nil {
		return nil, err
	}
	w.phase = PhaseHello
	if _, err := fmt.Fprintf(bw, "LHLO %s\r\n", r.ownName()); err != nil {
		return nil, err
	}
	if err := bw.Flush(); err != nil {
		return nil, err
	}
	lines, err := greetingLines(br, 250)
	if err != nil {
		return nil, err
	}
	extensions := make(map[string]string)
	for _, l := range lines[1:] {
		name, param, _ := strings.Cut(l, " ")
		extensions[strings.ToUpper(name)] = param
	}
	s := &session{has: func(name string) (bool, string) {
		param, ok := extensions[name]
		return ok, param
	}}
	s.conn = newConn(w, br, bw, offers(s.has, r.pipeline), r)
	return s, nil
}

// greetingLines reads a reply of which every line matters.
func greetingLines(r *bufio.Reader, want int) ([]string, error) {
	var lines []string
	for {
		line, err := readLine(r)
		if err != nil {
			return nil, err
		}
		code, last, rest, ok := parseLine(line)
		if !ok {
			return nil, fmt.Errorf("%w: %q", errGarbage, clip(clean(line), 80))
		}
		lines = append(lines, rest)
		if last && code != want {
			return nil, &textproto.Error{Code: code, Msg: strings.Join(lines, "\n")}
		}
		if last {
			return lines, nil
		}
	}
}

// ownName is what we call ourselves.
func (r Relay) ownName() string {
	if r.helo != "" {
		return r.helo
	}
	if name, err := os.Hostname(); err == nil && isASCII(name) && !strings.ContainsAny(name, " \r\n") {
		return name
	}
	return "localhost"
}
