//go:build race

package ingest

// poolSlack is how many times more is asked for than without the race
// detector: under it pools drop what they are given at random.
const poolSlack = 8
