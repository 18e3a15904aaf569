package bounce

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	facts      *prometheus.CounterVec
	suppressed prometheus.Counter
	refused    prometheus.Counter
	other      prometheus.Counter
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "broadsheet", Subsystem: "bounces", Name: name, Help: help})
	}
	m := &metrics{
		facts: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "broadsheet", Subsystem: "bounces", Name: "total",
			Help: "Facts that came back about deliveries, by kind."}, []string{"kind"}),
		suppressed: counter("suppressed_total", "Readers who are not mailed any more because of what came back."),
		refused:    counter("refused_addresses_total", "Addresses without a valid MAC that somebody sent to the bounce listener for."),
		other:      counter("other_mails_total", "Mails to return paths that were no reports, such as holiday notes."),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.facts, m.suppressed, m.refused, m.other} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}
