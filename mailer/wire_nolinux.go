//go:build !linux

package mailer

// hurry is something that only Linux knows.
func (w *wire) hurry() {}
