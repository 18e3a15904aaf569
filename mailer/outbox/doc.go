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
//	                       │   ↑     ↑                        │
//	   Pause, a relay      │   │     └──── Resolve: resend ───┘
//	   refuses the content,│   │ Resume
//	   too many complaints ↓   │
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
// It is written once; only unknown may change: by the late result of the very
// attempt that sent, by the attempt that mailed him again under the same
// Message-ID (with resend), or by somebody's decision ([Resolve], which keeps
// who decided). A result that differs from what the ledger says is
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
// # Which relay, and how fast
//
// A mailing names a relay or takes any: of those with the lowest priority that
// can be used, one by weight for each batch. When a batch's relay fails it goes
// on through the next at once, with its lease and its fence.
//
// A connection takes a recipient only with his tokens: those of the relay, the
// stream (a newsletter) and his provider, and the relay's share of its warm-up
// plan for the day. Buckets are rows of throttles; a worker leases tokens for a
// fifth of a second. Who would wait for longer than 2 s is put off as a deferral
// that no reply caused, so that nobody's batch holds up another's; what a relay
// or a stream holds back goes back as batches, but for two.
//
// A provider that refuses the sender (SMTP-4, 6, 7) opens a breaker for this
// stream through this relay: at once if it says for how long, else at the third
// refusal in a row.
//
//	        refused                     rested            eight good ones
//	closed ─────────→ open (15 min or as told) ────→ trying ────────────→ closed
//	                   ↑                               │ one connection, one
//	                   └────── refused: twice as long ─┘ more per success
//
// Its readers are put off until then and charged with nothing. The breaker is a
// row of incidents: every worker finds it there within a sweep, everybody can
// see it, and [ResumeIncident] ends it. Relays in trouble, refused content, a
// full disk and too many complaints ([Complained], REP-1) are incidents too.
//
// Mailings that somebody waits for (Fast) have jobs and workers of their own,
// are taken first from a pool and wait for no tokens, though they use them up.
//
// # Many machines
//
// Every worker describes itself in table workers every 5 s. Mailings and batches
// carry the version of the protocol that they need; a worker takes, packs and
// closes only what is not above its own, so that an upgrade may roll over the
// fleet: newer launches wait for newer workers.
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
//   - A provider refuses the sender: he is deferred; no address is charged, and
//     the provider's other readers wait with him.
//   - The relay refuses the content: the mailing pauses, with the reply (SMTP-5).
//   - The relay can't be reached, or refuses us or the sender: nobody is
//     charged. When no connection is left, its batches go on through another
//     relay, if the mailing may, or are given back to rest.
//   - The connection breaks while the relay knows his name: he is deferred. After
//     the dot: unknown.
//   - The worker dies, or is away for longer than its lease: one recipient per
//     connection is unknown, the rest of its batches goes to others. A batch
//     with which two workers were lost goes one recipient at a time.
//   - Postgres goes away: sending stops with the next intent; results wait in
//     memory and are written when it is back, unless another worker has taken
//     the batch: then they settle what that one booked as unknown.
//   - The disk is full: intents can't be committed, so nothing is sent. An
//     incident says so as soon as it can be written; sending goes on by itself.
//   - A clock jumps: leases and retries go by the database's; a worker whose own
//     jumps may find a lease over too early, or believe in it for too long, until
//     its next renewal. Then only the fence, not the gate, keeps it from sending
//     what another has taken.
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
// own; reconciling them, all pending, 0.8 s.
//
// The whole way ("make bench-send"; medians of five runs): issues of 30 kB over
// 50 connections into Postfix's smtp-sink, everything on two cores for which it
// competes with the sink, and with other work on the machine:
//
//	messages per second            6,900, 0.73 of smtp-source -d -s 20
//	own CPU, µs per message        87
//	Postgres's, µs per message     65
//	memory at most                 71 MB (66 with 300,000 recipients)
//	WAL, bytes per message         286
//	rows written per message       1.19
//
// Of our own CPU a half is the network. With more work beside it, where
// smtp-source's one sink suffers too, the ratio was 0.82 to 1.11.
//
// Workers with 20 connections each to a relay 40 ms away (BenchmarkWorkers), the
// machine busy with other work: 314 messages/s with one, 664 with two (2.1
// times), 1,213 with four (3.9), 2,243 with eight (7.2), 3,319 with sixteen.
// Postgres uses 240 to 300 µs per message there, since each worker's lots are
// small; that makes it the limit at about 3,500 messages/s for each of its
// cores. A busy worker has about eight connections to Postgres: its
// max_connections must allow for them.
package outbox
