package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// install puts programs into dir that tell version as Debian's do.
func install(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	for _, program := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestInstallationsAreFoundInOrder(t *testing.T) {
	base := t.TempDir()
	onPath := install(t, filepath.Join(base, "opt"), "16.1")
	install(t, filepath.Join(base, "lib", "9.6", "bin"), "9.6.24 (Debian 9.6.24-1)")
	install(t, filepath.Join(base, "lib", "17", "bin"), "17beta2")
	install(t, filepath.Join(base, "lib", "15", "bin"), "15.18 (Debian 15.18-0+deb12u1)")
	onlyClient := filepath.Join(base, "lib", "18", "bin")
	if err := os.MkdirAll(onlyClient, 0o755); err != nil {
		t.Fatal(err)
	}
	install(t, filepath.Join(base, "lib", "99", "bin"), "of no number")
	path := strings.Join([]string{"", "relative", "/nowhere", onlyClient, onPath}, string(filepath.ListSeparator))
	found := installations(t.Context(), path, []string{filepath.Join(base, "lib", "*", "bin")})
	var got []int
	for _, inst := range found {
		got = append(got, inst.major)
	}
	if fmt.Sprint(got) != "[16 17 15 9]" {
		t.Errorf("found %v", got)
	}
	for major, want := range map[int]int{0: 16, 17: 17, 15: 15, 9: 9} {
		if inst, err := choose(found, "/data", major); err != nil || inst.major != want {
			t.Errorf("for data of %d: %d, %v", major, inst.major, err)
		}
	}
	if _, err := choose(found, "/data", 14); !errors.Is(err, ErrDataVersion) || !strings.Contains(err.Error(), "PostgreSQL 14, this machine has 16 and 17 and 15 and 9") {
		t.Errorf("for data of 14: %v", err)
	}
	if _, err := choose(found[3:], "/data", 0); !errors.Is(err, ErrServerVersion) {
		t.Errorf("only 9 installed: %v", err)
	}
	if _, err := choose(nil, "/data", 0); !errors.Is(err, ErrNoBinaries) || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("none installed: %v", err)
	}
}

// What PostgreSQL 15 said when it was seen to fail.
func TestDiagnose(t *testing.T) {
	l := layout{dir: "/var/lib/broadsheet", id: identity{uid: uint32(os.Geteuid())}}
	for said, want := range map[string]error{
		`2026-11-23 12:00:00.000 UTC [1] FATAL:  could not write lock file "postmaster.pid": No space left on device`:                                                                 ErrDiskFull,
		`initdb: error: could not write to file "data/pg_wal/xlogtemp.1": No space left on device`:                                                                                    ErrDiskFull,
		"FATAL:  database files are incompatible with server\nDETAIL:  The data directory was initialized by PostgreSQL version 13, which is not compatible with this version 15.18.": ErrDataVersion,
		"FATAL:  lock file \"postmaster.pid\" already exists\nHINT:  Is another postmaster (PID 4711) running in data directory \"/d\"?":                                              ErrRunning,
		`FATAL:  data directory "/d" has invalid permissions`:                                                                                                                         ErrDirectory,
		`FATAL:  data directory "/d" has wrong ownership`:                                                                                                                             ErrDirectory,
		`PANIC:  could not open file "global/pg_control": Permission denied`:                                                                                                          ErrDirectory,
		"FATAL:  could not map anonymous shared memory: Cannot allocate memory":                                                                                                       ErrServer,
		"LOG:  starting\nFATAL:  could not load private key file \"x\"\nLOG:  database system is shut down\n":                                                                         ErrServer,
		"": ErrServer,
	} {
		err := diagnose(l, said, errors.New("exit status 1"))
		if !errors.Is(err, want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", said, err)
		}
	}
	if err := diagnose(l, `lock file "postmaster.pid" already exists (PID 4711)`, nil); !strings.Contains(err.Error(), "process 4711") {
		t.Errorf("%v", err)
	}
	if err := diagnose(l, "FATAL:  could not load private key file \"x\"\nLOG:  bye\n", nil); !strings.Contains(err.Error(), `could not load private key file "x"`) {
		t.Errorf("%v", err)
	}
}

func TestTuningFitsTheMachine(t *testing.T) {
	for memory, want := range map[int64]string{0: "128MB", 1 << 30: "128MB", 4 << 30: "512MB", 64 << 30: "1024MB"} {
		if got := tuning(memory); !strings.Contains(got, "shared_buffers = "+want+"\n") {
			t.Errorf("%d bytes: %s", memory, got)
		}
	}
	if machineMemory() < 1<<20 {
		t.Errorf("this machine has %d bytes", machineMemory())
	}
}

func TestSocketDirectoryOfAnotherIsRefused(t *testing.T) {
	dir := t.TempDir()
	theirs := filepath.Join(dir, "theirs")
	if err := os.Mkdir(theirs, 0o755); err != nil { // others may enter
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{theirs, link, strings.Repeat("x", socketMax), dir + "/a,b"} {
		l := layout{dir: dir, id: identity{uid: uint32(os.Geteuid())}}
		if err := l.prepareSocket(path); !errors.Is(err, ErrDirectory) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
