// Package web is what all pages share: the chain every request goes through,
// the page renderer, and the one place where an error becomes a status and a
// sentence. The pages themselves are in its subpackages, one file each; a
// subpackage hands over a table of routes and New puts them together.
//
// # The chain, outermost first
//
//	request id → access log → recover → security headers → body and time limit
//	→ cross-origin check (not for routes with AnyOrigin) → route → handler
//
// # Invariants
//
//   - A handler returns an error or has answered; it never writes a status of
//     its own for an error. An *Error is shown with its sentence; anything else
//     is 500 with the request id, and its text goes to the log only.
//   - Every answer has a Content-Security-Policy that allows no script, nosniff,
//     frame-deny and no-referrer. Inline style is allowed by its hash: Render
//     takes the hashes from the page it has just made. A handler that must allow
//     more for what it shows sets the header itself, before it writes.
//   - A page is rendered whole before its first byte is sent, so a template that
//     fails gives an error page and never half of one.
//   - The log names routes, not paths: paths hold tokens.
//   - No page needs a script, a cookie or anything from another host.
package web
