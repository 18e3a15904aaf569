// Package render makes a mail of articles: HTML part, text part and the page of
// the web archive.
//
//	articles ─┐
//	issue   ──┼─Compose→ view ─┬─ email/layouts/<layout>.html + blocks/*.html → Mail.HTML
//	theme   ──┘                ├─ blocks/*.txt                                 → Mail.Text
//	                           └─ web/public/archive.html + archive/*.html     → Mail.Web
//
// The view is the same for all three: every text of the article is a [rich]
// that each part writes in its own way. A block kind is one view type in
// blocks.go, one pair of templates in email/blocks and one in
// web/public/archive.
//
// Themes differ in tokens alone. An override folder (OpenThemes) replaces
// templates by name and adds themes; see override.go for what its templates
// can't do and budget.go for how much they can.
//
// Picks that follow each other and are short are one block, "picks": a
// comparison. Blocks inside blocks (a question's answer, a verdict) use the
// same views: rows in the mail, the templates named <kind>-in inside a box,
// indented in the text part.
//
// What a mail reads like, from the top: preheader, masthead, disclosure (before
// anything that can be an affiliate link), the editor's own words, then by
// layout (layout.go), and at the end disclaimer and footer:
//
//	article   title, byline, standfirst, takeaways, contents of a long piece,
//	          body with the picks where the author put them, author
//	excerpt   the same up to some 180 words of the body, a button that leads to
//	          the rest, then up to three picks
//	digest    kicker, title, lead; "In this issue"; a card per article: title,
//	          picture, two takeaways, the way to the article, its first pick
//	letter    title and body with no masthead, boxes, byline or band
//
// A digest has one composer per article, each in its own language and
// direction, and a frame around them. Its disclosures are those of all its
// articles, none twice. A variant leaves articles out; the cards that stay keep
// their places on the page.
//
// Invariants:
//
//   - The same issue and theme give the same bytes: no clock, no map order.
//   - Every colour, size and space of a mail is a token of the theme; a theme
//     whose text can't be read on its ground is refused when it is loaded.
//   - A template of an override folder that is broken, or works without end, is
//     found when the folder is opened, on a mail that has everything.
//   - A pick's picture is its own: never Amazon's (AMZ-5), never a link.
//   - Issue.Links come out byte for byte, in both parts; the web page holds
//     none of them.
//   - In the mode via_article no link of the mail leads to Amazon (AMZ-1). A
//     link that leads to the article instead says so on its button (PICK-2).
//   - The address of a link is the same bytes in HTML, VML and text; what is
//     not http, https or mailto is no link in any of them.
//   - The text part is written by its own templates, never derived from HTML:
//     72 columns, addresses unbroken on lines of their own (under what they
//     belong to, or numbered at the end), no line that a mail program takes for
//     something else.
//   - No link leads to a place in the mail itself: what lists its parts leads to
//     the page (HTML-13).
//   - Nothing is invented: beside the author's words stand only the phrases of
//     phrases.go and phrases_layout.go, in the article's language where there are
//     some.
//
// Who fails: Compose only for a caller's mistake (no theme, a number of articles
// that the layout can't hold, an unknown layout or mode). A faulty article gives a mail with something left out, so that
// an editor can see it; package lint says what is wrong with it.
package render
