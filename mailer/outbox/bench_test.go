package outbox

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer"
)

// noop is a relay that takes everything at once.
type noop struct{}

func (noop) Send(_ context.Context, _ mailer.Envelope, _ []byte, gate func() error) error {
	return gate()
}
func (noop) Usable() bool { return true }
func (noop) Close() error { return nil }

// BenchmarkSend is the whole way but for SMTP: jobs, batches, composing,
// commits, on a durable cluster. One iteration is one message. Reported are
// messages per second, our own and Postgres's CPU per message, WAL bytes and
// rows written per message.
func BenchmarkSend(b *testing.B) {
	for _, connections := range []int{20, 50} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			cluster := pgtest.NewCluster(b)
			w := furnish(b, cluster.Open(), cluster.URL(), max(b.N, 1))
			w.exec("ANALYZE")
			w.relay(fmt.Sprintf("smtp://127.0.0.1:25?connections=%d", connections))
			id := w.launch("bench", nil)
			c := Config{DB: w.db, URL: w.url, Slots: readers{w.db}, Log: testLog(b), Sweep: 100 * time.Millisecond,
				Dial: func(context.Context, mailer.Relay) (mailer.Conn, error) { return noop{}, nil }}
			wal, rows, cpu, pg := w.wal(), w.rowsWritten(), cpuTime(), w.postgresCPU()
			b.ResetTimer()
			_, stop := w.run(c)
			eventually(b, func() (bool, string) { // asks less than StatusOf would
				return w.count("SELECT count(*) FROM mailings WHERE state = 'sent'") == 1, "the mailing to be sent"
			})
			b.StopTimer()
			if s := w.finished(id); s.Sent != int64(max(b.N, 1)) {
				b.Fatalf("sums %+v", s)
			}
			stop() // sessions that have ended have told the statistics all they did
			n := float64(max(b.N, 1))
			b.ReportMetric(n/b.Elapsed().Seconds(), "messages/s")
			b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/n, "cpu-µs/message")
			b.ReportMetric(float64((w.postgresCPU()-pg).Microseconds())/n, "postgres-cpu-µs/message")
			b.ReportMetric(float64(w.wal()-wal)/n, "WAL-B/message")
			b.ReportMetric(float64(w.rowsWritten()-rows)/n, "rows/message")
		})
	}
}

// BenchmarkCommit is the commit statement alone: 25 results and the intents for
// the next 25, on a durable cluster, beside a plain INSERT … SELECT of 25 rows
// with the same key, each in a transaction of its own. ratio is the first time
// over the second.
func BenchmarkCommit(b *testing.B) {
	const size = 25
	cluster := pgtest.NewCluster(b)
	w := furnish(b, cluster.Open(), cluster.URL(), (b.N+1)*size)
	w.relay("smtp://127.0.0.1:25")
	w.launch("bench", nil)
	w.exec("CREATE TABLE plain (mailing_id bigint, recipient_id bigint, outcome smallint, at timestamptz DEFAULT now(), PRIMARY KEY (mailing_id, recipient_id))")
	w.exec("ANALYZE")
	d := w.desk("bench")
	var ids []int64
	if err := w.db.Select(&ids, "SELECT id FROM batches ORDER BY id"); err != nil {
		b.Fatal(err)
	}
	var tasks []*task
	for _, id := range ids {
		_, some := d.take(id, longLease)
		tasks = append(tasks, some...)
	}
	insert, err := w.db.Preparex("INSERT INTO plain SELECT 1, u.id, 1 FROM unnest($1::bigint[]) u(id)")
	if err != nil {
		b.Fatal(err)
	}
	var ours, theirs time.Duration
	var results []result
	b.ResetTimer()
	for i := range b.N {
		next := tasks[i*size : (i+1)*size]
		start := time.Now()
		if _, err := d.conn.commit(context.Background(), d.lot(results, next...), longLease, time.Minute, nil); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		results = results[:0]
		recipients := make([]int64, size)
		for j, t := range next {
			results = append(results, result{task: t, outcome: mailer.Sent})
			recipients[j] = t.id
		}
		start = time.Now()
		if _, err := insert.Exec(pq.Array(recipients)); err != nil {
			b.Fatal(err)
		}
		theirs += time.Since(start)
	}
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
	b.ReportMetric(float64(b.N*size)/ours.Seconds(), "messages/s")
}

// BenchmarkLaunch freezes a million recipients and, in the same run, inserts
// the same million ids into rows of their own. ratio is the first time over the
// second; the budget is 2.
func BenchmarkLaunch(b *testing.B) {
	const recipients = 1_000_000
	cluster := pgtest.NewCluster(b)
	w := furnish(b, cluster.Open(), cluster.URL(), recipients)
	w.relay("smtp://127.0.0.1:25")
	w.exec("CREATE TABLE plain (mailing_id bigint, recipient_id bigint, PRIMARY KEY (mailing_id, recipient_id))")
	w.exec("ANALYZE")
	var ours, theirs, sets time.Duration
	for i := range b.N {
		runtime.GC()
		start := time.Now()
		w.exec("INSERT INTO plain SELECT $2::bigint, subscriber_id FROM subscriptions WHERE list_id = $1", w.list, i)
		theirs += time.Since(start)
		start = time.Now()
		id := w.launch(strconv.Itoa(i), nil)
		ours += time.Since(start)
		start = time.Now()
		if r := w.reconciled(id); r.Pending != recipients {
			b.Fatalf("report %+v", r)
		}
		sets += time.Since(start)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/launch")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
	b.ReportMetric(sets.Seconds()/float64(b.N), "s/reconcile")
}

func (w *world) wal() int64 {
	var n int64
	w.get(&n, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
	return n
}

func (w *world) rowsWritten() int64 {
	var n int64
	w.exec("SELECT pg_stat_force_next_flush()")
	w.get(&n, "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables")
	return n
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// postgresCPU is what the processes of this test's server have used: the
// postmaster and its children, those that have ended included.
func (w *world) postgresCPU() time.Duration {
	backend, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.count("SELECT pg_backend_pid()")))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(backend), ") ")
	postmaster := strings.Fields(rest)[1]
	var total time.Duration
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, d := range dirs {
		stat, err := os.ReadFile("/proc/" + d.Name() + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		f := strings.Fields(rest)
		if len(f) < 15 || f[1] != postmaster && d.Name() != postmaster {
			continue
		}
		for i, at := range []int{11, 12, 13, 14} { // utime, stime, cutime, cstime in ticks of 10 ms
			if i < 2 || d.Name() == postmaster {
				n, _ := strconv.Atoi(f[at]) // a number, says proc(5)
				total += time.Duration(n) * 10 * time.Millisecond
			}
		}
	}
	return total
}
