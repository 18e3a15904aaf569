// Package bench measures this machine on synthetic data: a database of its own,
// made for one measurement and gone after it, an audience of readers who don't
// exist, and what a stretch of work has cost this process and Postgres.
//
// The database is a private cluster in a temporary folder, durable like the
// real one (fsync on), or, given a server's URL, a new database there. Nothing
// is ever written to a database that was there before.
//
// What fails for whom: a measurement that is killed leaves its folder or its
// database (bench_ and a number) behind; both hold nothing of value. CPU of a
// server on another machine can't be seen and is left out.
package bench
