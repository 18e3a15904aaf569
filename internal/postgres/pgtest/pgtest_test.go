package pgtest_test

import (
	"testing"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	a, b := pgtest.New(t), pgtest.New(t)
	if _, err := a.Exec("CREATE TABLE only_in_a (x int)"); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := b.Get(&there, "SELECT to_regclass('only_in_a') IS NOT NULL"); err != nil {
		t.Fatal(err)
	}
	if there {
		t.Error("a table made in one test's database is in the other's")
	}
	if err := a.Get(&there, "SELECT to_regclass('keys') IS NOT NULL"); err != nil {
		t.Fatal(err)
	}
	if !there {
		t.Error("the schema is missing")
	}
}

func TestClusterRestarts(t *testing.T) {
	c := pgtest.NewCluster(t)
	db := c.Open()
	if _, err := db.Exec("CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	for _, immediate := range []bool{true, false} {
		c.Restart(immediate)
		var x int
		if err := c.Open().Get(&x, "SELECT x FROM kept"); err != nil || x != 7 {
			t.Errorf("after a restart (immediate %v): %d, %v", immediate, x, err)
		}
	}
}
