package outbox

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
)

// plan is the plan of a statement with these parameters, as the server makes it.
func plan(t *testing.T, c *sqlx.Conn, query string, args ...any) string {
	t.Helper()
	var lines []string
	if err := c.SelectContext(context.Background(), &lines, "EXPLAIN "+query, args...); err != nil {
		t.Fatalf("%v\nin %s", err, query)
	}
	return strings.Join(lines, "\n")
}

// generic is the plan that the committer's session keeps.
func generic(t *testing.T, c *sqlx.Conn) string {
	t.Helper()
	for _, q := range []string{"DEALLOCATE ALL", "PREPARE probe AS " + commitSQL} {
		if _, err := c.ExecContext(context.Background(), q); err != nil {
			t.Fatal(err)
		}
	}
	args := strings.Repeat("NULL, ", strings.Count(commitSQL, "::bigint[]")+strings.Count(commitSQL, "::int[]")+strings.Count(commitSQL, "::smallint[]")+strings.Count(commitSQL, "::text[]")+1) + "NULL"
	return plan(t, c, "EXECUTE probe ("+args+")")
}

var (
	scans   = regexp.MustCompile(`Seq Scan on (\w+)`)
	lookups = regexp.MustCompile(`Index (?:Only )?Scan using \w+ on (\w+)[^\n]*\n([^\n]*)`)
	keys    = map[string]string{"batches": "id =", "mailings": "id =", "intents": "batch_id =", "subscribers": "id =",
		"subscriptions": "list_id =", "suppressions": "email_hash ="}
)

// The commit's plan is made once per connection, perhaps when every table is
// empty, and must do for a full ledger: nothing but index look-ups. (The
// prototype fell to a tenth of its speed with statistics of an empty ledger.)
func TestPlans(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3000)
	w.relay("smtp://127.0.0.1:25")
	m := w.launch("m", nil)
	batch := w.firstBatch(m)
	conn, err := w.db.Connx(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // the pool's
	if _, err := conn.ExecContext(context.Background(), fmt.Sprintf(settings, 60000)); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []struct{ name, before string }{
		{"empty", ""},
		{"empty, analysed", "ANALYZE"},
		{"full", "INSERT INTO deliveries (mailing_id, recipient_id, batch_id, attempt, outcome) SELECT 900, i, 1, 1, 1 FROM generate_series(1, 150000) i"},
		{"full, analysed", "ANALYZE"},
	} {
		t.Run(stage.name, func(t *testing.T) {
			if stage.before != "" {
				w.exec(stage.before)
			}
			p := generic(t, conn)
			if scans.MatchString(p) {
				t.Errorf("the commit scans %v:\n%s", scans.FindAllString(p, -1), p)
			}
			for _, at := range lookups.FindAllStringSubmatch(p, -1) {
				if !strings.Contains(at[2], "Index Cond: ("+keys[at[1]]) && !strings.Contains(at[2], "Index Cond: (("+keys[at[1]]) {
					t.Errorf("the commit reads %s not by its key:\n%s", at[1], p)
				}
			}
		})
	}

	// These are planned each time, with the tables as they are then.
	if _, err := conn.ExecContext(context.Background(), "DEALLOCATE ALL; RESET ALL"); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]struct {
		sql  string
		args []any
	}{
		"load":        {remaining, []any{batch, m}},
		"book":        {bookSQL, []any{batch, m}},
		"book resent": {bookResentSQL, []any{batch, m}},
		"late":        {lateSQL, []any{m, "{1,2}", "{1,1}", "{1,1}", "{1,1}", "{0,0}", `{"",""}`}},
		"ledger page": {"SELECT recipient_id FROM deliveries WHERE mailing_id = $1 AND recipient_id > $2 ORDER BY recipient_id LIMIT 50", []any{900, 5000}},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan(t, conn, q.sql, q.args...)
			for _, s := range scans.FindAllStringSubmatch(p, -1) {
				if strings.HasPrefix(s[1], "deliveries") {
					t.Errorf("%s is scanned:\n%s", s[1], p)
				}
			}
		})
	}
}
