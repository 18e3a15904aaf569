package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/broadsheet/broadsheet/"

// mayImport is the import table: what each package may use of ours. A package
// that is not here, or an edge that is not, fails TestImportsGoOnlyDownward.
// Test files may also use the packages in testOnly.
var mayImport = map[string][]string{
	"internal/article":         {},
	"internal/config":          {},
	"internal/telemetry":       {},
	"internal/postgres":        {},
	"internal/postgres/pgtest": {"internal/postgres", "migrations"},
	"migrations":               {},
	"templates":                {},
	"mailer":                   {},
	"mailer/capture":           {"mailer"},
	"mailer/mailertest":        {"mailer", "mailer/capture"},
	"mailer/outbox":            {"mailer", "internal/postgres", "internal/telemetry"},
	"scheduler":                {"internal/postgres", "internal/telemetry"},
	"internal/keyring":         {"internal/postgres"},
	"internal/ingest":          {"internal/article"},
	"internal/ingest/fetch":    {},
	"internal/render":          {"internal/article", "templates"},
	"internal/lint":            {"internal/article", "internal/render", "internal/lint/clients"},
	"internal/lint/clients":    {},
	"internal/media":           {"internal/postgres"},
	"internal/library":         {"internal/article", "internal/postgres"},
	"internal/bench":           {"internal/article", "internal/postgres"},
	"internal/audience":        {"internal/keyring", "internal/postgres", "internal/telemetry"},
	"internal/bounce":          {"internal/postgres", "mailer"},
	"internal/newsletter": {"internal/article", "internal/render", "internal/lint", "internal/library", "internal/audience",
		"internal/keyring", "internal/postgres", "mailer", "mailer/outbox", "scheduler"},
	"internal/web":         {"templates"},
	"internal/web/public":  {"internal/web", "internal/audience", "internal/keyring", "internal/media", "internal/postgres"},
	"internal/web/webtest": {},
	"internal/web/inbox":   {"internal/web", "mailer", "mailer/capture"},
	"internal/web/preview": {"internal/web", "internal/article", "internal/keyring", "internal/lint", "internal/newsletter"},
}

// testOnly is what test files may use besides, whatever the package.
var testOnly = []string{"internal/audience", "internal/ingest", "internal/postgres", "internal/postgres/pgtest", "migrations", "mailer", "mailer/capture", "mailer/mailertest", "internal/keyring", "internal/web/webtest"}

// sqlImports may only be used where SQL belongs.
var sqlImports = []string{"github.com/jmoiron/sqlx", "github.com/lib/pq", "database/sql", "github.com/jackc/pgx"}

func sqlAllowed(pkg, file string) bool {
	switch pkg {
	case "internal/postgres", "internal/postgres/pgtest", "mailer/outbox", "migrations", "internal/keyring":
		return true
	}
	return strings.HasPrefix(file, "store") || strings.HasSuffix(file, "_test.go")
}

func TestImportsGoOnlyDownward(t *testing.T) {
	seen := map[string]bool{}
	eachFile(t, func(pkg, file string, imports []string) {
		seen[pkg] = true
		if strings.HasPrefix(pkg, "cmd/") {
			return
		}
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("package %s is not in the import table", pkg)
			return
		}
		for _, imp := range imports {
			ours, ok := strings.CutPrefix(imp, module)
			if !ok || ours == pkg || slices.Contains(allowed, ours) {
				continue
			}
			if strings.HasSuffix(file, "_test.go") && slices.Contains(testOnly, ours) {
				continue
			}
			t.Errorf("%s/%s imports %s, which the import table does not allow", pkg, file, ours)
		}
	})
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("the import table names %s, which does not exist", pkg)
		}
	}
}

func TestSQLStaysInStores(t *testing.T) {
	eachFile(t, func(pkg, file string, imports []string) {
		if sqlAllowed(pkg, file) || pkg == "cmd/broadsheet" && file == "app.go" {
			return
		}
		for _, imp := range imports {
			for _, sql := range sqlImports {
				if imp == sql || strings.HasPrefix(imp, sql+"/") {
					t.Errorf("%s/%s imports %s; SQL belongs in store*.go", pkg, file, imp)
				}
			}
		}
	})
}

// TestOnlyTheCommandReadsConfiguration also keeps the table itself honest:
// no cycle can hide in it.
func TestOnlyTheCommandReadsConfiguration(t *testing.T) {
	for pkg, allowed := range mayImport {
		if slices.Contains(allowed, "internal/config") {
			t.Errorf("%s may import internal/config; only cmd may", pkg)
		}
	}
	state := map[string]int{} // 1 on the path, 2 done
	var visit func(pkg string, path []string)
	visit = func(pkg string, path []string) {
		switch state[pkg] {
		case 1:
			t.Fatalf("the import table has a cycle: %v", append(path, pkg))
		case 2:
			return
		}
		state[pkg] = 1
		for _, dep := range mayImport[pkg] {
			visit(dep, append(path, pkg))
		}
		state[pkg] = 2
	}
	for pkg := range mayImport {
		visit(pkg, nil)
	}
}

// eachFile calls fn with every Go file of the module: its package's folder,
// its name and what it imports.
func eachFile(t *testing.T, fn func(pkg, file string, imports []string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, path, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			imports = append(imports, p)
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		fn(filepath.ToSlash(filepath.Dir(rel)), filepath.Base(rel), imports)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
