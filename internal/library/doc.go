// Package library keeps the articles: what each source said, every time it
// said something new, and what editors put in its place.
//
//	         Add                       Correct
//	source ──────→ revision 1, 2, 3 …          │
//	                      │ newest              ↓
//	                      └────────→ + corrections = the article everybody sees
//
// Invariants:
//
//   - An article is known again by its canonical URL, the source's or an
//     editor's, else by the hash of what it says; never by a date. Adding the same
//     thing again changes nothing; adding it with other content makes a new
//     revision. A date alone is not other content.
//   - Revisions never change. Corrections lie over whichever revision is the
//     newest, so they survive when the source is read again.
//   - A correction of a pick belongs to the product, by the name the source
//     gives it, and not to its position: when the order changes it stays with its
//     product, and when the product is gone it applies to nothing.
//   - Corrected takeaways replace the whole list.
//   - The sizes of pictures that were measured (image_sizes) lie over the
//     article in the same way, where its source gives none. They belong to the
//     picture's address, so measuring makes no revision, and a failed one is not
//     tried again by itself.
//
// # Sources
//
// A source (folder, feed, list of addresses) is polled when it is due. Any
// number of nodes look; one claims it:
//
//	          take (lease, attempt+1)          finish
//	waiting ──────────────────────────→ polled ───────→ waiting, due after every,
//	   ↑                                  │             or later after a failure
//	   └── lease ran out, or given up ────┘
//
// Invariants:
//
//   - Only the newest attempt writes: each item is kept in a transaction that
//     holds the source's row and finds its attempt there. Leases go by the
//     database's clock, due times by the injected one.
//   - What a server or a file system calls a version is noted after everything
//     in it has been dealt with, never when it is fetched: a poll that breaks
//     off is made again, and finds most of its articles Unchanged.
//   - Behind its own identities an article is known by its place at the source:
//     the GUID in a feed, the file, the address. An item without an address is
//     known by its GUID and the feed's site also when a person adds it. A file or page that was written
//     over with something unrelated is another article.
//   - What is wrong with one item is noted with that item and spoils no other;
//     what is wrong with the source is its last error, and the pause doubles, up
//     to a day. A failure of the database is nobody's: the poll is made again.
//   - An excerpt is read from its own page only where the source asks for it,
//     and again only when the feed says something new of it. A page that cannot
//     be read, or says less, leaves the excerpt with a word about it.
//   - Articles outlive their source.
//
// Everything a person can get wrong (an address that is not absolute, a pick
// that does not exist) is refused with a *RefusedError before anything is
// written; what does not exist is a *NotFoundError.
package library
