// Package render makes a mail of an article: HTML part, text part and the page
// of the web archive.
//
//	article ─┐
//	issue  ──┼─Compose→ view ─┬─ email/layouts/article.html + blocks/*.html → Mail.HTML
//	theme  ──┘                ├─ blocks/*.txt                                → Mail.Text
//	                          └─ web/public/archive.html + archive/*.html    → Mail.Web
//
// The view is the same for all three: every text of the article is a [rich]
// that each part writes in its own way. A block kind is one view type in
// blocks.go, one pair of templates in email/blocks and one in
// web/public/archive.
//
// What a mail reads like, from the top: preheader, masthead, disclosure (before
// anything that can be an affiliate link), title, byline, standfirst,
// takeaways, body with the picks where the author put them, author, disclaimer,
// footer.
//
// Invariants:
//
//   - The same issue and theme give the same bytes: no clock, no map order.
//   - Every colour, size and space of a mail is a token of the theme; a theme
//     whose text can't be read on its ground is refused when it is loaded.
//   - Issue.Links come out byte for byte, in both parts; the web page holds
//     none of them.
//   - In the mode via_article no link of the mail leads to Amazon (AMZ-1). A
//     link that leads to the article instead says so on its button (PICK-2).
//   - The address of a link is the same bytes in HTML, VML and text; what is
//     not http, https or mailto is no link in any of them.
//   - The text part is written by its own templates, never derived from HTML:
//     72 columns, addresses unbroken on lines of their own, no line that a mail
//     program takes for something else.
//   - Nothing is invented: beside the author's words stand only the phrases of
//     phrases.go, in the article's language where there are some.
//
// Who fails: Compose only for a caller's mistake (no theme, not one article, an
// unknown mode). A faulty article gives a mail with something left out, so that
// an editor can see it; package lint says what is wrong with it.
package render
