package audience_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

// BenchmarkImport measures an import of 100,000 people against COPY of the
// finished rows into a table with the columns and indexes of subscribers, on a
// server that keeps what it commits. "ratio" is the import's rate over COPY's;
// the budget is 0.5.
func BenchmarkImport(b *testing.B) {
	const n = 100_000
	cluster := pgtest.NewCluster(b)
	db := cluster.Open()
	ring, err := keyring.Load(b.Context(), db)
	if err != nil {
		b.Fatal(err)
	}
	store := audience.New(db, ring, time.Now)
	file := people(0, n)
	copied := rows(ring, n)
	var importing, copying time.Duration
	for i := range b.N {
		b.StopTimer()
		copying += copyRows(b, cluster.URL(), copied)
		var list audience.List
		if err := postgres.InTx(b.Context(), db, func(tx *postgres.Tx) (err error) {
			if _, err := tx.Exec(`TRUNCATE subscribers, subscriptions, import_rows, imports CASCADE`); err != nil {
				return err
			}
			list, err = store.CreateList(b.Context(), tx, audience.List{Slug: fmt.Sprint("list-", i), Name: "List"})
			return err
		}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		start := time.Now()
		report, err := store.Import(b.Context(), strings.NewReader(file), audience.ImportOptions{ListID: list.ID, Consent: "fair 2026"})
		importing += time.Since(start)
		if err != nil || report.Created != n {
			b.Fatalf("%d created, %v", report.Created, err)
		}
	}
	b.ReportMetric(float64(b.N*n)/importing.Seconds(), "rows/s")
	b.ReportMetric(float64(b.N*n)/copying.Seconds(), "copied/s")
	b.ReportMetric(copying.Seconds()/importing.Seconds(), "ratio")
}

// rows are the people of the file as COPY takes them.
func rows(ring *keyring.Ring, n int) string {
	var b strings.Builder
	for i := range n {
		email := fmt.Sprintf("reader-%d@example.org", i)
		fmt.Fprintf(&b, "%s,%s,\\x%x,Reader %d,Europe/Berlin,\"\"\n", email, email, ring.Hash(keyring.Suppression, email), i)
	}
	return b.String()
}

func copyRows(b *testing.B, url, data string) time.Duration {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(b.Context()) }() // the server ends with the benchmark
	if _, err := conn.Exec(b.Context(), `DROP TABLE IF EXISTS copied; CREATE TABLE copied (LIKE subscribers INCLUDING ALL)`); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	_, err = conn.PgConn().CopyFrom(b.Context(), strings.NewReader(data),
		`COPY copied (email, email_key, email_hash, name, zone, language) FROM STDIN (FORMAT csv)`)
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}
