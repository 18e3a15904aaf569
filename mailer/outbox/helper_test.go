package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"go.uber.org/goleak"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerEnv) != "" {
		os.Exit(workerMain())
	}
	code := pgtest.Run(m)
	if err := goleak.Find(); err != nil { // engines, pools and committers must end
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// eventually polls until ok, which says what it still waits for.
func eventually(t testing.TB, ok func() (bool, string)) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		done, waiting := ok()
		if done {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("waited %s for %s", patience, waiting)
		case <-tick.C:
		}
	}
}

// world is a database with a list of readers, for one test.
type world struct {
	t    testing.TB
	db   *sqlx.DB
	url  string
	list int64
	ids  []int64
}

func newWorld(t testing.TB, readers int) *world {
	t.Helper()
	db := pgtest.New(t)
	return furnish(t, db.DB, db.URL, readers)
}

func furnish(t testing.TB, db *sqlx.DB, url string, readers int) *world {
	t.Helper()
	w := &world{t: t, db: db, url: url}
	w.get(&w.list, "INSERT INTO lists (slug, name) VALUES ('weekly', 'Weekly') RETURNING id")
	w.exec(`INSERT INTO subscribers (email, email_key, email_hash, name)
		SELECT 'r' || i || '@example.net', 'r' || i || '@example.net', sha256(('r' || i)::bytea), 'Reader ' || i FROM generate_series(1, $1) i`, readers)
	w.exec(`INSERT INTO subscriptions (list_id, subscriber_id, state, confirmed_at)
		SELECT $1, id, 'active', now() FROM subscribers`, w.list)
	if err := db.Select(&w.ids, "SELECT id FROM subscribers ORDER BY id"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(query, args...); err != nil {
		w.t.Fatalf("%v\nin %s", err, query)
	}
}

func (w *world) get(into any, query string, args ...any) {
	w.t.Helper()
	if err := w.db.Get(into, query, args...); err != nil {
		w.t.Fatalf("%v\nin %s", err, query)
	}
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.get(&n, query, args...)
	return n
}

func (w *world) inTx(fn func(*sqlx.Tx) error) {
	w.t.Helper()
	if err := postgres.InTx(context.Background(), w.db, fn); err != nil {
		w.t.Fatal(err)
	}
}

// relay adds a relay and returns its name.
func (w *world) relay(url string) string {
	w.t.Helper()
	name := fmt.Sprintf("relay-%d", w.count("SELECT count(*) FROM relays")+1)
	w.inTx(func(tx *sqlx.Tx) error {
		_, err := AddRelay(context.Background(), tx, name, url)
		return err
	})
	return name
}

// everybody is the audience of the whole list, at once.
func (w *world) everybody() Audience {
	return Audience{SQL: "SELECT subscriber_id, NULL::timestamptz FROM subscriptions WHERE list_id = $1", Args: []any{w.list}}
}

// launch lets a mailing go to the whole list; change may be nil.
func (w *world) launch(key string, change func(*Mailing)) int64 {
	w.t.Helper()
	m := Mailing{Key: key, Kind: "issue", ListID: w.list, EnvelopeFrom: "bounce@example.org"}
	if change != nil {
		change(&m)
	}
	var l Launched
	w.inTx(func(tx *sqlx.Tx) (err error) {
		l, err = Launch(context.Background(), tx, m, letter(w.t), w.everybody())
		return err
	})
	return l.MailingID
}

// letter is a small template with one slot.
func letter(t testing.TB) *mailer.Template {
	t.Helper()
	tmpl, err := mailer.Compile(mailer.Message{
		From: mail.Address{Name: "Weekly", Address: "news@example.org"}, Subject: "Hello",
		Text:  "Hello " + mailer.Mark("who") + "\n",
		HTML:  "<p>Hello " + mailer.Mark("who") + "</p>",
		Slots: []mailer.Slot{{Name: "who", Max: 40, Kind: mailer.Plain}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// readers is a SlotSource over table subscribers.
type readers struct{ db *sqlx.DB }

func (r readers) Slots(ctx context.Context, mailing int64, ids []int64) (map[int64]mailer.Recipient, error) {
	var rows []struct {
		ID    int64
		Email string
		Name  string
	}
	if err := r.db.SelectContext(ctx, &rows, "SELECT id, email, name FROM subscribers WHERE id = ANY($1)", pq.Array(ids)); err != nil {
		return nil, err
	}
	found := make(map[int64]mailer.Recipient, len(rows))
	for _, x := range rows {
		found[x.ID] = mailer.Recipient{Address: x.Email, Name: x.Name, Values: []string{x.Name},
			MessageID: fmt.Sprintf("%d.%d@example.org", mailing, x.ID)}
	}
	return found, nil
}

// brisk is a configuration with short times.
func (w *world) brisk() Config {
	return Config{DB: w.db, URL: w.url, Slots: readers{w.db}, Log: testLog(w.t),
		Lease: 10 * time.Second, Sweep: 50 * time.Millisecond, Idle: time.Second, Drain: 5 * time.Second,
		RetryBase: 150 * time.Millisecond, RetryMax: 300 * time.Millisecond, Rest: 30 * time.Millisecond, RestMax: 200 * time.Millisecond}
}

// testLog writes warnings to the test's log while the test runs.
func testLog(t testing.TB) *slog.Logger {
	w := &testWriter{t: t}
	t.Cleanup(w.stop)
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type testWriter struct {
	mu   sync.Mutex
	t    testing.TB
	over bool
}

func (w *testWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.t.Logf("%s", p)
	}
	return len(p), nil
}

func (w *testWriter) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
}

// run starts an engine; it drains when the test ends or stop is called.
func (w *world) run(c Config) (e *Engine, stop func()) {
	w.t.Helper()
	e, err := New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the engine ended with: %v", err)
		}
	})
	w.t.Cleanup(stop)
	return e, stop
}

func (w *world) status(mailing int64) Status {
	w.t.Helper()
	s, err := StatusOf(context.Background(), w.db, mailing)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// reconciled checks that the mailing is balanced and that status and sets give
// the same sums; it returns the report.
func (w *world) reconciled(mailing int64) Report {
	w.t.Helper()
	r, err := Reconcile(context.Background(), w.db, mailing)
	if err != nil {
		w.t.Fatal(err)
	}
	if !r.Balanced {
		w.t.Fatalf("not balanced: %+v", r)
	}
	return r
}

// expired lets the mailing's deadline come now.
func (w *world) expired(mailing int64) {
	w.t.Helper()
	w.exec("UPDATE mailings SET deadline_at = clock_timestamp() WHERE id = $1", mailing)
}

// finished waits until the mailing is sent and returns its sums.
func (w *world) finished(mailing int64) Sums {
	w.t.Helper()
	var s Status
	eventually(w.t, func() (bool, string) {
		s = w.status(mailing)
		return s.State == Finished, fmt.Sprintf("the mailing to be sent: %+v", s)
	})
	if r := w.reconciled(mailing); r.Sums != s.Sums {
		w.t.Errorf("the sets give %+v, the status %+v", r.Sums, s.Sums)
	}
	return s.Sums
}
