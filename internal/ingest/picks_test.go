package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/internal/article"
)

func TestSplitTitle(t *testing.T) {
	tests := []struct{ in, label, name string }{
		{"Editor's Choice: Solvanta 10", "Editor's Choice", "Solvanta 10"},
		{"Editor’s Choice – Solvanta 10", "Editor’s Choice", "Solvanta 10"},
		{"1. Best Overall: Solvanta", "Best Overall", "Solvanta"},
		{"🏆 Best for small kitchens: Solvanta", "Best for small kitchens", "Solvanta"},
		{"Solvanta (Runner-up)", "Runner-up", "Solvanta"},
		{"Solvanta — Best value", "Best value", "Solvanta"},
		{"Testsieger: Solvanta", "Testsieger", "Solvanta"},
		{"Notre coup de cœur : Solvanta", "Notre coup de cœur", "Solvanta"},
		{"La mejor relación calidad-precio: Solvanta", "La mejor relación calidad-precio", "Solvanta"},
		{"A escolha do editor: Solvanta", "A escolha do editor", "Solvanta"},
		{"Il migliore: Solvanta", "Il migliore", "Solvanta"},
		{"Vitamin C: what it does", "", ""},
		{"Solvanta 10", "", ""},
		{"Skin care: A short history", "", ""},
	}
	for _, tt := range tests {
		if label, name := splitTitle(tt.in); label != tt.label || name != tt.name {
			t.Errorf("splitTitle(%q) = %q, %q, want %q, %q", tt.in, label, name, tt.label, tt.name)
		}
	}
}

func TestWithoutPrices(t *testing.T) {
	tests := []struct {
		in, want      string
		priced, rated bool
	}{
		{"Light and quiet ($29.99). It lasts.", "Light and quiet. It lasts.", true, false},
		{"Light. It costs about €30. It lasts.", "Light. It lasts.", true, false},
		{"Rated ★★★★☆ 4.5/5 (1,203) by testers.", "Rated by testers.", false, true},
		{"Only a sentence, at $5.", "Only a sentence, at $5.", false, false},
		{"For 60 € (um 70 € bei anderen).", "For 60 €.", true, false},
		{"Nothing to take out of 60 billion cultures.", "Nothing to take out of 60 billion cultures.", false, false},
	}
	for _, tt := range tests {
		got, out := withoutPrices(article.Plain(tt.in))
		priced, rated := len(out.prices) > 0, len(out.ratings) > 0
		if got.String() != tt.want || priced != tt.priced || rated != tt.rated {
			t.Errorf("withoutPrices(%q) = %q, %v, %v, want %q, %v, %v", tt.in, got, priced, rated, tt.want, tt.priced, tt.rated)
		}
	}
}

func TestPicks(t *testing.T) {
	type pick struct{ Label, Name, Blurb, CTA, URL, Merchant string }
	tests := []struct {
		name, file, src string
		want            []pick
	}{
		{"the blurb below the button", "a.txt", "Title Of It All\n\nWords come first and they are enough.\n\nBest value: Aro\n\nCheck latest price\n\nCheap, reliable and ideal for beginners in every way.\n",
			[]pick{{"Best value", "Aro", "Cheap, reliable and ideal for beginners in every way.", "Check latest price", "", ""}}},
		{"a known shop in the heading's link", "a.md", "## [Aro Lamp 2](https://www.etsy.com/x)\n\nA lamp that folds. It stands well.\n",
			[]pick{{"", "Aro Lamp 2", "A lamp that folds. It stands well.", "", "https://www.etsy.com/x", "Etsy"}}},
		{"name and reason around a dash", "a.md", "## 2. Aro Lamp — the quiet one\n\nA lamp that folds and stands.\n\n[See it here](https://amzn.to/1)\n",
			[]pick{{"the quiet one", "Aro Lamp", "A lamp that folds and stands.", "See it here", "https://amzn.to/1", "Amazon"}}},
		{"a price in the name", "a.md", "### Best budget: Aro Lamp – $45\n\nFolds.\n\n[Buy at Walmart](https://www.walmart.com/ip/1)\n",
			[]pick{{"Best budget", "Aro Lamp", "Folds.", "Buy at Walmart", "https://www.walmart.com/ip/1", "Walmart"}}},
		{"a button inside a sentence is none", "a.md", "## Aro Lamp\n\nYou can [buy it on Amazon](https://amzn.to/1) or leave it.\n", nil},
		{"a question is no product", "a.md", "## Does it fold?\n\nYes.\n\n[View on Amazon](https://amzn.to/1)\n", nil},
		{"a line of a pick and a name, and the words right below it", "a.txt", "Title Of It All\n\nWords come first and they are enough.\n\nOur pick: Aro Lamp 2\nIt folds, it stands and it is quiet.\n",
			[]pick{{"Our pick", "Aro Lamp 2", "It folds, it stands and it is quiet.", "", "", ""}}},
		{"a label without a shop needs to be firm", "a.md", "## Best practices: Washing up\n\nUse hot water for glasses first of all.\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := parse(t, tt.file, tt.src, Options{}).Article
			var got []pick
			for _, p := range a.Picks() {
				got = append(got, pick{p.Label, p.Name, p.Blurb.String(), p.CTA, p.URL, p.Merchant})
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("picks (-want +got):\n%s", d)
			}
		})
	}
}
