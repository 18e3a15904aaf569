package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each folder of testdata/badconfig is a configuration that can't be used:
// config.toml and env are what is set, expected-error the one sentence that
// must come, before anything is opened.
func TestBadConfigurations(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("testdata", "badconfig", "*"))
	if err != nil || len(dirs) < 10 {
		t.Fatalf("only %d bad configurations: %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			s := &site{t: t, dir: t.TempDir(), env: clean()}
			if text, err := os.ReadFile(filepath.Join(dir, "config.toml")); err == nil {
				s.env = append(s.env, "BROADSHEET_CONFIG="+s.write("config.toml", string(text)))
			}
			if text, err := os.ReadFile(filepath.Join(dir, "env")); err == nil {
				s.env = append(s.env, strings.Fields(string(text))...)
			}
			want, err := os.ReadFile(filepath.Join(dir, "expected-error"))
			if err != nil {
				t.Fatal(err)
			}
			r := s.run("list", "list")
			if r.code != 2 || !strings.Contains(r.stderr, strings.TrimSpace(string(want))) || strings.Count(r.stderr, "\n") > 0 {
				t.Errorf("exit %d: %s\nwant: %s", r.code, r.stderr, want)
			}
			if strings.Contains(r.stderr, "hunter2") {
				t.Errorf("the secret is shown: %s", r.stderr)
			}
		})
	}
}
