package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
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

// kill -9 at random points: nobody twice, nobody lost, at most one unknown per
// connection and kill, and the sums agree at every poll.
func TestKilledWorkers(t *testing.T) {
	t.Parallel()
	const kills = 5
	recipients, connections := 2000, 10
	if os.Getenv(roundsEnv) != "" {
		recipients, connections = 5000, 20
	}
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
				j.await(w, id, j.total.Load()+1+random.Int64N(int64(recipients/kills)))
				p.kill()
			}
			p := w.worker(t, "heir", 400*time.Millisecond)
			s := w.finished(id)
			p.drain()
			stop()
			j.judged(w, id)
			if s.Sent+s.Unknown != int64(recipients) || s.Unknown > int64(connections*kills) {
				t.Errorf("sums %+v after %d kills with %d connections", s, kills, connections)
			}
			t.Logf("%d unknown after %d kills", s.Unknown, kills)
		})
	}
}

// A worker that is stopped for longer than its lease finds another in its place
// when it goes on, and sends nothing more of what it held.
func TestZombieWorker(t *testing.T) {
	t.Parallel()
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

// All at once: two workers, killed, frozen and replaced; commits cut off;
// readers who leave; a relay that refuses, defers and loses replies.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	const recipients, connections, lease = 1500, 8, 2 * time.Second // a live worker must not lose its lease to a busy machine
	for round := range rounds(t, 1) {
		seed := rand.Uint64()
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, uint64(round)))
			w := newWorld(t, recipients)
			j := newMoody(t, seed)
			w.relay(j.peer.URL(fmt.Sprintf("connections=%d", connections)))
			id := w.launch("issue:1", nil)
			stop := w.watch(id)
			cuts := w.cutting(60 * time.Millisecond)
			fleet := []*worker{w.worker(t, "w0", lease), w.worker(t, "w1", lease)}
			lost := 0
			for k := range 4 {
				j.await(w, id, j.count()+1+random.Int64N(recipients/5))
				w.exec("UPDATE subscriptions SET state = 'unsubscribed' WHERE subscriber_id = $1", w.ids[random.IntN(recipients)])
				victim := random.IntN(len(fleet))
				if lost++; k%2 == 0 {
					fleet[victim].kill()
				} else {
					fleet[victim].signal(syscall.SIGSTOP)
					zombie := fleet[victim]
					t.Cleanup(func() { zombie.signal(syscall.SIGCONT) })
				}
				fleet[victim] = w.worker(t, fmt.Sprintf("w%d", k+2), lease)
			}
			cuts()
			s := w.finished(id)
			stop()
			for _, p := range fleet {
				p.drain()
			}
			j.judged(w, id)
			if s.Unknown > int64(connections*lost+j.lostReplies()) {
				t.Errorf("sums %+v: %d workers lost, %d lost replies", s, lost, j.lostReplies())
			}
			t.Logf("sums %+v, %d lost replies", s, j.lostReplies())
		})
	}
}

// Postgres crashes and comes back: the worker holds on to what it knows and
// goes on by itself; nothing is unknown.
func TestPostgresCrashes(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

// cutting ends, every now and then, all sessions that commit, but not before
// something was written since the last time: on a busy machine a new session
// may take longer than that. The returned function stops it and tells how many
// were ended.
func (w *world) cutting(every time.Duration) (stop func() int) {
	ended := make(chan struct{})
	var cuts int
	var all sync.WaitGroup
	all.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		last := -1
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			var written, n int
			if err := w.db.Get(&written, "SELECT count(*) FROM deliveries"); err != nil {
				w.t.Errorf("cut: %v", err)
			}
			if written == last {
				continue
			}
			last = written
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
