package lint

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/broadsheet/broadsheet/internal/lint/clients"
)

// Edition names the state of the rules, for receipts: the newest month in
// which a source was read, and eight hexadecimal digits that change with any
// rule of the table or the clients' data, such as "2026-11.3f2a9c01".
func Edition() string { return edition(table) }

func edition(table []Rule) string {
	h := sha256.New()
	// Plain data always marshals, and a hash takes everything.
	_ = json.NewEncoder(h).Encode(table)
	_ = json.NewEncoder(h).Encode(clients.Updated())
	newest := slices.MaxFunc(table, func(a, b Rule) int { return cmp.Compare(a.VerifiedOn, b.VerifiedOn) }).VerifiedOn
	return newest + "." + hex.EncodeToString(h.Sum(nil)[:4])
}

// freshFor is how long a source counts as known after it was read.
const freshFor = 12 // months

// Stale lists the rules whose source was last read more than twelve months
// before now; somebody should read it again.
func Stale(now time.Time) []Rule {
	var out []Rule
	for _, r := range table {
		if read, err := time.Parse("2006-01", r.VerifiedOn); err == nil && read.AddDate(0, freshFor+1, 0).Before(now) {
			out = append(out, r)
		}
	}
	return out
}
