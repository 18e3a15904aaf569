package scheduler_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/scheduler"
)

func parse(t *testing.T, rule, zone string) scheduler.Rule {
	t.Helper()
	r, err := scheduler.ParseRule(rule, zone)
	if err != nil {
		t.Fatalf("ParseRule(%q, %q): %v", rule, zone, err)
	}
	return r
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestRulesAreTakenAsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"0 8 * * 2":                            "0 8 * * 2",
		"  0   8 *\t* TUE ":                    "0 8 * * TUE",
		"*/15 8-10 1,15 jan-mar ?":             "*/15 8-10 1,15 jan-mar ?",
		"@Weekly":                              "@weekly",
		"@daily":                               "@daily",
		"every Tuesday at 08:00":               "0 8 * * 2",
		"Every day at 7:30":                    "30 7 * * *",
		"every weekday at 8am":                 "0 8 * * 1-5",
		"every weekend at 12 pm":               "0 12 * * 0,6",
		"every monday, wed and Fri at 9:05 PM": "5 21 * * 1,3,5",
		"every Sundays at 12:00 am":            "0 0 * * 0",
		"every thurs & saturdays at 20.15":     "15 20 * * 4,6",
	} {
		if got := parse(t, typed, "UTC").String(); got != want {
			t.Errorf("%q was read as %q, want %q", typed, got, want)
		}
	}
}

func TestRefusedRulesSayWhy(t *testing.T) {
	for _, c := range []struct{ rule, zone, want string }{
		{"", "UTC", "a rule is missing"},
		{"0 8 * *", "UTC", "has 4"},
		{"0 0 8 * * 2", "UTC", "has 6"},
		{"60 8 * * 2", "UTC", `the minute "60"`},
		{"0 24 * * 2", "UTC", `the hour "24"`},
		{"0 8 0 * *", "UTC", `the day of the month "0"`},
		{"0 8 * 13 *", "UTC", `the month "13"`},
		{"0 8 * * 7", "UTC", `the weekday "7"`},
		{"0 8 * * tuesday", "UTC", `the weekday "tuesday"`},
		{"0 8 */0 * *", "UTC", "day of the month"},
		{"0 8-6 * * *", "UTC", "the hour"},
		{"0 8 30 2 *", "UTC", "never fires"},
		{"0 8 31 2,4,6,9,11 *", "UTC", "never fires"},
		{", 8 * * *", "UTC", "never fires"},
		{"TZ=UTC", "UTC", "leave \"TZ=UTC\" out"},
		{"CRON_TZ=Europe/Berlin 0 8 * * *", "UTC", "leave \"CRON_TZ=Europe/Berlin\" out"},
		{"cron_tz=", "UTC", "leave"},
		{"@every 24h", "UTC", "counts hours"},
		{"@reboot", "UTC", "there are @hourly"},
		{"@", "UTC", "there are @hourly"},
		{"every", "UTC", "can't be read"},
		{"every Tuesday", "UTC", "can't be read"},
		{"every Tuesday at 25:00", "UTC", "no such time"},
		{"every Tuesday at 13 pm", "UTC", "no such time"},
		{"every Caturday at 8:00", "UTC", `"caturday" is not a day`},
		{"every and at 8:00", "UTC", "names no day"},
		{strings.Repeat("1,", 200), "UTC", "more than the 200"},
		{"0 8 * * 2", "", "time zone is missing"},
		{"0 8 * * 2", "Local", "time zone is missing"},
		{"0 8 * * 2", "Mars/Olympus", "is not a time zone"},
		{"0 8 * * 2", "../../etc/passwd", "is not a time zone"},
	} {
		_, err := scheduler.ParseRule(c.rule, c.zone)
		if err == nil {
			t.Errorf("ParseRule(%q, %q) took it", c.rule, c.zone)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("ParseRule(%q, %q) = %q, which doesn't say %q", c.rule, c.zone, err, c.want)
		}
		if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "panic") {
			t.Errorf("ParseRule(%q, %q) = %q is no sentence", c.rule, c.zone, err)
		}
	}
}

func TestFiringsAcrossClockChanges(t *testing.T) {
	for _, c := range []struct{ name, rule, zone, after, want string }{
		{"a time in the spring gap fires at its end", "30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z",
			"2027-03-28T02:30 01:00, 2027-03-29T02:30 00:30"},
		{"two times in one gap fire once", "0,30 2 * * *", "Europe/Berlin", "2027-03-28T00:00:00Z",
			"2027-03-28T02:00 01:00, 2027-03-29T02:00 00:00"},
		{"a time in the gap and the time at its end fire once", "30 2,3 * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z",
			"2026-10-04T02:30 15:30, 2026-10-04T03:30 16:30"},
		{"half an hour is skipped at Lord Howe", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
			"2026-10-04T02:15 15:30, 2026-10-05T02:15 15:15"},
		{"half an hour comes twice at Lord Howe", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z",
			"2026-04-05T01:45 14:45, 2026-04-06T01:45 15:15"},
		{"a time that comes twice fires at the first", "30 1 * * *", "America/New_York", "2026-11-01T04:00:00Z",
			"2026-11-01T01:30 05:30, 2026-11-02T01:30 06:30"},
		{"and not again in the second", "30 1 * * *", "America/New_York", "2026-11-01T05:30:00Z",
			"2026-11-02T01:30 06:30, 2026-11-03T01:30 06:30"},
		{"an hour that is repeated has no firings of its own", "0 * * * *", "America/New_York", "2026-11-01T04:30:00Z",
			"2026-11-01T01:00 05:00, 2026-11-01T02:00 07:00"},
		{"Ramadan in Morocco: the clock goes back", "30 2 * * *", "Africa/Casablanca", "2026-02-14T12:00:00Z",
			"2026-02-15T02:30 01:30, 2026-02-16T02:30 02:30"},
		{"and forward again", "30 2 * * *", "Africa/Casablanca", "2026-03-21T12:00:00Z",
			"2026-03-22T02:30 02:00, 2026-03-23T02:30 01:30"},
		{"a whole day is missing in Samoa", "0 8 30,31 12 *", "Pacific/Apia", "2011-12-29T12:00:00Z",
			"2011-12-30T08:00 10:00, 2011-12-31T08:00 18:00"},
		{"the reader's own zone is due where it comes first", "0 8 * * 2", "reader", "2026-06-01T00:00:00Z",
			"2026-06-02T08:00 18:00, 2026-06-09T08:00 18:00"},
		{"the last day of a leap year far ahead", "0 8 31 12 *", "America/New_York", "2096-12-31T00:00:00Z",
			"2096-12-31T08:00 13:00, 2097-12-31T08:00 13:00"},
		{"leap days around a century without one", "0 8 29 2 *", "UTC", "2096-03-01T00:00:00Z",
			"2104-02-29T08:00 08:00, 2108-02-29T08:00 08:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range parse(t, c.rule, c.zone).Next(instant(t, c.after), 2) {
				got = append(got, f.Wall+f.UTC.Format(" 15:04"))
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

func TestFiringAsJSON(t *testing.T) {
	got, err := json.Marshal(parse(t, "30 2 28 3 *", "Europe/Berlin").Next(instant(t, "2027-01-01T00:00:00Z"), 1))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"wall":"2027-03-28T02:30","zone":"Europe/Berlin","utc":"2027-03-28T01:00:00Z"}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestNextAsksForNothing(t *testing.T) {
	r := parse(t, "@daily", "UTC")
	if got := r.Next(instant(t, "2026-01-01T00:00:00Z"), 0); len(got) != 0 {
		t.Errorf("Next(…, 0) = %v", got)
	}
	if got := r.Next(instant(t, "9999-12-30T00:00:00Z"), 5); len(got) != 1 {
		t.Errorf("after the last day there is no day: %v", got)
	}
	if got := (scheduler.Rule{}).Next(time.Time{}, 5); len(got) != 0 {
		t.Errorf("the zero rule fired: %v", got)
	}
}

func FuzzParseRule(f *testing.F) {
	f.Add("0 8 * * 2", "Europe/Berlin")
	f.Add("CRON_TZ=", "UTC")
	f.Add("TZ=UTC", "reader")
	f.Add("every tuesday at 8", "UTC")
	f.Fuzz(func(t *testing.T, rule, zone string) {
		r, err := scheduler.ParseRule(rule, zone)
		if err != nil {
			return
		}
		fs := r.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 3)
		if len(fs) == 0 || !slices.IsSortedFunc(fs, func(a, b scheduler.Firing) int { return a.UTC.Compare(b.UTC) }) {
			t.Errorf("%q in %q fires at %v", rule, zone, fs)
		}
	})
}
