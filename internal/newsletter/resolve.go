package newsletter

import (
	"context"
	"strings"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// Resolve decides about the recipients of a launched issue whose outcome is
// unknown: all of them, or with an address that one. It returns how many it
// concerned; actor is kept with the decision.
func (s *Service) Resolve(ctx context.Context, id int64, v outbox.Verdict, address, actor string) (int, error) {
	mailing, err := s.mailing(ctx, id)
	if err != nil {
		return 0, err
	}
	var ids []int64
	if address != "" {
		r, err := s.Reconcile(ctx, id)
		if err != nil {
			return 0, err
		}
		for _, u := range r.UnknownRecipients {
			if strings.EqualFold(u.Address, strings.TrimSpace(address)) {
				ids = append(ids, u.ID)
			}
		}
		if len(ids) == 0 {
			return 0, refused("%s is not among the unknown recipients of issue %d; broadsheet issue reconcile %d lists them", address, id, id)
		}
	}
	var done []int64
	err = postgres.InTx(ctx, s.db, func(tx *postgres.Tx) (err error) {
		done, err = outbox.Resolve(ctx, tx, mailing, v, ids, actor)
		return err
	})
	return len(done), err
}

// Whereabouts is where one recipient of an issue stands.
type Whereabouts struct {
	outbox.Standing
	Address string // "" for who was erased
}

// standingsAtOnce is how many recipients' addresses are looked up together.
const standingsAtOnce = 1000

// Standings gives where each frozen recipient of an issue stands, by id.
func (s *Service) Standings(ctx context.Context, id int64, see func(Whereabouts) error) error {
	mailing, err := s.mailing(ctx, id)
	if err != nil {
		return err
	}
	return outbox.Standings(ctx, s.db, mailing, standingsAtOnce, func(lot []outbox.Standing) error {
		ids := make([]int64, len(lot))
		for i, x := range lot {
			ids[i] = x.RecipientID
		}
		people, err := s.audience.Profiles(ctx, ids)
		if err != nil {
			return err
		}
		for _, x := range lot {
			if err := see(Whereabouts{x, people[x.RecipientID].Email}); err != nil {
				return err
			}
		}
		return nil
	})
}

// stream names a newsletter to the outbox: its throttle, and what pauses when
// too many readers complain.
func stream(n Newsletter) string { return n.Slug }
