package clients

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	dated = regexp.MustCompile(`^(20\d\d)(?:-(\d\d?))?$`)
	// outlookMac are the monthly versions of Outlook on the Mac: 16.46 is of
	// February 2021, 16.80 of December 2023.
	outlookMac = regexp.MustCompile(`^16\.(\d+)(?:\.\d+)*$`)
	// outlookPhone are Outlook's versions on phones, which hold year and week:
	// 4.2148.2 is of the 48th week of 2021.
	outlookPhone = regexp.MustCompile(`^\d\.(\d\d)(\d\d)\.\d+$`)
)

// release is the month in which a version came out, counted from the year 0;
// 0 if its name doesn't say.
func release(program, version string) int {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n } // digits only
	if m := dated.FindStringSubmatch(version); m != nil {
		return number(m[1])*12 + max(number(m[2]), 1)
	}
	if m := outlookMac.FindStringSubmatch(version); m != nil && program == "outlook.macos" {
		return 2021*12 + 2 + number(m[1]) - 46
	}
	if m := outlookPhone.FindStringSubmatch(version); m != nil && strings.HasPrefix(program, "outlook.") {
		return (2000+number(m[1]))*12 + 1 + number(m[2])*12/53
	}
	return 0
}

// older orders versions by when they came out. Of those that don't say, the
// lower number is older, and all are older than those that do: caniemail began
// with numbers and went over to months.
func older(program, a, b string) int {
	x, y := release(program, a), release(program, b)
	if x != 0 || y != 0 {
		return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
	}
	return slices.Compare(numbers(a), numbers(b))
}

func numbers(version string) []int {
	var out []int
	for part := range strings.FieldsFuncSeq(version, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			n = 0
		}
		out = append(out, n)
	}
	return out
}
