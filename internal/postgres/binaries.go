package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// installation is a directory that holds initdb and postgres of one major version.
type installation struct {
	dir   string
	major int
}

// places where distributions put the server's programs, outside PATH.
var places = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"}

// installations finds what is installed: directories of path first, in its order, then those that match
// globs, newest major version first. A directory counts when both programs are there and tell their version.
func installations(ctx context.Context, path string, globs []string) []installation {
	var found []installation
	seen := make(map[string]bool)
	look := func(dir string) (installation, bool) {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil || seen[real] {
			return installation{}, false
		}
		seen[real] = true
		major, err := majorOf(ctx, real)
		return installation{dir: real, major: major}, err == nil
	}
	for _, dir := range filepath.SplitList(path) {
		if inst, ok := look(dir); ok && filepath.IsAbs(dir) {
			found = append(found, inst)
		}
	}
	var others []installation
	for _, glob := range globs {
		dirs, _ := filepath.Glob(glob) // only a bad pattern fails
		for _, dir := range dirs {
			if inst, ok := look(dir); ok {
				others = append(others, inst)
			}
		}
	}
	slices.SortStableFunc(others, func(a, b installation) int { return b.major - a.major })
	return append(found, others...)
}

// majorOf asks dir's postgres for its version; "postgres (PostgreSQL) 15.18 (Debian …)" is 15.
func majorOf(ctx context.Context, dir string) (int, error) {
	for _, program := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, program))
		if err != nil {
			return 0, err
		}
		if info.IsDir() || info.Mode()&0o111 == 0 {
			return 0, fmt.Errorf("%s in %s is not a program", program, dir)
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	_, version, _ := strings.Cut(string(out), ") ")
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits <= 0 {
		return 0, fmt.Errorf("%s/postgres --version says %q", dir, out)
	}
	return strconv.Atoi(version[:digits])
}

// choose picks the installation for a data directory: its own major version, or, when there is none yet
// (major 0), the first. Errors: ErrNoBinaries, ErrServerVersion, ErrDataVersion.
func choose(found []installation, dataDir string, major int) (installation, error) {
	if len(found) == 0 {
		return installation{}, fail(ErrNoBinaries, nil, "PostgreSQL is not installed: run make setup, or apt-get install postgresql as root, or set DATABASE_URL to a server you have")
	}
	if major != 0 {
		for _, inst := range found {
			if inst.major == major {
				return inst, nil
			}
		}
		return installation{}, fail(ErrDataVersion, nil, fmt.Sprintf("the data in %s was made by PostgreSQL %d, this machine has %s: install postgresql-%d, or name another directory", dataDir, major, majors(found), major))
	}
	for _, inst := range found {
		if inst.major >= MinMajor {
			return inst, nil
		}
	}
	return installation{}, fail(ErrServerVersion, nil, fmt.Sprintf("this machine has PostgreSQL %s, Broadsheet needs %d or newer: install postgresql-%d", majors(found), MinMajor, MinMajor))
}

func majors(found []installation) string {
	var list []string
	for _, inst := range found {
		if n := strconv.Itoa(inst.major); !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return strings.Join(list, " and ")
}
