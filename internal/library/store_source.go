package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// errLost ends a poll whose claim another node has taken over.
var errLost = errors.New("another node has taken the source over; its poll counts")

type sourceRow struct {
	ID           int64        `db:"id"`
	Kind         string       `db:"kind"`
	Name         string       `db:"name"`
	Location     string       `db:"location"`
	Every        float64      `db:"every"`
	LastPolledAt sql.NullTime `db:"last_polled_at"`
	NextPollAt   time.Time    `db:"next_poll_at"`
	LastError    string       `db:"last_error"`
	Failures     int          `db:"failures"`
	Polling      bool         `db:"polling"`
	ETag         string       `db:"etag"`
	LastModified string       `db:"last_modified"`
	Attempt      int64        `db:"attempt"`
	Articles     int          `db:"articles"`
	Unread       int          `db:"unread"`
	UnreadError  string       `db:"unread_error"`
	Whole        bool         `db:"whole"`
}

const sourceColumns = `s.id, s.kind, s.name, s.location, extract(epoch FROM s.every)::float8 AS every, s.last_polled_at,
	s.next_poll_at, s.last_error, s.failures, coalesce(s.lease_until > clock_timestamp(), false) AS polling,
	s.etag, s.last_modified, s.attempt, s.whole`

func (r sourceRow) source() Source {
	s := Source{
		ID: r.ID, Kind: Kind(r.Kind), Name: r.Name, Location: r.Location, Every: time.Duration(r.Every * float64(time.Second)), Whole: r.Whole,
		NextPollAt: r.NextPollAt, Polling: r.Polling, LastError: r.LastError, Failures: r.Failures,
		Articles: r.Articles, Unread: r.Unread, UnreadError: r.UnreadError,
	}
	if r.LastPolledAt.Valid {
		s.LastPolledAt = r.LastPolledAt.Time
	}
	return s
}

// AddSource keeps a source; it is due at once. ID, name and the like are in the
// answer.
func (s *Store) AddSource(ctx context.Context, tx *sqlx.Tx, src Source) (Source, error) {
	if err := src.check(); err != nil {
		return Source{}, err
	}
	var id int64
	err := tx.GetContext(ctx, &id, `
		INSERT INTO sources (kind, name, location, every, created_at, next_poll_at, whole)
		VALUES ($1, $2, $3, make_interval(secs => $4), $5, $5, $6)
		ON CONFLICT (kind, location) DO NOTHING RETURNING id`,
		string(src.Kind), src.Name, src.Location, src.Every.Seconds(), s.now(), src.Whole)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.GetContext(ctx, &id, `SELECT id FROM sources WHERE kind = $1 AND location = $2`, string(src.Kind), src.Location)
		if err == nil {
			return Source{}, refused("source %d is this %s already; broadsheet source list shows it", id, src.Kind)
		}
	}
	if err != nil {
		return Source{}, fmt.Errorf("keep source: %w", err)
	}
	src.ID, src.NextPollAt = id, s.now()
	return src, nil
}

// RemoveSource ends a source; its articles stay.
func (s *Store) RemoveSource(ctx context.Context, tx *sqlx.Tx, id int64) error {
	r, err := tx.ExecContext(ctx, `DELETE FROM sources WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("remove source: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, noSource(id))
	}
	return nil
}

func noSource(id int64) error {
	return &NotFoundError{fmt.Sprintf("there is no source %d; broadsheet source list shows those there are", id)}
}

// Sources lists the sources, the oldest first.
func (s *Store) Sources(ctx context.Context) ([]Source, error) {
	var rows []sourceRow
	err := s.db.SelectContext(ctx, &rows, `
		SELECT `+sourceColumns+`, i.articles, i.unread, i.unread_error
		  FROM sources s
		 CROSS JOIN LATERAL (SELECT count(DISTINCT article_id) AS articles,
		                            count(*) FILTER (WHERE last_error <> '') AS unread,
		                            coalesce(min(last_error) FILTER (WHERE last_error <> ''), '') AS unread_error
		                       FROM source_items WHERE source_id = s.id) i
		 ORDER BY s.id`)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	out := make([]Source, len(rows))
	for i, r := range rows {
		out[i] = r.source()
	}
	return out, nil
}

// claim is the right to poll a source, while attempt is the newest.
type claim struct {
	Source
	attempt int64
	version Version // of the feed that has been dealt with in full
}

// due lists sources that nobody polls though they are due, the longest waiting
// first.
func (s *Store) due(ctx context.Context) ([]Source, error) {
	var rows []sourceRow
	err := s.db.SelectContext(ctx, &rows, `
		SELECT `+sourceColumns+` FROM sources s
		 WHERE s.next_poll_at <= $1 AND coalesce(s.lease_until <= clock_timestamp(), true)
		 ORDER BY s.next_poll_at LIMIT 100`, s.now())
	if err != nil {
		return nil, fmt.Errorf("look for due sources: %w", err)
	}
	out := make([]Source, len(rows))
	for i, r := range rows {
		out[i] = r.source()
	}
	return out, nil
}

// take claims a source that nobody polls, with onlyDue if it is still due; ok
// is false when somebody was first.
func (s *Store) take(ctx context.Context, id int64, node string, lease time.Duration, onlyDue bool) (c claim, ok bool, err error) {
	var row sourceRow
	err = s.db.GetContext(ctx, &row, `
		UPDATE sources s
		   SET owner = $2, attempt = s.attempt + 1, lease_until = clock_timestamp() + make_interval(secs => $3)
		 WHERE s.id = $1 AND coalesce(s.lease_until <= clock_timestamp(), true) AND (s.next_poll_at <= $4 OR NOT $5)
		RETURNING `+sourceColumns, id, node, lease.Seconds(), s.now(), onlyDue)
	if errors.Is(err, sql.ErrNoRows) {
		return claim{}, false, nil
	}
	if err != nil {
		return claim{}, false, fmt.Errorf("claim source %d: %w", id, err)
	}
	return claim{row.source(), row.Attempt, Version{row.ETag, row.LastModified}}, true, nil
}

// exists is nil for a source that there is.
func (s *Store) exists(ctx context.Context, id int64) error {
	err := s.db.GetContext(ctx, new(int64), `SELECT id FROM sources WHERE id = $1`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return noSource(id)
	}
	return err
}

// renew makes a claim last for lease from now; 0 gives it up. It is errLost
// when the claim is another node's.
func (s *Store) renew(ctx context.Context, c claim, lease time.Duration) error {
	r, err := s.db.ExecContext(ctx, `
		UPDATE sources SET lease_until = clock_timestamp() + make_interval(secs => $3)
		 WHERE id = $1 AND attempt = $2`, c.ID, c.attempt, lease.Seconds())
	return lost(r, err)
}

// GiveUpPolls ends all claims, for when nobody who made one can be alive.
func (s *Store) GiveUpPolls(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, `UPDATE sources SET lease_until = NULL WHERE lease_until IS NOT NULL`); err != nil {
		return fmt.Errorf("give up polls: %w", err)
	}
	return nil
}

func lost(r sql.Result, err error) error {
	if err != nil {
		return fmt.Errorf("hold on to a source: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, errLost)
	}
	return nil
}

// finish ends a poll: failure is "" for one that went well, and then v is what
// has been dealt with. The next one is due after pause.
func (s *Store) finish(ctx context.Context, c claim, v Version, failure string, pause time.Duration) error {
	now := s.now()
	return lost(s.db.ExecContext(ctx, `
		UPDATE sources
		   SET lease_until = NULL, last_polled_at = $3, next_poll_at = $4, last_error = $5,
		       failures = CASE WHEN $5 = '' THEN 0 ELSE failures + 1 END,
		       etag = CASE WHEN $5 = '' THEN $6 ELSE etag END,
		       last_modified = CASE WHEN $5 = '' THEN $7 ELSE last_modified END
		 WHERE id = $1 AND attempt = $2`, c.ID, c.attempt, now, now.Add(pause), failure, v.ETag, v.LastModified))
}

// held is what is known of an item.
type held struct {
	Version
	failed bool
}

// items gives what is known of a source's items, by key.
func (s *Store) items(ctx context.Context, sourceID int64) (map[string]held, error) {
	var rows []struct {
		Key          string `db:"key"`
		ETag         string `db:"etag"`
		LastModified string `db:"last_modified"`
		LastError    string `db:"last_error"`
	}
	err := s.db.SelectContext(ctx, &rows, `SELECT key, etag, last_modified, last_error FROM source_items WHERE source_id = $1`, sourceID)
	if err != nil {
		return nil, fmt.Errorf("read the items of source %d: %w", sourceID, err)
	}
	out := make(map[string]held, len(rows))
	for _, r := range rows {
		out[r.Key] = held{Version{r.ETag, r.LastModified}, r.LastError != ""}
	}
	return out, nil
}

// keep adds a draft to the library and notes it with its source and its
// version there, in one transaction that only the newest claim can make.
func (s *Store) keep(ctx context.Context, c claim, key string, d Draft, at place, v Version) (p Polled, err error) {
	p = Polled{Key: key}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.fence(ctx, tx, c); err != nil {
			return err
		}
		if p.ArticleID, p.Verdict, err = s.add(ctx, tx, d, at); err != nil {
			return err
		}
		p.Title = d.Article.Title
		return s.note(ctx, tx, c.ID, p, v)
	})
	if unstorable(err) {
		err = refused("%s holds something that the database can't keep; look for unusual characters", d.Origin)
	}
	return p, err
}

// mark notes what became of a key without an article of its own: a document
// of several, or a failure.
func (s *Store) mark(ctx context.Context, c claim, p Polled, v Version) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.fence(ctx, tx, c); err != nil {
			return err
		}
		return s.note(ctx, tx, c.ID, p, v)
	})
}

// fence holds the source's row, so that a claim that has been taken over
// writes nothing any more.
func (s *Store) fence(ctx context.Context, tx *sqlx.Tx, c claim) error {
	err := tx.GetContext(ctx, new(int64), `SELECT id FROM sources WHERE id = $1 AND attempt = $2 FOR NO KEY UPDATE`, c.ID, c.attempt)
	if errors.Is(err, sql.ErrNoRows) {
		return errLost
	}
	return err
}

func (s *Store) note(ctx context.Context, tx *sqlx.Tx, sourceID int64, p Polled, v Version) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO source_items AS i (source_id, key, article_id, etag, last_modified, last_error, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (source_id, key) DO UPDATE
		   SET article_id = coalesce(excluded.article_id, i.article_id), etag = excluded.etag,
		       last_modified = excluded.last_modified, last_error = excluded.last_error, changed_at = excluded.changed_at
		 WHERE (i.article_id, i.etag, i.last_modified, i.last_error) IS DISTINCT FROM
		       (coalesce(excluded.article_id, i.article_id), excluded.etag, excluded.last_modified, excluded.last_error)`,
		sourceID, p.Key, sql.NullInt64{Int64: p.ArticleID, Valid: p.ArticleID != 0}, v.ETag, v.LastModified, p.Error, s.now())
	if err != nil {
		return fmt.Errorf("note item of source %d: %w", sourceID, err)
	}
	return nil
}

// forget drops the failures of what the source does not hold any more.
func (s *Store) forget(ctx context.Context, c claim, present []string) error {
	_, err := s.db.ExecContext(ctx, `
		UPDATE source_items SET last_error = ''
		 WHERE source_id = $1 AND last_error <> '' AND NOT key = ANY($2::text[])`, c.ID, pq.Array(present))
	if err != nil {
		return fmt.Errorf("forget items of source %d: %w", c.ID, err)
	}
	return nil
}

// unstorable reports whether the database refuses the data themselves, so that
// trying again is in vain.
func unstorable(err error) bool {
	var e *pq.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code.Class() {
	case "22", "23", "54": // data exception, constraint, program limit
		return true
	}
	return false
}
