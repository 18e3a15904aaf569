// Package media keeps the publisher's own pictures: a folder of files that the
// web pages serve, and a row for each in the table media.
//
//	bytes ─look→ format, size, bounds ─decode→ pixels ─turn→ upright ─encode→ picture
//	                  │ refused                                        └─scale→ smaller ones
//
// # Invariants
//
//   - A file is named by the SHA-256 of its own bytes and never changes, so it
//     may be kept for ever by whoever fetched it. The same picture again is the
//     same file.
//   - Nothing of the bytes that came in goes out: every picture is decoded and
//     encoded anew, without the place, camera and thumbnail that its metadata
//     told. An EXIF orientation is applied first. Colour profiles go too: a
//     picture in a wider space than sRGB comes out paler.
//   - Bounds are checked on the header, before a decoder allocates anything:
//     [MaxBytes], [MaxPixels], [MaxSide], and for moving pictures the pixels of
//     all frames, which are counted without decoding them.
//   - JPEG, PNG and GIF stay what they are. WebP comes in and becomes JPEG, or
//     PNG where it is transparent, since mail programs don't all know it
//     (HTML-2).
//   - An SVG can hold scripts. It is kept as it is, and is only ever served as
//     an attachment (Format.Inline); no mail shows it.
//   - Widths are made for mails at two pixels for each one shown ([Widths]). A
//     picture is never enlarged, a moving one never resized.
//
// # Who fails
//
// *RefusedError is a sentence for the person who gave the file; nothing was
// kept. Files are written before their rows and under their final name only
// when complete: a crash between leaves a file that nothing speaks of.
//
// More machines need the folder shared among them, as each serves from its own.
package media
