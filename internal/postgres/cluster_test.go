package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

func TestStartStopKeepsData(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	for want := 1; want <= 2; want++ {
		c, err := postgres.Start(t.Context(), postgres.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := write(t.Context(), c.URL()); err != nil {
			t.Fatal(err)
		}
		if got := rows(t, c.URL()); got != want {
			t.Errorf("start %d: %d rows", want, got)
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Errorf("a second Stop: %v", err)
		}
	}
}

func rows(t *testing.T, url string) int {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var n int
	if err := db.GetContext(t.Context(), &n, "SELECT count(*) FROM t"); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestClusterIsPrivate(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	c := start(t, postgres.Options{Dir: dir})
	for _, path := range []string{dir, filepath.Join(dir, "data"), filepath.Join(dir, "run")} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
	}
	db, err := postgres.Open(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var listen, fsync, checksums, lower string
	var super bool
	err = db.QueryRowContext(t.Context(), `SELECT current_setting('listen_addresses'), current_setting('fsync'),
		current_setting('data_checksums'), lower('ÄRGER'), usesuper FROM pg_user WHERE usename = current_user`).
		Scan(&listen, &fsync, &checksums, &lower, &super)
	if err != nil {
		t.Fatal(err)
	}
	if listen != "" || fsync != "on" || checksums != "on" || lower != "ärger" || super {
		t.Errorf("listen_addresses=%q fsync=%s data_checksums=%s lower=%q superuser=%v", listen, fsync, checksums, lower, super)
	}
}

func TestServerIsInASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	c := start(t, postgres.Options{Dir: clusterDir(t), Volatile: true})
	group, err := syscall.Getpgid(c.PID())
	if err != nil {
		t.Fatal(err)
	}
	if group != c.PID() {
		t.Error("Ctrl-C on the terminal would reach the server before Broadsheet has drained")
	}
}

func TestSecondStartIsRefusedWithThePid(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	a := enact(t, "start", dir)
	_, err := postgres.Start(t.Context(), postgres.Options{Dir: dir})
	if !errors.Is(err, postgres.ErrRunning) {
		t.Fatalf("got %v", err)
	}
	if want := fmt.Sprintf("process %d", a.cmd.Process.Pid); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not name %s", err, want)
	}
}

func TestServerEndsWithAKilledProcessAndStartsAgain(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	for want := 1; want <= 3; want++ {
		a := enact(t, "start", dir)
		a.do("write")
		a.kill()
		c, err := postgres.Start(t.Context(), postgres.Options{Dir: dir}) // at once: the old server still stops
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(serversIn(dir), a.pid) {
			t.Errorf("two servers: %d and %d", a.pid, c.PID())
		}
		if got := rows(t, c.URL()); got != want {
			t.Errorf("%d rows, want %d", got, want)
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestStartsOverAStalePidFile(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	c, err := postgres.Start(t.Context(), postgres.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	pidFile := filepath.Join(dir, "data", "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	// After a reboot the number may be another program's: that of this test's parent, for example.
	_, rest, _ := strings.Cut(string(content), "\n")
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getppid())+"\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, postgres.Options{Dir: dir})
}

func TestKilledServerProcessesDoNotHinderTheNextStart(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	c := start(t, postgres.Options{Dir: dir})
	if err := write(t.Context(), c.URL()); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(c.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Done():
	case <-time.After(time.Minute):
		t.Fatal("Done stays open although the server was killed")
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Errorf("Stop of a server that is gone: %v", err)
	}
	again := start(t, postgres.Options{Dir: dir})
	if got := rows(t, again.URL()); got != 1 {
		t.Errorf("%d rows after the crash", got)
	}
}

func TestInitdbCutShortIsNoCluster(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	a := begin(t, "start", dir)
	fresh := func() int {
		found, _ := filepath.Glob(filepath.Join(dir, "data.new*", "PG_VERSION"))
		return len(found)
	}
	eventually(t, "initdb has begun", func() bool { return fresh() > 0 })
	a.kill()
	c := start(t, postgres.Options{Dir: dir})
	if err := write(t.Context(), c.URL()); err != nil {
		t.Error(err)
	}
	eventually(t, "what was cut short is removed", func() bool { return fresh() == 0 })
}

func TestSocketPaths(t *testing.T) {
	t.Parallel()
	for name, sub := range map[string]string{
		"long":   strings.Repeat("long-name/", 12) + "end",
		"spaces": "a b'c\"d+e%f/ü",
		"comma":  "a,b",
	} {
		t.Run(name, func(t *testing.T) {
			base := clusterDir(t)
			if err := os.Chmod(base, 0o755); err != nil {
				t.Fatal(err)
			}
			c := start(t, postgres.Options{Dir: filepath.Join(base, sub), Volatile: true})
			if err := write(t.Context(), c.URL()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLogIsRotatedAtAStart(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	log := filepath.Join(dir, "log", "postgres.log")
	for range 2 {
		c, err := postgres.Start(t.Context(), postgres.Options{Dir: dir, Volatile: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(log, 9<<20); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(log + ".1"); err != nil {
		t.Error(err)
	}
}

func TestStartStopsWaitingWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := postgres.Start(ctx, postgres.Options{Dir: clusterDir(t)})
	if err == nil {
		t.Fatalf("started with an ended context: %v", c.URL())
	}
}
