package newsletter

import (
	"context"
	"time"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
	"github.com/broadsheet/broadsheet/scheduler"
)

// Slots gives what varies between the recipients of an issue's mailing
// (outbox.SlotSource). Who has been erased is missing.
func (s *Service) Slots(ctx context.Context, mailingID int64, ids []int64) (map[int64]mailer.Recipient, error) {
	n, err := s.ofMailing(ctx, mailingID)
	if err != nil {
		return nil, err
	}
	people, err := s.audience.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]mailer.Recipient, len(people))
	for id, p := range people {
		out[id] = s.recipient(n, mailingID, p)
	}
	return out, nil
}

func (s *Service) recipient(n Newsletter, mailingID int64, p audience.Profile) mailer.Recipient {
	r := mailer.Recipient{
		Address:   p.Email,
		Name:      p.Name,
		MessageID: s.ring.MessageID(mailingID, p.ID, n.domain()),
		Values: []string{
			s.ring.Token(keyring.Unsubscribe, p.ID, n.ID),
			s.ring.Token(keyring.OneClick, p.ID, n.ID),
			s.ring.Token(keyring.Preferences, p.ID, n.ID),
		},
	}
	if s.returns.Domain != "" {
		r.ReturnPath = s.returns.Address(mailingID, p.ID)
	}
	return r
}

// recipients is the audience of a launch. With an occurrence in the readers'
// own zones each reader's instant is that of his wall clock.
func (s *Service) recipients(ctx context.Context, tx *postgres.Tx, n Newsletter, i Issue) (outbox.Audience, error) {
	query, args := s.audience.Recipients(n.ListID)
	if !i.OccurrenceID.Valid {
		return atOnce(query, args), nil
	}
	occ, err := s.schedules.Occurrence(ctx, tx, i.OccurrenceID.Int64)
	if err != nil {
		return outbox.Audience{}, err
	}
	if occ.Zone != scheduler.Reader {
		return atOnce(query, args), nil
	}
	zones, err := s.zones(ctx, tx, n.ListID)
	if err != nil {
		return outbox.Audience{}, err
	}
	home, err := scheduler.LoadZone(n.Zone)
	if err != nil {
		return outbox.Audience{}, err
	}
	at := make([]string, len(zones))
	for i, name := range zones {
		loc := home
		if name != "" {
			if known, err := scheduler.LoadZone(name); err == nil { // else a zone that is no longer known
				loc = known
			}
		}
		at[i] = instant(occ, loc)
	}
	return byZone(query, args, zones, at, instant(occ, home)), nil
}

// instant is when an occurrence's wall-clock time comes in a zone, for SQL.
func instant(occ scheduler.Occurrence, loc *time.Location) string {
	return scheduler.Instant(occ.Wall, loc).Format(time.RFC3339)
}
