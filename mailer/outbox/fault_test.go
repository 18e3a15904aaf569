package outbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/mailer/capture"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// workerEnv makes the test binary a worker: its value is a workerConfig.
const workerEnv = "BROADSHEET_OUTBOX_TEST_WORKER"

// roundsEnv makes the fault tests longer: how many rounds of each.
const roundsEnv = "BROADSHEET_OUTBOX_ROUNDS"

func rounds(t *testing.T, usual int) int {
	v := os.Getenv(roundsEnv)
	if v == "" {
		return usual
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is not a number of rounds", roundsEnv, v)
	}
	return n
}

type workerConfig struct {
	URL   string
	Name  string
	Lease time.Duration
}

// workerMain is the worker process: an engine until SIGTERM.
func workerMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var c workerConfig
	if err := json.Unmarshal([]byte(os.Getenv(workerEnv)), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	db, err := postgres.Open(ctx, c.URL)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	e, err := New(Config{DB: db, URL: c.URL, Name: c.Name, Slots: readers{db}, Lease: c.Lease,
		Log:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Sweep: 50 * time.Millisecond, RetryBase: 150 * time.Millisecond, RetryMax: 300 * time.Millisecond,
		Rest: 30 * time.Millisecond, RestMax: 200 * time.Millisecond})
	if err == nil {
		err = e.Run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// worker is a worker process.
type worker struct {
	t   *testing.T
	cmd *exec.Cmd
	out bytes.Buffer
}

func (w *world) worker(t *testing.T, name string, lease time.Duration) *worker {
	t.Helper()
	config, err := json.Marshal(workerConfig{URL: w.url, Name: name, Lease: lease})
	if err != nil {
		t.Fatal(err)
	}
	p := &worker{t: t, cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), workerEnv+"="+string(config))
	p.cmd.Stderr = &p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.kill()
		}
		if t.Failed() {
			t.Logf("worker %s:\n%s", name, p.out.String())
		}
	})
	return p
}

func (p *worker) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// kill is kill -9.
func (p *worker) kill() {
	p.signal(syscall.SIGKILL)
	_ = p.cmd.Wait() // it was killed: that is its error
}

// drain is what a deploy does.
func (p *worker) drain() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the worker drained with %v", err)
	}
}

// witness is a relay that has every accepted recipient on disk before it replies.
type witness struct {
	*capture.Server
	path  string
	total atomic.Int64
}

func newWitness(t *testing.T) *witness {
	t.Helper()
	j := &witness{path: filepath.Join(t.TempDir(), "journal")}
	var err error
	j.Server, err = capture.Start(capture.Options{Journal: j.path, MaxMessages: 10, OnMessage: func(capture.Mail) { j.total.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

// accepted is how often each recipient was accepted.
func (j *witness) accepted(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open(j.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	seen := map[string]int{}
	for s := bufio.NewScanner(f); s.Scan(); {
		to, _, _ := strings.Cut(s.Text(), " ")
		seen[to]++
	}
	return seen
}

// await waits until n messages in all have been accepted, or the mailing is sent.
func (j *witness) await(w *world, mailing, n int64) {
	w.t.Helper()
	eventually(w.t, func() (bool, string) {
		return j.total.Load() >= n || w.status(mailing).State == Finished, fmt.Sprintf("%d accepted messages (%d are)", n, j.total.Load())
	})
}

// judged holds the ledger against the judge's record: who is sent was accepted,
// who was accepted is sent or unknown, nobody twice.
func (j *witness) judged(w *world, mailing int64) {
	w.t.Helper()
	seen := j.accepted(w.t.(*testing.T))
	rows := []struct {
		Email   string
		Outcome int
	}{}
	if err := w.db.Select(&rows, `SELECT s.email, d.outcome FROM deliveries d JOIN subscribers s ON s.id = d.recipient_id WHERE d.mailing_id = $1`, mailing); err != nil {
		w.t.Fatal(err)
	}
	for _, r := range rows {
		switch n := seen[r.Email]; {
		case n > 1:
			w.t.Errorf("%s was accepted %d times", r.Email, n)
		case r.Outcome == 1 && n == 0:
			w.t.Errorf("%s is sent in the ledger and was never accepted", r.Email)
		case r.Outcome != 1 && r.Outcome != 4 && n > 0:
			w.t.Errorf("%s was accepted and has outcome %d", r.Email, r.Outcome)
		}
		delete(seen, r.Email)
	}
	if len(seen) > 0 {
		w.t.Errorf("%d were accepted and are not in the ledger", len(seen))
	}
}

// kill -9 at random points: nobody twice, nobody lost, at most one unknown per
// connection and kill, and the sums agree at every poll.
func TestKilledWorkers(t *testing.T) {
	const recipients, connections, kills = 2000, 10, 5
	for round := range rounds(t, 1) {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, uint64(round)))
			w := newWorld(t, recipients)
			j := newWitness(t)
			w.relay(fmt.Sprintf("smtp://%s?connections=%d", j.Addr(), connections))
			id := w.launch("issue:1", nil)
			stop := w.watch(id)
			for k := range kills {
				p := w.worker(t, fmt.Sprintf("mortal-%d", k), 400*time.Millisecond)
				j.await(w, id, j.total.Load()+1+random.Int64N(recipients/kills))
				p.kill()
			}
			p := w.worker(t, "heir", 400*time.Millisecond)
			s := w.finished(id)
			p.drain()
			stop()
			j.judged(w, id)
			if s.Sent+s.Unknown != recipients || s.Unknown > connections*kills {
				t.Errorf("sums %+v after %d kills with %d connections", s, kills, connections)
			}
			t.Logf("%d unknown after %d kills", s.Unknown, kills)
		})
	}
}

// A worker that is stopped for longer than its lease finds another in its place
// when it goes on, and sends nothing more of what it held.
func TestZombieWorker(t *testing.T) {
	const recipients, connections = 1000, 10
	for range rounds(t, 1) {
		w := newWorld(t, recipients)
		j := newWitness(t)
		w.relay(fmt.Sprintf("smtp://%s?connections=%d", j.Addr(), connections))
		id := w.launch("issue:1", nil)
		stop := w.watch(id)
		zombie := w.worker(t, "zombie", 500*time.Millisecond)
		j.await(w, id, 1+rand.Int64N(recipients/2))
		zombie.signal(syscall.SIGSTOP)
		heir := w.worker(t, "heir", 500*time.Millisecond)
		before := w.finished(id)
		accepted := j.total.Load()
		zombie.signal(syscall.SIGCONT)
		zombie.drain()
		heir.drain()
		stop()
		j.judged(w, id)
		after := w.reconciled(id).Sums
		if before.Unknown > connections || after.Unknown > before.Unknown || after.Sent+after.Unknown != recipients {
			t.Errorf("sums %+v, then %+v", before, after)
		}
		if more := j.total.Load() - accepted; more > 0 {
			t.Errorf("the zombie sent %d messages", more)
		}
		t.Logf("unknown %d, then %d", before.Unknown, after.Unknown)
	}
}

// Postgres crashes and comes back: the worker holds on to what it knows and
// goes on by itself; nothing is unknown.
func TestPostgresCrashes(t *testing.T) {
	const recipients, crashes = 2000, 2
	cluster := pgtest.NewCluster(t)
	w := furnish(t, cluster.Open(), cluster.URL(), recipients)
	var total atomic.Int64
	peer := mailertest.Start(t, mailertest.Options{Script: func(e mailertest.Event) mailertest.Action {
		if e.Phase == mailertest.Dot {
			total.Add(1)
		}
		return mailertest.Action{}
	}})
	w.relay(peer.URL("connections=10"))
	c := w.brisk()
	c.Log = slog.New(slog.DiscardHandler) // it has a lot to say
	w.run(c)
	id := w.launch("issue:1", nil)
	for k := range crashes * rounds(t, 1) {
		goal := min(int64((k+1)*recipients/(crashes+1)), recipients)
		eventually(t, func() (bool, string) {
			return total.Load() >= goal, fmt.Sprintf("%d messages (%d are sent)", goal, total.Load())
		})
		cluster.Restart(true)
	}
	var s Status
	eventually(t, func() (bool, string) {
		var err error
		s, err = StatusOf(context.Background(), w.db, id)
		return err == nil && s.State == Finished, fmt.Sprintf("the mailing to be sent: %+v, %v", s, err)
	})
	w.reconciled(id)
	if s.Sent != recipients {
		t.Errorf("sums %+v", s.Sums)
	}
	once(t, peer, recipients)
}

// All of the committer's connections are cut again and again while it works:
// commits of unknown fate are repeated, and nobody is granted twice.
func TestConnectionsToPostgresAreCut(t *testing.T) {
	const recipients = 2000
	w := newWorld(t, recipients)
	peer := mailertest.Start(t, mailertest.Options{})
	w.relay(peer.URL("connections=10"))
	c := w.brisk()
	c.Log = slog.New(slog.DiscardHandler)
	w.run(c)
	id := w.launch("issue:1", nil)
	cuts := w.cutting(40 * time.Millisecond)
	s := w.finished(id)
	if n := cuts(); s.Sent != recipients || n < 5 {
		t.Errorf("sums %+v after %d cuts", s, n)
	}
	once(t, peer, recipients)
}

// cutting ends, every now and then, all sessions that commit. The returned
// function stops it and tells how many were ended.
func (w *world) cutting(every time.Duration) (stop func() int) {
	ended := make(chan struct{})
	var cuts int
	var all sync.WaitGroup
	all.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			var n int
			err := w.db.Get(&n, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND ltrim(query, E'\n') LIKE 'WITH b AS MATERIALIZED%'`)
			if err != nil {
				w.t.Errorf("cut: %v", err)
			}
			cuts += n
		}
	})
	once := sync.OnceFunc(func() {
		close(ended)
		all.Wait()
	})
	w.t.Cleanup(once)
	return func() int {
		once()
		return cuts
	}
}
