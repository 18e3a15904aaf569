package outbox

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Past is what became of one mailing for one recipient.
type Past struct {
	MailingID int64  `db:"mailing_id" json:"mailing_id"`
	Key       string `db:"key" json:"key"`
	Entry
}

// History gives what a recipient got and did not get, newest mailing first: up
// to limit entries. It looks into the ledger by its key, mailing by mailing.
func History(ctx context.Context, db sqlx.QueryerContext, recipientID int64, limit int) ([]Past, error) {
	list := []Past{}
	err := sqlx.SelectContext(ctx, db, &list, `
		SELECT m.id AS mailing_id, m.key, d.recipient_id, d.at, d.outcome, coalesce(d.code, 0) AS code,
		       coalesce(d.enhanced, '') AS enhanced, coalesce(d.reason, '') AS reason, coalesce(p.text, '') AS reply,
		       coalesce(p.tries, 0) AS tries
		  FROM mailings m
		  JOIN deliveries d ON d.mailing_id = m.id AND d.recipient_id = $1
		  LEFT JOIN LATERAL (SELECT text, tries FROM replies p WHERE p.mailing_id = m.id AND p.recipient_id = $1
		                      ORDER BY p.tries DESC LIMIT 1) p ON true
		 ORDER BY m.id DESC LIMIT $2`, recipientID, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of recipient %d: %w", recipientID, err)
	}
	return list, nil
}
