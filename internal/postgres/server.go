package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	poll = 20 * time.Millisecond
	// orphanWait bounds the wait for the server of a Broadsheet that was killed: it writes a last
	// checkpoint, which on a slow disk takes a while.
	orphanWait = time.Minute
)

// environment of the server's programs: nothing of ours, above all no PG*.
var environment = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC"}

// runLocked runs cmd from a thread that stays until cmd has ended, because Pdeathsig (prctl(2)) speaks of
// the thread that started it, and Go ends idle threads when it likes.
func runLocked(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// server is a running postgres.
type server struct {
	pid  int
	done chan struct{} // closed when it has ended
	err  error         // how it ended; read after done
}

// launch starts postgres. The kernel sends it death when this process ends, however it ends: SIGINT, the
// fast shutdown, which rolls back what is open and writes a checkpoint, so that nothing has to be recovered;
// SIGQUIT, the immediate one, for volatile clusters, whose data is of no worth. (SIGTERM would wait for
// clients; SIGKILL would leave backends and shared memory behind.)
func launch(program string, args []string, l layout, log *os.File, death syscall.Signal) (*server, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir = "/"
	cmd.Env = environment
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = l.id.attributes(death)
	s := &server{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // see runLocked; the thread ends with this goroutine
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.err = cmd.Wait()
		close(s.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	s.pid = cmd.Process.Pid
	return s, nil
}

func (s *server) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// signal is harmless when the server has ended: its pid is ours until Wait has returned.
func (s *server) signal(sig syscall.Signal) {
	if !s.ended() {
		_ = syscall.Kill(s.pid, sig) // ESRCH: it ended this moment
	}
}

// shut ends the server with sig and waits. When ctx ends first it has grace more, then it is ended at once
// (SIGQUIT: recovery at the next start), and at last killed.
func (s *server) shut(ctx context.Context, sig syscall.Signal, grace time.Duration) error {
	s.signal(sig)
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
	}
	for _, last := range []syscall.Signal{sig, syscall.SIGQUIT, syscall.SIGKILL} {
		s.signal(last)
		timer := time.NewTimer(grace)
		select {
		case <-s.done:
			timer.Stop()
			if last == sig {
				return nil
			}
			return fail(ErrServer, s.err, "PostgreSQL did not stop in time and was ended at once: it repairs itself at the next start")
		case <-timer.C:
		}
	}
	return fail(ErrServer, nil, fmt.Sprintf("PostgreSQL (process %d) cannot be ended: its disk may hang", s.pid))
}

// awaitOrphan returns when no process works in the data directory any more. A Broadsheet that was killed
// leaves a server that is shutting down. A postmaster.pid whose number now belongs to another program
// (after a reboot, in a container) is removed: postgres would take that program for a server.
func awaitOrphan(ctx context.Context, data string) error {
	pidFile := filepath.Join(data, "postmaster.pid")
	if _, err := os.Lstat(pidFile); err != nil {
		return nil // none: the usual case; or unreadable, which postgres will tell
	}
	ctx, cancel := context.WithTimeout(ctx, orphanWait)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		pids := working(data)
		if len(pids) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return fail(ErrRunning, ctx.Err(), fmt.Sprintf("PostgreSQL (process %d) already runs in %s without a Broadsheet: stop it with kill -INT %d", pids[0], data, pids[0]))
		case <-tick.C:
		}
	}
	if err := os.Remove(pidFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stale pid file: %w", err)
	}
	return nil
}

// working lists the processes whose working directory is data: a postmaster and all its children.
func working(data string) []int {
	real, err := filepath.EvalSymlinks(data)
	if err != nil {
		real = data
	}
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // only a bad pattern fails
	var pids []int
	for _, link := range links {
		if dir, err := os.Readlink(link); err == nil && dir == real {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// openLog opens the server's log for appending, after putting a large one aside.
func (l layout) openLog() (*os.File, error) {
	if err := l.subdir(logName); err != nil {
		return nil, err
	}
	path := l.logFile()
	if info, err := os.Lstat(path); err == nil && info.Size() >= rotateAt {
		for n := keepLogs; n > 1; n-- {
			if err := os.Rename(path+"."+strconv.Itoa(n-1), path+"."+strconv.Itoa(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := l.id.ownFile(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

// logFrom reads what the server has logged since offset.
func logFrom(f *os.File, offset int64) string {
	const most = 64 << 10
	content, _ := io.ReadAll(io.NewSectionReader(f, offset, most)) // what can be read has to do
	return string(content)
}

var (
	otherPostmaster = regexp.MustCompile(`\(PID (\d+)\)`)
	lastWords       = regexp.MustCompile(`(?m)^.*?(?:FATAL|PANIC|initdb: error|ERROR): +(.*)$`)
)

// diagnose turns the output of initdb or of a server that ended into one sentence.
func diagnose(l layout, said string, cause error) error {
	switch {
	case strings.Contains(said, "No space left on device"), strings.Contains(said, "Disk quota exceeded"):
		return directoryError(l.dir, l.id, errors.Join(syscall.ENOSPC, cause))
	case strings.Contains(said, "database files are incompatible"):
		return fail(ErrDataVersion, cause, fmt.Sprintf("the data in %s was made by another build of PostgreSQL: install the version that made it, or name another directory", l.data()))
	case strings.Contains(said, "postmaster.pid\" already exists"):
		who := "another process"
		if m := otherPostmaster.FindStringSubmatch(said); m != nil {
			who = "process " + m[1]
		}
		return fail(ErrRunning, cause, fmt.Sprintf("PostgreSQL already runs in %s (%s): stop it first", l.data(), who))
	case strings.Contains(said, "Cannot allocate memory"):
		return fail(ErrServer, cause, fmt.Sprintf("there is not enough memory for PostgreSQL: free some, or lower shared_buffers in %s/postgresql.conf", l.data()))
	case strings.Contains(said, "Permission denied"), strings.Contains(said, "invalid permissions"), strings.Contains(said, "wrong ownership"):
		return fail(ErrDirectory, cause, fmt.Sprintf("PostgreSQL, run by user %s, cannot read or write all of %s: give that directory to it with chown -R, or restore it", l.id.name(), l.data()))
	}
	why := "it left no message"
	if found := lastWords.FindAllStringSubmatch(said, -1); len(found) > 0 {
		why = found[len(found)-1][1]
	}
	return fail(ErrServer, cause, fmt.Sprintf("PostgreSQL did not start (%s): see %s", strings.TrimSuffix(why, "."), l.logFile()))
}
