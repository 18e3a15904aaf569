package audience_test

import (
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

// TestImportSurvivesACrash: the server dies in the middle; what is in afterwards
// is whole lots, counted right, and the same file brings the rest.
func TestImportSurvivesACrash(t *testing.T) {
	cluster := pgtest.NewCluster(t)
	db := cluster.Open()
	ring, err := keyring.Load(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	store := audience.New(db, ring, time.Now)
	var list audience.List
	if err := postgres.InTx(t.Context(), db, func(tx *postgres.Tx) (err error) {
		list, err = store.CreateList(t.Context(), tx, audience.List{Slug: "weekly", Name: "Weekly"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const n = 40000
	o := audience.ImportOptions{ListID: list.ID, Consent: "fair 2026", Progress: func(lines int64) {
		if lines == 10000 {
			cluster.Crash()
		}
	}}
	if _, err := store.Import(t.Context(), strings.NewReader(people(0, n)), o); err == nil {
		t.Fatal("the import did not notice")
	}
	cluster.Start()
	db = cluster.Open()
	store = audience.New(db, ring, time.Now)
	var in struct{ People, Subscriptions, Events, Counted int64 }
	state := `SELECT (SELECT count(*) FROM subscribers) AS people, (SELECT count(*) FROM subscriptions) AS subscriptions,
		(SELECT count(*) FROM consent_events) AS events, (SELECT sum(created) FROM imports) AS counted`
	if err := db.GetContext(t.Context(), &in, state); err != nil {
		t.Fatal(err)
	}
	if in.People < 10000 || in.People == n || in.People%5000 != 0 || in.Subscriptions != in.People || in.Events != in.People || in.Counted != in.People {
		t.Fatalf("after the crash: %+v", in)
	}
	o.Progress = nil
	r, err := store.Import(t.Context(), strings.NewReader(people(0, n)), o)
	if err != nil || r.Created != n-in.People || r.Unchanged != in.People {
		t.Fatalf("again: %s, %v", sums(r), err)
	}
	if err := db.GetContext(t.Context(), &in, state); err != nil {
		t.Fatal(err)
	}
	if in.People != n || in.Subscriptions != n || in.Events != n || in.Counted != n {
		t.Errorf("in the end: %+v", in)
	}
}
