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
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer/capture"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

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
	w.compare(mailing, j.accepted(w.t.(*testing.T)))
}

// compare holds the ledger against who was accepted how often.
func (w *world) compare(mailing int64, seen map[string]int) {
	w.t.Helper()
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

// moody is a relay that by chance refuses, defers, and loses replies.
type moody struct {
	peer *mailertest.Peer
	mu   sync.Mutex
	rand *rand.Rand
	dots int64
	lost map[string]bool // whose reply was lost
	no   map[string]bool // refused for good
}

func newMoody(t *testing.T, seed uint64) *moody {
	j := &moody{rand: rand.New(rand.NewPCG(seed, 1)), lost: map[string]bool{}, no: map[string]bool{}}
	j.peer = mailertest.Start(t, mailertest.Options{Script: j.script})
	return j
}

func (j *moody) script(e mailertest.Event) mailertest.Action {
	j.mu.Lock()
	defer j.mu.Unlock()
	chance := j.rand.Float64()
	switch {
	case e.Phase == mailertest.RcptTo && chance < 0.02:
		j.no[e.Address] = true
		return mailertest.Action{Reply: "550 5.1.1 no such person"}
	case e.Phase == mailertest.RcptTo && chance < 0.07:
		return mailertest.Action{Reply: "451 4.3.0 not now"}
	case e.Phase == mailertest.DataCmd && chance < 0.005:
		return mailertest.Action{Drop: true}
	case e.Phase == mailertest.Dot:
		j.dots++
		if chance < 0.006 {
			j.lost[e.Address] = true
			return mailertest.Action{Accept: true, Reset: true}
		}
	}
	return mailertest.Action{}
}

func (j *moody) count() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.dots
}

func (j *moody) lostReplies() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.lost)
}

func (j *moody) await(w *world, mailing, n int64) {
	w.t.Helper()
	eventually(w.t, func() (bool, string) {
		return j.count() >= n || w.status(mailing).State == Finished, fmt.Sprintf("%d messages", n)
	})
}

// judged holds the ledger against what the relay accepted and refused.
func (j *moody) judged(w *world, mailing int64) {
	w.t.Helper()
	seen := map[string]int{}
	for _, a := range j.peer.Accepted() {
		seen[a.To]++
	}
	w.compare(mailing, seen)
	j.mu.Lock()
	defer j.mu.Unlock()
	for to := range j.no {
		if seen[to] > 0 {
			w.t.Errorf("%s was refused for good and mailed again", to)
		}
	}
}
