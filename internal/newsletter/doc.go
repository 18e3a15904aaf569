// Package newsletter makes issues of articles: it owns newsletters and issues,
// what may be approved and sent, and it hands an approved issue to the outbox.
//
// # An issue
//
//	        Draft, Run               Approve                   Send
//	(none) ───────────→ draft ──────────────────→ approved ───────────→ launched
//	                      ↑    no error in the        │     the inputs are
//	                      │    compiled mail          │     still the same
//	                      └───────────────────────────┘
//	                        Send finds that something
//	                        was edited: approval voided
//
// After the launch the state is that of its mailing (package outbox):
// sending, paused, cancelled or sent. It is read, never copied.
//
// # Invariants
//
//   - What is approved is what is sent: Approve stores the compiled template,
//     Send launches that very template. Preview, approval and sending all come
//     from [Compile].
//   - Approve also stores the hash of everything the template was made from: the
//     article with its corrections, the newsletter's settings, the subject, the
//     public address. Send compares it, so any edit voids the approval; a new
//     version of Broadsheet does not.
//   - A diagnostic of severity error blocks approval. There is no way round.
//     One of severity warn passes, unless the newsletter is strict: then an
//     editor has to acknowledge it with a reason. The word is bound to the
//     finding and to what stands at its place (not where that is), so an edit
//     there voids it.
//   - Approve writes a [Receipt] that never changes: the hashes of the bytes,
//     every rule that was run, where the disclosures stand, the findings with
//     what was said to them, who and when. Showing it hashes the stored bytes
//     again.
//   - Launching is one transaction and happens once (the outbox's key is the
//     issue), also when two processes send the same issue.
//   - One occurrence of a schedule makes at most one issue (occurrence_id is
//     unique): Run may be repeated after a crash at any point and goes on where
//     it stopped.
//   - Every act on an issue leaves a row in issue_reviews, which is append-only.
//
// # Errors
//
// *RefusedError and *NotFoundError are sentences for the person who asked;
// *BlockedError carries the diagnostics that stand in the way,
// *UnacknowledgedError the warnings. Anything else is
// a failure of the machinery.
package newsletter
