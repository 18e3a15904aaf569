// Package outbox delivers mailings durably: what to whom is frozen in Postgres,
// any number of workers send it, and the ledger says of everybody what became
// of him.
//
// # The promise
//
// Every recipient frozen at launch is in exactly one of sent, failed, skipped,
// unknown, pending; the sets can be shown, not only the sums. Under hold nobody
// is mailed twice. After a crash at most one recipient per open connection is
// unknown, and each is known by name. SMTP can't promise more: the reply to the
// final dot may be lost (RFC 1047).
//
// # States of a mailing
//
//	            Launch                    nothing pending
//	(nothing) ──────────→ sending ────────────────────────→ sent
//	                       │   ↑
//	   Pause, or a relay   │   │ Resume
//	   refuses the content ↓   │
//	                      paused
//	                       │
//	    Cancel, from either└───────────→ cancelled
//
// # States of a recipient
//
//	                      intent committed       final dot, whole reply
//	pending (in a batch) ─────────────────→ in flight ───┬──→ sent
//	 ↑     │                                  │  │       └──→ failed
//	 │     └─ not entitled, erased,           │  │
//	 │        cancelled ──→ skipped           │  └ worker or reply lost ──→ unknown ──┬→ sent
//	 │                                        │                             (held)    └→ failed
//	 └──── pending (deferred: in retries) ←───┘ 4xx, connection lost before the dot
//	            │
//	            └─ the mailing's deadline ──→ failed
//
// In flight is part of pending until it is booked: the intent says where it
// may be. The ledger (deliveries) has one row per recipient who isn't pending.
// It is written once; only unknown may change, by the late result of the very
// attempt that sent, or, with resend, by the attempt that mailed him again
// under the same Message-ID. A result that differs from what the ledger says is
// never written over it; it is logged and counted.
//
// # How it is kept
//
// Tables are the truth, jobs are hints. River's jobs say that a batch may be
// worked on; the sweeper of every worker derives those that are missing from
// the tables, so a lost job comes back and one too many finds nothing to take.
// River's own rescue decides nothing here.
//
// A batch belongs to whoever raised its attempt last: the fence. Taking it
// raises attempt, and in the same transaction, in a statement of its own, what
// the intents say was in flight becomes unknown. The lease only says when
// somebody else may take it; its clock is the database's. Just before the final
// dot a worker compares its own reckoning of the lease, on a clock that also
// runs while the machine is suspended.
//
// One statement (commitSQL) serves all connections of a worker. It locks the
// batches FOR SHARE, drops what concerns batches whose attempt is no longer the
// caller's, inserts results, retries and replies, checks that the mailing is
// being sent and that the next recipients are entitled to it, books those as in
// flight (one row of intents per batch and lot, never updated), and renews
// leases. Only then do the connections send. The committer never waits for
// company: what comes while one statement runs is the next one's lot.
//
// A commit of unknown fate is repeated unchanged. Results are inserted once; a
// deferral carries the number of its attempt; a lot of intents that is there
// already answers as it did the first time, and one that is being inserted by
// the orphan of a cut connection makes the repetition ask again. So an orphan
// may land before, during or after its repetition. Closing a batch raises the
// fence too, which keeps an orphan from landing after it.
//
// A recipient who is deferred stands in his old batch and, later, in a retry's:
// retries.batch_id names the only one that may send to him (NULL: he waits; 0:
// none will).
//
// # Invariants
//
//   - frozen = ledger ∪ pending, disjoint; deferred ⊆ pending ([Reconcile]).
//   - An intent is committed before the dot; a takeover commits what it found
//     in flight before it sends anything.
//   - A connection has at most one recipient in flight. One to whom nothing
//     happened after all (the relay broke before his name, the gate was shut)
//     goes back to the front of his batch, so that never more recipients are
//     booked and unsettled than there are connections.
//   - A mailing is sent only when nothing is pending and the ledger holds as
//     many as were frozen.
//
// # What fails for whom
//
//   - The message can't be composed for one recipient: he fails. For nobody of
//     a batch: the mailing pauses.
//   - The relay refuses him: he fails. For now: he is deferred, with growing
//     pauses, until the mailing's deadline.
//   - A provider refuses the sender: he is deferred; no address is charged.
//   - The relay refuses the content: the mailing pauses, with the reply (SMTP-5).
//   - The relay can't be reached, or refuses us or the sender: nobody is
//     charged. When no connection is left, its batches are given back to rest.
//   - The connection breaks while the relay knows his name: he is deferred. After
//     the dot: unknown.
//   - The worker dies, or is away for longer than its lease: one recipient per
//     connection is unknown, the rest of its batches goes to others. A batch
//     with which two workers were lost goes one recipient at a time.
//   - Postgres goes away: sending stops with the next intent; results wait in
//     memory and are written when it is back, unless another worker has taken
//     the batch: then they settle what that one booked as unknown.
//   - The disk is full: intents can't be committed, so nothing is sent.
//   - An asynchronous replica is promoted: what it hadn't received is forgotten
//     and mailed again. Fail over to synchronous standbys only.
//
// # Figures
//
// "make bench PKG=./mailer/outbox" measures them. These are of two shared cores,
// Postgres 15, fsync on, the relay a function that takes everything at once (no
// SMTP), 60,000 small messages, one worker:
//
//	                            20 connections   50 connections
//	messages per second                 12,600           23,100
//	own CPU, µs per message                 31               19
//	Postgres's CPU, µs per message          61               38
//	WAL, bytes per message                 283              260
//	rows written per message              1.20             1.09
//
// One commit of 25 results and 25 intents takes 2.4 times as long as a plain
// INSERT … SELECT of 25 rows with the same key. Launching a million recipients
// takes 0.8 s, 0.7 times a plain INSERT … SELECT of the ids into rows of their
// own; reconciling them, all pending, 0.8 s. Not measured yet: several workers
// on several machines, and where Postgres becomes the limit.
package outbox
