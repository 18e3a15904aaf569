package render

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"github.com/broadsheet/broadsheet/templates"
)

// overrides are the files of an override folder:
//
//	blocks/<name>.html, blocks/<name>.txt   in place of the mail's templates
//	web/<name>.html                         in place of the archive page's
//	themes/<name>.toml                      further themes, or in place of ours
//
// Its templates have the functions of ours, less what could read or call
// anything else, and a budget of work.
type overrides struct {
	dir   string            // as people know it
	files map[string]string // by path in the folder
	hash  [sha256.Size]byte // of everything
}

const (
	largestOverride = 256 << 10 // bytes of one file
	mostOverrides   = 200
)

// overridden is where the templates that a folder's files replace are among
// ours, and what those files end in.
var overridden = map[string]struct {
	ours    string
	endings []string
}{
	"blocks": {"email/blocks", []string{".html", ".txt"}},
	"web":    {"web/public/archive", []string{".html"}},
	"themes": {themeDir, []string{".toml"}},
}

// readOverrides reads a folder. What is not part of it is a mistake: a file
// with a misspelt name would otherwise replace nothing and say nothing.
func readOverrides(dir string, fsys fs.FS) (*overrides, error) {
	o := &overrides{dir: dir, files: map[string]string{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if name != "." && strings.HasPrefix(base, ".") || strings.HasPrefix(strings.ToUpper(base), "README") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			if _, known := overridden[name]; !known && name != "." {
				return o.mistake(name, "is no part of it; its folders are blocks, web and themes")
			}
			return nil
		}
		return o.read(fsys, name)
	})
	var broken *TemplateError
	if errors.As(err, &broken) {
		return nil, err
	}
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err // its path is within the folder
		}
		return nil, fmt.Errorf("the templates folder %s can't be read: %w", dir, err)
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(o.files)) {
		_, _ = fmt.Fprintf(h, "%q %q\n", name, o.files[name]) // a hash takes everything
	}
	h.Sum(o.hash[:0])
	return o, nil
}

func (o *overrides) read(fsys fs.FS, name string) error {
	if err := o.replaces(name); err != nil {
		return err
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return err
	}
	switch {
	case !info.Mode().IsRegular():
		return o.mistake(name, "is not a file")
	case info.Size() > largestOverride:
		return o.mistake(name, fmt.Sprintf("has more than %d kB", largestOverride>>10))
	case len(o.files) == mostOverrides:
		return o.mistake(name, fmt.Sprintf("is one of more than %d files", mostOverrides))
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	o.files[name] = string(data)
	return nil
}

// replaces refuses a file that replaces nothing.
func (o *overrides) replaces(name string) error {
	dir, file := path.Split(name)
	dir = strings.TrimSuffix(dir, "/")
	place, ok := overridden[dir]
	ext := path.Ext(file)
	switch {
	case !ok:
		return o.mistake(name, "is no part of it; its folders are blocks, web and themes")
	case !slices.Contains(place.endings, ext):
		return o.mistake(name, "replaces nothing; files in "+dir+" end in "+strings.Join(place.endings, " or "))
	case dir == "themes":
		if !themeName.MatchString(strings.TrimSuffix(file, ext)) {
			return o.mistake(name, "has no usable name; take lower-case letters, digits and dashes, such as evening.toml")
		}
		return nil
	}
	if _, err := fs.Stat(templates.FS, place.ours+"/"+file); err == nil {
		return nil
	}
	var have []string
	files, _ := fs.Glob(templates.FS, place.ours+"/*"+ext) // the only error is a bad pattern
	for _, f := range files {
		have = append(have, path.Base(f))
	}
	return o.mistake(name, "replaces nothing; there are "+strings.Join(have, ", "))
}

func (o *overrides) mistake(file, problem string) error {
	return &TemplateError{Dir: o.dir, File: file, Problem: problem}
}

// in is the templates of one folder with that ending, by file name.
func (o *overrides) in(dir, ext string) map[string]string {
	out := map[string]string{}
	if o == nil {
		return out
	}
	for name, source := range o.files {
		if path.Dir(name) == dir && path.Ext(name) == ext {
			out[path.Base(name)] = source
		}
	}
	return out
}

// templates reports whether the folder replaces any, and not only adds themes.
func (o *overrides) templates() bool {
	return len(o.in("blocks", ".html"))+len(o.in("blocks", ".txt"))+len(o.in("web", ".html")) > 0
}

// apply parses the templates of one folder with that ending and adds what they
// define to a set.
func (o *overrides) apply(dir, ext string, funcs map[string]any, add func(string, *parse.Tree) error) error {
	mine := o.in(dir, ext)
	for _, name := range slices.Sorted(maps.Keys(mine)) {
		trees, err := restricted(name, mine[name], funcs)
		if err != nil {
			return o.explain(dir, err)
		}
		for defined, tree := range trees {
			if err := add(defined, tree); err != nil {
				return o.explain(dir, err)
			}
		}
	}
	return nil
}

// TemplateError is a mistake in an override folder.
type TemplateError struct {
	// Dir is the folder, File the file in it; Line is 0 if unknown.
	Dir, File string
	Line      int
	// Problem is the end of a sentence: "is not a file".
	Problem string
}

// Error is the sentence.
func (e *TemplateError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s in the templates folder %s is broken in line %d: %s", e.File, e.Dir, e.Line, e.Problem)
	}
	return fmt.Sprintf("%s in the templates folder %s %s", e.File, e.Dir, e.Problem)
}

var (
	// located is how the template packages begin an error. They nest: the last
	// one is where it happened.
	located = regexp.MustCompile(`template: ?([^\s:]+):(?:(\d+)(?::\d+)?:)? `)
	// executing is what they say between place and problem.
	executing = regexp.MustCompile(`^executing "[^"]*" at (<.*?>): (?:error calling (\w+): )?`)
	noFunc    = regexp.MustCompile(`^function "([^"]*)" not defined`)
)

// explain makes a sentence of an error that a folder's template caused. Others
// stay as they are.
func (o *overrides) explain(dir string, err error) error {
	if o == nil || err == nil {
		return err
	}
	var known *TemplateError
	if errors.As(err, &known) {
		return err
	}
	text := err.Error()
	places := located.FindAllStringSubmatchIndex(text, -1)
	for _, at := range slices.Backward(places) {
		file := dir + "/" + text[at[2]:at[3]]
		if _, ours := o.files[file]; !ours {
			continue
		}
		line := 0
		if at[4] >= 0 {
			line, _ = strconv.Atoi(text[at[4]:at[5]]) // the pattern has digits only
		}
		problem := text[at[1]:]
		if m := executing.FindStringSubmatch(problem); m != nil {
			problem = strings.TrimPrefix(problem, m[0])
			if !strings.HasPrefix(m[1], "<tick") {
				problem = "at " + strings.Trim(m[1], "<>") + ": " + problem
			}
		}
		if m := noFunc.FindStringSubmatch(problem); m != nil {
			problem = fmt.Sprintf("there is no function %q; templates can't read files, settings or the environment, and have the functions that ours use", m[1])
		}
		return &TemplateError{Dir: o.dir, File: file, Line: line, Problem: problem}
	}
	return err
}

// allowed are the built-in functions that an override may call besides ours.
// call runs whatever it is given; html, js and urlquery escape what will be
// escaped again.
var allowed = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice"}

// restricted parses one template of a folder: what it defines, by name, with
// its work counted.
func restricted(name, source string, funcs map[string]any) (map[string]*parse.Tree, error) {
	builtins := map[string]any{}
	for _, f := range allowed {
		builtins[f] = f
	}
	mine := maps.Clone(funcs)
	delete(mine, "tick")
	trees := map[string]*parse.Tree{}
	t := parse.New(name)
	if _, err := t.Parse(source, "", "", trees, mine, builtins); err != nil {
		return nil, err
	}
	if _, ok := trees[name]; !ok {
		trees[name] = t // nothing but definitions, or nothing at all
	}
	for _, t := range trees {
		if t.Root != nil {
			countLoops(t.Root, name, 1)
		}
	}
	return trees, nil
}

// countLoops puts a call of tick at the front of a template and of every loop
// in it.
func countLoops(l *parse.ListNode, name string, line int) {
	n := countIn(l, name)
	l.Nodes = append([]parse.Node{tickNode(n+1, name, line)}, l.Nodes...)
}

// countIn counts the actions of a list, loops as one, and counts what is in
// the loops.
func countIn(l *parse.ListNode, name string) int {
	if l == nil {
		return 0
	}
	n := 0
	for _, node := range l.Nodes {
		switch x := node.(type) {
		case *parse.RangeNode:
			if x.List != nil {
				countLoops(x.List, name, x.Line)
			}
			n += 1 + countIn(x.ElseList, name)
		case *parse.IfNode:
			n += 1 + countIn(x.List, name) + countIn(x.ElseList, name)
		case *parse.WithNode:
			n += 1 + countIn(x.List, name) + countIn(x.ElseList, name)
		default:
			n++
		}
	}
	return n
}

// tickNode is {{$tick := tick n}} in that line: an assignment writes nothing,
// so it may stand wherever an action may.
func tickNode(n int, name string, line int) parse.Node {
	t := parse.New(name)
	t.Mode = parse.SkipFuncCheck
	if _, err := t.Parse(fmt.Sprintf("%s{{$tick := tick %d}}", strings.Repeat("\n", line-1), n), "", "", map[string]*parse.Tree{}); err != nil {
		panic(err) // the source is ours
	}
	return t.Root.Nodes[len(t.Root.Nodes)-1]
}
