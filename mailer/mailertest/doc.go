// Package mailertest tests what talks SMTP: [Peer], a scripted and if need be
// hostile server that knows what it accepted, and [Run], the conformance suite
// of a [mailer.Conn], which holds a transport to the promise that the ledger
// is built on:
//
//	before the final dot   anything may break: Deferred, nothing was accepted
//	final dot … reply      the connection breaks: Unknown, may be accepted
//	whole reply            2xx nil, 4xx Deferred, 5xx Failed
//
// (with BDAT in one write: everything after it is as after the dot),
// and one message never becomes two, half a one, or part of a command.
package mailertest
