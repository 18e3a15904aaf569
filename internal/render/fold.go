package render

import (
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// tokenFuncs are the functions whose results depend on nothing but the theme
// and the direction.
var tokenFuncs = []string{"type", "color", "s", "pad", "box", "tap", "layout", "button", "radius", "round", "stroke", "edge", "portrait", "phone", "dark", "tb", "near", "far", "auto"}

// fold replaces calls of token functions with constant arguments by their
// results. A mail has some 2,000 of them: calling each for each mail takes
// most of the time that composing takes. Tokens are checked when the theme is
// loaded, so as text they are as safe as the templates themselves; a token
// that does not exist is an error here and not in the middle of a mail.
func fold(set *template.Template, funcs template.FuncMap) error {
	known := map[string]string{}
	var tree *parse.Tree
	var list func(*parse.ListNode) error
	list = func(l *parse.ListNode) error {
		if l == nil {
			return nil
		}
		for i, n := range l.Nodes {
			var err error
			switch n := n.(type) {
			case *parse.ActionNode:
				if l.Nodes[i], err = folded(n, funcs, known); err != nil {
					place, _ := tree.ErrorContext(n)
					err = fmt.Errorf("template: %s: %w", place, err)
				}
			case *parse.IfNode:
				err = both(list, n.List, n.ElseList)
			case *parse.RangeNode:
				err = both(list, n.List, n.ElseList)
			case *parse.WithNode:
				err = both(list, n.List, n.ElseList)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	for _, t := range set.Templates() {
		if t.Tree == nil {
			continue
		}
		tree = t.Tree
		if err := list(tree.Root); err != nil {
			return err
		}
	}
	return nil
}

func both(f func(*parse.ListNode) error, a, b *parse.ListNode) error {
	if err := f(a); err != nil {
		return err
	}
	return f(b)
}

// folded is the text an action always writes, or the action.
func folded(n *parse.ActionNode, funcs template.FuncMap, known map[string]string) (parse.Node, error) {
	if len(n.Pipe.Decl) > 0 || !constant(n.Pipe) {
		return n, nil
	}
	source := n.String()
	out, ok := known[source]
	if !ok {
		t, err := texttemplate.New("").Funcs(texttemplate.FuncMap(funcs)).Parse(source)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		if err := t.Execute(&b, nil); err != nil {
			for errors.Unwrap(err) != nil { // of the function alone
				err = errors.Unwrap(err)
			}
			return nil, err
		}
		out = b.String()
		known[source] = out
	}
	return &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(out)}, nil
}

// constant reports whether a pipeline is one call of a token function with
// constant arguments.
func constant(p *parse.PipeNode) bool {
	if len(p.Cmds) != 1 {
		return false
	}
	args := p.Cmds[0].Args
	name, ok := args[0].(*parse.IdentifierNode)
	if !ok || !slices.Contains(tokenFuncs, name.Ident) {
		return false
	}
	for _, a := range args[1:] {
		switch a := a.(type) {
		case *parse.StringNode, *parse.NumberNode:
		case *parse.PipeNode:
			if !constant(a) {
				return false
			}
		default:
			return false
		}
	}
	return true
}
