package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Error is an answer other than the one asked for. Title and Sentence are for
// the reader: what is wrong and what to do next.
type Error struct {
	Status   int
	Title    string
	Sentence string
	Err      error // the cause, for the log; may be nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%d: %s: %v", e.Status, e.Sentence, e.Err)
	}
	return fmt.Sprintf("%d: %s", e.Status, e.Sentence)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotFound answers 404 with a sentence.
func NotFound(sentence string) error {
	return &Error{Status: http.StatusNotFound, Title: "Not found", Sentence: sentence}
}

// BadRequest answers 400 with a sentence.
func BadRequest(sentence string) error {
	return &Error{Status: http.StatusBadRequest, Title: "That did not work", Sentence: sentence}
}

// Conflict answers 409: the request is fine, but things stand so that it can't
// be done.
func Conflict(sentence string) error {
	return &Error{Status: http.StatusConflict, Title: "That can’t be done", Sentence: sentence}
}

// asError makes an *Error of any error. What it does not know is 500.
func asError(err error) *Error {
	var e *Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &tooLarge):
		return &Error{http.StatusRequestEntityTooLarge, "Too large", "What was sent is larger than this page takes.", err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{http.StatusServiceUnavailable, "Too busy", "This took too long. Please try again in a minute.", err}
	}
	return &Error{http.StatusInternalServerError, "Something went wrong", "The fault is ours, and it has been noted. Please try again in a minute.", err}
}
