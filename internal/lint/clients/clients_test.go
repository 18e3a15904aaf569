package clients

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestData: every feature of the list is there, with a verdict of each large
// program, and every program of the table has data.
func TestData(t *testing.T) {
	if day := Updated(); len(day) != len("2026-05-13") {
		t.Errorf("the data are of %q", day)
	}
	seen := map[string]bool{}
	for slug, f := range read().features {
		if f.Title == "" || !strings.HasPrefix(f.URL, "https://www.caniemail.com/features/") || f.Tested == "" {
			t.Errorf("%s: %+v", slug, f)
		}
		for _, p := range Programs() {
			seen[p.ID] = seen[p.ID] || f.On(p.ID).Verdict != Unknown
		}
	}
	for _, p := range Programs() {
		if !seen[p.ID] {
			t.Errorf("nothing is known of %s", p.ID)
		}
		if p.Family != p.ID && !strings.HasPrefix(p.ID, p.Family+".") {
			t.Errorf("%s is not of the family %s", p.ID, p.Family)
		}
	}
	if _, ok := Find("css-nonsense"); ok {
		t.Error("css-nonsense is found")
	}
}

// TestVerdicts against what is common knowledge.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		slug, program string
		want          Verdict
	}{
		{"css-border-radius", "outlook.windows", No},
		{"css-border-radius", "outlook.web", Yes},
		{"css-display-flex", "outlook.windows", No},
		{"css-display-flex", "apple-mail.ios", Yes},
		{"css-variables", "gmail.web", No},
		{"css-variables", "outlook.macos", No},
		{"image-webp", "outlook.windows", No},
		{"image-svg", "gmail.web", No},
		{"css-background-color", "gmail.android", Yes},
		{"css-background-color", "nowhere", Unknown},
	} {
		f, ok := Find(c.slug)
		if !ok {
			t.Errorf("%s is not there", c.slug)
			continue
		}
		if got := f.On(c.program).Verdict; got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.slug, c.program, got, c.want)
		}
	}
}

// TestNewest: the newest version counts, wherever it stands.
func TestNewest(t *testing.T) {
	for _, c := range []struct {
		program  string
		versions map[string]string
		want     Verdict
		version  string
	}{
		{"gmail.web", map[string]string{"2023-01": "y", "2019-08": "n"}, Yes, "2023-01"},
		{"gmail.web", map[string]string{"2024-5": "n", "2023-12": "y"}, No, "2024-5"},
		{"outlook.macos", map[string]string{"16.80": "n", "2016": "y", "2011": "y"}, No, "16.80"},
		{"outlook.macos", map[string]string{"16.80": "y", "2024-10": "a #1"}, Partly, "2024-10"},
		{"outlook.android", map[string]string{"5.2543.1": "a", "2021-09": "y"}, Partly, "5.2543.1"},
		{"apple-mail.macos", map[string]string{"9": "n", "10.3": "n", "12.4": "y"}, Yes, "12.4"},
		{"apple-mail.ios", map[string]string{"12.1": "n", "2022-08": "y"}, Yes, "2022-08"},
		{"thunderbird", map[string]string{"102.6": "y", "60.3": "n", "137.0b3": "a"}, Partly, "137.0b3"},
		{"gmail.web", map[string]string{"2024-01": "u", "2020-01": "n #1"}, No, "2020-01"},
		{"gmail.web", map[string]string{"2024-01": "u", "2020-01": ""}, Unknown, ""},
	} {
		got := newest(c.program, c.versions, map[string]string{"1": "A note."})
		if got.Verdict != c.want || got.Version != c.version {
			t.Errorf("%s %v: %+v, want %s of %q", c.program, c.versions, got, c.want, c.version)
		}
		if strings.Contains(c.versions[c.version], "#1") && (len(got.Notes) != 1 || got.Notes[0] != "A note.") {
			t.Errorf("%v: notes %q", c.versions, got.Notes)
		}
	}
}

// TestOlder is a strict order over all versions that there are.
func TestOlder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		program := rapid.SampledFrom([]string{"outlook.macos", "outlook.ios", "gmail.web"}).Draw(t, "program")
		draw := func(name string) string {
			return rapid.SampledFrom([]string{"2016", "2019-02", "2024-11", "16.46", "16.80", "16.105.2", "4.2148.2", "3.29.0", "10", "9.0", "5.1", "137.0b3"}).Draw(t, name)
		}
		a, b, c := draw("a"), draw("b"), draw("c")
		if older(program, a, b) != -older(program, b, a) {
			t.Fatalf("%s and %s: %d and %d", a, b, older(program, a, b), older(program, b, a))
		}
		if older(program, a, b) < 0 && older(program, b, c) < 0 && older(program, a, c) >= 0 {
			t.Fatalf("%s < %s < %s, but not %s < %s", a, b, c, a, c)
		}
	})
}

func TestParse(t *testing.T) {
	m, err := Parse(" Gmail=40 , apple-mail=35%,outlook.windows=5,outlook.com = 2.5")
	if err != nil {
		t.Fatal(err)
	}
	if s := m.String(); s != "gmail=40,apple-mail=35,outlook.windows=5,outlook.web=2.5" {
		t.Errorf("%q", s)
	}
	again, err := Parse(m.String())
	if err != nil || !slices.Equal(again.shares, m.shares) {
		t.Errorf("%v, %v", again, err)
	}
	for program, want := range map[string]float64{"gmail.web": 14, "apple-mail.ios": 28, "outlook.windows": 5, "outlook.web": 2.5, "outlook.ios": 0, "hey": 0} {
		if got := m.Shares()[program]; math.Abs(got-want) > 0.001 {
			t.Errorf("%s: %g, want %g", program, got, want)
		}
	}
	for s, want := range map[string]string{
		"pine=10": "no mail program", "gmail": "percentage", "gmail=x": "percentage", "gmail=0": "percentage", "gmail=-1": "percentage", "gmail=NaN": "percentage",
		"gmail=60,yahoo=60": "120", "gmail=10,gmail.web=5": "twice", "gmail.web=5,gmail=10": "twice", "gmail=1,gmail=2": "twice", "=4": "no mail program",
	} {
		if _, err := Parse(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v lacks %q", s, err, want)
		}
	}
}

// TestDefault: what says nothing is the default mix, and it is whole.
func TestDefault(t *testing.T) {
	m, err := Parse("")
	if err != nil || m.String() != "" {
		t.Fatalf("%q, %v", m, err)
	}
	sum := 0.0
	for _, f := range m.Shares() {
		sum += f
	}
	if sum < 90 || sum > 100 {
		t.Errorf("the default mix adds up to %g", sum)
	}
	if m.Shares()["gmail.web"] != (Mix{}).Shares()["gmail.web"] {
		t.Error("the default is another one")
	}
}
