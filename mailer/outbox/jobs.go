package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// River's queues for batches. Mailings that somebody waits for have workers of
// their own, so that no campaign's batch keeps them waiting.
const (
	queue     = "outbox"
	fastQueue = "outbox_fast"
	fastOnes  = 2 // batches of the fast queue at once
)

// outstanding is how many jobs wait in the queue at most: enough for any number
// of workers until the next sweep, few enough that a mailing launched now
// doesn't wait behind the whole of another.
const outstanding = 64

// sweepLock is the advisory lock that lets one worker at a time make jobs.
const sweepLock int64 = 0x6273737765657000

// The job queue's connections: few, and not kept, so that a fleet fits a server's
// limit. A worker uses about eight in all when it is busy.
const (
	jobConns    = 4
	jobConnIdle = 15 * time.Second
)

// A job may run for jobTimeout; then the batch is given back, and another job
// goes on with it. River rescues jobs whose process is gone after rescueAfter,
// which matters only for tidiness: the sweeper doesn't count such jobs.
const (
	jobTimeout  = 15 * time.Minute
	rescueAfter = time.Hour
)

// batchArgs is a job: a hint that a batch may be worked on.
type batchArgs struct {
	BatchID int64 `json:"batch_id"`
}

// Kind is River's name of the job.
func (batchArgs) Kind() string { return "outbox_batch" }

type batchWorker struct {
	river.WorkerDefaults[batchArgs]
	e *Engine
}

// Work implements river.Worker. It never fails: see Engine.work.
func (w *batchWorker) Work(ctx context.Context, job *river.Job[batchArgs]) error {
	w.e.work(ctx, job.Args.BatchID)
	return nil
}

// openRiver makes the job client over a pool of its own.
func (e *Engine) openRiver(ctx context.Context) (*pgxpool.Pool, *river.Client[pgx.Tx], error) {
	config, err := pgxpool.ParseConfig(e.c.URL)
	if err != nil {
		return nil, nil, errors.New("the database URL can't be read for the job queue; see broadsheet check")
	}
	config.MaxConns, config.MaxConnIdleTime = jobConns, jobConnIdle
	jobs, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, fmt.Errorf("open the job queue's connections: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &batchWorker{e: e})
	client, err := river.NewClient(riverpgxv5.New(jobs), &river.Config{
		ID:                          e.c.Name,
		Queues:                      map[string]river.QueueConfig{queue: {MaxWorkers: e.c.Batches}, fastQueue: {MaxWorkers: fastOnes}},
		Workers:                     workers,
		Logger:                      slog.New(quiet{e.c.Log.Handler()}),
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: time.Hour,
		FetchCooldown:               20 * time.Millisecond,
		FetchPollInterval:           min(e.c.Sweep, time.Second),
		MaxAttempts:                 2,
	})
	if err != nil {
		jobs.Close()
		return nil, nil, fmt.Errorf("set up the job queue: %w", err)
	}
	return jobs, client, nil
}

// derive makes jobs for batches that have none, unless another worker is at it.
func (e *Engine) derive(ctx context.Context, jobs *pgxpool.Pool, client *river.Client[pgx.Tx]) error {
	err := pgx.BeginFunc(ctx, jobs, func(tx pgx.Tx) error {
		// A process that freezes here must not keep the lock.
		if _, err := tx.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL statement_timeout = '10s'"); err != nil {
			return err
		}
		var mine bool
		if err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1)", sweepLock).Scan(&mine); err != nil || !mine {
			return err
		}
		var params []river.InsertManyParams
		for _, name := range []string{fastQueue, queue} {
			rows, err := tx.Query(ctx, joblessSQL, batchArgs{}.Kind(), float64(interval(e.c.Lease)), outstanding, name == fastQueue)
			if err != nil {
				return err
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil {
				return err
			}
			for _, id := range ids {
				params = append(params, river.InsertManyParams{Args: batchArgs{BatchID: id}, InsertOpts: &river.InsertOpts{Queue: name}})
			}
		}
		if len(params) == 0 {
			return nil
		}
		_, err := client.InsertManyFastTx(ctx, tx, params)
		return err
	})
	if err != nil {
		return fmt.Errorf("make jobs for batches: %w", err)
	}
	return nil
}

// quiet keeps River's routine from the log: what it does at info is our debug.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }

// WithGroup implements slog.Handler.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
