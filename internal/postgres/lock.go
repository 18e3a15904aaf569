package postgres

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// Two files in Dir carry all agreement between Broadsheet processes; both locks end with their process.
//
//	lock   exclusive: the owner, who runs the server. Its content (owner) is news, never proof.
//	users  shared: each process that joined. An owner that is a short command waits for all of them
//	       (exclusive) before it stops the server.
const (
	lockName  = "lock"
	usersName = "users"
)

// States an owner announces.
const (
	stateStarting = "starting"
	stateReady    = "ready"
	stateStopping = "stopping" // nobody may join any more
)

// owner is what the holder of the lock writes into it for the others.
type owner struct {
	PID    int    `json:"pid"`
	Short  bool   `json:"short"` // a command that will end by itself
	State  string `json:"state"`
	Socket string `json:"socket"`
}

// name of the owner for messages.
func (o owner) name() string {
	if o.PID == 0 {
		return "a process that has not said its number"
	}
	return fmt.Sprintf("process %d", o.PID)
}

// errHeld: another process has the lock.
var errHeld = errors.New("lock is held")

// flock opens name in dir and takes its lock (syscall.LOCK_SH or LOCK_EX) without waiting; errHeld if it
// cannot be had. The lock lasts until the file is closed or the process ends.
func flock(dir, name string, how int, id identity) (*os.File, error) {
	path := filepath.Join(dir, name)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(id.ownFile(f), retryEINTR(func() error { return syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB) })); err != nil {
		_ = f.Close() // nothing was written
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errHeld
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

func retryEINTR(call func() error) error {
	for {
		if err := call(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// announce replaces the content of the lock file.
func (o owner) announce(f *os.File) error {
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(line, '\n'), 0)
	return err
}

// readOwner gives what the owner last announced; the zero owner when that cannot be read (it may be
// written this moment).
func readOwner(dir string) owner {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return owner{}
	}
	defer func() { _ = f.Close() }() // read only
	line, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return owner{}
	}
	var o owner
	if json.Unmarshal(line, &o) != nil {
		return owner{}
	}
	return o
}
