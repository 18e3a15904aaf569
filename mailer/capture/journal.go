package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// journal is an append-only file that is on disk when append returns. Writers
// that arrive during one fsync share the next.
type journal struct {
	f *os.File

	mu      sync.Mutex // written
	written int64

	syncMu sync.Mutex // synced
	synced int64
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil { // a new file's name must survive as well
		return nil, errors.Join(err, f.Close())
	}
	return &journal{f: f}, nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	// Some file systems can't sync a directory; /dev is one.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return errors.Join(err, d.Close())
	}
	return d.Close()
}

// append writes a line per recipient and returns when all are on disk.
func (j *journal) append(recipients []string, messageID string) error {
	var b strings.Builder
	for _, to := range recipients {
		fmt.Fprintf(&b, "%s %s\n", word(to), word(messageID))
	}
	mine, err := j.write(b.String())
	if err != nil {
		return err
	}
	j.syncMu.Lock()
	defer j.syncMu.Unlock()
	if j.synced >= mine {
		return nil
	}
	j.mu.Lock()
	upTo := j.written
	j.mu.Unlock()
	if err := j.f.Sync(); err != nil {
		return err
	}
	j.synced = upTo
	return nil
}

func (j *journal) write(s string) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n, err := j.f.WriteString(s)
	j.written += int64(n)
	return j.written, err
}

func (j *journal) close() error { return j.f.Close() }

// word makes s one word of a line, "-" if it is empty.
func word(s string) string {
	s = strings.Join(strings.Fields(s), "_")
	if s == "" {
		return "-"
	}
	return s
}
