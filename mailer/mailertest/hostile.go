package mailertest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// short bounds the cases in which the peer keeps silent or drips.
var short = mailer.Timeouts{Dial: 300 * time.Millisecond, Command: 200 * time.Millisecond, Data: 200 * time.Millisecond, Reply: 200 * time.Millisecond, Quit: 100 * time.Millisecond}

// hostile is one misbehaviour and what must come of it.
type hostile struct {
	name     string
	script   Script
	outcome  mailer.Outcome // 0: the message is sent all the same
	scope    mailer.Scope
	code     int
	phase    string
	suppress mailer.Suppress
	accepted int  // by the peer
	usable   bool // the connection afterwards
	race     bool // whether the dot still gets out is chance: may be Unknown as well
}

const (
	recipient = mailer.ScopeRecipient
	message   = mailer.ScopeMessage
	sender    = mailer.ScopeSender
	protocol  = mailer.ScopeProtocol
)

// transactions are misbehaviours within a transaction.
var transactions = []hostile{
	{name: "drop after the dot", script: On(Dot, Action{Accept: true, Drop: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "reset after the dot", script: On(Dot, Action{Accept: true, Reset: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "silence after the dot", script: On(Dot, Action{Hang: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot},
	{name: "half a reply after the dot", script: On(Dot, Action{Reply: "250 ok…", Drop: true, Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "half a reply of many lines", script: On(Dot, Action{Reply: "250-ok\n250-more", Drop: true, Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "garbage after the dot", script: On(Dot, Action{Reply: "HTTP/1.1 200 OK", Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "354 after the dot", script: On(Dot, Action{Reply: "354 more", Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "codes that disagree", script: On(Dot, Action{Reply: "250-ok\n550 no", Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "endless reply after the dot", script: On(Dot, Action{Endless: "250-and\r\n", Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "endless line after the dot", script: On(Dot, Action{Endless: "250 xxxxxxxxxxxxx", Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "reply that drips", script: On(Dot, Action{Reply: "250 " + strings.Repeat("slow", 100), Drip: 20 * time.Millisecond, Accept: true}), outcome: mailer.Unknown, scope: protocol, phase: mailer.PhaseDot, accepted: 1},
	{name: "451 after the dot", script: On(Dot, Action{Reply: "451 4.3.0 try later"}), outcome: mailer.Deferred, scope: recipient, code: 451, phase: mailer.PhaseDot, usable: true},
	{name: "421 after the dot", script: On(Dot, Action{Reply: "421 4.3.2 closing", Drop: true}), outcome: mailer.Deferred, scope: protocol, code: 421, phase: mailer.PhaseDot},
	{name: "550 after the dot", script: On(Dot, Action{Reply: "550 5.7.1 looks like spam"}), outcome: mailer.Failed, scope: sender, code: 550, phase: mailer.PhaseDot, usable: true},
	{name: "554 5.6.0 after the dot", script: On(Dot, Action{Reply: "554 5.6.0 bad MIME"}), outcome: mailer.Failed, scope: message, code: 554, phase: mailer.PhaseDot, usable: true},
	{name: "acceptance of many lines", script: On(Dot, Action{Reply: "250-2.0.0 first\n250-2.0.0 second\n250 2.0.0 queued as 1"}), accepted: 1, usable: true},
	{name: "acceptance without text", script: On(Dot, Action{Reply: "250"}), accepted: 1, usable: true},

	{name: "drop at DATA", script: On(DataCmd, Action{Drop: true}), outcome: mailer.Deferred, scope: protocol, phase: mailer.PhaseData},
	{name: "354 and drop", script: On(DataCmd, Action{Reply: "354 go", Drop: true}), outcome: mailer.Deferred, scope: protocol, phase: mailer.PhaseData, race: true},
	{name: "421 at DATA", script: On(DataCmd, Action{Reply: "421 4.3.2 closing", Drop: true}), outcome: mailer.Deferred, scope: protocol, code: 421, phase: mailer.PhaseData},
	{name: "250 at DATA", script: On(DataCmd, Action{Reply: "250 thanks"}), outcome: mailer.Deferred, scope: protocol, phase: mailer.PhaseData},
	{name: "354 with a reply too many", script: On(DataCmd, Action{Reply: "354 go\n250 done already"}), outcome: mailer.Deferred, scope: protocol, phase: mailer.PhaseData},
	{name: "552 at DATA", script: On(DataCmd, Action{Reply: "552 5.3.4 too large"}), outcome: mailer.Failed, scope: message, code: 552, phase: mailer.PhaseData},

	{name: "greylisted", script: On(RcptTo, Action{Reply: "451 4.7.1 Greylisting in action, please come back later"}), outcome: mailer.Deferred, scope: recipient, code: 451, phase: mailer.PhaseRcpt, usable: true},
	{name: "no such user", script: On(RcptTo, Action{Reply: "550-5.1.1 The account\n550 5.1.1 does not exist"}), outcome: mailer.Failed, scope: recipient, code: 550, phase: mailer.PhaseRcpt, suppress: mailer.SuppressNow, usable: true},
	{name: "policy at RCPT", script: On(RcptTo, Action{Reply: "550 5.7.1 blocked by policy"}), outcome: mailer.Failed, scope: sender, code: 550, phase: mailer.PhaseRcpt, usable: true},
	{name: "421 at RCPT", script: On(RcptTo, Action{Reply: "421 4.7.0 bye", Drop: true}), outcome: mailer.Deferred, scope: protocol, code: 421, phase: mailer.PhaseRcpt},
	{name: "relaying denied", script: On(RcptTo, Action{Reply: "554 5.7.1 <x@y>: Relay access denied"}), outcome: mailer.Deferred, scope: protocol, code: 554, phase: mailer.PhaseRcpt, usable: true},
	{name: "drop at RCPT", script: On(RcptTo, Action{Drop: true}), outcome: mailer.Deferred, scope: protocol, phase: mailer.PhaseRcpt},
	{name: "10 MB reply line at RCPT", script: On(RcptTo, Action{Endless: strings.Repeat("550 x", 1000)}), outcome: mailer.Deferred, scope: protocol, phase: mailer.PhaseRcpt},

	{name: "sender refused", script: On(MailFrom, Action{Reply: "550 5.1.8 sender's domain does not exist"}), outcome: mailer.Deferred, scope: sender, code: 550, phase: mailer.PhaseMail, usable: true},
	{name: "550 at MAIL", script: On(MailFrom, Action{Reply: "550 5.1.1 no"}), outcome: mailer.Deferred, scope: protocol, code: 550, phase: mailer.PhaseMail, usable: true},
	{name: "421 at MAIL", script: On(MailFrom, Action{Reply: "421 too many connections", Drop: true}), outcome: mailer.Deferred, scope: protocol, code: 421, phase: mailer.PhaseMail},
	{name: "silence at MAIL", script: On(MailFrom, Action{Hang: true}), outcome: mailer.Deferred, scope: protocol, phase: mailer.PhaseMail},
}

// dials are misbehaviours before there is a connection.
var dials = []hostile{
	{name: "drop before the greeting", script: On(Greeting, Action{Drop: true}), phase: mailer.PhaseGreeting},
	{name: "silence", script: On(Greeting, Action{Hang: true}), phase: mailer.PhaseGreeting},
	{name: "554 greeting", script: On(Greeting, Action{Reply: "554 5.7.1 go away", Drop: true}), code: 554, phase: mailer.PhaseGreeting},
	{name: "421 greeting", script: On(Greeting, Action{Reply: "421 4.3.2 busy", Drop: true}), code: 421, phase: mailer.PhaseGreeting},
	{name: "HTTP", script: On(Greeting, Action{Reply: "HTTP/1.1 400 Bad Request"}), phase: mailer.PhaseGreeting},
	{name: "endless greeting", script: On(Greeting, Action{Endless: "220-welcome\r\n"}), phase: mailer.PhaseGreeting},
	{name: "endless greeting line", script: On(Greeting, Action{Endless: "220 welcome "}), phase: mailer.PhaseGreeting},
	{name: "greeting that drips", script: On(Greeting, Action{Reply: "220 " + strings.Repeat("slow", 100), Drip: 20 * time.Millisecond}), phase: mailer.PhaseGreeting},
	{name: "drop at EHLO", script: On(Ehlo, Action{Drop: true}), phase: mailer.PhaseHello},
	{name: "421 at EHLO", script: On(Ehlo, Action{Reply: "421 no", Drop: true}), code: 421, phase: mailer.PhaseHello},
	{name: "endless EHLO", script: On(Ehlo, Action{Endless: "250-X\r\n"}), phase: mailer.PhaseHello},
}

func (s suite) hostile(t *testing.T) {
	for _, h := range transactions {
		if h.phase == mailer.PhaseData && s.OneWrite {
			continue // there is no DATA
		}
		t.Run(h.name, func(t *testing.T) { s.transaction(t, h) })
	}
	for _, h := range dials {
		t.Run(h.name, func(t *testing.T) { s.dials(t, h) })
	}
	t.Run("nothing unread is taken for an answer", s.outOfStep)
	t.Run("cancelled while waiting for the verdict", s.cancelledAfterDot)
	t.Run("closed while waiting for the verdict", s.closedAfterDot)
	t.Run("idle connection is cut", s.idleCut)
}

// transaction sends one message to a peer that behaves only in the second.
func (s suite) transaction(t *testing.T, h hostile) {
	if s.OneWrite && h.outcome == mailer.Deferred && h.code == 0 { // everything has left before the first reply
		h.outcome, h.phase = mailer.Unknown, mailer.PhaseDot
	}
	p := s.peer(t, func(e Event) Action {
		if e.Message == 1 {
			return h.script(e)
		}
		return Action{}
	})
	c, err := s.Dial(t.Context(), p.URL(s.Settings), h.limits())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // closed for good by most cases
	err = c.Send(t.Context(), envelope, letter("1", "x"), nil)
	if e, ok := errors.AsType[*mailer.Error](err); h.race && ok && e.Outcome == mailer.Unknown {
		h.outcome, h.phase = mailer.Unknown, mailer.PhaseDot
	}
	if h.outcome == 0 {
		if err != nil {
			t.Fatal(err)
		}
	} else if e := wantError(t, err, h.outcome); e == nil || e.Scope != h.scope || e.Code != h.code || e.Phase != h.phase || e.Suppress != h.suppress {
		t.Errorf("got %#v", e)
	}
	if n := len(p.Accepted()); n != h.accepted {
		t.Errorf("the peer accepted %d instead of %d", n, h.accepted)
	}
	if c.Usable() != h.usable {
		t.Fatalf("usable is %v", c.Usable())
	}
	if !h.usable {
		return
	}
	if err := c.Send(t.Context(), envelope, letter("2", "y"), nil); err != nil {
		if e := wantError(t, err, mailer.Deferred); e == nil || h.phase != mailer.PhaseMail {
			t.Errorf("the next message: %v", err)
		}
		return
	}
	if n := len(p.Accepted()); n != h.accepted+1 {
		t.Errorf("the next message: %d accepted instead of %d", n, h.accepted+1)
	}
}

// limits are ample unless the case is about time.
func (h hostile) limits() mailer.Timeouts {
	for _, word := range []string{"silence", "drips"} {
		if strings.Contains(h.name, word) {
			limits := short
			if h.phase != mailer.PhaseGreeting {
				limits.Dial = ample.Dial
			}
			return limits
		}
	}
	return ample
}

func (s suite) dials(t *testing.T, h hostile) {
	p := s.peer(t, h.script)
	c, err := s.Dial(t.Context(), p.URL(s.Settings), h.limits())
	if err == nil {
		_ = c.Close() // the failure is reported below
	}
	e := wantError(t, err, mailer.Deferred)
	if e == nil || e.Scope != protocol || e.Phase != h.phase || e.Code != h.code {
		t.Errorf("got %#v", e)
	}
}

// outOfStep: an extra reply must not become the answer to the next command.
func (s suite) outOfStep(t *testing.T) {
	p := s.peer(t, On(Dot, Action{Reply: "250 ok\n250 ok\n250 ok\n354 go\n250 ok"}))
	c := s.mustDial(t, p.URL(s.Settings))
	if err := c.Send(t.Context(), envelope, letter("1", "x"), nil); err != nil {
		t.Fatal(err)
	}
	err := c.Send(t.Context(), envelope, letter("2", "x"), nil)
	if e := wantError(t, err, mailer.Deferred); e != nil && e.Scope != protocol {
		t.Errorf("got %v", e)
	}
	if c.Usable() || len(p.Accepted()) != 1 {
		t.Errorf("usable %v, %d accepted", c.Usable(), len(p.Accepted()))
	}
}

func (s suite) cancelledAfterDot(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := s.peer(t, func(e Event) Action {
		if e.Phase == Dot {
			cancel()
			return Action{Accept: true, Hang: true}
		}
		return Action{}
	})
	c := s.mustDial(t, p.URL(s.Settings))
	err := c.Send(ctx, envelope, letter("1", "x"), nil)
	if e := wantError(t, err, mailer.Unknown); e != nil && (e.Scope != 0 || e.Phase != mailer.PhaseDot) {
		t.Errorf("got %v", e)
	}
	if c.Usable() {
		t.Error("usable after Unknown")
	}
}

// closedAfterDot: Close from another goroutine cuts a message short without
// writing into it.
func (s suite) closedAfterDot(t *testing.T) {
	var c mailer.Conn
	dialled, closed := make(chan struct{}), make(chan struct{})
	p := s.peer(t, func(e Event) Action {
		if e.Phase != Dot {
			return Action{}
		}
		<-dialled
		go func() {
			defer close(closed)
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}()
		return Action{Hang: true}
	})
	c = s.mustDial(t, p.URL(s.Settings))
	close(dialled)
	wantOutcome(t, c.Send(t.Context(), envelope, letter("1", "x"), nil), mailer.Unknown)
	<-closed
	if c.Usable() {
		t.Error("usable after Close")
	}
}

// idleCut: the relay hangs up between two messages.
func (s suite) idleCut(t *testing.T) {
	for name, a := range map[string]Action{"silently": {Reply: "250 ok", Drop: true}, "with a 421": {Reply: "250 ok\n421 4.4.2 idle", Drop: true}} {
		p := s.peer(t, On(Dot, a))
		c := s.mustDial(t, p.URL(s.Settings))
		if err := c.Send(t.Context(), envelope, letter("1", "x"), nil); err != nil {
			t.Fatal(err)
		}
		p.awaitHangUps(t)
		err := c.Send(t.Context(), envelope, letter("2", "x"), nil)
		if e := wantError(t, err, mailer.Deferred); e != nil && e.Scope != protocol || c.Usable() || len(p.Accepted()) != 1 {
			t.Errorf("%s: got %v, usable %v, %d accepted", name, e, c.Usable(), len(p.Accepted()))
		}
	}
}
