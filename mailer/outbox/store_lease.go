package outbox

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// ExpireLeases ends every lease at once, for a process that knows itself to be
// the database's only worker: it need not wait until the leases of the one
// before, which was killed, run out. Nothing else changes: taking such a batch
// raises its attempt and books what was in flight as unknown, as ever. Should
// another worker be alive after all, its next commit fails at the fence.
func ExpireLeases(ctx context.Context, db sqlx.ExecerContext) error {
	_, err := db.ExecContext(ctx, `
		UPDATE batches SET lease_until = clock_timestamp() WHERE NOT done AND lease_until > clock_timestamp()`)
	if err != nil {
		return fmt.Errorf("end the leases of an earlier process: %w", err)
	}
	if _, err := db.ExecContext(ctx, "DELETE FROM workers"); err != nil {
		return fmt.Errorf("forget an earlier process: %w", err)
	}
	return nil
}
