package ingest

import (
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestWhatStandsAlone(t *testing.T) {
	f := newFilter(&article.Article{Language: "en"})
	for s, want := range map[string]bool{
		"The strongest tent fails when it is pitched badly.":        true,
		"Replace a battery before it swells and bursts.":            true,
		"The voltage is highest above 80 per cent.":                 true,
		"Feed it once a week if it is slow.":                        false,
		"The best of it comes at the end.":                          false,
		"The numbers in the list above are old.":                    false,
		"The numbers given above, and those below, are quite old.":  false,
		"This tent is the strongest one there is.":                  false,
		"Do you know how strong a tent must be?":                    false,
		"We slept in every tent of the test for a week.":            false,
		"Poles of aluminium bend long before a gale can snap them.": true,
	} {
		if got := f.standsAlone(s, false); got != want {
			t.Errorf("standsAlone(%q) = %v", s, got)
		}
	}
}
