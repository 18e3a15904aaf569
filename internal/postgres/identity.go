package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// identity is the operating-system user that the server runs as.
type identity struct {
	uid, gid uint32
	drop     bool // this process is root and gives its privileges up for the server
}

// serverIdentity decides who runs the server over dir. PostgreSQL refuses to run as root, so root hands
// over to the owner of dir, or to user postgres when dir is root's own or does not exist yet.
func serverIdentity(dir string) (identity, error) {
	if os.Geteuid() != 0 {
		return identity{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	if info, err := os.Stat(dir); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			return identity{uid: st.Uid, gid: st.Gid, drop: true}, nil
		}
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return identity{}, fail(ErrServer, err, "PostgreSQL refuses to run as root and there is no user postgres: install the package postgresql (make setup), or run Broadsheet as an ordinary user")
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return identity{}, fmt.Errorf("user id of postgres: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return identity{}, fmt.Errorf("group id of postgres: %w", err)
	}
	return identity{uid: uint32(uid), gid: uint32(gid), drop: true}, nil
}

// own gives path to the server's user when this process is root.
func (id identity) own(path string) error {
	if !id.drop {
		return nil
	}
	return os.Lchown(path, int(id.uid), int(id.gid))
}

// ownFile is own for an open file, which nobody can exchange meanwhile.
func (id identity) ownFile(f *os.File) error {
	if !id.drop {
		return nil
	}
	return f.Chown(int(id.uid), int(id.gid))
}

// attributes for a program run as this user, in a session of its own: Ctrl-C on the terminal is for
// Broadsheet, which drains first. death is the signal the kernel sends when the starting thread ends.
func (id identity) attributes(death syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true, Pdeathsig: death}
	if id.drop {
		attr.Credential = &syscall.Credential{Uid: id.uid, Gid: id.gid}
	}
	return attr
}

// name of the user for messages.
func (id identity) name() string {
	n := strconv.FormatUint(uint64(id.uid), 10)
	if u, err := user.LookupId(n); err == nil {
		return u.Username
	}
	return "uid " + n
}

// reaches proves that the server's user can run the program and enter dir, by doing both.
func (id identity) reaches(program, dir string) error {
	try := func(in string) error {
		cmd := exec.Command(program, "--version")
		cmd.Dir = in
		cmd.SysProcAttr = id.attributes(syscall.SIGKILL)
		return runLocked(cmd)
	}
	if err := try("/"); err != nil {
		return fail(ErrServer, err, fmt.Sprintf("user %s cannot run %s: check the installation of PostgreSQL", id.name(), program))
	}
	err := try(dir)
	if errors.Is(err, fs.ErrPermission) {
		return fail(ErrDirectory, err, fmt.Sprintf("%s cannot be reached by user %s, who runs PostgreSQL for root: name a directory outside private homes, such as /var/lib/broadsheet", dir, id.name()))
	}
	return err
}
