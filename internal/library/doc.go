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
//
// Everything a person can get wrong (an address that is not absolute, a pick
// that does not exist) is refused with a *RefusedError before anything is
// written; what does not exist is a *NotFoundError.
package library
