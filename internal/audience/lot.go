package audience

import (
	"fmt"
	"time"
)

// Verdict says what became of one person who was to come onto a list.
type Verdict string

// Created: he came onto the list. Updated: he was on it and something changed,
// his particulars or pending to active. Unchanged: neither. Rejected: refused.
const (
	Created   Verdict = "created"
	Updated   Verdict = "updated"
	Unchanged Verdict = "unchanged"
	Rejected  Verdict = "rejected"
)

// known is what the database knew of a candidate before.
type known struct {
	N          int       `db:"n"`  // place in the lot, from 1
	ID         int64     `db:"id"` // 0: no such person, only a suppression
	Name       string    `db:"name"`
	Zone       string    `db:"zone"`
	Language   string    `db:"language"`
	State      string    `db:"state"` // "" when he is not on the list
	Ended      time.Time `db:"ended_at"`
	Suppressed string    `db:"suppressed"` // reason, "" when he is not
}

// candidate is a person who is to come onto a list.
type candidate struct {
	person
	line int64

	id      int64 // 0 until he is known
	join    bool  // onto the list, or from pending to active
	amend   bool  // his particulars
	verdict Verdict
	reason  string // why he was refused
}

// decide says what is to become of c, given what is known of him.
func (c *candidate) decide(k *known, goal string) {
	if k == nil { // he is new, or was erased just now
		c.verdict, c.join = Created, true
		return
	}
	switch {
	case k.Suppressed != "":
		c.verdict, c.reason = Rejected, suppressedReason(k.Suppressed)
		return
	case k.State == "unsubscribed":
		c.verdict, c.reason = Rejected, fmt.Sprintf("this person unsubscribed on %s; only he himself can come back", k.Ended.UTC().Format(time.DateOnly))
		return
	}
	c.id = k.ID
	c.fill(&c.name, k.Name)
	c.fill(&c.zone, k.Zone)
	c.fill(&c.language, k.Language)
	c.join = k.State == "" || k.State == "pending" && goal == "active"
	switch {
	case k.State == "":
		c.verdict = Created
	case c.join || c.amend:
		c.verdict = Updated
	default:
		c.verdict = Unchanged
	}
}

// fill keeps what is known where nothing was given.
func (c *candidate) fill(given *string, known string) {
	switch {
	case *given == "":
		*given = known
	case *given != known:
		c.amend = true
	}
}

func suppressedReason(why string) string {
	said := map[string]string{
		"manual":    "was put there by hand",
		"bounce":    "mail to it came back",
		"complaint": "its owner reported a mail as spam",
		"erasure":   "its owner had his data erased",
	}[why]
	return fmt.Sprintf("this address is on the suppression list (%s); it comes back only when its owner signs up and confirms again", said)
}
