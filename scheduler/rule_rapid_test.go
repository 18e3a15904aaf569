package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/scheduler"
)

// zones have half-hour changes, changes at midnight, changes by the moon,
// none at all, far offsets, and days that never were. Since 1970 all of them
// are whole minutes away from UTC.
var zones = []string{
	"UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Los_Angeles",
	"America/St_Johns", "America/Havana", "America/Santiago", "America/Asuncion", "America/Sao_Paulo",
	"Australia/Lord_Howe", "Australia/Adelaide", "Australia/Sydney", "Africa/Casablanca", "Africa/El_Aaiun",
	"Africa/Cairo", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Tehran", "Asia/Kolkata",
	"Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Kwajalein", "Antarctica/Troll",
}

// values is one field of a rule: the values it takes, nil for all.
type values []int

func (s values) String() string {
	if s == nil {
		return "*"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(s)), " ", ","), "[]")
}

func (s values) has(n int) bool { return s == nil || slices.Contains(s, n) }

// model is a rule that a test can match by itself. A weekday and a day of the
// month together mean either, as in every cron; the model leaves one free.
type model struct {
	minute, hour, day, month, weekday values
}

func (m model) String() string {
	return fmt.Sprint(m.minute, " ", m.hour, " ", m.day, " ", m.month, " ", m.weekday)
}

func (m model) matches(wall time.Time) bool {
	return m.minute.has(wall.Minute()) && m.hour.has(wall.Hour()) && m.day.has(wall.Day()) &&
		m.month.has(int(wall.Month())) && m.weekday.has(int(wall.Weekday()))
}

func genSet(lo, hi int) *rapid.Generator[values] {
	return rapid.Custom(func(t *rapid.T) values {
		if rapid.Bool().Draw(t, "any") {
			return nil
		}
		s := values(rapid.SliceOfNDistinct(rapid.IntRange(lo, hi), 1, 4, rapid.ID[int]).Draw(t, "values"))
		slices.Sort(s)
		return s
	})
}

var genModel = rapid.Custom(func(t *rapid.T) model {
	m := model{minute: genSet(0, 59).Draw(t, "minute"), hour: genSet(0, 4).Draw(t, "hour")}
	switch rapid.IntRange(0, 2).Draw(t, "days") {
	case 1:
		m.weekday = genSet(0, 6).Draw(t, "weekday")
	case 2:
		m.day = genSet(1, 28).Draw(t, "day")
	}
	return m
})

// genInstant is an instant near a clock change of the zone when it has any.
func genInstant(t *rapid.T, loc *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "unix")/60*60, 0)
	if _, end := at.In(loc).ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near a change") {
		at = end.Add(time.Duration(rapid.IntRange(-180, 180).Draw(t, "minutes off")) * time.Minute)
	}
	return at.UTC().Truncate(time.Minute)
}

// firstShown walks minute by minute: the slow way to say what Instant says.
func firstShown(wall time.Time, loc *time.Location) time.Time {
	for at := wall.Add(-26 * time.Hour); ; at = at.Add(time.Minute) {
		_, offset := at.In(loc).Zone()
		if !at.Add(time.Duration(offset) * time.Second).Before(wall) {
			return at
		}
	}
}

func TestNextAgreesWithWalkingMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		loc, err := scheduler.LoadZone(zone)
		if err != nil {
			t.Fatal(err)
		}
		m := genModel.Draw(t, "rule")
		r, err := scheduler.ParseRule(m.String(), zone)
		if err != nil {
			t.Fatal(err)
		}
		after := genInstant(t, loc)

		// Every matching wall-clock time of five days, at its instant; the
		// times that share an instant once.
		var want []string
		var last time.Time
		for wall := after.Add(-48 * time.Hour); wall.Before(after.Add(72 * time.Hour)); wall = wall.Add(time.Minute) {
			if !m.matches(wall) {
				continue
			}
			at := scheduler.Instant(wall, loc)
			if at.After(after) && !at.Equal(last) && at.Before(after.Add(24*time.Hour)) {
				want = append(want, wall.Format(scheduler.WallLayout)+at.Format(" = 02T15:04"))
				last = at
			}
		}
		var got []string
		for _, f := range r.Next(after, len(want)+1) {
			if f.UTC.Before(after.Add(24 * time.Hour)) {
				got = append(got, f.Wall+f.UTC.Format(" = 02T15:04"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s in %s after %s (-want +got)\n%.2000s", m, zone, after, diff)
		}
	})
}

func TestInstantIsWhenAClockFirstShowsTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := scheduler.LoadZone(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := genInstant(t, loc)
		_, offset := at.In(loc).Zone()
		wall := at.Add(time.Duration(offset) * time.Second)
		got, want := scheduler.Instant(wall, loc), firstShown(wall, loc)
		if !got.Equal(want) {
			t.Fatalf("%s in %s: got %s, want %s", wall, loc, got, want)
		}
		if next := scheduler.Instant(wall.Add(time.Minute), loc); next.Before(got) {
			t.Fatalf("%s in %s: a minute later on the clock is earlier: %s, %s", wall, loc, got, next)
		}
	})
}

func TestFiringsOfAnyRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(append(zones, scheduler.Reader)).Draw(t, "zone")
		r, err := scheduler.ParseRule(genModel.Draw(t, "rule").String(), zone)
		if err != nil {
			t.Fatal(err)
		}
		after := genInstant(t, time.UTC)
		fs := r.Next(after, 8)
		if len(fs) != 8 {
			t.Fatalf("%d firings: %v", len(fs), fs)
		}
		walls := map[string]bool{}
		for i, f := range fs {
			if !f.UTC.After(after) {
				t.Fatalf("firing %d at %s is not after %s", i, f.UTC, after)
			}
			if walls[f.Wall] {
				t.Fatalf("%s fires twice", f.Wall)
			}
			walls[f.Wall] = true
			if one := r.Next(after, 1); one[0] != f {
				t.Fatalf("one at a time: %v, all at once: %v", one[0], f)
			}
			after = f.UTC
		}
	})
}
