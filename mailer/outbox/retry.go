package outbox

import (
	"errors"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// fate is what the worker does about one attempt.
type fate uint8

const (
	fateBook    fate = iota // write the outcome to the ledger or to the retries
	fateReturn              // nothing happened to the recipient: he goes back to the batch
	fateTrouble             // as fateReturn, and the relay is not to be relied on
	fatePause               // the content is at fault: as fateReturn, and the mailing pauses (SMTP-5)
)

// judge says what an attempt to send means. Whoever isn't to blame is not
// charged: an error of the relay before the recipient was named leaves him
// where he was; one in the middle of his own transaction defers him, so that
// somebody at whose name a relay drops the connection can't stop a batch.
func judge(err error) (fate, mailer.Outcome, *mailer.Error) {
	if err == nil {
		return fateBook, mailer.Sent, nil
	}
	var e *mailer.Error
	if !errors.As(err, &e) { // not from a transport that keeps the contract: nobody can know
		return fateBook, mailer.Unknown, &mailer.Error{Outcome: mailer.Unknown, Err: err}
	}
	switch {
	case e.Outcome == mailer.Unknown:
		return fateBook, mailer.Unknown, e
	case e.Scope == 0:
		return fateReturn, mailer.Deferred, e
	case e.Scope == mailer.ScopeMessage:
		return fatePause, mailer.Deferred, e
	case e.Scope == mailer.ScopeRecipient:
		return fateBook, e.Outcome, e
	case named(e): // the sender's at that provider, or the connection's
		return fateBook, mailer.Deferred, e
	}
	return fateTrouble, mailer.Deferred, e
}

// named tells whether the relay knew the recipient's name when it said so.
func named(e *mailer.Error) bool {
	return e.Phase == mailer.PhaseRcpt || e.Phase == mailer.PhaseData || e.Phase == mailer.PhaseDot
}

// backoff is how long to wait before attempt tries+1 (SMTP-9): base, then twice
// as long each time up to most, each one fifth more or less by chance (0 ≤
// chance < 1) so that those deferred together don't come back together.
func backoff(base, most time.Duration, tries int, chance float64) time.Duration {
	d := base
	for i := 1; i < tries && d < most; i++ {
		d *= 2
	}
	d = min(d, most)
	return d + time.Duration((chance-0.5)*0.4*float64(d))
}

// retryAfter is when a recipient is tried again. A provider that says how long
// it wants to be left alone (SMTP-6, SMTP-7) is left alone for longer.
func (c *Config) retryAfter(outcome mailer.Outcome, tries int, e *mailer.Error) time.Duration {
	switch outcome {
	case mailer.Deferred:
		d := backoff(c.RetryBase, c.RetryMax, tries, c.Chance())
		if e != nil && e.Wait > 0 {
			d = max(d, e.Wait+time.Duration(c.Chance()*0.2*float64(e.Wait)))
		}
		return d
	case mailer.Unknown:
		return c.RetryBase / 15 // for mailings that send again
	}
	return 0
}
