package media

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// row is a picture in the table media.
type row struct {
	ID      int64     `db:"id"`
	SHA256  []byte    `db:"sha256"`
	Of      []byte    `db:"of"`
	Name    string    `db:"name"`
	Format  Format    `db:"format"`
	Width   int       `db:"width"`
	Height  int       `db:"height"`
	Bytes   int64     `db:"bytes"`
	Actor   string    `db:"actor"`
	AddedAt time.Time `db:"added_at"`
}

const columns = `id, sha256, of, name, format, width, height, bytes, actor, added_at`

func (r row) item() Item {
	return Item{ID: r.ID, File: hex.EncodeToString(r.SHA256) + r.Format.Ext(), Name: r.Name, Format: r.Format,
		Width: r.Width, Height: r.Height, Bytes: r.Bytes, Actor: r.Actor, AddedAt: r.AddedAt}
}

// insert notes a picture and its smaller versions; again says that the picture
// was there. A version that is there already stays whose it is.
func insert(ctx context.Context, tx *postgres.Tx, items []Item) (again bool, err error) {
	var whole []byte
	for n, i := range items {
		sum, _ := hashOf(i.File)
		res, err := tx.ExecContext(ctx, `
			INSERT INTO media (sha256, of, name, format, width, height, bytes, actor, added_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (sha256) DO NOTHING`,
			sum, whole, i.Name, string(i.Format), i.Width, i.Height, i.Bytes, i.Actor, i.AddedAt)
		if err != nil {
			return false, fmt.Errorf("keep picture: %w", err)
		}
		if n == 0 {
			whole = sum
			made, err := res.RowsAffected()
			if err != nil {
				return false, err
			}
			again = made == 0
		}
	}
	return again, nil
}

// Get finds a picture by its id, its file's name or its public address, or
// gives a *NotFoundError.
func (s *Store) Get(ctx context.Context, what string) (Item, error) {
	none := &NotFoundError{fmt.Sprintf("there is no picture %.200q; broadsheet media list shows those there are", what)}
	name := what[strings.LastIndexByte(what, '/')+1:]
	id, err := strconv.ParseInt(name, 10, 64)
	sum, named := hashOf(name)
	if err != nil && !named {
		return Item{}, none
	}
	var rows []row
	if err := s.db.SelectContext(ctx, &rows, "SELECT "+columns+" FROM media WHERE sha256 = $1 OR id = $2", sum, id); err != nil {
		return Item{}, fmt.Errorf("find picture: %w", err)
	}
	if len(rows) == 0 {
		return Item{}, none
	}
	list, err := s.withSmaller(ctx, rows)
	return list[0], err
}

// List gives up to limit pictures, newest first, with ids below before; 0
// begins with the newest. Smaller versions stand with their pictures.
func (s *Store) List(ctx context.Context, before int64, limit int) ([]Item, error) {
	var rows []row
	err := s.db.SelectContext(ctx, &rows, "SELECT "+columns+` FROM media
		WHERE of IS NULL AND ($1 = 0 OR id < $1) ORDER BY id DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list pictures: %w", err)
	}
	return s.withSmaller(ctx, rows)
}

func (s *Store) withSmaller(ctx context.Context, rows []row) ([]Item, error) {
	sums := make([][]byte, len(rows))
	out := make([]Item, len(rows))
	for i, r := range rows {
		sums[i], out[i] = r.SHA256, r.item()
	}
	var smaller []row
	err := sqlx.SelectContext(ctx, s.db, &smaller, "SELECT "+columns+" FROM media WHERE of = ANY($1) ORDER BY width DESC", pq.ByteaArray(sums))
	if err != nil {
		return nil, fmt.Errorf("list versions of pictures: %w", err)
	}
	for _, v := range smaller {
		for i := range out {
			if string(sums[i]) == string(v.Of) {
				out[i].Smaller = append(out[i].Smaller, v.item())
			}
		}
	}
	return out, nil
}
