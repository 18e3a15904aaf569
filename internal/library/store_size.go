package library

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/article"
)

// sizes reads what is known of pictures.
func (s *Store) sizes(ctx context.Context, q sqlx.QueryerContext, addresses []string) ([]Measured, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	var rows []struct {
		URL     string        `db:"url"`
		Width   sql.NullInt64 `db:"width"`
		Height  sql.NullInt64 `db:"height"`
		Failure string        `db:"failure"`
	}
	err := sqlx.SelectContext(ctx, q, &rows, `SELECT url, width, height, failure FROM image_sizes WHERE url = ANY($1)`, pq.Array(addresses))
	if err != nil {
		return nil, fmt.Errorf("read sizes of pictures: %w", err)
	}
	out := make([]Measured, len(rows))
	for i, r := range rows {
		out[i] = Measured{r.URL, int(r.Width.Int64), int(r.Height.Int64), r.Failure}
	}
	return out, nil
}

// sized gives the pictures of an article the sizes that were measured.
func (s *Store) sized(ctx context.Context, q sqlx.QueryerContext, a *article.Article) error {
	known, err := s.sizes(ctx, q, Unsized(a))
	if err == nil {
		LaySizes(a, known)
	}
	return err
}

// Unmeasured lists the pictures of an article that have no size and have not
// been measured yet; with again those, too, of which that failed.
func (s *Store) Unmeasured(ctx context.Context, id int64, again bool) ([]string, error) {
	e, err := s.Get(ctx, id) // with the sizes that are known
	if err != nil {
		return nil, err
	}
	want := Unsized(e.Article)
	if again {
		return want, nil
	}
	tried, err := s.sizes(ctx, s.db, want)
	for _, t := range tried {
		want = slices.DeleteFunc(want, func(address string) bool { return address == t.URL })
	}
	return want, err
}

// maxAddress is what fits the index, in bytes.
const maxAddress = 2048

// KeepSizes notes what was measured, in place of what was known before. It
// changes no revision: a size lies over whatever the source says, as a
// correction does.
func (s *Store) KeepSizes(ctx context.Context, tx *sqlx.Tx, list []Measured) error {
	for _, m := range list {
		if len(m.URL) > maxAddress {
			continue
		}
		var width, height *int
		if m.Failure == "" {
			width, height = &m.Width, &m.Height
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO image_sizes (url, width, height, failure, measured_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (url) DO UPDATE SET width = excluded.width, height = excluded.height, failure = excluded.failure, measured_at = excluded.measured_at`,
			m.URL, width, height, strings.ReplaceAll(strings.ToValidUTF8(m.Failure, ""), "\x00", ""), s.now())
		if err != nil {
			return fmt.Errorf("keep the size of a picture: %w", err)
		}
	}
	return nil
}
