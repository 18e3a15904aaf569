package postgres

import (
	"context"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// MinMajor is the oldest major version of PostgreSQL that Broadsheet is tested with.
const MinMajor = 15

// Limits of a pool from Open; a caller with other needs sets its own.
const (
	maxOpenConns = 25
	maxIdleConns = 10
	maxIdleTime  = 5 * time.Minute
)

// Open connects to the database at rawURL (completed by URL), pings it and checks its version.
// Errors are *Error: ErrURL, ErrUnreachable, ErrAuth, ErrNoDatabase, ErrServerVersion.
func Open(ctx context.Context, rawURL string) (*sqlx.DB, error) {
	scrubEnv()
	completed, err := URL(rawURL)
	if err != nil {
		return nil, err
	}
	connector, err := pq.NewConnector(completed)
	if err != nil {
		return nil, configError(completed, err)
	}
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	db.SetMaxOpenConns(maxOpenConns)
	db.SetMaxIdleConns(maxIdleConns)
	db.SetConnMaxIdleTime(maxIdleTime)
	if err := verify(ctx, db, completed); err != nil {
		_ = db.Close() // the failed connection is the news
		return nil, err
	}
	return db, nil
}

func verify(ctx context.Context, db *sqlx.DB, completed string) error {
	var version int
	if err := db.GetContext(ctx, &version, "SELECT current_setting('server_version_num')::int"); err != nil {
		return connectError(completed, err)
	}
	if version/10000 < MinMajor {
		return fail(ErrServerVersion, nil, fmt.Sprintf("the server at %s runs PostgreSQL %d, Broadsheet needs %d or newer: upgrade it", place(completed), version/10000, MinMajor))
	}
	return nil
}

// configError tells what lib/pq did not like about the URL's parameters or the environment.
func configError(completed string, err error) error {
	said := strings.TrimPrefix(err.Error(), "pq: ")
	if name, ok := strings.CutPrefix(said, "environment variable $"); ok {
		name, _, _ = strings.Cut(name, " ")
		return fail(ErrURL, err, fmt.Sprintf("the environment variable %s cannot be honoured: unset it, and put what the connection needs into the database URL", name))
	}
	if rest, ok := strings.CutPrefix(said, "wrong value for $"); ok {
		name, _, _ := strings.Cut(rest, ":")
		return fail(ErrURL, err, fmt.Sprintf("the environment variable %s has a value that PostgreSQL clients do not know: correct or unset it", name))
	}
	return fail(ErrURL, err, fmt.Sprintf("the database URL %s is not right: %s", Redact(completed), said))
}

func connectError(completed string, err error) error {
	at := place(completed)
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return serverError(completed, e, err)
	}
	var dns *net.DNSError
	var unknownCA x509.UnknownAuthorityError
	var wrongHost x509.HostnameError
	switch {
	case errors.Is(err, pq.ErrSSLNotSupported):
		return fail(ErrUnreachable, err, fmt.Sprintf("the server at %s offers no TLS: turn it on there, or add sslmode=disable to the database URL if nobody can listen in between", at))
	case errors.As(err, &unknownCA), errors.As(err, &wrongHost):
		return fail(ErrUnreachable, err, fmt.Sprintf("the server's certificate at %s cannot be verified (%v): set sslrootcert in the database URL to its authority", at, err))
	case errors.As(err, &dns):
		return fail(ErrUnreachable, err, fmt.Sprintf("the database host %s cannot be found: correct the database URL", dns.Name))
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return fail(ErrUnreachable, err, fmt.Sprintf("no PostgreSQL server listens at %s: start it, or correct the database URL", at))
	case errors.Is(err, fs.ErrPermission):
		return fail(ErrUnreachable, err, fmt.Sprintf("this user may not open the socket %s: run as its owner, or connect through TCP", at))
	case errors.Is(err, context.Canceled):
		return fail(ErrUnreachable, err, fmt.Sprintf("connecting to the database at %s was interrupted", at))
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fail(ErrUnreachable, err, fmt.Sprintf("the server at %s did not answer in time: check the address, the firewall and the server's load", at))
	default:
		return fail(ErrUnreachable, err, fmt.Sprintf("the database at %s cannot be used (%v): check that a PostgreSQL server listens there", at, strings.TrimPrefix(err.Error(), "pq: ")))
	}
}

func serverError(completed string, e *pq.Error, err error) error {
	at := place(completed)
	switch e.Code {
	case pqerror.InvalidPassword, pqerror.InvalidAuthorizationSpecification:
		return fail(ErrAuth, err, fmt.Sprintf("the server at %s refuses the login of %q (%s): correct user and password in the database URL, or the server's pg_hba.conf", at, login(completed), e.Message))
	case pqerror.InvalidCatalogName:
		name := database(completed)
		return fail(ErrNoDatabase, err, fmt.Sprintf("there is no database %q at %s: create it with createdb, or correct the database URL", name, at))
	case pqerror.CannotConnectNow:
		return fail(ErrUnreachable, err, fmt.Sprintf("the server at %s is starting or stopping (%s): try again in a moment", at, e.Message))
	case pqerror.TooManyConnections:
		return fail(ErrUnreachable, err, fmt.Sprintf("the server at %s has no free connection: raise its max_connections, or close other clients", at))
	default:
		return fail(ErrUnreachable, err, fmt.Sprintf("the server at %s refuses to serve (%s, code %s)", at, e.Message, e.Code))
	}
}
