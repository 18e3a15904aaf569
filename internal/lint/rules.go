package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint/clients"
)

// Rule is one thing that is checked.
type Rule struct {
	// ID is stable: it is stored, shown and acknowledged by it.
	ID string `json:"id"`
	// Severity is the worst that a breach can be; a lesser one says so itself.
	Severity article.Severity `json:"severity"`
	// Title says in one line what holds.
	Title string `json:"title"`
	// Reason says why.
	Reason string `json:"reason"`
	// Source is where the rule comes from.
	Source string `json:"source"`
	// VerifiedOn is the month, "2006-01", in which the source was last read.
	VerifiedOn string `json:"verified_on"`
}

// Rules lists every rule that is checked, in the order of their ids' families.
func Rules() []Rule { return slices.Clone(table) }

// Find is the rule with an id, in capitals or not.
func Find(id string) (Rule, bool) {
	id = strings.ToUpper(strings.TrimSpace(id))
	for _, r := range table {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Explain tells a rule to people: what holds, why and who says so. Its error
// is a sentence that names the nearest rules.
func Explain(id string) (string, error) {
	r, ok := Find(id)
	if !ok {
		return "", fmt.Errorf("there is no rule %q; %s", id, known(id))
	}
	text := fmt.Sprintf("%s (%s): %s\n\nWhy: %s\nSource: %s (last read %s)\n", r.ID, r.Severity, r.Title, r.Reason, r.Source, r.VerifiedOn)
	if strings.Contains(r.Source, "vendored data") {
		text += "Data: " + clients.About() + "\n"
	}
	return text, nil
}

// known lists the rules of the family that an id seems to be of, or the
// families.
func known(id string) string {
	family, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(id)), "-")
	var same, families []string
	for _, r := range table {
		f, _, _ := strings.Cut(r.ID, "-")
		if f == family {
			same = append(same, r.ID)
		}
		if !slices.Contains(families, f) {
			families = append(families, f)
		}
	}
	if len(same) > 0 {
		return "of that family there are " + strings.Join(same, ", ")
	}
	return "their ids look like ART-1 and begin with " + strings.Join(families, ", ")
}
