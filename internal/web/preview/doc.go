// Package preview shows an issue to its editors before it goes out, and what
// was sent afterwards.
//
//	GET /preview/{token}         the page; what it shows is chosen by its query
//	GET /preview/{token}/frame   the HTML part as one mail program may show it
//	GET /preview/{token}/eml     the message as a file
//
// The bytes are those of the message for the reader with the longest possible
// links: of an approved issue the stored ones, of a draft what approving it now
// would freeze (newsletter.Review). The page never renders a mail by itself.
//
// # Who may look
//
// There are no accounts yet. A page opens with a token alone, which the command
// line prints (issue preview --link): signed for this purpose and this issue,
// and with an end. Pages hold no form and change nothing (BOT-1); neither the
// token nor the page's address goes to anybody else (no-referrer, noindex), and
// the log names routes, not paths.
//
// # What a frame shows
//
// A frame is the HTML part in a sandbox that runs nothing, posts nowhere and is
// framed by this page only. Some of it is simulated, and the page says so:
//
//   - light and dark: the mail's own rules for prefers-color-scheme are made to
//     hold always or never, whatever the editor's own screen prefers;
//   - forced inversion: a filter turns every colour but those of pictures, as
//     some programs do that ignore the mail's own dark colours;
//   - images off: no picture is loaded, so that its alt text stands there.
//
// Marks (the numbers of findings, the line where Gmail cuts) lie over the mail
// and take no room in it. They are put where the parser allows text; a mark
// that can't stand at its place stands at the next place that can hold it.
//
// # Without a server
//
// [File] writes the same as one page with the mail inside it, for article
// render and issue preview --out.
package preview
