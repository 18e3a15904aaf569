package postgres

import "errors"

// Kinds of failure. An error of this package answers errors.Is with one of them.
var (
	// ErrURL: the database URL cannot be read.
	ErrURL = errors.New("bad database URL")
	// ErrUnreachable: nothing answers at the address, or what answers does not speak as agreed (TLS).
	ErrUnreachable = errors.New("database unreachable")
	// ErrAuth: the server refuses the user or the password.
	ErrAuth = errors.New("database login refused")
	// ErrNoDatabase: the server is there, the database is not.
	ErrNoDatabase = errors.New("database does not exist")
	// ErrServerVersion: the server is older than MinMajor.
	ErrServerVersion = errors.New("PostgreSQL too old")
	// ErrNoBinaries: initdb and postgres are not installed.
	ErrNoBinaries = errors.New("PostgreSQL is not installed")
	// ErrDataVersion: the data directory was made by a major version that is not installed.
	ErrDataVersion = errors.New("data directory of another PostgreSQL version")
	// ErrDirectory: the directory cannot be used: unreadable, unreachable, or full of something else.
	ErrDirectory = errors.New("unusable data directory")
	// ErrDiskFull: no space is left where the cluster lives.
	ErrDiskFull = errors.New("disk full")
	// ErrRunning: another Broadsheet process runs this cluster.
	ErrRunning = errors.New("cluster already running")
	// ErrServer: the server was started and ended, or did not become ready.
	ErrServer = errors.New("PostgreSQL does not run")
)

// Error is a failure told in one sentence that says what is wrong and what to do next.
// What the driver or the system said is kept for the log: errors.Unwrap, or Cause.
type Error struct {
	Kind     error  // one of the Err… values above
	Sentence string // for people
	Cause    error  // for the log; may be nil
}

// Error gives the sentence alone.
func (e *Error) Error() string { return e.Sentence }

// Unwrap gives the kind and the cause, so that errors.Is and errors.As see both.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

func fail(kind, cause error, sentence string) *Error {
	return &Error{Kind: kind, Sentence: sentence, Cause: cause}
}
