package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/mailer"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		err     error
		fate    fate
		outcome mailer.Outcome
	}{
		{"taken", nil, fateBook, mailer.Sent},
		{"nobody there", &mailer.Error{Outcome: mailer.Failed, Scope: mailer.ScopeRecipient, Phase: mailer.PhaseRcpt}, fateBook, mailer.Failed},
		{"mailbox full", &mailer.Error{Outcome: mailer.Deferred, Scope: mailer.ScopeRecipient, Phase: mailer.PhaseRcpt}, fateBook, mailer.Deferred},
		{"bad address", &mailer.Error{Outcome: mailer.Failed, Scope: mailer.ScopeRecipient, Phase: mailer.PhaseAddress}, fateBook, mailer.Failed},
		{"lost reply", &mailer.Error{Outcome: mailer.Unknown, Scope: mailer.ScopeProtocol, Phase: mailer.PhaseDot}, fateBook, mailer.Unknown},
		{"cut by us after the dot", &mailer.Error{Outcome: mailer.Unknown, Phase: mailer.PhaseDot}, fateBook, mailer.Unknown},
		{"gate", &mailer.Error{Outcome: mailer.Deferred, Phase: mailer.PhaseGate}, fateReturn, mailer.Deferred},
		{"bad content", &mailer.Error{Outcome: mailer.Failed, Scope: mailer.ScopeMessage, Phase: mailer.PhaseDot}, fatePause, mailer.Deferred},
		{"policy of a provider", &mailer.Error{Outcome: mailer.Failed, Scope: mailer.ScopeSender, Phase: mailer.PhaseDot}, fateBook, mailer.Deferred},
		{"sender refused", &mailer.Error{Outcome: mailer.Deferred, Scope: mailer.ScopeSender, Phase: mailer.PhaseMail}, fateTrouble, mailer.Deferred},
		{"no connection", &mailer.Error{Outcome: mailer.Deferred, Scope: mailer.ScopeProtocol, Phase: mailer.PhaseConnect}, fateTrouble, mailer.Deferred},
		{"dropped at his name", &mailer.Error{Outcome: mailer.Deferred, Scope: mailer.ScopeProtocol, Phase: mailer.PhaseRcpt}, fateBook, mailer.Deferred},
		{"wrapped", fmt.Errorf("x: %w", &mailer.Error{Outcome: mailer.Failed, Scope: mailer.ScopeRecipient, Phase: mailer.PhaseDot}), fateBook, mailer.Failed},
		{"no mailer.Error", errors.New("?"), fateBook, mailer.Unknown},
	} {
		if fate, outcome, _ := judge(c.err); fate != c.fate || outcome != c.outcome {
			t.Errorf("%s: fate %d, %s", c.name, fate, outcome)
		}
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	const base, most = 15 * time.Minute, 4 * time.Hour
	for tries, want := range map[int]time.Duration{1: base, 2: 2 * base, 3: 4 * base, 5: most, 500: most} {
		if got := backoff(base, most, tries, 0.5); got != want {
			t.Errorf("after %d tries %s instead of %s", tries, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		tries, chance := rapid.IntRange(1, 60).Draw(t, "tries"), rapid.Float64Range(0, 0.999).Draw(t, "chance")
		got := backoff(base, most, tries, chance)
		if got < base*4/5 || got > most*6/5 {
			t.Errorf("%s", got)
		}
		if tries == 1 && got > 30*time.Minute {
			t.Errorf("the first retry comes after %s; SMTP-9 wants 30 minutes or less", got)
		}
	})
}

func TestProvidersWaitIsKept(t *testing.T) {
	t.Parallel()
	c := Config{RetryBase: 15 * time.Minute, RetryMax: 4 * time.Hour, Chance: func() float64 { return 0 }}
	if d := c.retryAfter(mailer.Deferred, 1, &mailer.Error{Wait: 2 * time.Hour}); d != 2*time.Hour {
		t.Errorf("waits %s", d)
	}
	if d := c.retryAfter(mailer.Deferred, 1, nil); d != 12*time.Minute {
		t.Errorf("waits %s", d)
	}
}

func TestStorable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain": "plain", "a\x00b": "ab", "\xff\xfe": "\uFFFD", "\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc": "\u00fc\u00fc\u00fc\u00fc\u00fc",
		strings.Repeat("x", 20): strings.Repeat("x", 11),
	} {
		if got := storable(in, 11); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestPassingErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	lasting := []string{"SELECT 1/0", "SELECT nothing", "INSERT INTO relays (name, url) VALUES ('NO', '')"}
	for _, q := range lasting {
		if _, err := w.db.Exec(q); err == nil || passing(err) {
			t.Errorf("%s: %v passes", q, err)
		}
	}
	conn, err := openLedger(context.Background(), w.url, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	conn.wires.cut()
	if _, err := conn.commit(context.Background(), &lot{}, time.Second, time.Second, nil); err == nil || !passing(err) {
		t.Errorf("a cut connection: %v doesn't pass", err)
	}
	conn.close()
	if _, err := w.db.Exec("SET statement_timeout = 50; SELECT pg_sleep(30)"); err == nil || !passing(err) {
		t.Errorf("a statement that took too long: %v doesn't pass", err)
	}
}
