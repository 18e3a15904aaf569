package newsletter

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/broadsheet/broadsheet/mailer"
)

// Provider is what became of an issue at one mailbox provider.
type Provider struct {
	// Name is a known provider's, else a domain.
	Name    string `json:"name"`
	Sent    int64  `json:"sent"`
	Failed  int64  `json:"failed"`
	Skipped int64  `json:"skipped"`
	Unknown int64  `json:"unknown"`
}

func (p Provider) total() int64 { return p.Sent + p.Failed + p.Skipped + p.Unknown }

// Providers counts an issue's ledger by mailbox provider, the largest first:
// the first limit of them. It looks at everybody, so it takes a second for a
// million recipients.
func (s *Service) Providers(ctx context.Context, id int64, limit int) ([]Provider, error) {
	mailing, err := s.mailing(ctx, id)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Domain string
		Provider
	}
	err = s.db.SelectContext(ctx, &rows, `
		SELECT split_part(s.email_key, '@', 2) AS domain, count(*) FILTER (WHERE d.outcome = 1) AS sent,
		       count(*) FILTER (WHERE d.outcome = 2) AS failed, count(*) FILTER (WHERE d.outcome = 3) AS skipped,
		       count(*) FILTER (WHERE d.outcome = 4) AS unknown
		  FROM deliveries d JOIN subscribers s ON s.id = d.recipient_id WHERE d.mailing_id = $1 GROUP BY 1`, mailing)
	if err != nil {
		return nil, fmt.Errorf("count issue %d by provider: %w", id, err)
	}
	byName := map[string]*Provider{}
	list := []*Provider{}
	for _, r := range rows {
		name := cmp.Or(mailer.Provider(r.Domain), r.Domain)
		p := byName[name]
		if p == nil {
			p = &Provider{Name: name}
			byName[name] = p
			list = append(list, p)
		}
		p.Sent, p.Failed, p.Skipped, p.Unknown = p.Sent+r.Sent, p.Failed+r.Failed, p.Skipped+r.Skipped, p.Unknown+r.Unknown
	}
	slices.SortFunc(list, func(a, b *Provider) int {
		return cmp.Or(cmp.Compare(b.total(), a.total()), cmp.Compare(a.Name, b.Name))
	})
	out := make([]Provider, 0, min(limit, len(list)))
	for _, p := range list[:min(limit, len(list))] {
		out = append(out, *p)
	}
	return out, nil
}
