package outbox

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

func keepWorker(ctx context.Context, db sqlx.ExecerContext, w Worker) error {
	_, err := db.ExecContext(ctx, `
		WITH gone AS (DELETE FROM workers WHERE name <> $1 AND seen_at < clock_timestamp() - $8 * interval '1 microsecond')
		INSERT INTO workers AS t (name, version, protocol, connections, batches, rate, draining) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp(), connections = excluded.connections, batches = excluded.batches,
		   rate = excluded.rate, draining = excluded.draining`,
		w.Name, storable(w.Version, 100), w.Protocol, w.Connections, w.Batches, w.Rate, w.Draining, interval(forgotten))
	if err != nil {
		return fmt.Errorf("note what this worker does: %w", err)
	}
	return nil
}

// dismiss takes a worker that ended in good order off the list.
func dismiss(ctx context.Context, db sqlx.ExecerContext, name string) error {
	if _, err := db.ExecContext(ctx, "DELETE FROM workers WHERE name = $1", name); err != nil {
		return fmt.Errorf("note that this worker has ended: %w", err)
	}
	return nil
}

// Workers lists the fleet: who is there, and who was until a day ago and did not
// end in good order.
func Workers(ctx context.Context, db sqlx.QueryerContext) ([]Worker, error) {
	list := []Worker{}
	err := sqlx.SelectContext(ctx, db, &list, `
		SELECT name, version, protocol, started_at, seen_at, connections, batches, rate, draining,
		       seen_at < clock_timestamp() - $1 * interval '1 microsecond' AS silent
		  FROM workers ORDER BY started_at, name`, interval(6*beat))
	if err != nil {
		return nil, fmt.Errorf("list the workers: %w", err)
	}
	return list, nil
}
