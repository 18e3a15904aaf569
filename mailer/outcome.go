package mailer

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Outcome is what became of one message to one recipient. The numbers are
// those of the ledger in SQL.
type Outcome uint8

// Outcomes. The relay answered Sent, Failed and Deferred; Unknown means that
// the last byte may have left and no whole reply came back (RFC 1047), so
// that nobody can know. Skipped is never the transport's verdict.
const (
	Sent     Outcome = 1
	Failed   Outcome = 2
	Skipped  Outcome = 3
	Unknown  Outcome = 4
	Deferred Outcome = 6
)

// String is the outcome in one lower-case word.
func (o Outcome) String() string {
	switch o {
	case Sent:
		return "sent"
	case Failed:
		return "failed"
	case Skipped:
		return "skipped"
	case Unknown:
		return "unknown"
	case Deferred:
		return "deferred"
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// Scope says whom an error concerns, hence who may be charged for it. The
// zero Scope is nobody: the caller's gate or context ended the attempt.
type Scope uint8

// Scopes.
const (
	// ScopeRecipient: this address only.
	ScopeRecipient Scope = iota + 1
	// ScopeMessage: the content; every recipient of it would see the same.
	ScopeMessage
	// ScopeSender: the sender at the recipient's provider (reputation, policy,
	// authentication). No subscriber is charged.
	ScopeSender
	// ScopeProtocol: the relay or the connection to it. No subscriber is charged.
	ScopeProtocol
)

// String is the scope in one lower-case word.
func (s Scope) String() string {
	switch s {
	case 0:
		return "none"
	case ScopeRecipient:
		return "recipient"
	case ScopeMessage:
		return "message"
	case ScopeSender:
		return "sender"
	case ScopeProtocol:
		return "protocol"
	}
	return fmt.Sprintf("scope %d", uint8(s))
}

// Suppress says what an error means for the address in the long run.
type Suppress uint8

// Suppressions: leave the address alone, stop mailing it at once (SMTP-2), or
// count it and stop after some issues (SMTP-3).
const (
	SuppressNot Suppress = iota
	SuppressNow
	SuppressCount
)

// Phases of a connection and of a transaction, as in [Error.Phase].
const (
	PhaseConnect  = "connect"  // TCP, or TLS of smtps
	PhaseGreeting = "greeting" // the relay's 220
	PhaseHello    = "ehlo"
	PhaseStartTLS = "starttls"
	PhaseAuth     = "auth"
	PhaseAddress  = "address" // our own check of the envelope and the message, nothing was written
	PhaseMail     = "mail"
	PhaseRcpt     = "rcpt"
	PhaseData     = "data" // the DATA command and the content, up to the final dot
	PhaseGate     = "gate" // the caller's gate said no
	PhaseDot      = "dot"  // the final dot was written, or all in one write
)

// ErrClosed is what a connection that can't be used any more answers; nothing
// was written. Dial a new one.
var ErrClosed = errors.New("the connection to the relay is closed")

// Error is why a message was not (or not surely) accepted.
type Error struct {
	Outcome Outcome // Failed, Deferred or Unknown
	Scope   Scope
	// Code is the reply's code; 0 when no whole reply was read.
	Code int
	// Enhanced is the reply's enhanced code (RFC 3463), "5.1.1", or "".
	Enhanced string
	// Reply is the reply's text without codes, on one line, without control
	// characters, at most 1,000 bytes. It is the peer's text: escape it.
	Reply string
	// Phase is one of the Phase constants.
	Phase string
	// Rule is the id of the rule that decided ("SMTP-2"), "" for the first digit.
	Rule string
	// Suppress is what it means for the address in the long run.
	Suppress Suppress
	// Wait is how long the provider wants to be left alone; 0 means that the
	// retry schedule decides.
	Wait time.Duration
	// Err is the cause when it wasn't a reply.
	Err error
}

// Error is one line for logs and people: phase, reply, cause. It never holds
// a password.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s", e.Outcome, e.Phase)
	sep := ": "
	if e.Code != 0 {
		fmt.Fprintf(&b, "%s%d", sep, e.Code)
		sep = " "
	}
	for _, s := range []string{e.Enhanced, e.Reply} {
		if s != "" {
			b.WriteString(sep + s)
			sep = " "
		}
	}
	if e.Err != nil {
		if sep == " " {
			sep = "; "
		}
		b.WriteString(sep + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
