package render

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/templates"
)

// htmlSet is the mail's templates for one theme and one direction.
type htmlSet struct{ set *template.Template }

func parseHTML(t *tokens, dir string) (*htmlSet, error) {
	h := &htmlSet{}
	f := t.funcs(dir)
	f["row"] = h.row
	f["part"] = func(k article.Kind) string { return string(k) }
	set, err := template.New("").Funcs(f).ParseFS(templates.FS, "email/layouts/*.html", "email/layouts/style.css", "email/blocks/*.html")
	if err != nil {
		return nil, fmt.Errorf("the mail's templates: %w", err)
	}
	h.set = set
	return h, nil
}

// row executes a block's template, which writes whole table rows or nothing.
func (h *htmlSet) row(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := h.set.ExecuteTemplate(&b, name+".html", data); err != nil {
		return "", err
	}
	out := bytes.TrimSpace(b.Bytes())
	if len(out) == 0 {
		return "", nil
	}
	return template.HTML(out) + "\n", nil
}

func (h *htmlSet) render(v *view) (string, error) {
	var b bytes.Buffer
	err := h.set.ExecuteTemplate(&b, "article.html", v)
	return b.String(), err
}
