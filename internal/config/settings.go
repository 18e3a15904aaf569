package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Settings is what every command can be told. The zero value is not valid;
// package kong fills it from its tags.
type Settings struct {
	Config       string        `name:"config" env:"BROADSHEET_CONFIG" placeholder:"FILE" group:"config" help:"Read further settings from this TOML file."`
	DatabaseURL  string        `name:"database-url" env:"DATABASE_URL" secret:"" placeholder:"URL" group:"config" help:"Postgres to use (postgres://user:password@host/database?sslmode=...). Without it Broadsheet runs a private one in the data directory."`
	Data         string        `name:"data" env:"BROADSHEET_DATA" placeholder:"DIR" group:"config" help:"Directory of the private Postgres. Default: /var/lib/broadsheet as root, else ~/.local/share/broadsheet."`
	MediaDir     string        `name:"media-dir" env:"BROADSHEET_MEDIA_DIR" placeholder:"DIR" group:"config" help:"Folder of the pictures that media add keeps and the web pages serve; more machines with web pages share it. Default: the data directory's name with -media behind it."`
	PublicURL    string        `name:"public-url" env:"BROADSHEET_PUBLIC_URL" placeholder:"URL" group:"config" help:"Where readers reach this machine: links in mails begin with it. Must be https unless every relay is on this machine. Default: the address of --listen."`
	Listen       string        `name:"listen" env:"BROADSHEET_LISTEN" placeholder:"ADDR" default:"127.0.0.1:8080" group:"config" help:"Address of the web pages, host:port."`
	Metrics      string        `name:"metrics" env:"BROADSHEET_METRICS" placeholder:"ADDR" group:"config" help:"Serve Prometheus metrics at http://ADDR/metrics. Off without it."`
	Templates    string        `name:"templates-dir" env:"BROADSHEET_TEMPLATES" placeholder:"DIR" group:"config" help:"Folder with templates and themes of your own: blocks/NAME.html and .txt, web/NAME.html, themes/NAME.toml. Every machine that approves or sends needs the same."`
	BounceDomain string        `name:"bounce-domain" env:"BROADSHEET_BOUNCE_DOMAIN" placeholder:"DOMAIN" group:"config" help:"Domain of return paths that tell which delivery a bounce is about. Its MX must lead to --bounce-listen. Without it bounces go to the newsletter's From address."`
	BounceListen string        `name:"bounce-listen" env:"BROADSHEET_BOUNCE_LISTEN" placeholder:"ADDR" group:"config" help:"Take bounces in by SMTP at this address, host:port (mail servers connect to port 25). Needs --bounce-domain."`
	AllowPrivate bool          `name:"allow-private" env:"BROADSHEET_ALLOW_PRIVATE" group:"config" help:"Also fetch articles and feeds from this machine and from private networks. Only where everybody who may add a source, and every site that is fetched from, may see what stands there."`
	DrainTimeout time.Duration `name:"drain-timeout" env:"BROADSHEET_DRAIN_TIMEOUT" default:"25s" group:"config" help:"How long a stopping process lets messages in flight finish."`
	LogLevel     string        `name:"log-level" env:"BROADSHEET_LOG_LEVEL" default:"info" group:"config" help:"debug, info, warn or error."`
	LogFormat    string        `name:"log-format" env:"BROADSHEET_LOG_FORMAT" default:"text" group:"config" help:"text or json."`
}

// Error is a value that can't be used.
type Error struct {
	Key     string // the flag's name
	Value   string // "" for a secret
	Allowed string // what would do, as the end of a sentence
}

// Error names the key, the value unless it is a secret, and what is allowed.
func (e *Error) Error() string {
	v := ""
	if e.Value != "" {
		v = " is " + strconv.Quote(e.Value) + "; it"
	}
	return fmt.Sprintf("the setting %s (--%s or %s)%s must be %s", e.Key, e.Key, envOf(e.Key), v, e.Allowed)
}

// Check reports the first value that can't be used, as an *Error, and fills
// in the data directory's default.
func (s *Settings) Check() error {
	if s.DatabaseURL != "" {
		u, err := url.Parse(s.DatabaseURL)
		if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return &Error{Key: "database-url", Allowed: "a Postgres address such as postgres://user:password@host:5432/broadsheet?sslmode=require"}
		}
	}
	if err := checkAddr("listen", s.Listen); err != nil {
		return err
	}
	if s.PublicURL == "" {
		s.PublicURL = "http://" + reachable(s.Listen)
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return &Error{"public-url", s.PublicURL, "an absolute address such as https://mail.example.org, without ? or #"}
	}
	if s.Metrics != "" {
		if err := checkAddr("metrics", s.Metrics); err != nil {
			return err
		}
	}
	if err := s.checkBounces(); err != nil {
		return err
	}
	if s.DrainTimeout < time.Second || s.DrainTimeout > 10*time.Minute {
		return &Error{"drain-timeout", s.DrainTimeout.String(), "between 1s and 10m"}
	}
	if err := oneOf("log-level", s.LogLevel, "debug", "info", "warn", "error"); err != nil {
		return err
	}
	if err := oneOf("log-format", s.LogFormat, "text", "json"); err != nil {
		return err
	}
	if err := s.dataDir(); err != nil {
		return err
	}
	return s.mediaDir()
}

// mediaDir stands beside the data directory: nothing but the cluster's may be
// in that when it is made.
func (s *Settings) mediaDir() error {
	if s.MediaDir == "" {
		s.MediaDir = MediaBeside(s.Data)
		return nil
	}
	abs, err := filepath.Abs(s.MediaDir)
	if err != nil {
		return &Error{"media-dir", s.MediaDir, "a directory"}
	}
	s.MediaDir = abs
	return nil
}

// MediaBeside is the media folder that goes with a data directory.
func MediaBeside(data string) string { return strings.TrimRight(data, "/") + "-media" }

func (s *Settings) checkBounces() error {
	if s.BounceDomain != "" {
		ascii, err := idna.Lookup.ToASCII(s.BounceDomain)
		if err != nil || !strings.Contains(ascii, ".") {
			return &Error{"bounce-domain", s.BounceDomain, "a domain such as bounce.example.org"}
		}
		s.BounceDomain = strings.ToLower(ascii)
	}
	if s.BounceListen == "" {
		return nil
	}
	if s.BounceDomain == "" {
		return &Error{Key: "bounce-domain", Allowed: "given along with bounce-listen, such as bounce.example.org"}
	}
	return checkAddr("bounce-listen", s.BounceListen)
}

func (s *Settings) dataDir() error {
	if s.Data == "" {
		if os.Geteuid() == 0 {
			s.Data = "/var/lib/broadsheet"
			return nil
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return &Error{Key: "data", Allowed: "given, as this user has no home directory"}
		}
		s.Data = filepath.Join(home, ".local", "share", "broadsheet")
		return nil
	}
	abs, err := filepath.Abs(s.Data)
	if err != nil {
		return &Error{"data", s.Data, "a directory"}
	}
	s.Data = abs
	return nil
}

// reachable is an address to listen on as somebody on this machine reaches it.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

func checkAddr(key, v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		if n, perr := strconv.Atoi(port); perr != nil || n < 0 || n > 65535 {
			err = errors.New("port")
		}
	}
	if err != nil {
		return &Error{key, v, "host:port, such as 127.0.0.1:8080 or :8080"}
	}
	return nil
}

func oneOf(key, v string, allowed ...string) error {
	for _, a := range allowed {
		if v == a {
			return nil
		}
	}
	list := ""
	for i, a := range allowed {
		switch {
		case i == 0:
		case i == len(allowed)-1:
			list += " or "
		default:
			list += ", "
		}
		list += a
	}
	return &Error{key, v, list}
}
