package keyring

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Load reads the keys. It fails when the database can't be read or has none,
// which means that its migrations have not been run.
func Load(ctx context.Context, db sqlx.QueryerContext) (*Ring, error) {
	var rows []struct {
		ID      int64  `db:"id"`
		Purpose string `db:"purpose"`
		Secret  []byte `db:"secret"`
	}
	err := sqlx.SelectContext(ctx, db, &rows, `SELECT id, purpose, secret FROM keys ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("the signing keys can't be read from the database: %w", err)
	}
	none := sha256.Sum256([]byte("no such key"))
	r := &Ring{links: make(map[uint64][]byte), none: none[:]}
	for _, k := range rows {
		switch k.Purpose {
		case "link":
			r.links[uint64(k.ID)] = k.Secret
			r.signing = key{uint64(k.ID), k.Secret}
		case "suppression":
			r.lasting = lastingPool(k.Secret)
		}
	}
	if r.signing.secret == nil || r.lasting == nil {
		return nil, errors.New("the database holds no signing keys; run `broadsheet migrate up`, or restore table keys from the backup")
	}
	return r, nil
}
