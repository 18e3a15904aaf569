package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/broadsheet/broadsheet/internal/config"
	"github.com/broadsheet/broadsheet/internal/lint"
)

var update = flag.Bool("update", false, "rewrite the generated parts of the README")

// TestGeneratedParts holds the README's reference tables against the code they
// describe.
func TestGeneratedParts(t *testing.T) {
	path := filepath.Join("..", "..", "README.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	readme := string(data)
	for name, text := range map[string]string{
		"settings": config.Reference(),
		"commands": commandReference(t),
		"rules":    ruleReference(),
	} {
		head, rest, ok := strings.Cut(readme, "<!-- "+name+" -->\n")
		if !ok {
			t.Fatalf("the README has no part %q", name)
		}
		old, tail, ok := strings.Cut(rest, "<!-- /"+name+" -->")
		if !ok {
			t.Fatalf("the README's part %q has no end", name)
		}
		if old != text && !*update {
			t.Errorf("the README's part %q is out of date: run go test ./cmd/broadsheet -run TestGeneratedParts -update", name)
		}
		readme = head + "<!-- " + name + " -->\n" + text + "<!-- /" + name + " -->" + tail
	}
	if *update {
		if err := os.WriteFile(path, []byte(readme), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryCommandHasAnExample keeps --help useful.
func TestEveryCommandHasAnExample(t *testing.T) {
	for _, n := range leaves(t) {
		if n.Help == "" {
			t.Errorf("%s has no sentence of help", n.Path())
		}
		if !strings.Contains(n.Detail, "broadsheet "+commandPath(n)) {
			t.Errorf("%s: --help has no example that calls it", n.Path())
		}
	}
}

func leaves(t *testing.T) []*kong.Node {
	t.Helper()
	k, err := kong.New(&cli{}, kong.Name("broadsheet"), kong.Vars{"version": "x"})
	if err != nil {
		t.Fatal(err)
	}
	return k.Model.Leaves(true)
}

// commandPath is the words of a command, without its arguments.
func commandPath(n *kong.Node) string {
	var words []string
	for ; n != nil && n.Type != kong.ApplicationNode; n = n.Parent {
		words = append([]string{n.Name}, words...)
	}
	return strings.Join(words, " ")
}

func commandReference(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| command | what it does |\n|---|---|\n")
	for _, n := range leaves(t) {
		args := ""
		for _, p := range n.Positional {
			args += " " + strings.ToUpper(p.Name)
		}
		fmt.Fprintf(&b, "| `broadsheet %s%s` | %s |\n", commandPath(n), args, n.Help)
	}
	return b.String()
}

func ruleReference() string {
	var b strings.Builder
	b.WriteString("| rule | severity | what holds |\n|---|---|---|\n")
	for _, r := range lint.Rules() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.ID, r.Severity, r.Title)
	}
	return b.String()
}
