package ingest

import (
	"bytes"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	ghtml "github.com/yuin/goldmark/renderer/html"

	"github.com/broadsheet/broadsheet/internal/article"
)

// frontQuestions reads the questions of the front matter: a list of objects,
// an object that holds one, or an object of questions and answers.
func (d *draft) frontQuestions(m frontValues, line int) {
	for _, key := range []string{"faq", "faqs", "faqitems", "questions", "faqschema"} {
		for _, o := range objectsOf(m[key], 2) {
			q := asked{text: withoutQ(o.line("q", "question", "name", "title")), line: line}
			answer, _ := o.any("a", "answer", "text", "content", "acceptedanswer").(string)
			if q.text == "" || strings.TrimSpace(answer) == "" || len(d.frontFAQ) >= maxQuestions {
				continue
			}
			if at := strings.Index(d.src, clip(q.text, 40)); at >= 0 {
				q.line = strings.Count(d.src[:at], "\n") + 1
			}
			q.answer = d.markdownPiece(answer, q.line)
			d.frontFAQ = append(d.frontFAQ, q)
		}
	}
}

// any is the first of the keys that holds anything; of an object, its text.
func (m frontValues) any(keys ...string) any {
	for _, k := range keys {
		switch v := m[k].(type) {
		case nil:
		case map[string]any:
			return frontValues(v)["text"]
		default:
			return v
		}
	}
	return nil
}

// objectsOf are the objects in a value, with their keys folded.
func objectsOf(v any, depth int) []frontValues {
	var out []frontValues
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if o, ok := x.(map[string]any); ok {
				out = append(out, foldedKeys(o))
			}
		}
	case []map[string]any:
		for _, o := range v {
			out = append(out, foldedKeys(o))
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if s, ok := v[k].(string); ok && strings.HasSuffix(strings.TrimSpace(k), "?") {
				out = append(out, frontValues{"q": k, "a": s})
			} else if depth > 0 {
				out = append(out, objectsOf(v[k], depth-1)...)
			}
		}
	}
	return out
}

// markdownPiece reads a piece of Markdown, in which HTML may stand, into blocks.
func (d *draft) markdownPiece(src string, line int) article.Blocks {
	src = clip(src, maxAnswer)
	var page bytes.Buffer
	md := goldmark.New(goldmark.WithParser(blockParser()), goldmark.WithRendererOptions(ghtml.WithUnsafe()))
	if boundMarkdown("", src) != nil || md.Convert([]byte(src), &page) != nil {
		return d.fragment("<p>"+html.EscapeString(src)+"</p>", line)
	}
	return d.fragment(page.String(), line)
}
