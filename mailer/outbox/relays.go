package outbox

import (
	"fmt"
	"time"
)

// Relay is an SMTP server that mailings go out through.
type Relay struct {
	ID        int64     `db:"id" json:"id"`
	Name      string    `db:"name" json:"name"`
	URL       string    `db:"url" json:"-"` // holds the password
	CreatedAt time.Time `db:"created_at" json:"created_at"`
	// Priority: a mailing that may go through any relay goes through those of
	// the lowest priority that can be used; Weight is a relay's share of it.
	Priority int `db:"priority" json:"priority"`
	Weight   int `db:"weight" json:"weight"`
	// WarmSince is the first day of a warm-up plan, nil for none.
	WarmSince *time.Time `db:"warm_since" json:"warm_since,omitempty"`
	WarmFirst int64      `db:"warm_first" json:"warm_first,omitempty"` // what it may take on the first day
	WarmUntil int64      `db:"warm_until" json:"warm_until,omitempty"` // the plan ends when a day's cap reaches this
	WarmRatio float64    `db:"warm_growth" json:"warm_growth,omitempty"`
}

// Preference says when a mailing that may go through any relay goes through
// this one. The zero value is the first priority and one share.
type Preference struct {
	Priority int // 0 to 1,000; the lowest goes first
	Weight   int // 1 to 1,000; 0 is 1
}

func (p *Preference) check() error {
	if p.Weight == 0 {
		p.Weight = 1
	}
	if p.Priority < 0 || p.Priority > 1000 || p.Weight < 1 || p.Weight > 1000 {
		return fmt.Errorf("a relay's priority is 0 to 1000 and its weight 1 to 1000, not %d and %d", p.Priority, p.Weight)
	}
	return nil
}

// WarmUp is a plan by which a new relay takes more each day (SMTP-14): First on
// the first day, then Growth times as much each day, until a day's cap reaches
// Until.
type WarmUp struct {
	First  int64
	Growth float64
	Until  int64
}

func (w WarmUp) check() error {
	if w.First < 1 || w.Growth < 1 || w.Growth > 10 || w.Until < w.First || w.Until > 1e9 {
		return fmt.Errorf("a warm-up begins with at least 1 message, grows 1 to 10 times a day and ends above where it began, not %d, %g and %d",
			w.First, w.Growth, w.Until)
	}
	return nil
}
