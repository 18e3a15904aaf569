package outbox

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/mailer"
)

var quoted = regexp.MustCompile(`'([^']+)'`)

// The states in the package's documentation, in Go and in SQL are the same.
func TestStatesAreDocumented(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "# States of a mailing")
	mailings, rest, _ := strings.Cut(rest, "# States of a recipient")
	recipients, _, ok := strings.Cut(rest, "# How it is kept")
	if !ok {
		t.Fatal("the documentation lost a section")
	}

	var states []string
	for _, m := range quoted.FindAllStringSubmatch(w.constraint("mailings", "state"), -1) {
		states = append(states, m[1])
	}
	inGo := []string{string(Sending), string(Paused), string(Cancelled), string(Finished)}
	slices.Sort(states)
	slices.Sort(inGo)
	if !slices.Equal(states, inGo) {
		t.Errorf("SQL has mailing states %v, Go %v", states, inGo)
	}
	for _, s := range states {
		if !regexp.MustCompile(`\b` + s + `\b`).MatchString(mailings) {
			t.Errorf("the mailing state %s is not drawn", s)
		}
	}

	check := w.constraint("deliveries", "outcome")
	if !strings.Contains(check, ">= 1") || !strings.Contains(check, "<= 4") {
		t.Errorf("the ledger's outcomes: %s", check)
	}
	for _, o := range []mailer.Outcome{mailer.Sent, mailer.Failed, mailer.Skipped, mailer.Unknown, mailer.Deferred} {
		if ledgered := o <= 4; ledgered != (o != mailer.Deferred) {
			t.Errorf("%s has number %d", o, o)
		}
		if !strings.Contains(recipients, o.String()) {
			t.Errorf("the recipient state %s is not drawn", o)
		}
	}

	policies := w.constraint("mailings", "on_unknown")
	for _, p := range []string{Hold, Resend} {
		if !strings.Contains(policies, "'"+p+"'") {
			t.Errorf("SQL doesn't know the policy %s: %s", p, policies)
		}
	}
}

// constraint is the CHECK of a column.
func (w *world) constraint(table, column string) string {
	w.t.Helper()
	var def string
	w.get(&def, `SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
		WHERE c.conrelid = $1::regclass AND c.contype = 'c' AND a.attname = $2`, table, column)
	return def
}
