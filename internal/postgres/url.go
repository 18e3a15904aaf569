package postgres

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// URL completes a database URL so that lib/pq, pgx and psql read it the same: user, port, sslmode and a
// connect timeout are made explicit. Without an sslmode (in the URL or PGSSLMODE) it is "disable" for
// sockets and loopback, "require" for any other host, "verify-full" with sslrootcert=system.
// What comes back holds the password; Redact it before showing it. Errors are ErrURL.
func URL(raw string) (string, error) {
	u, err := parse(raw)
	if err != nil {
		return "", err
	}
	q := u.Query()
	host := u.Hostname()
	if h := q.Get("host"); h != "" {
		host = h
	}
	if host == "" {
		if host = os.Getenv("PGHOST"); host == "" {
			host = "localhost"
		}
		q.Set("host", host)
	}
	if strings.Contains(u.Hostname(), ":") { // lib/pq keeps an IPv6 address's brackets and then cannot dial it
		if u.Port() != "" {
			q.Set("port", u.Port())
		}
		q.Set("host", host)
		u.Host = ""
	}
	if u.Port() == "" && !q.Has("port") && os.Getenv("PGPORT") == "" {
		q.Set("port", "5432")
	}
	if strings.Trim(u.Path, "/") == "" && q.Get("dbname") == "" && os.Getenv("PGDATABASE") == "" {
		return "", fail(ErrURL, nil, fmt.Sprintf("the database URL %s names no database: add one, such as %s", Redact(raw), urlExample))
	}
	if u.User.Username() == "" && q.Get("user") == "" && os.Getenv("PGUSER") == "" {
		me, err := user.Current()
		if err != nil {
			return "", fail(ErrURL, err, fmt.Sprintf("the database URL %s names no user: add one, such as %s", Redact(raw), urlExample))
		}
		u.User = url.User(me.Username)
	}
	if q.Get("sslmode") == "" && os.Getenv("PGSSLMODE") == "" {
		q.Set("sslmode", sslmode(host, q.Get("sslrootcert")))
	}
	if q.Get("connect_timeout") == "" && os.Getenv("PGCONNECT_TIMEOUT") == "" {
		q.Set("connect_timeout", "10")
	}
	u.RawQuery = encode(q)
	return u.String(), nil
}

// encode is url.Values.Encode with spaces as %20, since psql takes a plus sign literally.
func encode(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

const urlExample = "postgres://user:password@host:5432/broadsheet"

func parse(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil { // which may quote a piece of the password, so it is not passed on
		return nil, fail(ErrURL, nil, "the database URL cannot be read: write it as "+urlExample+", with special characters of the password percent-encoded (/ as %2F, % as %25)")
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, fail(ErrURL, nil, "the database URL must begin with postgres://, such as "+urlExample)
	}
	return u, nil
}

func sslmode(host, rootcert string) string {
	if rootcert == "system" {
		return "verify-full"
	}
	for h := range strings.SplitSeq(host, ",") {
		if !local(h) {
			return "require"
		}
	}
	return "disable"
}

// local reports whether connections to host stay on this machine: a socket directory or a loopback address.
func local(host string) bool {
	if host == "" || host == "localhost" || filepath.IsAbs(host) || strings.HasPrefix(host, "@") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// Redact gives a database URL without its password, for messages and logs.
// What cannot be read as a URL is not shown at all.
func Redact(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme == "" {
		return "(unreadable)"
	}
	q := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if q.Has(secret) {
			q.Set(secret, "xxxxx")
			u.RawQuery = encode(q)
		}
	}
	return u.Redacted()
}

// place names the server a completed URL points to, for messages.
func place(completed string) string {
	u, err := url.Parse(completed)
	if err != nil {
		return "the database server"
	}
	q := u.Query()
	host, port := u.Hostname(), u.Port()
	if h := q.Get("host"); h != "" {
		host = h
	}
	if p := q.Get("port"); p != "" {
		port = p
	}
	if port == "" {
		if port = os.Getenv("PGPORT"); port == "" {
			port = "5432"
		}
	}
	switch {
	case filepath.IsAbs(host) && !strings.Contains(host, ","):
		return filepath.Join(host, ".s.PGSQL."+port)
	case strings.Contains(host, ","):
		return host
	default:
		return net.JoinHostPort(host, port)
	}
}

func database(completed string) string {
	u, err := url.Parse(completed)
	if err != nil {
		return ""
	}
	if name := u.Query().Get("dbname"); name != "" {
		return name
	}
	return strings.Trim(u.Path, "/")
}

func login(completed string) string {
	u, err := url.Parse(completed)
	if err != nil {
		return ""
	}
	if name := u.Query().Get("user"); name != "" {
		return name
	}
	return u.User.Username()
}

// scrubEnv removes from this process's environment the PG* variables that are empty (libpq takes them as
// unset, lib/pq fails on them) and those that would quietly lead away from the URL.
func scrubEnv() {
	for _, kv := range os.Environ() {
		key, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(key, "PG") {
			continue
		}
		switch key {
		case "PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE":
			value = ""
		}
		if value == "" {
			_ = os.Unsetenv(key) // fails only for an impossible name
		}
	}
}
