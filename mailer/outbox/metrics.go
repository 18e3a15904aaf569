package outbox

import (
	"fmt"
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
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.outcomes, m.takeovers, m.inFlight, m.lostBatches, m.disagreements,
		m.lotSize, m.commitSeconds, m.sendSeconds, m.connections} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register the outbox's metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) outcome(o mailer.Outcome) { m.outcomes.WithLabelValues(o.String()).Inc() }

func seconds(d time.Duration) float64 { return d.Seconds() }
