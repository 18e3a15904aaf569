package clients

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Mix is how many of a hundred readers use which programs. The zero Mix is
// the usual one.
type Mix struct {
	shares []share // as given, in order
}

// share is the percentage of a family or of one program.
type share struct {
	name    string
	percent float64
}

// The default mix. In April 2022 Litmus counted of a hundred opens: Apple 57.2
// (50.2 of them fetched in advance by Apple's privacy proxy, whether or not
// somebody reads), Gmail 29.5, Outlook 5.2, Yahoo 3.4. Here a third of what the
// proxy fetched counts, and the rest is set to 100 and rounded.
const defaultSource = "Litmus, email client market share, April 2022, with a third of what Apple's proxy fetches; own estimate"

var defaultShares = []share{
	{"gmail", 45}, {"apple-mail", 36}, {"outlook", 9}, {"yahoo", 5}, {"samsung-email", 2}, {"thunderbird", 1},
}

// About says in two sentences where the data and the default mix come from.
func About() string {
	return fmt.Sprintf("What mail programs know is caniemail.com's data of %s. The usual mix of readers is %s (%s).", Updated(), Mix{defaultShares}, defaultSource)
}

// Parse reads a mix such as "gmail=40,apple-mail=35,outlook.windows=5":
// percentages of families or of single programs, together at most 100. "" is
// the usual mix. The error is one sentence.
func Parse(s string) (Mix, error) {
	var m Mix
	sum := 0.0
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, found := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		name = cmp.Or(aliases[name], name)
		if len(members(name)) == 0 {
			return Mix{}, fmt.Errorf("%q is no mail program that is known; there are %s, or one of them alone, such as outlook.windows", name, strings.Join(families(), ", "))
		}
		percent, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "%")), 64)
		if !found || err != nil || math.IsNaN(percent) || percent <= 0 || percent > 100 {
			return Mix{}, fmt.Errorf("%q is no share of readers; write it as %s=40, a percentage above 0", part, name)
		}
		for _, have := range m.shares {
			if have.name == name || slices.ContainsFunc(members(name), func(p Program) bool { return p.ID == have.name }) ||
				slices.ContainsFunc(members(have.name), func(p Program) bool { return p.ID == name }) {
				return Mix{}, fmt.Errorf("%s and %s count the same readers twice; leave one out", have.name, name)
			}
		}
		m.shares = append(m.shares, share{name, percent})
		sum += percent
	}
	if sum > 100.01 {
		return Mix{}, fmt.Errorf("the shares of the mail programs add up to %s, and there are only 100 percent of readers; make them smaller", trim(sum))
	}
	return m, nil
}

// String is the mix as [Parse] reads it; "" for the default one.
func (m Mix) String() string {
	parts := make([]string, len(m.shares))
	for i, s := range m.shares {
		parts[i] = s.name + "=" + trim(s.percent)
	}
	return strings.Join(parts, ",")
}

func trim(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) }

// Shares are the percentages of readers by program; who isn't in it is used by
// nobody.
func (m Mix) Shares() map[string]float64 {
	shares := m.shares
	if len(shares) == 0 {
		shares = defaultShares
	}
	out := map[string]float64{}
	for _, s := range shares {
		of := members(s.name)
		whole := 0.0
		for _, p := range of {
			whole += p.part
		}
		for _, p := range of {
			out[p.ID] = s.percent * p.part / whole
		}
	}
	return out
}

// members are the programs that a name stands for: a family's or one.
func members(name string) []Program {
	var out []Program
	for _, p := range programs {
		if p.Family == name || p.ID == name {
			out = append(out, p)
		}
	}
	return out
}

func families() []string {
	var out []string
	for _, p := range programs {
		if !slices.Contains(out, p.Family) {
			out = append(out, p.Family)
		}
	}
	return out
}
