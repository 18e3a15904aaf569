package render

import (
	"fmt"
	"html/template"
	"strings"
	"text/template/parse"

	"github.com/broadsheet/broadsheet/templates"
)

// webSet is the templates of the archive page: an article's, and a digest's.
type webSet struct {
	set, digest *template.Template
	budget      *budget
}

func parseWeb(t *Theme) (*webSet, error) {
	w := &webSet{budget: t.budget}
	funcs := template.FuncMap{"piece": w.piece}
	if t.budget != nil {
		funcs = t.budget.metered(funcs)
	}
	set, err := template.New("").Funcs(funcs).ParseFS(templates.FS,
		"web/public/base.html", "web/public/page.css", "web/public/theme.css",
		"web/public/archive.html", "web/public/archive/*")
	if err != nil {
		return nil, fmt.Errorf("the archive page's templates: %w", err)
	}
	err = t.over.apply("web", ".html", funcs, func(name string, tree *parse.Tree) error {
		_, err := set.AddParseTree(name, tree)
		return err
	})
	if err != nil {
		return nil, err
	}
	w.set = set
	if w.digest, err = set.Clone(); err == nil {
		_, err = w.digest.ParseFS(templates.FS, "web/public/archive-digest.html")
	}
	if err != nil {
		return nil, fmt.Errorf("the archive page's templates: %w", err)
	}
	return w, nil
}

// webView is what the archive page reads.
type webView struct {
	*view
	// Name and HomeURL are what every public page's shell reads.
	Name, HomeURL string
	Vars          template.CSS
	Logo          *logo // in place of the name
	Canonical     string
	Contents      []headingView
}

// Nav are the links of the page's footer.
func (v *webView) Nav() []footLink {
	var out []footLink
	n := v.Newsletter
	for _, l := range []footLink{{v.Subscribe, n.SubscribeURL}, {v.FullDisclosure, n.DisclosureURL}, {v.Privacy, n.PrivacyURL}} {
		if l.Href != "" {
			out = append(out, l)
		}
	}
	return out
}

// leastContents is how many sections make a table of contents worth its place.
const leastContents = 2

func (w *webSet) render(e *edition) (string, error) {
	v := &webView{view: e.view(onWeb), Vars: e.theme.CSS(), Logo: e.theme.tokens.Logo, Canonical: cleanURL(e.art.CanonicalURL)}
	v.Name, v.HomeURL = v.Newsletter.Name, v.Newsletter.HomeURL
	set := w.set
	if e.layout == Digest {
		set = w.digest
	}
	v.Contents = sections(v.Body)
	if len(v.Contents) < leastContents {
		v.Contents = nil
	}
	var b strings.Builder
	b.Grow(partSize)
	err := set.ExecuteTemplate(w.budget.writer(&b), "base", v)
	return b.String(), err
}

// piece executes a block's template.
func (w *webSet) piece(b block) (template.HTML, error) {
	var out strings.Builder
	err := w.set.ExecuteTemplate(w.budget.writer(&out), string(b.Kind)+".html", b.Data)
	return template.HTML(line(out.String())), err
}
