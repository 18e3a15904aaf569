package bench

import (
	"context"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// Cost is what a stretch of work has taken.
type Cost struct {
	CPU         time.Duration // of this process
	PostgresCPU time.Duration // of the server, all its processes; 0 when it can't be seen
	WAL         int64         // bytes, of the whole server
	Rows        int64         // inserted, updated and deleted
	PeakRSS     int64         // bytes; of this process since it began
}

// Meter measures from Begin on.
type Meter struct {
	db      *postgres.DB
	cpu, pg time.Duration
	before  written
}

// Begin notes where things stand.
func Begin(ctx context.Context, db *postgres.DB) (*Meter, error) {
	m := &Meter{db: db}
	var err error
	if m.before, err = readWritten(ctx, db); err != nil {
		return nil, err
	}
	if m.pg, err = serverCPU(ctx, db); err != nil {
		return nil, err
	}
	m.cpu = ownCPU()
	return m, nil
}

// End is what has been used since. Sessions of others should have ended: only
// then has the server counted all their rows.
func (m *Meter) End(ctx context.Context) (Cost, error) {
	c := Cost{CPU: ownCPU() - m.cpu, PeakRSS: peakRSS()}
	pg, err := serverCPU(ctx, m.db)
	if err != nil {
		return c, err
	}
	c.PostgresCPU = max(pg-m.pg, 0)
	after, err := settled(ctx, m.db)
	c.WAL, c.Rows = after.WAL-m.before.WAL, after.Rows-m.before.Rows
	return c, err
}

func serverCPU(ctx context.Context, db *postgres.DB) (time.Duration, error) {
	pid, err := backendPID(ctx, db)
	if err != nil || pid == 0 {
		return 0, err
	}
	return treeCPU(pid), nil
}
