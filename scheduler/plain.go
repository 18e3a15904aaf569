package scheduler

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// plainForm is "every <days> at <time>" in lower case.
var plainForm = regexp.MustCompile(`^every (.+) at (\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?$`)

// weekdays are cron's numbers of the days, by name without a plural s.
var weekdays = map[string]string{
	"sunday": "0", "sun": "0", "monday": "1", "mon": "1", "tuesday": "2", "tue": "2", "tues": "2",
	"wednesday": "3", "wed": "3", "thursday": "4", "thu": "4", "thur": "4", "thurs": "4",
	"friday": "5", "fri": "5", "saturday": "6", "sat": "6",
}

// plain translates "every Tuesday and Friday at 8:30 pm", given in lower case,
// into a cron rule.
func plain(phrase string) (string, error) {
	m := plainForm.FindStringSubmatch(phrase)
	if m == nil {
		return "", fmt.Errorf(`%q can't be read; write "every day at 07:30", "every weekday at 08:00" or "every Tuesday and Friday at 08:00"`, phrase)
	}
	days, err := plainDays(m[1])
	if err != nil {
		return "", err
	}
	hour, minute, ok := plainTime(m[2], m[3], m[4])
	if !ok {
		return "", fmt.Errorf("%q has no such time of day; write it as 08:00 or 20:30", phrase)
	}
	return fmt.Sprintf("%d %d * * %s", minute, hour, days), nil
}

func plainDays(text string) (string, error) {
	switch strings.TrimSuffix(text, "s") {
	case "day":
		return "*", nil
	case "weekday", "working day":
		return "1-5", nil
	case "weekend":
		return "0,6", nil
	}
	var days []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '&' }) {
		if word == "and" {
			continue
		}
		day, ok := weekdays[word]
		if !ok {
			day, ok = weekdays[strings.TrimSuffix(word, "s")]
		}
		if !ok {
			return "", fmt.Errorf("%q is not a day; use day, weekday, or the names Monday to Sunday", word)
		}
		days = append(days, day)
	}
	if len(days) == 0 {
		return "", fmt.Errorf(`%q names no day; write for example "every Tuesday at 08:00"`, "every "+text)
	}
	return strings.Join(days, ","), nil
}

// plainTime reads hour, minute and am or pm, of which the last two may be "".
func plainTime(h, m, half string) (hour, minute int, ok bool) {
	hour, err := strconv.Atoi(h)
	if err != nil {
		return 0, 0, false
	}
	if m != "" {
		if minute, err = strconv.Atoi(m); err != nil {
			return 0, 0, false
		}
	}
	if half != "" {
		if hour < 1 || hour > 12 {
			return 0, 0, false
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	return hour, minute, hour <= 23 && minute <= 59
}
