// Package pgtest gives each test a real PostgreSQL database with the whole schema, in about 50 ms.
//
// The first New of a test process starts a private cluster without fsync in a temporary directory and
// migrates one template database; every New clones it and drops the clone when its test ends. Nothing but
// the place of PostgreSQL's programs is taken from the environment. A machine without PostgreSQL fails the
// test with a sentence; nothing is skipped.
//
// Nothing outlives the process: the kernel ends the server with it (see package postgres), and a small
// shell that waits on a pipe from this process removes the directory, also after kill -9. A package with
// many database tests adds
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// which stops the cluster in order before the process ends.
//
// NewCluster gives a fault test a durable cluster of its own, to be stopped, crashed and started.
package pgtest
