package audience

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// Subscription is one person on one list.
type Subscription struct {
	ListID      int64      `db:"list_id" json:"list_id"`
	ListSlug    string     `db:"list_slug" json:"list"`
	ListName    string     `db:"list_name" json:"list_name"`
	State       string     `db:"state" json:"state"` // pending, active, unsubscribed
	CreatedAt   time.Time  `db:"created_at" json:"created_at"`
	ConfirmedAt *time.Time `db:"confirmed_at" json:"confirmed_at,omitempty"`
	EndedAt     *time.Time `db:"ended_at" json:"ended_at,omitempty"`
	// MayReturn says whether Resubscribe would bring him back.
	MayReturn bool `db:"may_return" json:"-"`
}

// Subscriptions gives all subscriptions of a person, by the names of the lists,
// also those that have ended.
func (s *Store) Subscriptions(ctx context.Context, subscriberID int64) ([]Subscription, error) {
	var all []Subscription
	err := s.db.SelectContext(ctx, &all, `
		SELECT c.list_id, l.slug AS list_slug, l.name AS list_name, c.state, c.created_at, c.confirmed_at, c.ended_at,
		       c.state = 'unsubscribed' AND (c.confirmed_at IS NOT NULL OR NOT l.double_opt_in) AND x.email_hash IS NULL AS may_return
		  FROM subscriptions c
		  JOIN lists l ON l.id = c.list_id
		  JOIN subscribers s ON s.id = c.subscriber_id
		  LEFT JOIN suppressions x ON x.email_hash = s.email_hash
		 WHERE c.subscriber_id = $1
		 ORDER BY l.name, l.id`, subscriberID)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions of %d: %w", subscriberID, err)
	}
	return all, nil
}

// Unsubscribe ends a subscription at once; how says by which way, such as
// "one-click". already is true when there was nothing to end, also when the
// person has been erased: who leaves gets the same answer every time.
func (s *Store) Unsubscribe(ctx context.Context, tx *sqlx.Tx, subscriberID, listID int64, how string) (already bool, err error) {
	return s.change(ctx, tx, subscriberID, listID, "withdrawn", how, `
		UPDATE subscriptions SET state = 'unsubscribed', ended_at = $3
		 WHERE list_id = $1 AND subscriber_id = $2 AND state <> 'unsubscribed'`)
}

// Resubscribe brings a person back who has left, by his own act; how says by
// which way. It is for who has proven that the address is his: he confirmed it
// once, or the list does not ask for that. A *RefusedError says why it can't be;
// already is true when he is on the list.
func (s *Store) Resubscribe(ctx context.Context, tx *sqlx.Tx, subscriberID, listID int64, how string) (already bool, err error) {
	same, err := s.change(ctx, tx, subscriberID, listID, "granted", how, `
		UPDATE subscriptions c SET state = 'active', ended_at = NULL
		  FROM lists l, subscribers s, (SELECT $3::timestamptz) at
		 WHERE c.list_id = $1 AND c.subscriber_id = $2 AND c.state = 'unsubscribed'
		   AND l.id = c.list_id AND (c.confirmed_at IS NOT NULL OR NOT l.double_opt_in)
		   AND s.id = c.subscriber_id AND NOT EXISTS (SELECT FROM suppressions x WHERE x.email_hash = s.email_hash)`)
	if err != nil || !same {
		return false, err
	}
	var state string
	err = tx.GetContext(ctx, &state, `SELECT state FROM subscriptions WHERE list_id = $1 AND subscriber_id = $2`, listID, subscriberID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, refusedf("this address has never been on the list")
	case err != nil:
		return false, fmt.Errorf("look up subscription of %d to list %d: %w", subscriberID, listID, err)
	case state == "active":
		return true, nil
	case state == "pending":
		return false, refusedf("this subscription has not been confirmed yet")
	}
	return false, refusedf("this address can come back only by signing up and confirming again")
}

// change runs an update of one subscription and writes the event if it changed
// anything.
func (s *Store) change(ctx context.Context, tx *sqlx.Tx, subscriberID, listID int64, kind, how, update string) (already bool, err error) {
	at := s.now()
	res, err := tx.ExecContext(ctx, update, listID, subscriberID, at)
	if err != nil {
		return false, fmt.Errorf("change subscription of %d to list %d: %w", subscriberID, listID, err)
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return true, err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO consent_events (subscriber_id, list_id, kind, source, at) VALUES ($1, $2, $3, $4, $5)`,
		subscriberID, listID, kind, how, at)
	if err != nil {
		return false, fmt.Errorf("record consent of %d to list %d: %w", subscriberID, listID, err)
	}
	return false, nil
}

// Event is one entry of the consent ledger.
type Event struct {
	ID       int64     `db:"id" json:"id"`
	ListID   int64     `db:"list_id" json:"list_id"`
	ListSlug string    `db:"list_slug" json:"list"`
	Kind     string    `db:"kind" json:"kind"` // granted, confirmed, withdrawn
	Source   string    `db:"source" json:"source"`
	Detail   string    `db:"detail" json:"detail,omitempty"`
	ImportID int64     `db:"import_id" json:"import_id,omitempty"` // 0: not by an import
	At       time.Time `db:"at" json:"at"`
}

// Detail is everything that is known of an address.
type Detail struct {
	Subscriber    *Subscriber    `json:"subscriber"` // nil: only a suppression is known
	Subscriptions []Subscription `json:"subscriptions"`
	Events        []Event        `json:"consent_events"` // oldest first
	Suppression   *Suppression   `json:"suppression"`    // nil: none
}

// Show gives everything that is known of an address. A *NotFoundError says that
// nothing is, a *RefusedError that it isn't an address.
func (s *Store) Show(ctx context.Context, email string) (Detail, error) {
	a, err := ParseAddress(email)
	if err != nil {
		return Detail{}, err
	}
	var d Detail
	if d.Suppression, err = s.suppression(ctx, a); err != nil {
		return Detail{}, err
	}
	var p Subscriber
	err = s.db.GetContext(ctx, &p, `
		SELECT id, email, name, zone, language, created_at FROM subscribers WHERE email_key = $1`, a.Key)
	switch {
	case errors.Is(err, sql.ErrNoRows) && d.Suppression != nil:
		return d, nil
	case errors.Is(err, sql.ErrNoRows):
		return Detail{}, notFoundf("nobody with the address %s is known", clip(a.Email))
	case err != nil:
		return Detail{}, fmt.Errorf("look up subscriber: %w", err)
	}
	d.Subscriber = &p
	if d.Subscriptions, err = s.Subscriptions(ctx, p.ID); err != nil {
		return Detail{}, err
	}
	err = s.db.SelectContext(ctx, &d.Events, `
		SELECT e.id, e.list_id, coalesce(l.slug, '') AS list_slug, e.kind, e.source, e.detail, coalesce(e.import_id, 0) AS import_id, e.at
		  FROM consent_events e LEFT JOIN lists l ON l.id = e.list_id
		 WHERE e.subscriber_id = $1 ORDER BY e.id`, p.ID)
	if err != nil {
		return Detail{}, fmt.Errorf("read consent events of %d: %w", p.ID, err)
	}
	return d, nil
}
