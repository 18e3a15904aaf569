// Package scheduler makes schedules fire: once each, at the right instant, on
// however many nodes, and writes down what became of it.
//
// A schedule is a cron rule on wall-clock time in an IANA zone, or in each
// reader's own ([Reader]). [Rule.Next] finds the wall-clock times of the rule
// and maps each to an instant with [Instant]: a time that the clock skips in
// spring fires at the first instant after the gap, one that it shows twice
// fires at the first, and wall-clock times that share an instant fire once.
// In the reader's own zone there is one occurrence, due when its time comes in
// the earliest zone of all, Pacific/Kiritimati (UTC+14), whoever the readers
// are just then; each reader's own instant is reckoned by the [Runner] when it
// launches. So the article is chosen up to 26 hours before the last reader
// gets it.
//
// # States of an occurrence
//
//	due ──insert──→ claimed ──decision──→ done   issue made, or skipped
//	 │                 │  ↑      └──────→ held   failed, or the runner held it
//	 │                 └──┘ takeover: the lease ran out, attempt + 1
//	 ├── later than the schedule's max_lateness ──→ held
//	 └── a later firing was due as well ──────────→ done (skipped)
//
// done and held are final; each has one decision, which says why and names
// every candidate. held asks for a person, who makes the issue by hand.
//
// # What holds
//
//   - One occurrence for each wall-clock time in a zone and for each instant
//     of a schedule: two unique keys. Nodes race to insert it, one wins, and
//     the clocks of the nodes need not agree.
//   - The claimer holds a lease by the database's clock and renews it. When it
//     dies, another node takes the occurrence over and asks the runner again;
//     the runner must therefore find what it has already done for this
//     occurrence ([Runner]). A claimer that was only asleep can't decide any
//     more: the decision is conditional on its attempt.
//   - A firing that was missed is run if it is no later than max_lateness and
//     no other has come due since: the newest runs, the older ones are recorded
//     as skipped (the newest 100 of them), so an outage ends in one issue.
//   - A changed schedule counts from the moment of the change: it never fires
//     for the past. A clock that jumps back fires nothing again; one that
//     jumps ahead makes firings late, not many.
//   - A runner that fails or panics is asked again, five times in all, with
//     growing pauses; then the occurrence is held with verdict failed. Other
//     schedules are not held up by it.
package scheduler
