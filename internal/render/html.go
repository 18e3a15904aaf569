package render

import (
	"fmt"
	"html/template"
	"strings"
	"text/template/parse"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/templates"
)

// htmlSet is the mail's templates for one theme and one direction.
type htmlSet struct {
	set    *template.Template
	budget *budget
	all    map[string]*htmlSet // the theme's, by direction
}

func parseHTML(t *Theme, dir string) (*htmlSet, error) {
	h := &htmlSet{budget: t.budget}
	f := t.tokens.funcs(dir)
	f["row"] = h.row
	f["inner"] = h.inner
	f["story"] = h.story
	f["part"] = func(k article.Kind) string { return string(k) }
	called := f
	if t.budget != nil {
		called = t.budget.metered(f)
	}
	set, err := template.New("").Funcs(called).ParseFS(templates.FS, "email/layouts/*.html", "email/layouts/style.css", "email/blocks/*.html")
	if err != nil {
		return nil, fmt.Errorf("the mail's templates: %w", err)
	}
	err = t.over.apply("blocks", ".html", called, func(name string, tree *parse.Tree) error {
		_, err := set.AddParseTree(name, tree)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := fold(set, f); err != nil {
		return nil, t.over.explain("blocks", fmt.Errorf("the mail's templates: %w", err))
	}
	h.set = set
	return h, nil
}

// row executes a block's template, which writes whole table rows or nothing.
func (h *htmlSet) row(name string, data any) (template.HTML, error) {
	var b strings.Builder
	if err := h.set.ExecuteTemplate(h.budget.writer(&b), name+".html", data); err != nil {
		return "", err
	}
	return template.HTML(line(b.String())), nil
}

// inner is a block's content without the row around it, for a block that holds
// blocks.
func (h *htmlSet) inner(k article.Kind, data any) (template.HTML, error) {
	var b strings.Builder
	err := h.set.ExecuteTemplate(h.budget.writer(&b), string(k)+"-in", data)
	return template.HTML(b.String()), err
}

// story writes a story in the direction of its own language.
func (h *htmlSet) story(s *story) (template.HTML, error) { return h.all[s.Dir].row("story", s) }

// line is what a template wrote, without the white space around it, and one
// line end; nothing if it wrote nothing.
func line(s string) string {
	s = strings.TrimLeft(s, " \n")
	n := len(strings.TrimRight(s, " \n"))
	switch {
	case n == 0:
		return ""
	case n < len(s) && s[n] == '\n':
		return s[:n+1]
	}
	return s[:n] + "\n"
}

// partSize is room for most mails, in bytes.
const partSize = 64 << 10

func (h *htmlSet) render(v *view) (string, error) {
	var b strings.Builder
	b.Grow(partSize)
	err := h.set.ExecuteTemplate(h.budget.writer(&b), v.Layout+".html", v)
	return b.String(), err
}
