package scheduler

import "time"

// window is more than any zone has ever been away from UTC: before it no clock
// can show the wall-clock time yet, after it every clock is past it.
const window = 26 * time.Hour

// Instant is when a wall-clock time has come in a zone: the first instant at
// which a clock there shows it or a later one. So a time that a clock skips is
// the first instant after the gap, and a time that it shows twice is the first
// of the two. A later wall-clock time never has an earlier instant.
//
// Only the date and time of day of wall count, not its location. The result is
// in UTC.
func Instant(wall time.Time, loc *time.Location) time.Time {
	asUTC := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, time.UTC)
	for at := asUTC.Add(-window).In(loc); ; {
		_, offset := at.Zone()
		shown := asUTC.Add(-time.Duration(offset) * time.Second)
		if shown.Before(at) { // the clock jumped over it when this stretch began
			return at.UTC()
		}
		end, last := stretch(at)
		if last || shown.Before(end) {
			return shown
		}
		at = end
	}
}

// stretch is until when the offset at an instant holds, or at least holds; last
// says that it holds for ever.
//
// For the last 24 hours of a leap year beyond a zone's table ZoneBounds gives
// an end that is past already. Nobody changes clocks then.
func stretch(at time.Time) (end time.Time, last bool) {
	_, end = at.ZoneBounds()
	if !end.IsZero() && !end.After(at) {
		end = at.Add(time.Hour)
	}
	return end, end.IsZero()
}

// wallOf is what a clock in loc shows at an instant, written as if in UTC.
func wallOf(at time.Time, loc *time.Location) time.Time {
	l := at.In(loc)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
}
