package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

// binary is broadsheet itself, built once: these tests use it as a user does.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "broadsheet-bin-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "broadsheet")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := pgtest.Run(m)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// site is one installation: what its commands get as environment.
type site struct {
	t   *testing.T
	env []string
	dir string // working directory
}

// result is what a command did.
type result struct {
	code        int
	out, stderr string
}

// onDatabase is an installation on a database of its own.
func onDatabase(t *testing.T) *site {
	t.Helper()
	return &site{t: t, dir: t.TempDir(), env: append(clean(), "DATABASE_URL="+pgtest.New(t).URL)}
}

// onPrivate is an installation with a private Postgres.
func onPrivate(t *testing.T) *site {
	t.Helper()
	data, err := os.MkdirTemp("", "broadsheet-data-") // reachable for the user that Postgres runs as
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	return &site{t: t, dir: t.TempDir(), env: append(clean(), "BROADSHEET_DATA="+data)}
}

// clean is this process's environment without settings of Broadsheet.
func clean() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "BROADSHEET_") && !strings.HasPrefix(kv, "DATABASE_URL") && !strings.HasPrefix(kv, "PG") {
			env = append(env, kv)
		}
	}
	return env
}

func (s *site) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env, cmd.Dir = s.env, s.dir
	return cmd
}

// run runs a command to its end.
func (s *site) run(args ...string) result {
	s.t.Helper()
	var out, stderr bytes.Buffer
	cmd := s.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatalf("broadsheet %q: %v", args, err)
	}
	return result{cmd.ProcessState.ExitCode(), strings.TrimSpace(out.String()), strings.TrimSpace(stderr.String())}
}

// ok runs a command that must succeed and gives what it printed.
func (s *site) ok(args ...string) string {
	s.t.Helper()
	r := s.run(args...)
	if r.code != 0 {
		s.t.Fatalf("broadsheet %q: exit %d\n%s\n%s", args, r.code, r.out, r.stderr)
	}
	return r.out
}

// json runs a command and reads the JSON it prints.
func (s *site) json(to any, args ...string) {
	s.t.Helper()
	out := s.ok(args...)
	if err := json.Unmarshal([]byte(out), to); err != nil {
		s.t.Fatalf("broadsheet %q: %v in %s", args, err, out)
	}
}

// write makes a file in the working directory.
func (s *site) write(name, text string) string {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
	return name
}

// process is a running broadsheet.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr *lockedBuffer
	ended  chan error
}

// start runs a command in the background until the test ends it.
func (s *site) start(args ...string) *process {
	s.t.Helper()
	p := &process{t: s.t, cmd: s.command(args...), stderr: new(lockedBuffer), ended: make(chan error, 1)}
	p.cmd.Stderr, p.cmd.Stdout = p.stderr, p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Logf("broadsheet %q said:\n%s", args, p.stderr)
		}
		_ = p.cmd.Process.Kill()
	})
	return p
}

// said waits until the process has printed text.
func (p *process) said(text string) {
	p.t.Helper()
	eventually(p.t, 30*time.Second, "the process says "+text, func() bool { return strings.Contains(p.stderr.String(), text) })
}

// stop ends the process as an administrator would; it must end well.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Fatalf("after SIGTERM: %v\n%s", err, p.stderr)
		}
	case <-time.After(40 * time.Second):
		p.t.Fatalf("still there 40 s after SIGTERM\n%s", p.stderr)
	}
}

// kill ends the process as a power failure would.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	if err := <-p.ended; err == nil {
		p.t.Error("it ended well before it was killed")
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// eventually waits for something to become true.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s", limit, what)
		case <-tick.C:
		}
	}
}

// freeAddr is an address nobody listens on just now.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
