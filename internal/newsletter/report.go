package newsletter

import (
	"context"
	"time"

	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// Reconcile accounts for every recipient of a launched issue from first
// principles, and names the unknown ones.
func (s *Service) Reconcile(ctx context.Context, id int64) (outbox.Report, error) {
	mailing, err := s.mailing(ctx, id)
	if err != nil {
		return outbox.Report{}, err
	}
	r, err := outbox.Reconcile(ctx, s.db, mailing)
	if err != nil {
		return r, err
	}
	return r, r.Addresses(ctx, s)
}

// Recipient is one line of an issue's ledger.
type Recipient struct {
	ID      int64  `json:"id"`
	Address string `json:"address"` // "" for who was erased
	Outcome string `json:"outcome"`
	// At is when the outcome was recorded.
	At       time.Time `json:"at"`
	Code     int       `json:"code,omitempty"`
	Enhanced string    `json:"enhanced,omitempty"`
	// Reason says why he was skipped or given up; Reply is the relay's last
	// words, if they weren't 2xx.
	Reason string `json:"reason,omitempty"`
	Reply  string `json:"reply,omitempty"`
}

// Recipients gives who got an issue and who did not: up to limit lines of the
// ledger with ids above after; outcome "" is every outcome.
func (s *Service) Recipients(ctx context.Context, id int64, outcome string, after int64, limit int) ([]Recipient, error) {
	mailing, err := s.mailing(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []Recipient{}
	for len(out) < limit {
		entries, err := outbox.Ledger(ctx, s.db, mailing, after, limit)
		if err != nil || len(entries) == 0 {
			return out, err
		}
		after = entries[len(entries)-1].RecipientID
		ids := make([]int64, len(entries))
		for i, e := range entries {
			ids[i] = e.RecipientID
		}
		people, err := s.audience.Profiles(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if outcome != "" && e.Outcome.String() != outcome || len(out) == limit {
				continue
			}
			out = append(out, Recipient{e.RecipientID, people[e.RecipientID].Email, e.Outcome.String(), e.At, e.Code, e.Enhanced, e.Reason, e.Reply})
		}
	}
	return out, nil
}
