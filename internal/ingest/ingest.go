package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Format is a kind of source.
type Format string

// Formats that can be read, and those that are only recognised.
const (
	Text     Format = "text"
	Markdown Format = "markdown"
	HTML     Format = "html"
)

// DefaultMaxBytes bounds a source unless Options say otherwise.
const DefaultMaxBytes = 10 << 20

// maxText bounds the text of one article, in bytes; the longest novels are
// shorter.
const maxText = 2 << 20

// Options steer how a source is read. The zero value is fine.
type Options struct {
	// Title replaces the title of the source.
	Title string
	// BaseURL is what relative links are resolved against when the source does
	// not name its own address; absolute, http or https.
	BaseURL string
	// Format is what the source is; "" finds out by its content.
	Format Format
	// MaxBytes bounds the source; 0 means DefaultMaxBytes.
	MaxBytes int64
}

// Result is what a source became.
type Result struct {
	Article *article.Article
	Format  Format
	// SuggestedTitle is put together from the text when the source has no
	// title; a person decides.
	SuggestedTitle string
	// GUID is what the feed calls the item, unique within it; "" outside feeds.
	GUID string
	// Feed is the address of the site the feed is of, which tells its GUIDs
	// from those of other feeds; "" if it does not say.
	Feed string
	// Excerpt: the feed gives only the beginning, or a summary, of the article.
	Excerpt bool
	// Source is the source as it was read; for an item of a feed, its content.
	Source []byte
}

// Error is something wrong with a source, said in one sentence.
type Error struct {
	Message string
	err     error
}

// Error is the sentence.
func (e *Error) Error() string { return e.Message }

// Unwrap is the cause, for logs; nil if there is none beyond the source itself.
func (e *Error) Unwrap() error { return e.err }

func fail(format string, args ...any) error { return &Error{Message: fmt.Sprintf(format, args...)} }

// readers are the formats there are.
var readers = map[Format]func(*draft) error{
	Text:     readText,
	Markdown: readMarkdown,
	HTML:     readPage,
}

// Parse reads a source. The name (a file name or an address) is shown in
// messages and settles the format only where the content does not. Errors are
// *Error except for those of ctx.
func Parse(ctx context.Context, name string, r io.Reader, o Options) (Result, error) {
	src, err := readSource(ctx, name, r, o)
	if err != nil {
		return Result{}, err
	}
	if isFeed(name, src, o.Format) {
		return parseOnly(ctx, name, src, o)
	}
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return Result{}, err
	}
	text, notes, err := decode(name, src)
	if err != nil {
		return Result{}, err
	}
	format := o.Format
	if format == "" {
		format = detect(name, text)
	}
	read, ok := readers[format]
	if !ok {
		return Result{}, unread(name, format)
	}
	if len(text) > maxText && format != HTML {
		return Result{}, fail("%s holds more than %s of text; give one article per file.", name, size(maxText))
	}
	fixed := repaired{text: text}
	if format != HTML { // a page is repaired text by text, once its entities are read
		fixed = repair(text)
	}
	if strings.TrimSpace(fixed.text) == "" {
		return Result{}, fail("%s holds no text; give a file with an article in it.", name)
	}
	d := &draft{name: name, format: format, src: fixed.text, base: base, wantTitle: o.Title}
	d.diagnostics = append(notes, fixed.diagnostics()...)
	d.noteOpenFront()
	if err := read(d); err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	a := d.shape()
	res := Result{Article: a, Format: format, Source: src}
	if a.Title == "" {
		res.SuggestedTitle = d.suggestTitle(a)
	}
	return res, nil
}

// readAll reads at most limit bytes.
func readAll(ctx context.Context, name string, r io.Reader, limit int64) ([]byte, error) {
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	src, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil {
			return nil, ctxErr
		}
		return nil, &Error{Message: fmt.Sprintf("%s cannot be read; check that it is a readable file.", name), err: err}
	}
	if int64(len(src)) > limit {
		return nil, fail("%s is larger than %s; give one article per file.", name, size(limit))
	}
	return src, nil
}

func size(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

func baseURL(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fail("The base address %q is not an http or https address; give one like https://example.org/article.", s)
	}
	return u, nil
}

// unread says what to give instead of a format that is only recognised.
func unread(name string, f Format) error {
	return fail("There is no format %q; give %q, %q or %q.", string(f), Text, Markdown, HTML)
}

// diagnostics says what was put right and what is lost.
func (r repaired) diagnostics() []article.Diagnostic {
	var out []article.Diagnostic
	if r.fixed > 0 {
		out = append(out, article.Diagnostic{
			Rule: "ART-3", Severity: article.Info, Place: article.Place{Block: -1},
			Message: fmt.Sprintf("%s of characters damaged by a wrong code page %s put right.", count(r.fixed, "run"), were(r.fixed)),
			Fix:     "Nothing to do; look the text over once.",
		})
	}
	for i, l := range r.losses {
		if i == maxLossNotes {
			out = append(out, article.Diagnostic{
				Rule: "ART-3", Severity: article.Warn, Place: article.Place{Block: -1, Line: l.line, Column: l.column},
				Message: fmt.Sprintf("Text is lost at %d more places, the first of them in line %d.", len(r.losses)-i, l.line),
				Fix:     "Take the text from the original again, saved as UTF-8.",
			})
			break
		}
		out = append(out, article.Diagnostic{
			Rule: "ART-3", Severity: article.Warn, Place: article.Place{Block: -1, Line: l.line, Column: l.column},
			Message: fmt.Sprintf("A character is lost for good in line %d, near %q.", l.line, strings.TrimSpace(l.around)),
			Fix:     "Write the missing character into the source and read it again.",
		})
	}
	return out
}

// maxLossNotes bounds how many lost characters are listed one by one.
const maxLossNotes = 20

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func were(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// IsError reports whether err is about the source itself and so already says,
// in one sentence, what to do.
func IsError(err error) bool {
	var e *Error
	return errors.As(err, &e)
}
