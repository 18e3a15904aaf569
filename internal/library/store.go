package library

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Store is the library in the database. It may be used by many goroutines.
type Store struct {
	db  *sqlx.DB
	now func() time.Time
}

// New gives the library kept in db; now is the clock of what is recorded.
func New(db *sqlx.DB, now func() time.Time) *Store { return &Store{db, now} }

// Add keeps a draft. The same article again is Unchanged, or Updated when its
// source says something new; corrections stay.
func (s *Store) Add(ctx context.Context, tx *sqlx.Tx, d Draft) (int64, Verdict, error) {
	return s.add(ctx, tx, d, place{})
}

// AddItem is Add for an item of a feed that is known again by its GUID too, as
// it is when the feed is polled.
func (s *Store) AddItem(ctx context.Context, tx *sqlx.Tx, i Item) (int64, Verdict, error) {
	return s.add(ctx, tx, i.Draft, place{also: i.named()})
}

// add is Add for a draft that stands at a place of a source, which is a further
// identity behind its own.
func (s *Store) add(ctx context.Context, tx *sqlx.Tx, d Draft, at place) (int64, Verdict, error) {
	if len(d.Article.Blocks) == 0 {
		return 0, "", refused("%s holds no text that a mail could be made of", d.Origin)
	}
	known, err := identities(d.Article)
	if err != nil {
		return 0, "", err
	}
	for _, further := range []string{at.identity, at.also} {
		if further != "" {
			known = append(known, further)
		}
	}
	if err := s.lock(ctx, tx, known); err != nil {
		return 0, "", err
	}
	if at.reusable {
		if err := s.letGo(ctx, tx, at.identity, d.Article); err != nil {
			return 0, "", err
		}
	}
	id, err := s.identify(ctx, tx, known)
	if err != nil {
		return 0, "", err
	}
	verdict, sum, err := s.compare(ctx, tx, id, d.Article)
	if err != nil || verdict == Unchanged {
		return id, verdict, err
	}
	content, err := json.Marshal(d.Article)
	if err != nil {
		return 0, "", err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO article_revisions (article_id, origin, format, source, sha256, content, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, d.Origin, d.Format, d.Source, sum, content, s.now())
	if err != nil {
		return 0, "", fmt.Errorf("keep revision: %w", err)
	}
	return id, verdict, nil
}

// lock makes two who add the same new article at once do it in turn, so that
// they get the same one.
func (s *Store) lock(ctx context.Context, tx *sqlx.Tx, known []string) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(u, 0)) FROM unnest($1::text[]) u ORDER BY u`, pq.Array(known)); err != nil {
		return fmt.Errorf("lock identity: %w", err)
	}
	return nil
}

// letGo takes a place's identity from the article that stood there when what
// stands there now is another one.
func (s *Store) letGo(ctx context.Context, tx *sqlx.Tx, identity string, now *article.Article) error {
	var id int64
	err := tx.GetContext(ctx, &id, `SELECT article_id FROM article_identities WHERE identity = $1`, identity)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up identity: %w", err)
	}
	was, err := s.entry(ctx, tx, id, false)
	if err != nil || related(was.Article, now) {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM article_identities WHERE identity = $1`, identity); err != nil {
		return fmt.Errorf("let go of identity: %w", err)
	}
	return nil
}

// identify finds the article that has one of the identities, the first of them
// deciding, or makes it.
func (s *Store) identify(ctx context.Context, tx *sqlx.Tx, known []string) (int64, error) {
	var id int64
	err := tx.GetContext(ctx, &id, `
		SELECT article_id FROM article_identities WHERE identity = ANY($1::text[])
		 ORDER BY array_position($1::text[], identity) LIMIT 1`, pq.Array(known))
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.GetContext(ctx, &id, `INSERT INTO articles (added_at) VALUES ($1) RETURNING id`, s.now())
	}
	if err != nil {
		return 0, fmt.Errorf("find article: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO article_identities (identity, article_id) SELECT u, $2 FROM unnest($1::text[]) u ON CONFLICT DO NOTHING`, pq.Array(known), id)
	if err != nil {
		return 0, fmt.Errorf("keep identity: %w", err)
	}
	return id, nil
}

// compare says whether the draft says something new, and gives its
// fingerprint. A title that was given once stays when the draft has none.
func (s *Store) compare(ctx context.Context, tx *sqlx.Tx, id int64, a *article.Article) (Verdict, []byte, error) {
	var last struct {
		SHA256 []byte `db:"sha256"`
		Title  string `db:"title"`
	}
	err := tx.GetContext(ctx, &last, `
		SELECT sha256, content->>'title' AS title FROM article_revisions WHERE article_id = $1 ORDER BY id DESC LIMIT 1`, id)
	fresh := errors.Is(err, sql.ErrNoRows)
	if err != nil && !fresh {
		return "", nil, fmt.Errorf("look up revision: %w", err)
	}
	if a.Title == "" {
		a.Title = last.Title
	}
	sum, err := fingerprint(a)
	switch {
	case err != nil:
		return "", nil, err
	case fresh:
		return Added, sum, nil
	case bytes.Equal(last.SHA256, sum):
		return Unchanged, sum, nil
	}
	return Updated, sum, nil
}

// Correct lays a correction over an article.
func (s *Store) Correct(ctx context.Context, tx *sqlx.Tx, id int64, c Correction) error {
	if err := tx.GetContext(ctx, new(int64), `SELECT id FROM articles WHERE id = $1 FOR UPDATE`, id); err != nil {
		return notFound(id, err)
	}
	raw, err := s.entry(ctx, tx, id, false)
	if err != nil {
		return err
	}
	seen, err := s.entry(ctx, tx, id, true)
	if err != nil {
		return err
	}
	values, err := c.values(raw.Article, seen.Article)
	if err != nil {
		return err
	}
	if c.CanonicalURL != nil {
		if err := s.claim(ctx, tx, id, urlIdentity(normalURL(*c.CanonicalURL))); err != nil {
			return err
		}
	}
	for _, field := range slices.Sorted(maps.Keys(values)) {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO article_corrections (article_id, field, value, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (article_id, field) DO UPDATE SET value = excluded.value, at = excluded.at`,
			id, field, []byte(values[field]), s.now())
		if err != nil {
			return fmt.Errorf("keep correction %s: %w", field, err)
		}
	}
	return nil
}

// claim makes an article known by one more identity.
func (s *Store) claim(ctx context.Context, tx *sqlx.Tx, id int64, name string) error {
	var owner int64
	err := tx.GetContext(ctx, &owner, `
		INSERT INTO article_identities (identity, article_id) VALUES ($1, $2)
		ON CONFLICT (identity) DO UPDATE SET identity = excluded.identity RETURNING article_id`, name, id)
	if err != nil {
		return fmt.Errorf("keep identity: %w", err)
	}
	if owner != id {
		return refused("article %d has this canonical address already; edit that one", owner)
	}
	return nil
}

// Get gives an article as everybody sees it, or a *NotFoundError.
func (s *Store) Get(ctx context.Context, id int64) (Entry, error) {
	return s.entry(ctx, s.db, id, true)
}

// In is Get inside a transaction.
func (s *Store) In(ctx context.Context, tx sqlx.QueryerContext, id int64) (Entry, error) {
	return s.entry(ctx, tx, id, true)
}

// List gives up to limit articles, newest first, with ids below before; 0
// begins with the newest.
func (s *Store) List(ctx context.Context, before int64, limit int) ([]Entry, error) {
	return s.Page(ctx, s.db, before, limit)
}

// Page is List inside a transaction.
func (s *Store) Page(ctx context.Context, q sqlx.QueryerContext, before int64, limit int) ([]Entry, error) {
	var ids []int64
	err := sqlx.SelectContext(ctx, q, &ids, `
		SELECT id FROM articles WHERE $1 = 0 OR id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	out := make([]Entry, 0, len(ids))
	for _, id := range ids {
		e, err := s.In(ctx, q, id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// entry reads an article with its newest revision, and its corrections when
// corrected is set.
func (s *Store) entry(ctx context.Context, q sqlx.QueryerContext, id int64, corrected bool) (Entry, error) {
	var row struct {
		Origin    string    `db:"origin"`
		Format    string    `db:"format"`
		Content   []byte    `db:"content"`
		Revisions int       `db:"revisions"`
		AddedAt   time.Time `db:"added_at"`
		UpdatedAt time.Time `db:"updated_at"`
	}
	err := sqlx.GetContext(ctx, q, &row, `
		SELECT r.origin, r.format, r.content, a.added_at, r.created_at AS updated_at,
		       (SELECT count(*) FROM article_revisions c WHERE c.article_id = a.id) AS revisions
		  FROM articles a JOIN article_revisions r ON r.article_id = a.id
		 WHERE a.id = $1 ORDER BY r.id DESC LIMIT 1`, id)
	if err != nil {
		return Entry{}, notFound(id, err)
	}
	e := Entry{ID: id, Origin: row.Origin, Format: row.Format, Revisions: row.Revisions,
		AddedAt: row.AddedAt, UpdatedAt: row.UpdatedAt, Article: new(article.Article)}
	if err := json.Unmarshal(row.Content, e.Article); err != nil {
		return Entry{}, fmt.Errorf("article %d: %w", id, err)
	}
	if !corrected {
		return e, nil
	}
	corrections, err := s.corrections(ctx, q, id)
	if err != nil {
		return Entry{}, err
	}
	e.Corrected = slices.Sorted(maps.Keys(corrections))
	if err := apply(e.Article, corrections); err != nil {
		return e, err
	}
	return e, s.sized(ctx, q, e.Article)
}

func (s *Store) corrections(ctx context.Context, q sqlx.QueryerContext, id int64) (map[string]json.RawMessage, error) {
	var rows []struct {
		Field string `db:"field"`
		Value []byte `db:"value"`
	}
	if err := sqlx.SelectContext(ctx, q, &rows, `SELECT field, value FROM article_corrections WHERE article_id = $1`, id); err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	out := make(map[string]json.RawMessage, len(rows))
	for _, r := range rows {
		out[r.Field] = r.Value
	}
	return out, nil
}

func notFound(id int64, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return &NotFoundError{fmt.Sprintf("there is no article %d; broadsheet article list shows those there are", id)}
	}
	return fmt.Errorf("read article %d: %w", id, err)
}
