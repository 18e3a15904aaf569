// Package ingest turns a source file into a typed article.
//
//	bytes ─decode→ UTF-8 ─repair→ text ─read (one file per format)→ draft ─shape→ article.Article
//
// A reader (text.go, markdown.go) only says what the source marks up: headings,
// paragraphs, lists, tables, pictures, links. What these mean is found in the
// shaping passes, which are the same for every format and run in the order of
// shape.go: table of contents out, notices, title, byline, the page's furniture
// out, the author's own takeaways, picks, author, the parts of reviews (pros and
// cons, verdicts, FAQs), tips, labels, language, extracted takeaways.
//
// What the markup says beyond that (a box is called a verdict, a heading was a
// question that opens on a click) a reader notes as the role of a block, so that
// the passes need not know the format. Questions that stand outside the text, in
// front matter or in a page's own data, wait in the draft until the passes have
// seen what the text asks itself.
//
// Products are found where they stand out most: as codes of the site's software,
// in tables, cards and lists, under headings that name them, in a page's own
// data; links in running text count only where nothing else does. Each is one
// pick, whatever number of these show it. What Amazon does not let a mail repeat
// (prices, ratings, its pictures) is kept apart from the pick's words or left
// out, and no address is made up that would carry no tag.
//
// Notices keep where they stand relative to the first affiliate link in the
// order of the source, also those found outside the article.
//
// A page that lists several articles gives the longest of them, and says so.
//
// A feed or an export (feed*.go) is split into its items first, by a scanner
// that never fails; then each item's HTML goes the way of a page of its own, so
// one item that cannot be used costs no other. [ParseAll] gives them all,
// [Parse] the one of a feed that has only one.
//
// A new format is one file: a function that fills a draft, and a line in
// readers.
//
// Nothing of the source is trusted. Input is bounded in size and in nesting;
// whatever the bytes are, [Parse] answers with an article that holds the
// invariants of package article, or with one sentence that says what is wrong.
// It never panics, and time is linear in the input but for the ranking of
// sentences, which is bounded on its own; so is what it asks of memory. The
// hundreds of patterns a text is held against are asked first whether they can
// match at all (pattern.go), which keeps reading at a small multiple of parsing.
//
// What is damaged beyond repair or left out is not silent: it becomes a
// diagnostic of the article (ART-3: text lost, or put right; ART-4: a part of
// the source that could not be used).
package ingest
