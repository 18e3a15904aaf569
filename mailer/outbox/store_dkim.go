package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/broadsheet/broadsheet/mailer"
)

// SigningKey is a DKIM key that is in use.
type SigningKey struct {
	*mailer.Key
	CreatedAt time.Time
}

// AddSigningKey has mails from the key's domain, and those below it that have
// no keys of their own, signed with it. Errors are sentences.
func AddSigningKey(ctx context.Context, tx *sqlx.Tx, k *mailer.Key) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO dkim_keys (domain, selector, private_key) VALUES ($1, $2, $3)", k.Domain, k.Selector, string(k.PEM()))
	if e, ok := errors.AsType[*pq.Error](err); ok && e.Code == pqerror.UniqueViolation {
		return fmt.Errorf("%s has a key under the selector %s already; choose another selector, and remove the old key later", k.Domain, k.Selector)
	}
	if err != nil {
		return fmt.Errorf("insert signing key: %w", err)
	}
	return nil
}

// RemoveSigningKey signs no more with a key. Its DNS record should stay until
// the last mail that it signed has arrived. Errors are sentences.
func RemoveSigningKey(ctx context.Context, tx *sqlx.Tx, domain, selector string) error {
	done, err := tx.ExecContext(ctx, "DELETE FROM dkim_keys WHERE domain = $1 AND selector = $2", strings.ToLower(domain), strings.ToLower(selector))
	if err != nil {
		return fmt.Errorf("remove signing key: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fmt.Errorf("%s has no key under the selector %s; broadsheet dkim list shows those there are", domain, selector)
}

// SigningKeys lists all keys by domain and selector.
func SigningKeys(ctx context.Context, db sqlx.QueryerContext) ([]SigningKey, error) {
	return readKeys(ctx, db, "SELECT domain, selector, private_key, created_at FROM dkim_keys ORDER BY domain, selector")
}

func readKeys(ctx context.Context, db sqlx.QueryerContext, query string, args ...any) ([]SigningKey, error) {
	var rows []struct {
		Domain, Selector string
		PEM              string    `db:"private_key"`
		CreatedAt        time.Time `db:"created_at"`
	}
	if err := sqlx.SelectContext(ctx, db, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	keys := make([]SigningKey, len(rows))
	for i, r := range rows {
		k, err := mailer.ParseKey(r.Domain, r.Selector, []byte(r.PEM))
		if err != nil {
			return nil, fmt.Errorf("the signing key %s of %s: %w", r.Selector, r.Domain, err)
		}
		keys[i] = SigningKey{k, r.CreatedAt}
	}
	return keys, nil
}

// SignerFor signs mails from a domain with all its keys, or else with those of
// the nearest domain above it; nil where there are none.
func SignerFor(ctx context.Context, db sqlx.QueryerContext, domain string, now func() time.Time) (*mailer.Signer, error) {
	var candidates []string
	for d := strings.ToLower(domain); strings.Contains(d, "."); {
		candidates = append(candidates, d)
		_, d, _ = strings.Cut(d, ".")
	}
	found, err := readKeys(ctx, db, `
		SELECT domain, selector, private_key, created_at FROM dkim_keys
		 WHERE domain = (SELECT k.domain FROM dkim_keys k WHERE k.domain = ANY($1) ORDER BY length(k.domain) DESC LIMIT 1)
		 ORDER BY selector`, pq.Array(candidates))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	keys := make([]*mailer.Key, len(found))
	for i, k := range found {
		keys[i] = k.Key
	}
	return mailer.NewSigner(now, keys...), nil
}
