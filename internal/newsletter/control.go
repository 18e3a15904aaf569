package newsletter

import (
	"context"
	"errors"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// Pause stops a launched issue within one message per connection; why is shown
// in its status.
func (s *Service) Pause(ctx context.Context, id int64, why string) error {
	return s.control(ctx, id, func(tx *postgres.Tx, mailing int64) error { return outbox.Pause(ctx, tx, mailing, why) })
}

// Resume lets a paused issue go on.
func (s *Service) Resume(ctx context.Context, id int64) error {
	return s.control(ctx, id, func(tx *postgres.Tx, mailing int64) error { return outbox.Resume(ctx, tx, mailing) })
}

// Cancel ends a launched issue for good: what is in flight becomes unknown,
// who is left is skipped.
func (s *Service) Cancel(ctx context.Context, id int64, why string) error {
	return s.control(ctx, id, func(tx *postgres.Tx, mailing int64) error { return outbox.Cancel(ctx, tx, mailing, why) })
}

func (s *Service) control(ctx context.Context, id int64, act func(tx *postgres.Tx, mailing int64) error) error {
	mailing, err := s.mailing(ctx, id)
	if err != nil {
		return err
	}
	err = postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error { return act(tx, mailing) })
	var settled *outbox.StateError
	if errors.As(err, &settled) {
		return refused("issue %d is %s: there is nothing to %s", id, settled.State, settled.Verb)
	}
	return err
}
