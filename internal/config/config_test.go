package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(m map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := m[k]; return v, ok }
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPrecedence(t *testing.T) {
	file := write(t, "c.toml", "listen = \"a:1\"\npublic-url = \"https://file.example\"\nlog-level = \"warn\"\n")
	secret := write(t, "secret", "https://secret.example\n")
	r, err := NewResolver(env(map[string]string{
		"BROADSHEET_LISTEN":          "b:2",
		"BROADSHEET_PUBLIC_URL_FILE": secret,
	}), file)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"listen": "b:2", "public-url": "https://secret.example", "log-level": "warn"} {
		if got, _ := r.Value(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if v, ok := r.Value("data"); ok {
		t.Errorf("data was never given but is %q", v)
	}
}

func TestBadFilesAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"listen 127":              "not TOML: line 1",
		"lisen = \"127.0.0.1:1\"": `unknown key "lisen"`,
	} {
		_, err := NewResolver(env(nil), write(t, "c.toml", text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
	if _, err := NewResolver(env(map[string]string{"DATABASE_URL_FILE": "/nowhere/at/all"}), ""); err == nil || !strings.Contains(err.Error(), "DATABASE_URL_FILE") {
		t.Errorf("error %v, want one that names DATABASE_URL_FILE", err)
	}
}

func valid() Settings {
	return Settings{PublicURL: "https://m.example", Listen: ":8080", DrainTimeout: time.Second, LogLevel: "info", LogFormat: "text", Data: "x"}
}

func TestCheckNamesKeyAndValue(t *testing.T) {
	ok := valid()
	if err := ok.Check(); err != nil {
		t.Fatal(err)
	}
	if !filepath.IsAbs(ok.Data) {
		t.Errorf("data directory %q is not absolute", ok.Data)
	}
	for want, change := range map[string]func(*Settings){
		`bounce-domain (--bounce-domain or BROADSHEET_BOUNCE_DOMAIN) must be given along`: func(s *Settings) { s.BounceListen = ":25" },
		`BROADSHEET_BOUNCE_DOMAIN) is "a b"; it must be a domain`:                         func(s *Settings) { s.BounceDomain = "a b" },
		`BROADSHEET_BOUNCE_LISTEN) is "25"; it must be host:port`:                         func(s *Settings) { s.BounceDomain, s.BounceListen = "b.example", "25" },
		`--listen or BROADSHEET_LISTEN) is "8080"; it must be host:port`:                  func(s *Settings) { s.Listen = "8080" },
		`listen (--listen or BROADSHEET_LISTEN) is ":99999"`:                              func(s *Settings) { s.Listen = ":99999" },
		`is "mail.example.org"; it must be an absolute address`:                           func(s *Settings) { s.PublicURL = "mail.example.org" },
		`is "loud"; it must be debug, info, warn or error`:                                func(s *Settings) { s.LogLevel = "loud" },
		`is "1ms"; it must be between 1s and 10m`:                                         func(s *Settings) { s.DrainTimeout = time.Millisecond },
		`metrics (--metrics or BROADSHEET_METRICS) is "x"; it must be`:                    func(s *Settings) { s.Metrics = "x" },
		`log-format (--log-format or BROADSHEET_LOG_FORMAT) is "xml"; it`:                 func(s *Settings) { s.LogFormat = "xml" },
	} {
		s := valid()
		change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestThePublicAddressFollowsTheListenAddress(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8181": "http://127.0.0.1:8181", ":9000": "http://127.0.0.1:9000", "0.0.0.0:9000": "http://127.0.0.1:9000", "[::]:9000": "http://127.0.0.1:9000",
	} {
		s := valid()
		s.PublicURL, s.Listen = "", listen
		if err := s.Check(); err != nil || s.PublicURL != want {
			t.Errorf("listening on %s: %s, %v", listen, s.PublicURL, err)
		}
	}
}

func TestASecretIsNeverShown(t *testing.T) {
	s := valid()
	s.DatabaseURL = "mysql://me:hunter2@host/db"
	err := s.Check()
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Fatalf("error %v", err)
	}
}

func TestReferenceHasEveryKey(t *testing.T) {
	ref := Reference()
	for _, k := range keys() {
		if k.name == "" || k.env == "" || k.help == "" {
			t.Errorf("key %+v lacks a tag", k)
		}
		if !strings.Contains(ref, "| `--"+k.name+"` | `"+k.env+"` |") {
			t.Errorf("reference lacks %s", k.name)
		}
	}
}
