package outbox

import (
	"sync/atomic"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// task is one recipient of a batch that this worker holds.
type task struct {
	b         *batch
	id        int64
	tries     int // attempts that ended in a deferral
	recipient mailer.Recipient
	provider  string // the group that his mailbox belongs to
	returned  bool   // an intent was booked for him and nothing was sent: he comes first
	paid      bool   // the throttles' tokens were taken for him
	probe     bool   // he is one of those who try a provider that refused
	delay     time.Duration
}

// batch is one that this worker holds: what it took, and how far it is.
type batch struct {
	id, mailing int64
	attempt     int
	resend      int
	template    *mailer.Template
	signer      *mailer.Signer // nil for none
	from        string         // envelope sender of recipients that have none of their own
	stream      string
	fast        bool
	oneByOne    bool // two holders were lost with it: one connection at a time
	// pool is whose connections it goes through; its lock guards the last fields.
	pool atomic.Pointer[pool]

	// deadline is until when, on the boot clock in nanoseconds, the lease holds
	// for sure. It was taken before the renewal was asked for.
	deadline atomic.Int64
	// lost is set once another worker holds the batch, or may.
	lost atomic.Bool

	// The rest is the pool's.
	queue   []*task
	held    []*task // put off: his provider can't be sent to for longer than he may wait here
	skipped uint64  // the look at the pool that found nothing to send here
	out     int     // tasks handed to connections and not settled
	stopped bool
	rest    restTime
	idle    chan struct{} // closed when no task is out and none will be
	closed  bool          // idle is
}

// lose notes that the batch is no longer ours and reports whether that is news.
func (b *batch) lose() bool {
	if b.lost.Swap(true) {
		return false
	}
	for p := b.pool.Load(); !p.stop(b, 0); p = b.pool.Load() { // it went to another one just now
	}
	return true
}

// cut takes the task at i out of the queue.
func (b *batch) cut(i int) *task {
	t := b.queue[i]
	if i == 0 {
		b.queue = b.queue[1:]
	} else {
		b.queue = append(b.queue[:i], b.queue[i+1:]...)
	}
	return t
}

// push puts a task back to where it is taken next.
func (b *batch) push(t *task) { b.queue = append([]*task{t}, b.queue...) }

// ready tells whether a connection may take a task.
func (b *batch) ready() bool {
	return !b.stopped && len(b.queue) > 0 && (!b.oneByOne || b.out == 0)
}

// readyFast is ready for what somebody waits for.
func (b *batch) readyFast() bool { return b.fast && b.ready() }

// returned tells whether the next task has an intent booked already.
func (b *batch) returned() bool { return b.ready() && b.queue[0].returned }
