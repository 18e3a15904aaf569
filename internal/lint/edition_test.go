package lint

import (
	"regexp"
	"testing"
	"time"
)

func TestEdition(t *testing.T) {
	e := Edition()
	if !regexp.MustCompile(`^20\d\d-\d\d\.[0-9a-f]{8}$`).MatchString(e) || e != Edition() {
		t.Errorf("edition %q", e)
	}
	list := Rules()
	list[0].Title = "Another."
	if edition(list) == e {
		t.Error("another rule is the same edition")
	}
}

func TestStale(t *testing.T) {
	read, err := time.Parse("2006-01", verified)
	if err != nil {
		t.Fatal(err)
	}
	if old := Stale(read.AddDate(1, 0, 27)); len(old) != 0 {
		t.Errorf("%d are stale within the year", len(old))
	}
	if old := Stale(read.AddDate(1, 2, 0)); len(old) != len(table) {
		t.Errorf("%d of %d are stale after fourteen months", len(old), len(table))
	}
}
