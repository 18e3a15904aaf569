package outbox

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/broadsheet/broadsheet/mailer"
)

// metrics are what an engine counts.
type metrics struct {
	outcomes      *prometheus.CounterVec
	takeovers     prometheus.Counter
	inFlight      prometheus.Counter
	lostBatches   prometheus.Counter
	disagreements prometheus.Counter
	lotSize       prometheus.Histogram
	commitSeconds prometheus.Histogram
	sendSeconds   prometheus.Histogram
	connections   prometheus.Gauge
	dialSeconds   prometheus.Histogram
	intentSeconds prometheus.Histogram
	loadSeconds   prometheus.Histogram
	trips         *prometheus.CounterVec
	held          prometheus.Counter
	ledgerStuck   prometheus.Gauge
	sent          atomic.Int64 // for the fleet's table
}

// newMetrics makes the metrics and registers them with r, if there is one.
func newMetrics(r prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "broadsheet", Subsystem: "outbox", Name: name, Help: help})
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "broadsheet", Subsystem: "outbox", Name: name, Help: help, Buckets: buckets})
	}
	m := &metrics{
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "broadsheet", Subsystem: "outbox", Name: "outcomes_total",
			Help: "Outcomes written by this worker, by outcome; a deferred recipient is counted at each attempt."}, []string{"outcome"}),
		takeovers:     counter("takeovers_total", "Batches taken from a worker that was lost."),
		inFlight:      counter("takeover_unknown_total", "Recipients booked as unknown because a lost worker had them in flight."),
		lostBatches:   counter("lost_batches_total", "Batches that another worker took from this one."),
		disagreements: counter("disagreements_total", "Results that differed from what the ledger already said. Each is logged; none is expected."),
		lotSize:       histogram("commit_lot_size", "Results and intents in one commit.", prometheus.ExponentialBuckets(1, 2, 11)),
		commitSeconds: histogram("commit_seconds", "Duration of one commit.", prometheus.ExponentialBuckets(0.0005, 2, 14)),
		sendSeconds:   histogram("send_seconds", "Duration of one SMTP transaction.", prometheus.ExponentialBuckets(0.001, 2, 16)),
		connections: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "broadsheet", Subsystem: "outbox", Name: "connections",
			Help: "Open connections to relays."}),
		dialSeconds:   histogram("dial_seconds", "Duration of connecting to a relay, TLS and authentication included.", prometheus.ExponentialBuckets(0.001, 2, 16)),
		intentSeconds: histogram("intent_seconds", "How long a connection waited for its next intent.", prometheus.ExponentialBuckets(0.0005, 2, 14)),
		loadSeconds:   histogram("load_seconds", "Duration of taking a batch and looking up its recipients.", prometheus.ExponentialBuckets(0.001, 2, 14)),
		trips: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "broadsheet", Subsystem: "outbox", Name: "breaker_trips_total",
			Help: "How often a provider's refusal of the sender opened a breaker here, by rule."}, []string{"rule"}),
		held: counter("held_total", "Recipients put off because their provider could not be sent to."),
		ledgerStuck: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "broadsheet", Subsystem: "outbox", Name: "ledger_stuck",
			Help: "1 while the ledger can't be written, so that nothing is sent."}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.outcomes, m.takeovers, m.inFlight, m.lostBatches, m.disagreements,
		m.lotSize, m.commitSeconds, m.sendSeconds, m.connections, m.dialSeconds, m.intentSeconds, m.loadSeconds,
		m.trips, m.held, m.ledgerStuck} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the outbox's metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) outcome(o mailer.Outcome) {
	m.outcomes.WithLabelValues(o.String()).Inc()
	if o == mailer.Sent || o == mailer.Failed || o == mailer.Unknown {
		m.sent.Add(1)
	}
}

// watch registers gauges that are read off the engine.
func (m *metrics) watch(r prometheus.Registerer, e *Engine) error {
	gauge := func(name, help string, read func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "broadsheet", Subsystem: "outbox", Name: name, Help: help}, read)
	}
	if r == nil {
		return nil
	}
	for _, c := range []prometheus.Collector{
		gauge("queue_depth", "Recipients of batches held by this worker who wait for a connection.", e.waiting),
		gauge("batches", "Batches held by this worker.", func() float64 { return float64(e.committer.count()) }),
		gauge("breakers_open", "Providers that this worker leaves alone or only tries.", e.limits.open),
	} {
		if err := r.Register(c); err != nil {
			return fmt.Errorf("register the outbox's metrics: %w", err)
		}
	}
	return nil
}

// waiting counts the recipients who wait in the pools.
func (e *Engine) waiting() float64 {
	n := 0
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.pools {
		p.mu.Lock()
		for _, b := range p.batches {
			n += len(b.queue)
		}
		p.mu.Unlock()
	}
	return float64(n)
}

// open counts the breakers that are open.
func (l *limits) open() float64 {
	n := 0
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.breakers {
		if b.open {
			n++
		}
	}
	return float64(n)
}

func seconds(d time.Duration) float64 { return d.Seconds() }
