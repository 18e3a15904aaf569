// Package postgres opens the database and, on a machine without a server of its own, runs one privately.
//
// # The private cluster
//
// A cluster is a directory that holds data/ (PGDATA), log/, usually run/ (the socket) and two lock files.
// It listens on a Unix socket in a directory that only its user may enter, and nowhere else; whoever gets
// there is trusted. PostgreSQL refuses to run as root, so under root it runs as the directory's owner or as
// user postgres.
//
// The server lives exactly as long as the process that owns it. It is in a session of its own, so that
// Ctrl-C reaches Broadsheet alone, which drains before it stops the server; and the kernel sends it a fast
// shutdown when the owner is gone, however that went. Whoever starts next waits for the old server's last
// checkpoint.
//
//	           lock had, postmaster ready
//	starting ─────────────────────────────→ ready ──Stop──→ stopping ──→ (lock given back)
//	                                          │                 │ a short owner first waits until
//	                                          │                 │ all users' places are given back
//	                                          └─ owner killed ──┴─→ the kernel gives the lock back at once
//
// Invariants:
//   - At most one server per directory: the lock file is held (flock) from before the server starts until
//     after it has ended, and after a kill the next owner waits until no process works in data/.
//   - A process that joined is never cut off by a short command's end: it takes its place among the users
//     before its first connection, and the owner takes all places before it stops the server. While an owner
//     waits nobody else may join, so the wait ends. It is bounded by 15 minutes.
//   - What the lock file says (pid, state, socket) is for messages and for finding the socket. Only the
//     locks decide.
//   - data/ is either absent or complete: initdb works under another name.
//
// What fails for whom: when the owner dies, those who joined lose their connections. When the server dies
// by itself, Done is closed, and the owner should end; a crash of one backend is PostgreSQL's to repair.
// A long-running process (Start) does not wait for those who joined when it stops. A service manager must
// signal the owner alone (systemd: KillMode=mixed), or the server stops while Broadsheet still drains.
//
// # URLs
//
// One URL serves lib/pq, pgx and psql alike: URL makes explicit what each would otherwise guess, above all
// sslmode. PG* variables may complete a URL but never lead away from what it says.
package postgres
