package postgres

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// What a cluster's directory holds; nothing else may be in it when it is first taken.
const (
	dataName  = "data"     // PGDATA
	freshName = "data.new" // beginning of PGDATA's name while initdb works; renamed when complete
	logName   = "log"
	runName   = "run" // the socket, when its path is short enough
	port      = "5432"
	// socketMax is the longest socket path: sun_path has 108 bytes with the closing NUL (unix(7)).
	socketMax = 107
)

// layout is the places of one cluster.
type layout struct {
	dir    string // absolute
	id     identity
	socket string // directory of the socket
}

func (l layout) data() string    { return filepath.Join(l.dir, dataName) }
func (l layout) logFile() string { return filepath.Join(l.dir, logName, "postgres.log") }

// prepareDir makes or takes the cluster's directory. One without a cluster but with files of others is
// refused, so that a mistyped path is neither given to user postgres nor filled.
func prepareDir(dir string, id identity) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return directoryError(dir, id, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return directoryError(dir, id, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return directoryError(dir, id, err)
	}
	if !info.IsDir() {
		return fail(ErrDirectory, nil, fmt.Sprintf("%s is not a directory: name one for the database", dir))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return directoryError(dir, id, err)
	}
	if stranger := strangerIn(entries); stranger != "" {
		return fail(ErrDirectory, nil, fmt.Sprintf("%s holds %s, which is not Broadsheet's: name an empty directory for the database", dir, stranger))
	}
	if err := id.own(dir); err != nil {
		return directoryError(dir, id, err)
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return directoryError(dir, id, err)
		}
	}
	return nil
}

// strangerIn names an entry that tells that a directory is not a cluster's; "" when there is none.
func strangerIn(entries []fs.DirEntry) string {
	ours := []string{lockName, usersName, logName, runName, "lost+found"}
	stranger := ""
	for _, e := range entries {
		if e.Name() == dataName {
			return "" // a cluster is there; what else its owner keeps beside it is no business of ours
		}
		if !slices.Contains(ours, e.Name()) && !strings.HasPrefix(e.Name(), freshName) && stranger == "" {
			stranger = e.Name()
		}
	}
	return stranger
}

// subdir makes a directory of the server's user, 0700, inside the cluster's.
func (l layout) subdir(name string) error {
	path := filepath.Join(l.dir, name)
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return l.id.own(path)
}

func directoryError(dir string, id identity, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fail(ErrDiskFull, err, fmt.Sprintf("no space is left for the database in %s: free some, or name a directory on another disk", dir))
	case errors.Is(err, fs.ErrPermission):
		return fail(ErrDirectory, err, fmt.Sprintf("%s cannot be used by user %s%s: run as its owner, or name another directory", dir, currentUser(), ownedBy(dir)))
	case errors.Is(err, syscall.EROFS):
		return fail(ErrDirectory, err, fmt.Sprintf("%s is on a read-only disk: name another directory for the database", dir))
	default:
		return fail(ErrDirectory, err, fmt.Sprintf("%s cannot be used for the database (%v): name another directory", dir, err))
	}
}

func currentUser() string { return identity{uid: uint32(os.Geteuid())}.name() }

func ownedBy(dir string) string {
	info, err := os.Stat(dir)
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return " (it belongs to " + identity{uid: st.Uid}.name() + ")"
}

// dataMajor reads the major version that made the data directory; 0 when there is none yet.
func (l layout) dataMajor() (int, error) {
	content, err := os.ReadFile(filepath.Join(l.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(l.data()); err == nil {
			return 0, fail(ErrDirectory, nil, fmt.Sprintf("%s is not a PostgreSQL data directory (it has no PG_VERSION): restore it from a backup, or name another directory", l.data()))
		}
		return 0, nil
	}
	if err != nil {
		return 0, directoryError(l.data(), l.id, err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fail(ErrDirectory, err, fmt.Sprintf("%s/PG_VERSION is damaged: restore the directory from a backup, or name another", l.data()))
	}
	return major, nil
}

// prepareSocket decides where the socket lives and makes that directory, 0700 and the server's user's:
// wanted if given, else run/ in the cluster's directory, else, where that path is too long for a socket,
// a directory named by its hash under $XDG_RUNTIME_DIR or /tmp.
func (l *layout) prepareSocket(wanted string) error {
	if wanted != "" {
		if !fits(wanted) {
			return fail(ErrDirectory, nil, fmt.Sprintf("the socket directory %s is too long (a socket's path has at most %d bytes) or has a comma: name another", wanted, socketMax))
		}
		l.socket = wanted
		return l.takeSocketDir()
	}
	l.socket = filepath.Join(l.dir, runName)
	if fits(l.socket) {
		if err := l.subdir(runName); err != nil {
			return directoryError(l.dir, l.id, err)
		}
		return nil
	}
	sum := sha256.Sum256([]byte(l.dir))
	name := fmt.Sprintf("broadsheet-%d-%x", l.id.uid, sum[:8])
	base := "/tmp"
	if run := os.Getenv("XDG_RUNTIME_DIR"); !l.id.drop && filepath.IsAbs(run) && fits(filepath.Join(run, name)) {
		if info, err := os.Stat(run); err == nil && info.IsDir() {
			base = run
		}
	}
	l.socket = filepath.Join(base, name)
	return l.takeSocketDir()
}

// takeSocketDir makes l.socket or takes it if it is a directory of the server's user that nobody else may
// enter; in /tmp anybody can have put one there first.
func (l *layout) takeSocketDir() error {
	err := os.Mkdir(l.socket, 0o700)
	switch {
	case err == nil:
		return l.id.own(l.socket)
	case !errors.Is(err, fs.ErrExist):
		return directoryError(l.socket, l.id, err)
	}
	info, err := os.Lstat(l.socket)
	if err != nil {
		return directoryError(l.socket, l.id, err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || st.Uid != l.id.uid || info.Mode().Perm()&0o077 != 0 {
		return fail(ErrDirectory, nil, fmt.Sprintf("%s is not a private directory of user %s, so no socket is put there: remove it", l.socket, l.id.name()))
	}
	return nil
}

// fits reports whether a socket in dir can be addressed: short enough, and no comma, which separates hosts
// in a database URL.
func fits(dir string) bool {
	return len(filepath.Join(dir, ".s.PGSQL."+port)) <= socketMax && !strings.Contains(dir, ",")
}
