//go:build !race

package ingest

// poolSlack is how many times more is asked for than without the race detector.
const poolSlack = 1
