package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

// asProcess as first argument turns the test binary into a small Broadsheet process; see play.
const asProcess = "cluster-process"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == asProcess {
		os.Exit(play(os.Args[2], os.Args[3]))
	}
	os.Exit(m.Run())
}

// play takes the cluster in dir ("start" or "join"), answers "ready owned|joined SERVERPID" and then obeys
// lines on standard input: "write" opens a new pool and adds a row to table t, "stop" ends the part.
// Each answer is one line; one that begins with "error" ends the process.
func play(how, dir string) int {
	ctx := context.Background()
	take := postgres.Start
	if how == "join" {
		take = postgres.Join
	}
	c, err := take(ctx, postgres.Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	role := "joined"
	if c.Owned() {
		role = "owned"
	}
	fmt.Println("ready", role, c.PID())
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch in.Text() {
		case "write":
			err = write(ctx, c.URL())
		case "stop":
			err = c.Stop(ctx)
		}
		if err != nil {
			fmt.Println("error", err, errors.Unwrap(err))
			return 1
		}
		fmt.Println("done", in.Text())
	}
	return 0
}

func write(ctx context.Context, url string) error {
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS t (pid int); INSERT INTO t VALUES ("+strconv.Itoa(os.Getpid())+")")
	return errors.Join(err, db.Close())
}

// actor is a process that plays.
type actor struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	role  string
	pid   int // of the server; 0 when joined
}

// begin starts an actor without waiting for it to be ready.
func begin(t *testing.T, how, dir string) *actor {
	t.Helper()
	a := &actor{t: t, cmd: exec.Command(os.Args[0], asProcess, how, dir), lines: make(chan string, 100)}
	a.cmd.Stderr = os.Stderr
	in, err := a.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	a.in = in
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(a.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			a.lines <- s.Text()
		}
	}()
	t.Cleanup(a.kill)
	return a
}

func enact(t *testing.T, how, dir string) *actor {
	t.Helper()
	a := begin(t, how, dir)
	a.ready()
	return a
}

func (a *actor) ready() {
	a.t.Helper()
	line := a.answer()
	if _, err := fmt.Sscanf(line, "ready %s %d", &a.role, &a.pid); err != nil {
		a.t.Fatalf("the process said %q", line)
	}
}

func (a *actor) answer() string {
	a.t.Helper()
	select {
	case line := <-a.lines:
		return line
	case <-time.After(time.Minute):
		a.t.Fatal("the process did not answer in a minute")
		return ""
	}
}

func (a *actor) tell(command string) {
	a.t.Helper()
	if _, err := io.WriteString(a.in, command+"\n"); err != nil {
		a.t.Errorf("tell %s: %v", command, err)
	}
}

// do tells and wants it done.
func (a *actor) do(command string) {
	a.t.Helper()
	a.tell(command)
	if line := a.answer(); line != "done "+command {
		a.t.Errorf("%s: the process said %q", command, line)
	}
}

// kill is kill -9.
func (a *actor) kill() {
	_ = a.cmd.Process.Kill() // fails when it has ended
	_ = a.cmd.Wait()         // its exit code is no news
}

// clusterDir gives a directory that user postgres can reach too, and waits at the end of the test until no
// server works in it: none may be left behind.
func clusterDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "broadsheet-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		eventually(t, "the server has ended", func() bool { return len(serversIn(dir)) == 0 })
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// serversIn lists the processes that work somewhere under dir.
func serversIn(dir string) []int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	var pids []int
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir+"/") {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// start runs a cluster in this process until the test ends.
func start(t *testing.T, o postgres.Options) *postgres.Cluster {
	t.Helper()
	c, err := postgres.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// announced reports whether the lock file's content names the state.
func announced(t *testing.T, dir, state string) bool {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(content), `"`+state+`"`)
}
