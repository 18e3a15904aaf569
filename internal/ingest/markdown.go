package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"go.abhg.dev/goldmark/frontmatter"
)

// Bounds on what Markdown may look like: within them the parser's time and
// stack are bounded too.
const (
	maxNesting    = 60        // quotes and lists in one another
	maxParagraph  = 128 << 10 // bytes
	maxDelimiters = 4000      // brackets and emphasis marks in one paragraph
)

// readMarkdown reads Markdown with the GitHub extensions. It goes through
// HTML: raw HTML may open in one block and close in another, so only the whole
// shows what belongs together. Every block carries its line along.
func readMarkdown(d *draft) error {
	src := strings.TrimLeft(d.src, " \t\n")
	skipped := strings.Count(d.src[:len(d.src)-len(src)], "\n")
	src = d.readerPreamble(src)
	d.language = frontLanguage(src)
	src, of := d.readCodes(src)
	if src = outdentTags(src); strings.ContainsAny(src, "•●◦▪‣✅✓✔☑") {
		src = pastedBullet.ReplaceAllString(src, "$1- $2")
	}
	if err := boundMarkdown(d.name, src); err != nil {
		return err
	}
	lines := newLineIndex(src, skipped)
	lines.of = of
	front := frontMatterStart(clip(src, 64<<10))
	md := goldmark.New(
		goldmark.WithParser(blockParser()),
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify, extension.Footnote),
		goldmark.WithParserOptions(parser.WithAttribute(), parser.WithASTTransformers(util.Prioritized(lines, 900))),
		goldmark.WithRendererOptions(ghtml.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(&rawBlocks{lines: lines}, 100))),
	)
	if front {
		(&frontmatter.Extender{}).Extend(md)
	}
	pc := parser.NewContext()
	var page bytes.Buffer
	if err := md.Convert([]byte(src), &page, parser.WithContext(pc)); err != nil {
		return &Error{Message: fmt.Sprintf("%s cannot be read as Markdown; save it as plain text.", d.name), err: err}
	}
	if front {
		d.frontMatter(frontmatter.Get(pc), skipped+1)
	}
	return d.readHTML(&page)
}

// readerHead is what services that make Markdown of a page put above it.
var readerHead = compile(`\A(?:[A-Z][A-Za-z ]{2,30}: [^\n]*\n+){1,8}Markdown Content:\n`)

// readerPreamble takes over what such a service says about the page; lines
// stay lines.
func (d *draft) readerPreamble(src string) string {
	m := readerHead.FindString(clip(src, 8<<10))
	if m == "" {
		return src
	}
	for line := range strings.Lines(m) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "Title":
			d.title = oneLine(value)
		case "URL Source":
			if u := absolute(d.base, value); u != nil {
				d.canonical, d.base = u.String(), u
			}
		case "Published Time":
			if t, ok := feedTime(value); ok {
				d.published = &t
			}
		}
	}
	return strings.Repeat("\n", strings.Count(m, "\n")) + src[len(m):]
}

var (
	jsxNote = compile(`(?s)\{/\*.*?\*/\}`)
	// pastedBullet begins a line that came from a word processor's list.
	pastedBullet = compile(`(?m)^([ \t]*)(?:[•●◦▪‣][ \t\x{00a0}]+|((?:✅|✓|✔|☑)\x{fe0f}?[ \t\x{00a0}]))`)
	// kramdown's attribute lists, and the list it makes a table of contents of.
	attributes = compile(`(?m)^[ \t]*[*-][ \t]+\S[^\n]{0,40}\n[ \t]*\{:[ \t]*toc\b[^{}\n]*\}|\{:[ \t]*(?:(?:[.#][\w-]+|[\w-]+=(?:"[^"\n]*"|'[^'\n]*'))[ \t]*)+\}`)
	mdxLine    = compile(`(?m)^(?:import[ \t]+[^\n]*['"][^'"\n]+['"];?|export[ \t]+(?:const|default|let|function)\b[^\n]*)[ \t]*$`)
)

// withoutCodes blanks what is no text at all: MDX's imports and comments, and
// marks between a template's columns. Lines stay lines.
func withoutCodes(src string) string {
	for _, c := range []struct {
		sign string
		re   *pattern
	}{{"{/*", jsxNote}, {"import", mdxLine}, {"export", mdxLine}, {"---", splitMark}, {"{:", attributes}} {
		if !strings.Contains(src, c.sign) {
			continue
		}
		src = c.re.ReplaceAllStringFunc(src, func(m string) string { return strings.Repeat("\n", strings.Count(m, "\n")) })
	}
	return src
}

var frontLang = compile(`(?m)^(?:lang|language|locale)\s*[:=]\s*["']?([A-Za-z]{2}(?:[-_][A-Za-z]{2})?)`)

// frontLanguage is the language the front matter names, before it is read.
func frontLanguage(src string) string {
	head := clip(src, 16<<10)
	if !frontMatterStart(head) {
		return ""
	}
	if m := frontLang.FindStringSubmatch(head); m != nil {
		return languageTag(m[1])
	}
	return ""
}

// outdentTags moves lines that begin with an HTML tag to the left, where the
// parser takes them for HTML.
func outdentTags(src string) string {
	if !strings.Contains(src, "    <") && !strings.Contains(src, "\t<") {
		return src
	}
	var b strings.Builder
	b.Grow(len(src))
	fenced := false
	for line := range strings.SplitAfterSeq(src, "\n") {
		s := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(s, "```") || strings.HasPrefix(s, "~~~") {
			fenced = !fenced
		}
		if !fenced && len(s) > 1 && s[0] == '<' && (s[1] == '/' || s[1] == '!' || s[1]|0x20 >= 'a' && s[1]|0x20 <= 'z') {
			line = s
		}
		b.WriteString(line)
	}
	return b.String()
}

// blockParser is goldmark's own but for indented code: an article holds none,
// but often HTML that somebody indented.
func blockParser() parser.Parser {
	blocks := slices.DeleteFunc(parser.DefaultBlockParsers(), func(v util.PrioritizedValue) bool {
		return v.Value == parser.NewCodeBlockParser()
	})
	return parser.NewParser(parser.WithBlockParsers(blocks...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...), parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))
}

// boundMarkdown refuses what no person writes and what would take a Markdown
// parser more than linear time.
func boundMarkdown(name, src string) error {
	run, marks, no := 0, 0, 0
	for line := range strings.SplitSeq(src, "\n") {
		no++
		if n := nesting(line); n > maxNesting {
			return fail("%s nests lists or quotations %d deep in line %d; make the text flatter.", name, n, no)
		}
		if strings.TrimSpace(line) == "" {
			run, marks = 0, 0
			continue
		}
		run += len(line)
		for i := range len(line) {
			switch line[i] {
			case '[', ']', '*', '_', '~', '`', '<', '!', '(':
				marks++
			}
		}
		if run > maxParagraph || marks > maxDelimiters {
			return fail("%s has a paragraph too long to be text, ending near line %d; break it with blank lines.", name, no)
		}
	}
	return nil
}

// nesting counts the quote marks and list markers a line begins with, and its
// indentation in list levels.
func nesting(line string) int {
	n, spaces := 0, 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ':
			spaces++
			continue
		case '\t':
			spaces += 4
			continue
		case '>':
			n++
		case '-', '*', '+':
			if i+1 >= len(line) || line[i+1] != ' ' && line[i+1] != '\t' {
				return n + spaces/2
			}
			n++
		default:
			return n + spaces/2
		}
		n += spaces / 2
		spaces = 0
	}
	return n
}

// lineIndex knows where lines begin, and writes into every block of a parsed
// document the line it begins with.
type lineIndex struct {
	starts []int
	first  int   // lines cut off before the source
	of     []int // the line each line comes from; nil if they are the same
}

func newLineIndex(src string, skipped int) *lineIndex {
	l := &lineIndex{starts: []int{0}, first: skipped}
	for i := range len(src) {
		if src[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// line is the 1-based line of a byte.
func (l *lineIndex) line(offset int) int {
	n := sort.SearchInts(l.starts, offset+1)
	if n >= 1 && n <= len(l.of) {
		n = l.of[n-1]
	}
	return n + l.first
}

// Transform implements goldmark's AST transformer.
func (l *lineIndex) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker never fails
		if !entering || n.Type() != ast.TypeBlock {
			return ast.WalkContinue, nil
		}
		if at := blockOffset(n); at >= 0 {
			n.SetAttributeString(lineAttribute, []byte(strconv.Itoa(l.line(at))))
		}
		return ast.WalkContinue, nil
	})
}

// lineAttribute carries a block's line through HTML.
const lineAttribute = "data-line"

func blockOffset(n ast.Node) int {
	if n.Kind() == ast.KindDocument {
		return -1
	}
	if ls := n.Lines(); ls != nil && ls.Len() > 0 {
		return ls.At(0).Start
	}
	if at := n.Pos(); at >= 0 {
		return at
	}
	if c := n.FirstChild(); c != nil && c.Type() == ast.TypeBlock {
		return blockOffset(c)
	}
	return -1
}

// rawBlocks renders raw HTML as it stands, with a comment that says its line.
type rawBlocks struct{ lines *lineIndex }

// RegisterFuncs implements goldmark's node renderer.
func (r *rawBlocks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHTMLBlock, r.render)
}

func (r *rawBlocks) render(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.HTMLBlock)
	if at := blockOffset(n); at >= 0 {
		_, _ = fmt.Fprintf(w, "<!--%s%d-->", lineComment, r.lines.line(at)) // the buffer keeps the error
	}
	segments := slices.Clone(n.Lines().Sliced(0, n.Lines().Len()))
	if n.HasClosure() {
		segments = append(segments, n.ClosureLine)
	}
	for _, s := range segments {
		_, _ = w.Write(s.Value(src)) // the buffer keeps the error
	}
	return ast.WalkContinue, nil
}

// lineComment begins the comments that say which line raw HTML is in.
const lineComment = "broadsheet-line:"
