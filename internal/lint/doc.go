// Package lint finds what must not leave: faults of an article, of a composed
// mail and of the bytes that will be sent.
//
//	article ──Article──┐
//	                   ├─ []article.Diagnostic ── an error blocks approval and sending
//	render.Mail ─┐     │
//	             ├Mail─┘
//	message ─────┘   the message spliced for the worst-case recipient
//
// Every finding names a rule of the one table in rules_table.go, with its
// stable id, severity, reason, source and the month in which the source was
// last read; [Explain] tells it to people.
//
// [Article] sees the article alone; [Mail] sees what readers will see. No
// finding comes from both. Where a message is given its own parts are decoded
// and checked, not what it was made from, and offsets count in the decoded
// part with "\n" as the end of a line.
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
// A link counts when it is in any. A disclosure counts when it is clear. A
// link passes when a disclosure ends before the link begins. Doubt, such as a
// colour that can't be computed, speaks against the disclosure and for the
// link.
//
// # Who fails
//
// Nothing here returns an error: broken input is a finding. The walker is
// bounded in depth and never panics. What a rule can't see (a missing message)
// it doesn't judge.
package lint
