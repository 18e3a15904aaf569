package audience

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/keyring"
)

// Store is the audience in the database. It may be used by many goroutines.
type Store struct {
	db   *sqlx.DB
	ring *keyring.Ring
	now  func() time.Time
}

// New gives the audience kept in db. Addresses of suppressed people are hashed
// with ring; now is the clock of everything that is recorded.
func New(db *sqlx.DB, ring *keyring.Ring, now func() time.Time) *Store {
	return &Store{db: db, ring: ring, now: now}
}

func (s *Store) hash(a Address) []byte { return s.ring.Hash(keyring.Suppression, a.Key) }

// List is something people subscribe to.
type List struct {
	ID          int64     `db:"id" json:"id"`
	Slug        string    `db:"slug" json:"slug"`
	Name        string    `db:"name" json:"name"`
	DoubleOptIn bool      `db:"double_opt_in" json:"double_opt_in"` // whether a subscription has to be confirmed by mail
	CreatedAt   time.Time `db:"created_at" json:"created_at"`
}

// ListCounts is a list with the number of its subscriptions by state.
type ListCounts struct {
	List
	Active       int64 `db:"active" json:"active"`
	Pending      int64 `db:"pending" json:"pending"`
	Unsubscribed int64 `db:"unsubscribed" json:"unsubscribed"`
}

// CreateList makes a list. A *RefusedError says that the slug is taken or not
// fit for one, or that there is no name.
func (s *Store) CreateList(ctx context.Context, tx *sqlx.Tx, l List) (List, error) {
	if err := checkList(&l); err != nil {
		return List{}, err
	}
	err := tx.GetContext(ctx, &l, `
		INSERT INTO lists (slug, name, double_opt_in, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (slug) DO NOTHING
		RETURNING id, slug, name, double_opt_in, created_at`, l.Slug, l.Name, l.DoubleOptIn, s.now())
	if errors.Is(err, sql.ErrNoRows) {
		return List{}, refusedf("there is a list “%s” already; choose another name for this one", l.Slug)
	}
	if err != nil {
		return List{}, fmt.Errorf("create list %s: %w", l.Slug, err)
	}
	return l, nil
}

// ListBySlug finds a list; a *NotFoundError says that there is none.
func (s *Store) ListBySlug(ctx context.Context, slug string) (List, error) {
	var l List
	err := s.db.GetContext(ctx, &l, `SELECT id, slug, name, double_opt_in, created_at FROM lists WHERE slug = $1`, slug)
	if errors.Is(err, sql.ErrNoRows) {
		return List{}, notFoundf("there is no list “%s”; `broadsheet list list` shows those there are", clip(slug))
	}
	if err != nil {
		return List{}, fmt.Errorf("look up list %s: %w", slug, err)
	}
	return l, nil
}

// ListByID finds a list; a *NotFoundError says that there is none.
func (s *Store) ListByID(ctx context.Context, id int64) (List, error) { return listByID(ctx, s.db, id) }

func listByID(ctx context.Context, q sqlx.QueryerContext, id int64) (List, error) {
	var l List
	err := sqlx.GetContext(ctx, q, &l, `SELECT id, slug, name, double_opt_in, created_at FROM lists WHERE id = $1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return List{}, notFoundf("there is no list with the number %d", id)
	}
	if err != nil {
		return List{}, fmt.Errorf("look up list %d: %w", id, err)
	}
	return l, nil
}

// Lists gives all lists by slug, with their counts.
func (s *Store) Lists(ctx context.Context) ([]ListCounts, error) {
	var all []ListCounts
	err := s.db.SelectContext(ctx, &all, `
		SELECT l.id, l.slug, l.name, l.double_opt_in, l.created_at,
		       coalesce(c.active, 0) AS active, coalesce(c.pending, 0) AS pending, coalesce(c.unsubscribed, 0) AS unsubscribed
		  FROM lists l
		  LEFT JOIN (SELECT list_id,
		                    count(*) FILTER (WHERE state = 'active') AS active,
		                    count(*) FILTER (WHERE state = 'pending') AS pending,
		                    count(*) FILTER (WHERE state = 'unsubscribed') AS unsubscribed
		               FROM subscriptions GROUP BY list_id) c ON c.list_id = l.id
		 ORDER BY l.slug`)
	if err != nil {
		return nil, fmt.Errorf("read the lists: %w", err)
	}
	return all, nil
}

// Subscriber is a person.
type Subscriber struct {
	ID        int64     `db:"id" json:"id"`
	Email     string    `db:"email" json:"email"`
	Name      string    `db:"name" json:"name"`
	Zone      string    `db:"zone" json:"zone"`         // IANA name; empty: the newsletter's
	Language  string    `db:"language" json:"language"` // BCP 47 tag; may be empty
	CreatedAt time.Time `db:"created_at" json:"created_at"`
}

// Member is a person as he stands on one list.
type Member struct {
	Subscriber
	State string `db:"state" json:"state"` // pending, active, unsubscribed
}

// Subscribers gives up to limit members of a list with numbers above after, by
// number: a page follows the last ID of the one before.
func (s *Store) Subscribers(ctx context.Context, listID, after int64, limit int) ([]Member, error) {
	var page []Member
	err := s.db.SelectContext(ctx, &page, `
		SELECT s.id, s.email, s.name, s.zone, s.language, s.created_at, c.state
		  FROM (SELECT subscriber_id, state FROM subscriptions
		         WHERE list_id = $1 AND subscriber_id > $2 ORDER BY subscriber_id LIMIT $3) c
		  JOIN subscribers s ON s.id = c.subscriber_id
		 ORDER BY s.id`, listID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read subscribers of list %d: %w", listID, err)
	}
	return page, nil
}

// ByID finds a person; a *NotFoundError says that he is gone.
func (s *Store) ByID(ctx context.Context, id int64) (Subscriber, error) {
	var p Subscriber
	err := s.db.GetContext(ctx, &p, `
		SELECT id, email, name, zone, language, created_at FROM subscribers WHERE id = $1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Subscriber{}, notFoundf("there is no subscriber with the number %d; perhaps he has been erased", id)
	}
	if err != nil {
		return Subscriber{}, fmt.Errorf("look up subscriber %d: %w", id, err)
	}
	return p, nil
}

// Profile is what a mail is addressed with.
type Profile struct {
	ID    int64  `db:"id"`
	Email string `db:"email"`
	Name  string `db:"name"`
	Zone  string `db:"zone"`
}

// Profiles gives the profiles of ids. Who has been erased is missing.
func (s *Store) Profiles(ctx context.Context, ids []int64) (map[int64]Profile, error) {
	var rows []Profile
	err := s.db.SelectContext(ctx, &rows, `
		SELECT s.id, s.email, s.name, s.zone
		  FROM unnest($1::bigint[]) i(id) JOIN subscribers s ON s.id = i.id`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("read %d profiles: %w", len(ids), err)
	}
	byID := make(map[int64]Profile, len(rows))
	for _, p := range rows {
		byID[p.ID] = p
	}
	return byID, nil
}

// Recipients is the query, with its arguments, of everybody who may get a
// mailing to the list right now: recipient_id and zone. It is made to stand
// inside the statement that freezes an audience.
func (s *Store) Recipients(listID int64) (query string, args []any) {
	return `SELECT s.id AS recipient_id, s.zone
  FROM subscriptions c
  JOIN subscribers s ON s.id = c.subscriber_id
 WHERE c.list_id = $1 AND c.state = 'active'
   AND NOT EXISTS (SELECT FROM suppressions x WHERE x.email_hash = s.email_hash)`, []any{listID}
}
