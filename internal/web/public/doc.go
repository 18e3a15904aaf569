// Package public has the pages that readers see: unsubscribe, preferences, the
// web version of an issue, and the health check.
//
// # Leaving
//
//	GET  /unsubscribe/{token}   one button; changes nothing, whoever looks (BOT-1)
//	POST /unsubscribe/{token}   acts at once: the button, and the mailbox
//	                            provider's one-click (RFC 8058), which gets a
//	                            plain 200 and no redirect (HDR-3)
//	     act=return             undoes it
//
// The token is all that is asked for: no login, no cookie, no form token, no
// expiry (LAW-2). It names the subscriber and the newsletter and is bound to its
// purpose; the header's and the body's differ (BOT-2), and both work here. A
// wrong one is a 404 that takes the same time whatever is wrong with it.
//
// A POST whose body can't be read still unsubscribes: with a valid token that is
// what it was for, and the button to come back is on the page. Who has left,
// or has been erased, gets the same answer again.
//
// # Preferences
//
//	GET  /preferences/{token}   the lists the address is on, one button each
//	POST /preferences/{token}   act=leave|return with list=ID, or act=leave-all
//
// # Pictures
//
//	GET /media/{file}   a picture of package media, under the hash of its bytes
//
// A file never changes, so it is to be kept for a year and not asked for again.
// It is what an editor uploaded and yet trusted with nothing: its type is fixed
// (nosniff), it may load and run nothing, and an SVG is only handed out as a
// file to be saved.
package public
