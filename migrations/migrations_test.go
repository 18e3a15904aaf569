package migrations_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
	"github.com/broadsheet/broadsheet/migrations"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestUpOnceThenNothing(t *testing.T) {
	db := pgtest.NewEmpty(t)
	ctx := t.Context()
	if _, pending := errors.AsType[*migrations.PendingError](migrations.Check(ctx, db.DB.DB)); !pending {
		t.Errorf("an empty database: %v", migrations.Check(ctx, db.DB.DB))
	}
	before, err := migrations.Status(ctx, db.DB.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range before {
		if s.Applied() {
			t.Errorf("%s is applied in an empty database", s.Name)
		}
	}
	applied, err := migrations.Up(ctx, db.URL)
	if err != nil {
		t.Fatal(err)
	}
	if len(applied) < len(before) || applied[0] != before[0].Name {
		t.Errorf("applied %v", applied)
	}
	if again, err := migrations.Up(ctx, db.URL); err != nil || len(again) != 0 {
		t.Errorf("a second Up: %v, %v", again, err)
	}
	if err := migrations.Check(ctx, db.DB.DB); err != nil {
		t.Error(err)
	}
	after, err := migrations.Status(ctx, db.DB.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range after {
		if age := time.Since(s.AppliedAt); age < 0 || age > time.Hour {
			t.Errorf("%s was applied at %v", s.Name, s.AppliedAt)
		}
	}
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	db := pgtest.NewEmpty(t)
	var mu sync.Mutex
	times := make(map[string]int)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			applied, err := migrations.Up(t.Context(), db.URL)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, name := range applied {
				times[name]++
			}
		})
	}
	all.Wait()
	if len(times) == 0 {
		t.Error("nobody applied anything")
	}
	for name, n := range times {
		if n != 1 {
			t.Errorf("%s was applied %d times", name, n)
		}
	}
	if err := migrations.Check(t.Context(), db.DB.DB); err != nil {
		t.Error(err)
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	for name, statement := range map[string]string{
		"ours":  "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)",
		"River": "INSERT INTO river_migration (line, version) VALUES ('main', 999)",
	} {
		t.Run(name, func(t *testing.T) {
			db := pgtest.New(t)
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
			check := migrations.Check(t.Context(), db.DB.DB)
			if _, newer := errors.AsType[*migrations.NewerError](check); !newer {
				t.Errorf("Check: %v", check)
			}
			applied, err := migrations.Up(t.Context(), db.URL)
			if _, newer := errors.AsType[*migrations.NewerError](err); !newer || len(applied) > 0 {
				t.Errorf("Up applied %v, %v", applied, err)
			}
		})
	}
}

func TestPendingNamesWhatIsMissing(t *testing.T) {
	db := pgtest.New(t)
	var last string
	states, err := migrations.Status(t.Context(), db.DB.DB)
	if err != nil {
		t.Fatal(err)
	}
	last = states[len(states)-1].Name
	if _, err := db.Exec("DELETE FROM goose_db_version WHERE version_id = $1", states[len(states)-1].Version); err != nil {
		t.Fatal(err)
	}
	err = migrations.Check(t.Context(), db.DB.DB)
	pending, ok := errors.AsType[*migrations.PendingError](err)
	if !ok || len(pending.Names) != 1 || pending.Names[0] != last {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), last) || !strings.Contains(err.Error(), "broadsheet migrate up") {
		t.Errorf("%q", err)
	}
}

func TestFilesAreNumberedWithoutGaps(t *testing.T) {
	form := regexp.MustCompile(`^(\d{5})_[a-z_]+\.sql$`)
	var files []string
	if err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".sql") {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		m := form.FindStringSubmatch(file)
		if m == nil {
			t.Errorf("%s is not named NNNNN_area.sql", file)
			continue
		}
		if n, err := strconv.Atoi(m[1]); err != nil || n != i+1 {
			t.Errorf("%s stands at place %d", file, i+1)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), "-- +goose Up\n") {
			t.Errorf("%s has no -- +goose Up", file)
		}
	}
}
