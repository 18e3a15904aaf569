package pgtest_test

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

// child in the environment makes TestStay hold its database until its standard input ends.
const child = "BROADSHEET_PGTEST_CHILD"

func TestStay(t *testing.T) {
	db := pgtest.New(t)
	if os.Getenv(child) == "" {
		return // the real test is the parent's
	}
	fmt.Println("URL", db.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until killed
}

func TestNothingIsLeftOfAKilledTest(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStay$")
	cmd.Env = append(os.Environ(), child+"=1")
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir := ""
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "URL "); ok {
			u, err := url.Parse(rest)
			if err != nil {
				t.Fatal(err)
			}
			dir = filepath.Dir(u.Query().Get("host"))
		}
	}
	if !strings.Contains(filepath.Base(dir), "broadsheet-pgtest-") {
		t.Fatalf("the child's cluster is in %q", dir)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-tick.C {
		if _, err := os.Stat(dir); os.IsNotExist(err) && working(dir) == 0 {
			return
		}
	}
	t.Errorf("a minute after the kill %s is still there, or one of %d processes in it", dir, working(dir))
}

// working counts the processes that work under dir.
func working(dir string) int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // only a bad pattern fails
	n := 0
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir+"/") {
			n++
		}
	}
	return n
}
