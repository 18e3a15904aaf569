// Package article is the typed article: what every source format is turned
// into and what every mail is made from.
//
// An [Article] is pure data. It knows nothing of formats (package ingest makes
// it), of mail (package render reads it) or of storage (package library keeps
// it as JSON). The order of [Article.Blocks] is the order in which the author
// wrote them; picks stand among the blocks where they stood in the source.
//
//	source bytes ─ingest→ Article ─library→ corrected Article ─render→ mail
//	                        │
//	                        └─ Diagnostics: what was lost, doubtful or missing
//
// Invariants, held by every producer and relied on by every reader:
//
//   - Text is valid UTF-8 in NFC without control characters; a line break
//     inside a paragraph is a Span of its own kind, never a "\n".
//   - A takeaway's text is the author's: either written as a takeaway
//     (explicit) or a sentence or list item that stands in the article
//     (extracted), never made up.
//   - Disclosures and disclaimers are verbatim and are not repeated in Blocks.
//   - The table of contents, share bars and the like are in no field at all.
package article
