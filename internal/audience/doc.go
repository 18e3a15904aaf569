// Package audience keeps who gets the newsletters: people, the lists they are
// on, what they agreed to, and who must never be mailed.
//
// # A subscription
//
//	            Add, Import                    confirmation
//	(none) ───────────────────→ pending ───────────────────────→ active
//	   │    double opt-in, not confirmed                          │  ↑
//	   └─────────────────────────────────────────────────→ active │  │ Resubscribe, by the
//	        confirmed, or a list without double opt-in            ↓  │ reader himself
//	                            pending ──Unsubscribe──→ unsubscribed
//
// Only an active subscription of a person who is not suppressed entitles to
// mail. The view entitlement says so to the outbox, in the very statement that
// lets a message go; Recipients says so when a mailing is launched.
//
// # Invariants
//
//   - A person is one row, whatever the spelling of his address: Address.Key
//     is unique. The address he gave is the one that is mailed to.
//   - Every change of a subscription adds a consent event in the same
//     transaction. Events are append-only; a trigger refuses anything else.
//   - Who has unsubscribed comes back only by his own act (Resubscribe, or a
//     fresh confirmation): neither Add nor Import can do it.
//   - A suppression is kept under a keyed hash of the address, so it outlives
//     the person's erasure and every import. A suppressed person comes back
//     only by a fresh confirmation.
//   - Unsubscribe, Resubscribe, Suppress and Unsuppress are idempotent, and say
//     whether there was anything left to do.
//
// # Import
//
// A CSV file is read as a stream and written in lots of 5,000 records, one
// transaction each, which holds everything about them: people, subscriptions,
// consent events, refused lines and the counts of the import. Two lots are
// written at once, while the next is being read.
//
//   - A bad line is reported with its number, address and reason, and kept in
//     import_rows; the others of its lot are not touched by it.
//   - A file that can't be read on (a quotation mark that is never closed, a
//     line beyond 64 kB, a lost disk) ends the import with a sentence that
//     names the line. The lot it happened in is not written.
//   - After that, or after a crash, the lots before are in, each whole; the
//     counts in table imports are theirs. Import the same file, corrected or
//     not, again: who is on the list already is counted as unchanged, and
//     nobody gets a second consent event.
//   - The first line with an address counts; later ones of the same file are
//     counted as repeated and change nothing. To know them an import remembers
//     8 bytes per address, for the first four million of them.
//   - Empty columns never overwrite what is known.
//
// For the importer everything is bounded but that: a record by 64 kB, a lot by
// 5,000 records, the refused lines in a report by 1,000 (OnReject gets them all).
package audience
