package bench

import "github.com/prometheus/client_golang/prometheus"

// Sum adds up the counters of a name, whatever their labels.
func Sum(g prometheus.Gatherer, name string) float64 {
	total := 0.0
	families, _ := g.Gather() // what could be gathered is used: it is for show
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				total += m.GetCounter().GetValue()
			}
		}
	}
	return total
}

// Mean is the mean of what histograms of a name have observed, 0 for nothing.
func Mean(g prometheus.Gatherer, name string) float64 {
	sum, n := 0.0, 0.0
	families, _ := g.Gather() // as in Sum
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				sum += m.GetHistogram().GetSampleSum()
				n += float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}
