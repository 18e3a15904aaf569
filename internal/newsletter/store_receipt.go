package newsletter

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// acknowledgement is a row: an editor's word and the finding it is bound to.
type acknowledgement struct {
	Finding []byte    `db:"finding"`
	Reason  string    `db:"reason"`
	Actor   string    `db:"actor"`
	At      time.Time `db:"at"`
}

func acknowledgements(ctx context.Context, q sqlx.QueryerContext, issue int64) ([]acknowledgement, error) {
	var out []acknowledgement
	err := sqlx.SelectContext(ctx, q, &out, `SELECT finding, reason, actor, at FROM issue_acknowledgements WHERE issue_id = $1 ORDER BY id`, issue)
	if err != nil {
		return nil, fmt.Errorf("read acknowledgements: %w", err)
	}
	return out, nil
}

func insertAcknowledgement(ctx context.Context, tx *postgres.Tx, issue int64, f *Finding, reason, actor string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO issue_acknowledgements (issue_id, rule, finding, message, reason, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		issue, f.Rule, f.key[:], f.Message, reason, actor, at)
	if err != nil {
		return fmt.Errorf("keep acknowledgement: %w", err)
	}
	return nil
}

func insertReceipt(ctx context.Context, tx *postgres.Tx, issue int64, sum []byte, r Receipt) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO issue_receipts (issue_id, sha256, receipt, at) VALUES ($1, $2, $3, $4)`, issue, sum, data, r.ApprovedAt)
	if err != nil {
		return fmt.Errorf("keep receipt: %w", err)
	}
	return nil
}

func lastReceipt(ctx context.Context, q sqlx.QueryerContext, issue int64) (r Receipt, found bool, err error) {
	var data []byte
	err = sqlx.GetContext(ctx, q, &data, `SELECT receipt FROM issue_receipts WHERE issue_id = $1 ORDER BY id DESC LIMIT 1`, issue)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read receipt: %w", err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, false, fmt.Errorf("read the receipt of issue %d: %w", issue, err)
	}
	return r, true, nil
}
