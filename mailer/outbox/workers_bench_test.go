package outbox

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer"
)

// distant is a relay that takes everything after one round trip.
type distant struct{ noop }

const roundTrip = 40 * time.Millisecond

func (distant) Send(ctx context.Context, _ mailer.Envelope, _ []byte, gate func() error) error {
	if err := gate(); err != nil {
		return err
	}
	select {
	case <-time.After(roundTrip):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// BenchmarkWorkers has workers with 20 connections each send through a relay 40
// ms away, on one database: the relay bounds each at 500 messages per second,
// until Postgres bounds them all. One iteration is one message; ratio is the
// rate over that bound.
func BenchmarkWorkers(b *testing.B) {
	const connections = 20
	for _, workers := range []int{1, 2, 4, 8, 16, 32} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			cluster := pgtest.NewCluster(b)
			w := furnish(b, cluster.Open(), cluster.URL(), max(b.N, 1))
			w.asSuperuser(b, "ALTER SYSTEM SET max_connections = 400")
			cluster.Restart(false)
			w.exec("ANALYZE")
			w.relay(fmt.Sprintf("smtp://127.0.0.1:25?connections=%d", connections))
			pg := w.postgresCPU()
			b.ResetTimer()
			for range workers {
				w.run(Config{DB: w.db, URL: w.url, Slots: readers{w.db}, Log: testLog(b), Sweep: 100 * time.Millisecond,
					Dial: func(context.Context, mailer.Relay) (mailer.Conn, error) { return distant{}, nil }})
			}
			id := w.launch("bench", nil)
			eventually(b, func() (bool, string) {
				return w.count("SELECT count(*) FROM mailings WHERE state = 'sent'") == 1, "the mailing to be sent"
			})
			b.StopTimer()
			if s := w.reconciled(id).Sums; s.Sent != int64(max(b.N, 1)) {
				b.Fatalf("sums %+v", s)
			}
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "messages/s")
			b.ReportMetric(rate/(float64(workers*connections)/roundTrip.Seconds()), "ratio")
			b.ReportMetric(float64((w.postgresCPU()-pg).Microseconds())/float64(max(b.N, 1)), "postgres-cpu-µs/message")
		})
	}
}

// asSuperuser runs statements as the cluster's superuser.
func (w *world) asSuperuser(t testing.TB, statements ...string) {
	t.Helper()
	u, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	var owner string
	w.get(&owner, "SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY oid LIMIT 1")
	u.User = url.User(owner)
	q := u.Query()
	q.Del("user")
	u.RawQuery = q.Encode()
	db, err := postgres.Open(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it was used for these
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%v\nin %s", err, strings.TrimSpace(s))
		}
	}
}
