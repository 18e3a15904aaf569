// Package ingest turns a source file into a typed article.
//
//	bytes ─decode→ UTF-8 ─repair→ text ─read (one file per format)→ draft ─shape→ article.Article
//
// A reader (text.go, markdown.go) only says what the source marks up: headings,
// paragraphs, lists, tables, pictures, links. What these mean is found in the
// shaping passes, which are the same for every format and run in the order of
// shape.go: table of contents out, notices, title, byline, the page's furniture
// out, the author's own takeaways, picks, author, tips, labels, language,
// extracted takeaways.
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
// sentences, which is bounded on its own.
//
// What is damaged beyond repair or left out is not silent: it becomes a
// diagnostic of the article (ART-3: text lost, or put right; ART-4: a part of
// the source that could not be used).
package ingest
