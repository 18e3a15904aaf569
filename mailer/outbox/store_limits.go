package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// Throttle is how many messages per second may go to or through something, over
// all workers together.
type Throttle struct {
	Scope string  `db:"scope" json:"scope"` // ScopeRelay, ScopeStream or ScopeProvider
	Name  string  `db:"name" json:"name"`
	Rate  float64 `db:"rate" json:"per_second"`
	Burst float64 `db:"burst" json:"burst"`
}

// SetThrottle sets a rate per second; burst is how many may go at once after a
// rest, 0 for one second's. Errors are sentences.
func SetThrottle(ctx context.Context, tx *sqlx.Tx, t Throttle) error {
	switch {
	case t.Scope != ScopeRelay && t.Scope != ScopeStream && t.Scope != ScopeProvider:
		return fmt.Errorf("a throttle is for a relay, a stream or a provider, not for a %q", t.Scope)
	case t.Name == "":
		return errors.New("the throttle doesn't say for what; give it a name")
	case t.Rate <= 0 || t.Rate > 1e6 || t.Burst < 0 || t.Burst > 1e9:
		return fmt.Errorf("a throttle lets more than 0 and at most 1,000,000 messages per second through, not %g", t.Rate)
	}
	if t.Burst == 0 {
		t.Burst = t.Rate
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO throttles (scope, name, rate, burst, tokens) VALUES ($1, $2, $3, greatest($4::float8, 1), 0)
		ON CONFLICT (scope, name) DO UPDATE SET rate = excluded.rate, burst = excluded.burst, tokens = least(throttles.tokens, excluded.burst)`,
		t.Scope, t.Name, t.Rate, t.Burst)
	if err != nil {
		return fmt.Errorf("set throttle: %w", err)
	}
	return nil
}

// RemoveThrottle lifts a throttle; it tells whether there was one.
func RemoveThrottle(ctx context.Context, tx *sqlx.Tx, scope, name string) (bool, error) {
	res, err := tx.ExecContext(ctx, "DELETE FROM throttles WHERE scope = $1 AND name = $2", scope, name)
	if err != nil {
		return false, fmt.Errorf("remove throttle: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// Throttles lists all throttles.
func Throttles(ctx context.Context, db sqlx.QueryerContext) ([]Throttle, error) {
	list := []Throttle{}
	if err := sqlx.SelectContext(ctx, db, &list, "SELECT scope, name, rate, burst FROM throttles ORDER BY scope, name"); err != nil {
		return nil, fmt.Errorf("list throttles: %w", err)
	}
	return list, nil
}

// throttleRates are the rates of all buckets; a relay's warm-up plan is a bucket
// too, of rate 0.
func throttleRates(ctx context.Context, db sqlx.QueryerContext) (map[bucketKey]float64, error) {
	var rows []Throttle
	err := sqlx.SelectContext(ctx, db, &rows, `
		SELECT scope, name, rate, burst FROM throttles
		UNION ALL SELECT '`+scopeWarm+`', name, 0, 0 FROM relays
		 WHERE warm_since IS NOT NULL AND `+warmCap+` < warm_until`)
	if err != nil {
		return nil, fmt.Errorf("read the throttles: %w", err)
	}
	rates := make(map[bucketKey]float64, len(rows))
	for _, r := range rows {
		rates[bucketKey{r.Scope, r.Name}] = r.Rate
	}
	return rates, nil
}

// warmCap is what a relay of table relays may take today (UTC) by its plan.
const warmCap = `floor(warm_first * power(warm_growth, least(greatest((clock_timestamp() AT TIME ZONE 'UTC')::date - warm_since, 0), 365)))`

// leaseSQL takes up to $3 whole tokens and tells after how many microseconds
// there will be one when it got none.
const leaseSQL = `
WITH now AS MATERIALIZED (SELECT clock_timestamp() AS t),
b AS (
  SELECT scope, name, rate, least(burst, tokens + rate * greatest(extract(epoch FROM now.t - at), 0)) AS have, now.t
    FROM throttles, now WHERE scope = $1 AND name = $2 FOR UPDATE OF throttles),
g AS (SELECT b.*, least(floor(greatest(have, 0)), $3::int) AS n FROM b)
UPDATE throttles t SET tokens = g.have - g.n, at = g.t FROM g WHERE t.scope = g.scope AND t.name = g.name
RETURNING g.n::int AS n, ceil((1 - least(g.have - g.n, 1)) / g.rate * 1000000)::bigint AS wait`

// warmPlan is today's part of a relay's warm-up plan.
const warmPlan = `
WITH plan AS (
  SELECT name, (clock_timestamp() AT TIME ZONE 'UTC')::date AS day, ` + warmCap + `::bigint AS most
    FROM relays WHERE name = $1 AND warm_since IS NOT NULL)`

// leaseWarmSQL takes up to $2 of what is left of a relay's cap today and tells
// how long the day lasts.
const leaseWarmSQL = warmPlan + `,
d AS (SELECT d.relay, d.day, d.taken, plan.most FROM plan JOIN relay_days d ON d.relay = plan.name AND d.day = plan.day FOR UPDATE OF d),
g AS (SELECT d.*, least($2::bigint, greatest(most - taken, 0)) AS n FROM d)
UPDATE relay_days t SET taken = t.taken + g.n FROM g WHERE t.relay = g.relay AND t.day = g.day
RETURNING g.n::int AS n, (extract(epoch FROM (t.day + 1)::timestamp - (clock_timestamp() AT TIME ZONE 'UTC')) * 1000000)::bigint AS wait`

// leaseTokens takes up to n tokens of a bucket. With none it tells how long to
// wait for the next.
func leaseTokens(ctx context.Context, db *sqlx.DB, k bucketKey, n int) (int, time.Duration, error) {
	if k.scope == scopeWarm {
		return leaseWarm(ctx, db, k, n)
	}
	return getLease(ctx, db, k, leaseSQL, k.scope, k.name, n)
}

func leaseWarm(ctx context.Context, db *sqlx.DB, k bucketKey, n int) (int, time.Duration, error) {
	_, err := db.ExecContext(ctx, warmPlan+` INSERT INTO relay_days (relay, day) SELECT name, day FROM plan ON CONFLICT DO NOTHING`, k.name)
	if err != nil {
		return 0, 0, fmt.Errorf("begin the day of the warm-up plan of %s: %w", k.name, err)
	}
	return getLease(ctx, db, k, leaseWarmSQL, k.name, n)
}

// getLease reads what a lease gave. The last argument is how much was asked for:
// that is had when the bucket was taken away just now.
func getLease(ctx context.Context, db *sqlx.DB, k bucketKey, query string, args ...any) (int, time.Duration, error) {
	var row struct {
		N    int   `db:"n"`
		Wait int64 `db:"wait"`
	}
	err := db.GetContext(ctx, &row, query, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return args[len(args)-1].(int), 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("lease tokens of %s %s: %w", k.scope, k.name, err)
	}
	return row.N, time.Duration(row.Wait) * time.Microsecond, nil
}
