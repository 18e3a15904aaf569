package mailertest

import (
	"net"
	"strings"
	"time"
)

func (o Options) script(e Event) Action {
	if o.Script == nil {
		return Action{}
	}
	return o.Script(e)
}

func (s *session) event(e Event) Event {
	e.Conn, e.Message = s.n, s.message
	return e
}

func (s *session) answer(e Event, usual string) error {
	return s.act(s.peer.opt.script(s.event(e)), usual)
}

// act does what the script says; an error ends the connection.
func (s *session) act(a Action, usual string) error {
	if a.After != nil {
		<-a.After
	}
	switch {
	case a.Hang:
		s.awaitHangUp()
		return errHangUp
	case a.Endless != "":
		flood := []byte(strings.Repeat(a.Endless, 1+4096/len(a.Endless)))
		for {
			if _, err := s.conn.Write(flood); err != nil {
				return err
			}
		}
	case a.Drip > 0:
		return s.drip(a)
	}
	if a.Reply != "" {
		if err := s.say(a.Reply); err != nil {
			return err
		}
	} else if !a.Drop && !a.Reset {
		return s.say(usual)
	}
	if a.Reset {
		if tcp, ok := s.raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a platform without it closes normally
		}
	}
	if a.Drop || a.Reset {
		return errHangUp
	}
	return nil
}

// say writes a reply; its lines are parted by "\n". A reply that ends in "…"
// is cut off there, without a line end.
func (s *session) say(reply string) error {
	text := strings.ReplaceAll(reply, "\n", "\r\n") + "\r\n"
	if whole, cut := strings.CutSuffix(reply, "…"); cut {
		text = strings.ReplaceAll(whole, "\n", "\r\n")
	}
	_, err := s.conn.Write([]byte(text))
	return err
}

// drip says the reply slowly, until the client hangs up or it is said.
func (s *session) drip(a Action) error {
	tick := time.NewTicker(a.Drip)
	defer tick.Stop()
	for _, c := range []byte(strings.ReplaceAll(a.Reply, "\n", "\r\n") + "\r\n") {
		if _, err := s.conn.Write([]byte{c}); err != nil {
			return err
		}
		<-tick.C
	}
	return nil
}

// awaitHangUp reads until the other side, or Close, ends the connection.
func (s *session) awaitHangUp() {
	buf := make([]byte, 4096)
	for {
		if _, err := s.raw.Read(buf); err != nil {
			return
		}
	}
}
