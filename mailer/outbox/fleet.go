package outbox

import (
	"context"
	"time"
)

// Worker is one worker process as it last described itself.
type Worker struct {
	Name        string    `db:"name" json:"name"`
	Version     string    `db:"version" json:"version"`
	Protocol    int       `db:"protocol" json:"protocol"`
	StartedAt   time.Time `db:"started_at" json:"started_at"`
	SeenAt      time.Time `db:"seen_at" json:"seen_at"`
	Connections int       `db:"connections" json:"connections"` // open, to relays
	Batches     int       `db:"batches" json:"batches"`         // being worked on
	Rate        float64   `db:"rate" json:"rate"`               // messages per second since it spoke before
	Draining    bool      `db:"draining" json:"draining"`
	// Silent: it hasn't been seen for as long as its leases may last, so it is
	// gone, or cut off.
	Silent bool `db:"silent" json:"silent"`
}

const (
	// beat is how often a worker says that it is there.
	beat = 5 * time.Second
	// forgotten is after how long a worker that is gone is no longer listed.
	forgotten = 24 * time.Hour
)

// pulse is what a worker said last.
type pulse struct {
	at   time.Duration // boot clock
	sent int64
	due  bool
}

// tell describes this worker in the fleet's table, if it is time to.
func (e *Engine) tell(ctx context.Context, last *pulse) error {
	now := e.c.Boot()
	if !last.due && now-last.at < beat {
		return nil
	}
	sent := e.metrics.sent.Load()
	w := Worker{Name: e.c.Name, Version: e.c.Version, Protocol: e.c.protocol, Batches: e.committer.count(), Draining: last.due}
	if d := now - last.at; last.at > 0 && d > 0 {
		w.Rate = float64(sent-last.sent) / d.Seconds()
	}
	e.mu.Lock()
	for _, p := range e.pools {
		p.mu.Lock()
		w.Connections += p.live
		p.mu.Unlock()
	}
	e.mu.Unlock()
	last.at, last.sent = now, sent
	return keepWorker(ctx, e.c.DB, w)
}

// farewell says that this worker is draining.
func (e *Engine) farewell(ctx context.Context, last *pulse) {
	ctx, cancel := context.WithTimeout(ctx, shortest)
	defer cancel()
	last.due = true
	if err := e.tell(ctx, last); err != nil {
		e.c.Log.Debug("this worker could not say that it drains", "error", err)
	}
}

// gone takes this worker off the list.
func (e *Engine) gone(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, shortest)
	defer cancel()
	if err := dismiss(ctx, e.c.DB, e.c.Name); err != nil {
		e.c.Log.Debug("this worker could not be taken off the list", "error", err)
	}
}
