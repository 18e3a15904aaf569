package postgres_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/jackc/pgx/v5"
	"github.com/lib/pq"
)

// clearPG takes the variables that clients read out of the test's environment.
func clearPG(t *testing.T) {
	t.Helper()
	for _, kv := range os.Environ() {
		if key, _, _ := strings.Cut(kv, "="); strings.HasPrefix(key, "PG") {
			t.Setenv(key, "") // remembers the value
			if err := os.Unsetenv(key); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestURLMakesTheSSLModeExplicit(t *testing.T) {
	clearPG(t)
	for in, want := range map[string]string{
		"postgres://u:p@db.example.org/b":                              "require",
		"postgres://u:p@db.example.org/b?sslmode=verify-full":          "verify-full",
		"postgres://u:p@db.example.org/b?sslmode=disable":              "disable",
		"postgres://u:p@db.example.org/b?sslrootcert=system":           "verify-full",
		"postgresql://u@localhost/b":                                   "disable",
		"postgres://u@127.0.0.1:5433/b":                                "disable",
		"postgres://u@[::1]/b":                                         "disable",
		"postgres://u@192.0.2.1/b":                                     "require",
		"postgres://u@/b":                                              "disable",
		"postgres:///b?host=/run/postgresql":                           "disable",
		"postgres://u@/b?host=db.example.org,/run/postgresql":          "require",
		"postgres://u@[2001:db8::1]:5433/b":                            "require",
		"  postgres://u@localhost/b\n":                                 "disable",
		"postgres://u@/b?host=db.example.org&application_name=x%20y+z": "require",
	} {
		got, err := postgres.URL(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		cfg, err := pq.NewConfig(got)
		if err != nil {
			t.Errorf("%s: lib/pq on %s: %v", in, got, err)
			continue
		}
		if string(cfg.SSLMode) != want || !strings.Contains(got, "sslmode="+want) {
			t.Errorf("%s: sslmode %s in %s, want %s", in, cfg.SSLMode, got, want)
		}
		px, err := pgx.ParseConfig(got)
		if err != nil {
			t.Errorf("%s: pgx on %s: %v", in, got, err)
			continue
		}
		if px.Host != cfg.Host || px.Port != cfg.Port || px.User != cfg.User || px.Database != cfg.Database || px.Password != cfg.Password {
			t.Errorf("%s: lib/pq and pgx differ: %+v, %+v", in, cfg, px)
		}
		if again, err := postgres.URL(got); err != nil || again != got {
			t.Errorf("%s: completed twice: %s, %v", got, again, err)
		}
	}
}

func TestURLHonoursTheEnvironmentsSSLMode(t *testing.T) {
	clearPG(t)
	t.Setenv("PGSSLMODE", "verify-ca")
	got, err := postgres.URL("postgres://u@db.example.org/b")
	if err != nil || strings.Contains(got, "sslmode") {
		t.Errorf("%s, %v", got, err)
	}
}

func TestBadURLs(t *testing.T) {
	clearPG(t)
	for _, in := range []string{
		"", "broadsheet", "host=localhost dbname=b", "mysql://u:geheim@h/b", "postgres://u:geheim@h", "postgres://u:geheim@h/",
		"postgres://u:ge%heim@h/b", "postgres://u:ge/heim@h/b", "postgres://u:geheim@h:port/b", "postgres://u:geheim@[::1/b", "postgres://u:ge heim\x7f@h/b",
	} {
		_, err := postgres.URL(in)
		if !errors.Is(err, postgres.ErrURL) {
			t.Errorf("%q: %v", in, err)
			continue
		}
		sentence(t, err)
		if strings.Contains(err.Error(), "heim") {
			t.Errorf("%q: the password is in %q", in, err)
		}
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"postgres://u:geheim@h/b":             "postgres://u:xxxxx@h/b",
		"postgres://u@h/b?password=geheim":    "postgres://u@h/b?password=xxxxx",
		"postgres://u:ge%heim@h/b":            "(unreadable)",
		"host=h password=geheim":              "(unreadable)",
		"postgres://u@h/b?sslpassword=geheim": "postgres://u@h/b?sslpassword=xxxxx",
	} {
		if got := postgres.Redact(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestClusterURLIsReadAlikeByAllClients(t *testing.T) {
	clearPG(t)
	c := start(t, postgres.Options{Dir: clusterDir(t), Volatile: true})
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	var viaPgx string
	if err := conn.QueryRow(t.Context(), "SELECT current_user || '@' || current_database()").Scan(&viaPgx); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
	db, err := postgres.Open(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	var viaPq string
	if err := db.GetContext(t.Context(), &viaPq, "SELECT current_user || '@' || current_database()"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if viaPgx != "broadsheet@broadsheet" || viaPq != viaPgx {
		t.Errorf("pgx %s, lib/pq %s", viaPgx, viaPq)
	}
	out, err := exec.CommandContext(t.Context(), "psql", c.URL(), "-Atc", "SELECT current_user || '@' || current_database()").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != viaPq {
		t.Errorf("psql: %s, %v", out, err)
	}
}
