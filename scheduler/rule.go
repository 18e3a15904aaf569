package scheduler

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone files must reckon like every other

	"github.com/robfig/cron/v3"
)

// Reader is the zone of a schedule that fires at each reader's own wall-clock
// time.
const Reader = "reader"

// earliest is where every calendar day begins first (UTC+14). A schedule in
// the readers' own zones is due there: nobody's time comes sooner, whoever
// subscribes and wherever they move.
const earliest = "Pacific/Kiritimati"

// maxRule is the longest rule taken, in bytes.
const maxRule = 200

// WallLayout is how a wall-clock time is written: minutes, no zone.
const WallLayout = "2006-01-02T15:04"

// Rule says at which wall-clock times of which zone a schedule fires. The zero
// Rule never fires.
type Rule struct {
	text string
	zone string
	spec *cron.SpecSchedule
	loc  *time.Location
}

// Firing is one time a rule fires.
type Firing struct {
	// Wall is the wall-clock time of the rule, as WallLayout writes it. In a
	// spring gap it is a time that no clock shows.
	Wall string `json:"wall"`
	// Zone is the rule's zone, or Reader.
	Zone string `json:"zone"`
	// UTC is the instant; for Reader the instant in the earliest zone.
	UTC time.Time `json:"utc"`
}

// ParseRule reads a cron rule of five fields (minute, hour, day of the month,
// month, weekday), a descriptor such as @weekly, or a plain phrase such as
// "every Tuesday at 08:00", for an IANA zone or Reader. Its errors are
// sentences for the person who typed the rule; it never panics.
func ParseRule(rule, zone string) (Rule, error) {
	loc, zone, err := ruleZone(zone)
	if err != nil {
		return Rule{}, err
	}
	text, err := cronText(rule)
	if err != nil {
		return Rule{}, err
	}
	spec, err := parseSpec(text)
	if err != nil {
		return Rule{}, fieldError(text, err)
	}
	r := Rule{text: text, zone: zone, spec: spec, loc: loc}
	if r.nextWall(time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Rule{}, fmt.Errorf("the rule %q never fires: no date matches it", text)
	}
	return r, nil
}

// String is the rule as cron writes it.
func (r Rule) String() string { return r.text }

// Zone is the rule's IANA zone, or Reader.
func (r Rule) Zone() string { return r.zone }

// Next lists the first n firings after an instant, in order, each at an
// instant of its own; fewer when the rule fires no more.
func (r Rule) Next(after time.Time, n int) []Firing {
	if n <= 0 {
		return nil
	}
	out := make([]Firing, 0, min(n, 1000))
	r.each(after, func(f Firing) bool {
		out = append(out, f)
		return len(out) < n
	})
	return out
}

// each yields the firings after an instant until yield says no.
//
// Instant never decreases as the wall-clock time grows, so firings come in
// order, and the wall-clock times that share an instant follow each other.
// The clock at after may have been turned back, so the walk begins with times
// that have passed already; they are left out by their instants.
func (r Rule) each(after time.Time, yield func(Firing) bool) {
	if r.spec == nil {
		return
	}
	last := after
	for wall := r.nextWall(wallOf(after, r.loc)); !wall.IsZero(); wall = r.nextWall(wall) {
		at := Instant(wall, r.loc)
		if !at.After(last) {
			continue
		}
		last = at
		if !yield(Firing{Wall: wall.Format(WallLayout), Zone: r.zone, UTC: at}) {
			return
		}
	}
}

// nextWall is the next matching wall-clock time after one, both written as if
// in UTC, where no hour is missing or doubled; zero if there is none.
//
// cron looks no further than the end of the fifth year, which is short of the
// next 29 February around a century without one; so it is asked again from
// there.
func (r Rule) nextWall(wall time.Time) time.Time {
	for range 3 {
		if next := r.spec.Next(wall); !next.IsZero() {
			if next.Year() > 9999 {
				return time.Time{}
			}
			return next
		}
		wall = time.Date(wall.Year()+5, time.December, 31, 23, 59, 59, 0, time.UTC)
	}
	return time.Time{}
}

// LoadZone finds an IANA zone. Its error is a sentence for the person who
// typed the name.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("a time zone is missing; use a name such as Europe/Berlin, or UTC")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone; use a name such as Europe/Berlin, America/New_York or UTC", name)
	}
	return loc, nil
}

func ruleZone(name string) (*time.Location, string, error) {
	name = strings.TrimSpace(name)
	if strings.EqualFold(name, Reader) {
		loc, err := LoadZone(earliest)
		return loc, Reader, err
	}
	loc, err := LoadZone(name)
	if err != nil {
		return nil, "", fmt.Errorf("%w, or %q for each reader's own", err, Reader)
	}
	return loc, loc.String(), nil
}

// cronText turns what was typed into one cron rule: single spaces, plain
// phrases translated, what cron would take but a schedule must not refused.
func cronText(rule string) (string, error) {
	text := strings.Join(strings.Fields(rule), " ")
	lower := strings.ToLower(text)
	switch {
	case text == "":
		return "", fmt.Errorf(`a rule is missing; write "0 8 * * 2" or "every Tuesday at 08:00"`)
	case len(text) > maxRule:
		return "", fmt.Errorf("the rule has %d characters, more than the %d that are allowed", len(text), maxRule)
	case strings.HasPrefix(lower, "tz=") || strings.HasPrefix(lower, "cron_tz="):
		return "", fmt.Errorf("a rule doesn't carry its own zone; leave %q out and give the zone beside the rule", strings.Fields(text)[0])
	case strings.HasPrefix(lower, "@every"):
		return "", fmt.Errorf(`"@every" counts hours and knows no time of day; write for example "0 8 * * *"`)
	case strings.HasPrefix(lower, "@"):
		return lower, nil
	case strings.HasPrefix(lower, "every ") || lower == "every":
		return plain(lower)
	}
	return text, nil
}

// parseSpec asks cron, which panics on some input.
func parseSpec(text string) (spec *cron.SpecSchedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			spec, err = nil, fmt.Errorf("cron panicked: %v", p)
		}
	}()
	parsed, err := cron.ParseStandard(text)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("%T has no wall-clock time", parsed)
	}
	spec.Location = time.UTC
	return spec, nil
}

// fields are the five fields of a rule with what each takes.
var fields = [...]struct{ name, takes string }{
	{"minute", "0 to 59"},
	{"hour", "0 to 23"},
	{"day of the month", "1 to 31"},
	{"month", "1 to 12 or jan to dec"},
	{"weekday", "0 (Sunday) to 6 (Saturday) or sun to sat"},
}

// fieldError says which part of a rule cron couldn't read.
func fieldError(text string, cause error) error {
	if strings.HasPrefix(text, "@") {
		return fmt.Errorf("%q is not a rule; there are @hourly, @daily, @weekly, @monthly and @yearly", text)
	}
	parts := strings.Fields(text)
	if len(parts) != len(fields) {
		return fmt.Errorf(`a rule has five fields (minute hour day month weekday), as in "0 8 * * 2", or reads like "every Tuesday at 08:00"; %q has %d`, text, len(parts))
	}
	for i, f := range fields {
		probe := []string{"*", "*", "*", "*", "*"}
		probe[i] = parts[i]
		if _, err := parseSpec(strings.Join(probe, " ")); err != nil {
			return fmt.Errorf("the %s %q can't be read: it takes %s, with * , - and / as in any cron rule", f.name, parts[i], f.takes)
		}
	}
	return fmt.Errorf("the rule %q can't be read: %w", text, cause)
}
