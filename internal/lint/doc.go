// Package lint finds what must not leave: faults of an article, of a composed
// mail and of the bytes that will be sent.
//
//	article ──Article──┐
//	                   ├─ []article.Diagnostic ── an error blocks approval and sending
//	render.Mail ─┐     │
//	             ├Mail─┘
//	message ─────┤   the message spliced for the worst-case recipient
//	             ├Prove──── Proof, for the preflight receipt
//	client mix ──┴Programs─ []Support, what mail programs make of it
//
// Every finding names a rule of the one table in rules_table.go, with its
// stable id, severity, reason, source and the month in which the source was
// last read; [Explain] tells it to people, [Edition] names the state of them
// all, and [Stale] those whose source somebody should read again. A finding can
// be milder than its rule, never harder, and no error can be turned off here.
//
// [Article] sees the article alone; [Mail] sees what readers will see. No
// finding comes from both. Where a message is given its own parts are decoded
// and checked, not what it was made from, and offsets count in the decoded
// part with "\n" as the end of a line. What is found in the HTML part carries
// the place in the article as well where its text stands there once
// (place.go).
//
// # The disclosure proof
//
// Rule LAW-6 is proven by a walker that knows nothing of the renderer
// (walk.go, css.go, disclosure.go). It walks the tree that a browser would
// build, in the order in which it is shown, and keeps three texts:
//
//   - any: what somebody may see somewhere: not hidden by its own style;
//   - sure: what everybody sees: also not hidden by any rule of a style
//     block, by a colour like its ground, by a clip, or from Outlook or a
//     screen reader by other means, nor taken out of its place;
//   - clear: what is sure and also at least 14 px and 4.5:1 in contrast.
//
// It does so under several conditions at once (scene): without style blocks,
// with them, and with the rules of each at-rule, Outlook's dark mode included.
//
// A link counts when it is in any. A disclosure counts when it is clear. A
// link passes when a disclosure ends before the link begins; a pick wants
// another one after its name and before the next heading. Doubt, such as a
// colour that can't be computed, speaks against the disclosure and for the
// link. What is painted over a disclosure isn't seen here; HTML-2 warns of
// whatever is positioned.
//
// The same walk measures size, contrast and the height of links (HTML-8), in
// light, dark and inverted colours. Inversion turns the lightness of text and
// ground around, as programs do that darken a mail by force.
//
// # What mail programs know
//
// Rule HTML-2 collects the features that a mail uses (features.go), looks up
// who doesn't know them (package clients: an excerpt of caniemail.com) and
// weighs that by the newsletter's client mix. What a layout depends on is an
// error wherever one program lacks it; what can't be read or used without it a
// warning; a change of looks an information when at least one reader in twenty
// sees it. What only adds (at-rules, hover, rules for Outlook), what has a
// fallback before it, and what only Word reads is no finding; [Programs] tells
// it all the same.
//
// # Who fails
//
// Nothing here returns an error: broken input is a finding. The walker is
// bounded in depth and never panics. What a rule can't see (a missing message)
// it doesn't judge.
package lint
