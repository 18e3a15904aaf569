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
// # Digests
//
// An issue has one article, or several: then it is a digest. No reader gets an
// article of a digest that he has had, in whichever newsletter:
//
//   - An article that an issue of the newsletter has is never chosen again by
//     its schedule.
//   - variant_articles says which articles each variant of each mailing holds;
//     with the ledger and the batches that tells what a reader has had. Sent
//     and unknown count, and so does being among those who are still to get it;
//     failed and skipped do not. Launches come one by one, so that of two at
//     once the second sees whom the first is for.
//   - Approving a digest of 2 to 5 articles also compiles every part of it that
//     somebody may be left with, 30 at the most. They are stored with the
//     issue, hashed in its receipt, and void when it is edited. An error in one
//     of them blocks the approval.
//   - Launching freezes each reader with the variant that leaves out what he
//     has had. Who has had everything is not among the recipients; issues.left_out
//     and the review count him. With nobody left the launch is refused.
//   - A digest of more articles has no variants: who has had some of them gets
//     it whole.
//
// A variant keeps the numbers of its stories' places on the page, which
// has all of them. A single article is sent to everybody, whoever had it: an
// editor who sends it again means it, and is told so.
//
// # Figures
//
// An article of 30 KB as sent becomes a compiled issue in 3 ms on one shared
// core, half of it composing and half the message, which is read back; all
// rules take ten times as long ("make bench PKG=./internal/newsletter").
//
// # Errors
//
// *RefusedError and *NotFoundError are sentences for the person who asked;
// *BlockedError carries the diagnostics that stand in the way,
// *UnacknowledgedError the warnings. Anything else is
// a failure of the machinery.
package newsletter
