package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"

	"github.com/broadsheet/broadsheet/mailer"
)

// Config is what an Engine needs. DB, URL and Slots must be given; the rest
// has defaults.
type Config struct {
	DB    *sqlx.DB   // for everything but the commits and the jobs
	URL   string     // of the same database: the committer and River open their own connections
	Slots SlotSource // what varies between recipients

	// Refused hears of replies that say something lasting of a recipient
	// ([mailer.Error.Suppress]), when the ledger has been asked to keep them; nil
	// for nobody. A crash may lose one.
	Refused func(ctx context.Context, mailing, recipient int64, e *mailer.Error)

	Log      *slog.Logger
	Registry prometheus.Registerer // nil: nothing is exported
	Version  string                // of the program, for the list of workers
	Name     string                // of this worker, unique; "" is made from host and process
	Now      func() time.Time      // the Date of messages
	Boot     func() time.Duration  // a clock that never jumps and goes on while the machine is suspended
	Chance   func() float64        // 0 ≤ x < 1, for jitter; called by many goroutines

	// Dial opens a connection to a relay; nil is the relay's own Dial.
	Dial func(context.Context, mailer.Relay) (mailer.Conn, error)

	Lease   time.Duration // how long a batch stays with a worker that says nothing; 30 s
	Batches int           // worked on at once; 4
	Sweep   time.Duration // between looks at the tables; 1 s
	Idle    time.Duration // before an unused connection is closed; 15 s
	Drain   time.Duration // how long Run waits for messages in flight once told to end; 25 s

	RetryBase, RetryMax time.Duration // for deferred recipients; 15 min, 4 h (SMTP-9)
	Rest, RestMax       time.Duration // for a relay in trouble; 2 s, 2 min

	// Providers groups mailbox domains by who runs them; nil goes by the table of
	// known providers alone. It is never waited for, and not asked about mail to
	// relays on this machine.
	Providers *mailer.Providers

	protocol int // the version that it keeps to; Protocol
}

func (c *Config) defaults() error {
	if c.DB == nil || c.URL == "" || c.Slots == nil {
		return errors.New("outbox: Config needs DB, URL and Slots")
	}
	for _, d := range []struct {
		at  *time.Duration
		def time.Duration
	}{
		{&c.Lease, 30 * time.Second}, {&c.Sweep, time.Second}, {&c.Idle, 15 * time.Second}, {&c.Drain, 25 * time.Second},
		{&c.RetryBase, 15 * time.Minute}, {&c.RetryMax, 4 * time.Hour}, {&c.Rest, 2 * time.Second}, {&c.RestMax, 2 * time.Minute},
	} {
		if *d.at <= 0 {
			*d.at = d.def
		}
	}
	if c.protocol == 0 {
		c.protocol = Protocol
	}
	if c.Batches <= 0 {
		c.Batches = 4
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Boot == nil {
		c.Boot = bootTime
	}
	if c.Chance == nil {
		c.Chance = rand.Float64
	}
	if c.Dial == nil {
		c.Dial = func(ctx context.Context, r mailer.Relay) (mailer.Conn, error) { return r.Dial(ctx) }
	}
	if c.Name == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "unknown"
		}
		c.Name = fmt.Sprintf("%s-%d-%08x", storable(host, 60), os.Getpid(), rand.Uint32())
	}
	return nil
}

// Engine is a worker: it takes batches and sends them. Any number may work on
// one database, in one process or many.
type Engine struct {
	c         Config
	metrics   *metrics
	committer *committer
	limits    *limits
	groups    *groups
	lines     sync.WaitGroup

	draining chan struct{}   // closed when Run is told to end
	hard     context.Context // ends what is still being sent when the drain takes too long

	mu        sync.Mutex
	stopping  bool
	pools     map[string]*pool
	templates map[int64]*mailer.Template
	signers   map[string]knownSigner // by the sender's domain
}

// New makes an engine; Run runs it, once.
func New(c Config) (*Engine, error) {
	if err := c.defaults(); err != nil {
		return nil, err
	}
	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, err
	}
	e := &Engine{c: c, metrics: m, draining: make(chan struct{}),
		pools: map[string]*pool{}, templates: map[int64]*mailer.Template{}, signers: map[string]knownSigner{}}
	e.committer = newCommitter(c, e.metrics)
	e.limits = newLimits(e)
	e.committer.full, e.committer.freed = e.diskFull, e.diskFreed
	e.groups = &groups{of: map[string]string{}}
	return e, m.watch(c.Registry, e)
}

// Run works until ctx ends, then drains: nothing new is begun, messages in
// flight finish (for Config.Drain at most), what became of them is written,
// batches and jobs go back. It returns nil after a drain, and an error only
// when it could not begin.
func (e *Engine) Run(ctx context.Context) error {
	base := context.WithoutCancel(ctx)
	hard, cut := context.WithCancel(base)
	defer cut()
	e.hard = hard
	jobs, client, err := e.openRiver(ctx)
	if err != nil {
		return err
	}
	defer jobs.Close()
	stopCommitter := e.startCommitter(base)
	defer stopCommitter()
	if err := e.begin(ctx); err != nil {
		return err
	}
	stopLimits := e.startLimits(base)
	defer stopLimits()
	if err := client.Start(base); err != nil {
		return fmt.Errorf("start the job queue: %w", err)
	}
	e.c.Log.Info("worker started", "worker", e.c.Name)
	e.sweepLoop(ctx, jobs, client)
	e.drain(base, client, cut)
	e.gone(base)
	e.c.Log.Info("worker drained", "worker", e.c.Name)
	return nil
}

// startCommitter runs the committer until the returned function is called;
// whoever asks it afterwards is told that nothing was written.
func (e *Engine) startCommitter(base context.Context) func() {
	ctx, cancel := context.WithCancel(base)
	var running sync.WaitGroup
	running.Go(func() { e.committer.run(ctx) })
	return func() {
		cancel()
		running.Wait()
		e.lines.Wait()
	}
}

// begin learns what holds mail back, before any job does; a database that is
// busy or restarting is waited for a little.
func (e *Engine) begin(ctx context.Context) (err error) {
	base := context.WithoutCancel(ctx)
	for try := 1; try <= 10; try++ {
		if err = e.limits.refresh(base); err == nil || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(backoff(50*time.Millisecond, 2*time.Second, try, e.c.Chance())):
		}
	}
	return err
}

// startLimits runs the limits until the returned function is called.
func (e *Engine) startLimits(base context.Context) func() {
	ctx, cancel := context.WithCancel(base)
	var running sync.WaitGroup
	running.Go(func() { e.limits.run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// lastDrain is how long a drain waits for what it has cut off.
const lastDrain = 5 * time.Second

// drain ends the work in order: connections first, then the jobs that wait for
// them.
func (e *Engine) drain(base context.Context, client *river.Client[pgx.Tx], cut context.CancelFunc) {
	close(e.draining)
	e.mu.Lock()
	e.stopping = true
	for _, p := range e.pools {
		p.drain()
	}
	e.mu.Unlock()

	soft, cancel := context.WithTimeout(base, e.c.Drain)
	defer cancel()
	if err := client.Stop(soft); err == nil {
		e.lines.Wait()
		return
	}
	e.c.Log.Warn("the drain takes too long; connections are cut", "after", e.c.Drain)
	cut()
	last, cancelLast := context.WithTimeout(base, lastDrain)
	defer cancelLast()
	if err := client.StopAndCancel(last); err != nil {
		e.c.Log.Error("the job queue doesn't end; its jobs will be done again", "error", err)
	}
}

// sweepLoop looks at the tables now and then, and when it is woken, until ctx
// ends.
func (e *Engine) sweepLoop(ctx context.Context, jobs *pgxpool.Pool, client *river.Client[pgx.Tx]) {
	woken := make(chan struct{}, 1)
	var listener sync.WaitGroup
	listener.Go(func() { e.listen(ctx, jobs, woken) })
	defer listener.Wait()
	var last pulse
	defer func() { e.farewell(context.WithoutCancel(ctx), &last) }()
	for {
		if err := e.tell(ctx, &last); err != nil && ctx.Err() == nil {
			e.c.Log.Warn("this worker could not say that it is there", "error", err)
		}
		if err := e.sweep(ctx, jobs, client); err != nil && ctx.Err() == nil {
			e.c.Log.Warn("a look at the tables for work failed", "error", err)
		}
		// Workers that were started together don't look together.
		wait := time.NewTimer(e.c.Sweep + time.Duration((e.c.Chance()-0.5)*0.4*float64(e.c.Sweep)))
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-woken:
			wait.Stop()
		case <-wait.C:
		}
	}
}

// sweep does what the tables ask for: give up, pack retries, finish, make jobs.
func (e *Engine) sweep(ctx context.Context, jobs *pgxpool.Pool, client *river.Client[pgx.Tx]) error {
	if err := e.limits.refresh(ctx); err != nil {
		return err
	}
	if n, err := giveUp(ctx, e.c.DB); err != nil {
		return err
	} else if n > 0 {
		e.c.Log.Info("deferred recipients were given up", "recipients", n)
	}
	if _, err := pack(ctx, e.c.DB, e.c.Lease, e.c.protocol); err != nil {
		return err
	}
	if err := e.finish(ctx, 0); err != nil {
		return err
	}
	return e.derive(ctx, jobs, client)
}

// listen passes on that there may be work, until ctx ends.
func (e *Engine) listen(ctx context.Context, jobs *pgxpool.Pool, woken chan<- struct{}) {
	for ctx.Err() == nil {
		err := e.listenOnce(ctx, jobs, woken)
		if ctx.Err() != nil {
			return
		}
		e.c.Log.Debug("listening for work was interrupted", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(e.c.Sweep):
		}
	}
}

func (e *Engine) listenOnce(ctx context.Context, jobs *pgxpool.Pool, woken chan<- struct{}) error {
	pooled, err := jobs.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack() // it listens: not to be used by others again
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+Channel); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		select {
		case woken <- struct{}{}:
		default: // a look is due already
		}
	}
}
