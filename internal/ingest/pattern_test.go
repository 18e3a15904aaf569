package ingest

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// expressions are of the shapes the package uses.
var expressions = []string{
	`^(?:the|a) (?:best|worst) .{2,10}$`, `(?i)\b(?:photo|image|foto)s?\b.{0,5}`, `^[(\[]?(?:faq|häufige fragen)\s*:?`, `(?i)é(?:tude|crit)|©|ΣΤ`,
	`^(?:#[\p{L}\d_]{2,8}[\s,]*){2,}$`, `(?m)^[ \t]*(?:import|export)\b`, `(?:^|[\s_-])(?:btn|cta)(?:$|[\s_-])`, `^\d{1,3}[.)]\s+\S.*$`, `x*(?:ab|cd)+y?`, `^(?:)$`, `^$`,
	`(?i)^(?:k|s)[a-z]+ing$`, `^(?:←|«|<<)\s?\S`, `^.{2,6}?\s*[:：]\s+(.+)$`, `(?:[★⭐]{2,5}|\d\s?/\s?5)`, `(?i)(?:read|lire) (?:more|plus)`, `^(?i:about|über)\s+(\S.{1,9})$`,
}

// TestPatternsAreRegexps: whatever a pattern looks at first, it says what the
// regular expression says.
func TestPatternsAreRegexps(t *testing.T) {
	piece := rapid.OneOf(rapid.SampledFrom([]string{"the best ", "Photos", "FOTO", "FAQ: ", "Étude", "étude", "©", "#ab ", "import ", " btn-", "12. ", "abcd", "Sing", "king", "← ", "«", "a: b", "4/5", "★★", "Lire plus", "READ MORE", "Über uns", "στ", "\xff", "\n", "ß"}), rapid.String())
	var compiled []*pattern
	for _, e := range expressions {
		compiled = append(compiled, compile(e))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := ""
		for range rapid.IntRange(0, 4).Draw(t, "pieces") {
			s += piece.Draw(t, "piece")
		}
		for i, p := range compiled {
			re := regexp.MustCompile(expressions[i])
			if got, want := p.MatchString(s), re.MatchString(s); got != want {
				t.Fatalf("%s on %q: %v, want %v", expressions[i], s, got, want)
			}
			if got, want := p.ReplaceAllString(s, "-"), re.ReplaceAllString(s, "-"); got != want {
				t.Fatalf("%s on %q: %q, want %q", expressions[i], s, got, want)
			}
		}
	})
}

func TestStems(t *testing.T) {
	ss := stemsOf("affili", "ärzt", "paid ")
	for s, want := range map[string]bool{"we are affiliates": true, "an ärztin": true, "paid": false, "it is paid for": true, "": false, "affil": false} {
		if ss.in(s) != want {
			t.Errorf("in(%q) is %v", s, !want)
		}
	}
}
