// Package fetch gets pages and feeds from addresses that people typed in or
// that other sites led to, without letting anybody reach into this network.
//
//	address ─check→ robots.txt (pages only) ─dial→ guard ─read→ bounded bytes
//	            ↑                                            │
//	            └──────────── redirect, at most 5 ───────────┘
//
// Invariants:
//
//   - The guard sees the numeric address at the moment of connecting, after
//     names have been resolved, for every connection: redirects, robots.txt and
//     a name that resolves differently the second time are no way around it.
//     There is no proxy, no cookie and no kept connection.
//   - Only http and https on ports 80 and 443, only addresses of the public
//     internet. [Private] is for publishers whose site stands in their own
//     network; it still refuses link-local addresses, where clouds keep their
//     machines' credentials.
//   - Time is bounded over everything (redirects and robots.txt too), bytes are
//     bounded on the wire and again after decompression.
//   - A page that the site's robots.txt closes to us (RFC 9309) is not fetched.
//     Feeds are made for machines and are not asked about; nor are pictures,
//     of which only the beginning is read, once, as every reader's mail program
//     will read all of it.
//
// Errors are *Error: one sentence. Those of the caller's context are its own.
package fetch
