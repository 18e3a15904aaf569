package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/broadsheet/broadsheet/templates"
)

// Shell is what the frame of every page shows. Embed it in a page's data.
type Shell struct {
	Name    string // in the masthead: the newsletter, or the site
	HomeURL string // where the masthead leads; "" nowhere
}

// Lang is the language of the pages' own words.
func (Shell) Lang() string { return "en" }

// Dir is the direction of that language.
func (Shell) Dir() string { return "ltr" }

// Pages are templates that have been parsed. They may be used by many
// goroutines at once.
type Pages struct {
	byName map[string]*template.Template
}

// ParsePages parses pages of templates/web, such as "public/unsubscribe.html",
// each with the shared frame, the public style sheets and those of its folder.
// It is for the start of the process: a page that can't be parsed is found then.
func ParsePages(names ...string) (*Pages, error) {
	root, err := fs.Sub(templates.FS, "web")
	if err != nil {
		return nil, err
	}
	p := &Pages{byName: make(map[string]*template.Template)}
	for _, name := range names {
		patterns := []string{"public/base.html", "public/*.css"}
		if dir := path.Dir(name); dir != "public" {
			patterns = append(patterns, dir+"/*.css")
		}
		if p.byName[name], err = template.ParseFS(root, append(patterns, name)...); err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
	}
	return p, nil
}

// Write is Render for a file: the page's own policy is all that holds.
func (p *Pages) Write(w io.Writer, name string, data any) error {
	t := p.byName[name]
	if t == nil {
		return fmt.Errorf("there is no page %s", name)
	}
	if err := t.ExecuteTemplate(w, "base", data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return nil
}

// Render writes a page that was named to ParsePages. data has the Shell
// embedded. The page may load its own style, post forms to this host, and
// nothing else but what the directives in allow say, such as "frame-src 'self'".
func (p *Pages) Render(w http.ResponseWriter, status int, name string, data any, allow ...string) error {
	var b bytes.Buffer
	if err := p.Write(&b, name, data); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	allow = append([]string{pagePolicy, "style-src " + styleHashes(b.Bytes())}, allow...)
	h.Set("Content-Security-Policy", strings.Join(allow, "; "))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone away
	return nil
}

// styleHashes allows the style elements of a page, by what they hold (CSP 3,
// §2.3.1). Templates put nothing of strangers into a style element.
func styleHashes(page []byte) string {
	var all []string
	rest := string(page)
	for {
		_, after, found := strings.Cut(rest, "<style>")
		if !found {
			break
		}
		style, tail, _ := strings.Cut(after, "</style>")
		sum := sha256.Sum256([]byte(style))
		all = append(all, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		rest = tail
	}
	if all == nil {
		return "'none'"
	}
	return strings.Join(all, " ")
}
