package audience

import "fmt"

// NotFoundError says that what was asked for does not exist.
type NotFoundError struct{ Sentence string }

func (e *NotFoundError) Error() string { return e.Sentence }

// RefusedError says why something was not done; nothing has changed. The
// sentence is for the person who asked.
type RefusedError struct{ Sentence string }

func (e *RefusedError) Error() string { return e.Sentence }

func notFoundf(format string, args ...any) error {
	return &NotFoundError{fmt.Sprintf(format, args...)}
}

func refusedf(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}
