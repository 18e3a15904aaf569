package mailer

import (
	"slices"
	"strings"
	"time"
)

// rule is one row of the classification table. A zero field matches anything;
// the first row of which all fields match decides.
type rule struct {
	id       string
	class    int      // 4 or 5
	phases   []string // of Phase constants
	codes    []int
	enhanced []string // without class: "1.1" is 4.1.1's subject and detail; "7." any of that subject; "none" for none
	text     []string // any of these, lower-case, in the reply's text

	scope    Scope
	defer_   bool // Deferred although the first digit is 5, before the dot
	suppress Suppress
	wait     time.Duration
	source   string
}

// classify turns a 4xx or 5xx reply into an error: the first digit decides
// the outcome, enhanced code and text decide whom it concerns. Two rules stand
// above the table: what the relay says before RCPT is no recipient's fault, and
// after the final dot a 5xx is final whatever it says.
func classify(phase string, rep reply) *Error {
	e := &Error{
		Outcome: Deferred, Scope: ScopeRecipient, Phase: phase,
		Code: rep.code, Enhanced: rep.enhanced, Reply: rep.text,
	}
	if rep.code/100 == 5 {
		e.Outcome = Failed
	}
	lower := strings.ToLower(rep.text)
	for i := range rules {
		r := &rules[i]
		if !r.matches(phase, rep, lower) {
			continue
		}
		e.Rule, e.Scope, e.Suppress, e.Wait = r.id, r.scope, r.suppress, r.wait
		if r.defer_ && phase != PhaseDot {
			e.Outcome = Deferred
		}
		break
	}
	if beforeRecipient(phase) {
		e.Outcome, e.Suppress = Deferred, SuppressNot
		if e.Scope == ScopeRecipient {
			e.Scope = ScopeProtocol
		}
	}
	return e
}

func beforeRecipient(phase string) bool {
	return !slices.Contains([]string{PhaseRcpt, PhaseData, PhaseDot}, phase)
}

func (r *rule) matches(phase string, rep reply, lower string) bool {
	if r.class != 0 && rep.code/100 != r.class ||
		len(r.phases) > 0 && !slices.Contains(r.phases, phase) ||
		len(r.codes) > 0 && !slices.Contains(r.codes, rep.code) {
		return false
	}
	if len(r.enhanced) > 0 && !slices.ContainsFunc(r.enhanced, func(want string) bool { return sameSubject(rep.enhanced, want) }) {
		return false
	}
	return len(r.text) == 0 || slices.ContainsFunc(r.text, func(t string) bool { return strings.Contains(lower, t) })
}

// sameSubject holds subject and detail of an enhanced code against a row's.
func sameSubject(enhanced, want string) bool {
	if want == "none" {
		return enhanced == ""
	}
	_, rest, ok := strings.Cut(enhanced, ".")
	if !ok {
		return false
	}
	return rest == want || strings.HasSuffix(want, ".") && strings.HasPrefix(rest, want)
}
