package postgres_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// sentence wants one line for people: no driver prefix, no Go prefix, and something to do.
func sentence(t *testing.T, err error) {
	t.Helper()
	said := err.Error()
	for _, bad := range []string{"\n", "pq: ", "dial ", "goroutine", "%!"} {
		if strings.Contains(said, bad) {
			t.Errorf("%q contains %q", said, bad)
		}
	}
	if e, ok := errors.AsType[*postgres.Error](err); !ok || e.Kind == nil {
		t.Errorf("%q is a %T without a kind", said, err)
	}
	t.Log(said)
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	clearPG(t)
	c := start(t, postgres.Options{Dir: clusterDir(t), Volatile: true, Settings: map[string]string{
		"listen_addresses": "127.0.0.1", "port": "5432",
	}})
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		url  string
		kind error
		ctx  context.Context
		says string
	}{
		"refused":        {"postgres://u@" + refused + "/b", postgres.ErrUnreachable, nil, refused},
		"no socket":      {"postgres://u@/b?host=/nowhere", postgres.ErrUnreachable, nil, "/nowhere/.s.PGSQL.5432"},
		"no host":        {"postgres://u@nowhere.invalid/b", postgres.ErrUnreachable, nil, "nowhere.invalid"},
		"no database":    {c.DatabaseURL("missing"), postgres.ErrNoDatabase, nil, `"missing"`},
		"no user":        {strings.Replace(c.URL(), "broadsheet@", "stranger@", 1), postgres.ErrAuth, nil, `"stranger"`},
		"interrupted":    {c.URL(), postgres.ErrUnreachable, ended, "interrupted"},
		"bad sslmode":    {c.URL() + "&sslmode=sometimes", postgres.ErrURL, nil, "sslmode"},
		"unknown option": {c.URL() + "&colour=red", postgres.ErrUnreachable, nil, "colour"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if test.ctx != nil {
				ctx = test.ctx
			}
			url := test.url
			if strings.Contains(url, "&sslmode=sometimes") {
				url = strings.Replace(strings.Replace(url, "&sslmode=sometimes", "", 1), "sslmode=disable", "sslmode=sometimes", 1)
			}
			_, err := postgres.Open(ctx, url)
			if !errors.Is(err, test.kind) {
				t.Fatalf("got %v", err)
			}
			sentence(t, err)
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not name %s", err, test.says)
			}
		})
	}
}

func TestOpenWantsTLSFromAServerWithout(t *testing.T) {
	clearPG(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 8)) // SSLRequest
			_, _ = conn.Write([]byte("N"))
			_ = conn.Close()
		}
	}()
	_, err = postgres.Open(t.Context(), "postgres://u@"+l.Addr().String()+"/b?sslmode=require")
	if !errors.Is(err, postgres.ErrUnreachable) || !strings.Contains(err.Error(), "TLS") {
		t.Fatalf("got %v", err)
	}
	sentence(t, err)
}

func TestOpenDoesNotFollowTheEnvironmentAway(t *testing.T) {
	clearPG(t)
	c := start(t, postgres.Options{Dir: clusterDir(t), Volatile: true})
	for key, value := range map[string]string{
		"PGPORT": "", "PGHOSTADDR": "192.0.2.1", "PGSERVICE": "other", "PGSSLMODE": "verify-full", "PGDATABASE": "x",
		"PGUSER": "x", "PGHOST": "x.invalid", "PGCONNECT_TIMEOUT": "", "PGSSLROOTCERT": "/nowhere",
	} {
		t.Setenv(key, value)
	}
	db, err := postgres.Open(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenNamesAVariableItCannotHonour(t *testing.T) {
	clearPG(t)
	t.Setenv("PGREQUIREPEER", "me")
	_, err := postgres.Open(t.Context(), "postgres://u@localhost/b")
	if !errors.Is(err, postgres.ErrURL) || !strings.Contains(err.Error(), "PGREQUIREPEER") {
		t.Fatalf("got %v", err)
	}
	sentence(t, err)
}

func TestUnusableDirectories(t *testing.T) {
	base := clusterDir(t)
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	full := filepath.Join(base, "full")
	damaged := filepath.Join(base, "damaged", "data")
	empty := filepath.Join(base, "empty", "data")
	for _, dir := range []string{full, damaged, empty} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path, content := range map[string]string{filepath.Join(full, "letters.txt"): "", filepath.Join(damaged, "PG_VERSION"): "fifteen\n"} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// As root the server's user cannot reach it, as an ordinary user nobody can write it.
	closed := filepath.Join(base, "closed")
	mode := os.FileMode(0o500)
	if err := os.Mkdir(closed, mode); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{
		"a file": file, "below a file": filepath.Join(file, "x"), "other files": full, "closed": filepath.Join(closed, "x"),
		"damaged version": filepath.Dir(damaged), "no version": filepath.Dir(empty), "no name": "",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := postgres.Start(t.Context(), postgres.Options{Dir: dir})
			if !errors.Is(err, postgres.ErrDirectory) {
				t.Fatalf("got %v", err)
			}
			sentence(t, err)
		})
	}
}

func TestDataOfAnotherMajorVersion(t *testing.T) {
	base := clusterDir(t)
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, "cluster")
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Start(t.Context(), postgres.Options{Dir: dir})
	if !errors.Is(err, postgres.ErrDataVersion) || !strings.Contains(err.Error(), "PostgreSQL 9") {
		t.Fatalf("got %v", err)
	}
	sentence(t, err)
}
