// Command broadsheet turns a publisher's articles into newsletters and delivers
// each one, once, to the subscribers kept in Postgres.
//
// This directory is the only place that wires: one file per subcommand, app.go
// for what they share, ports.go for the small interfaces that the packages
// declare and other packages satisfy. Nothing here decides anything about
// articles, mails or deliveries; it reads flags, calls a package and prints.
//
// Results go to standard output, everything else to standard error. The exit
// code is 0 on success, 1 on a failed check or a refusal by the domain (one
// sentence says what to do next), 2 on wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // zones are known on machines without a zone database

	"github.com/alecthomas/kong"

	"github.com/broadsheet/broadsheet/internal/config"
	"github.com/broadsheet/broadsheet/internal/telemetry"
)

// version is stamped by the Makefile.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program but for the process around it; it returns the exit
// code.
func run(ctx context.Context, args []string, getenv func(string) (string, bool), in io.Reader, out, errw io.Writer) int {
	var c cli
	exit := -1
	resolver, err := config.NewResolver(getenv, configFlag(args))
	if err != nil {
		return complain(errw, err, 2)
	}
	parser, err := kong.New(&c, options(resolver, out, errw, &exit)...)
	if err != nil {
		return complain(errw, err, 2)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		return usage(errw, err)
	}
	if err := c.Settings.Check(); err != nil {
		return complain(errw, err, 2)
	}
	a := &app{
		ctx: ctx, set: &c.Settings, getenv: getenv, in: in, out: out, errw: errw,
		log: telemetry.Logger(errw, c.LogLevel, c.LogFormat), now: time.Now,
	}
	if err := a.command(kctx); err != nil {
		if errors.Is(err, errSilent) {
			return 1
		}
		return a.fail(err)
	}
	return 0
}

// command runs the command. One that asks for a backend gets the database,
// opened when it begins and closed when it has ended.
func (a *app) command(kctx *kong.Context) error {
	var opened *backend
	defer func() {
		if opened != nil {
			opened.close()
		}
	}()
	err := kctx.BindToProvider(func() (b *backend, err error) {
		opened, err = a.open(ready)
		return opened, err
	})
	if err != nil {
		return err
	}
	return kctx.Run(a)
}

func options(resolver *config.Resolver, out, errw io.Writer, exit *int) []kong.Option {
	return []kong.Option{
		kong.Name("broadsheet"),
		kong.Description("Newsletters from articles: on schedule, once each, with every recipient accounted for."),
		kong.Writers(out, errw),
		kong.Exit(func(code int) { *exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.ExplicitGroups([]kong.Group{{Key: "config", Title: "Settings (also by environment or file; see the README)"}}),
		kong.Vars{"version": version},
		kong.Resolvers(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
			if f.Group == nil || f.Group.Key != "config" {
				return nil, nil
			}
			if v, ok := resolver.Value(f.Name); ok {
				return v, nil
			}
			return nil, nil
		})),
	}
}

// configFlag finds --config before the flags are parsed, since the file it
// names takes part in parsing them.
func configFlag(args []string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--config="); ok {
			return v
		}
		if a == "--config" && i+1 < len(args) {
			return args[i+1]
		}
		if a == "--" {
			break
		}
	}
	return ""
}

// errSilent is an exit code and nothing more.
var errSilent = errors.New("said already")

// paging is shared by the commands that list: a page follows the last one shown.
type paging struct {
	Limit int `help:"How many to show." default:"50"`
}

// Validate refuses what no page can be.
func (p paging) Validate() error { return between("--limit", p.Limit, 1, 10_000) }

func between(flag string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("%s is %d; it must be between %d and %d", flag, n, least, most)
	}
	return nil
}

func usage(errw io.Writer, err error) int {
	where := "broadsheet"
	var pe *kong.ParseError
	if errors.As(err, &pe) && pe.Context != nil {
		if n := pe.Context.Selected(); n != nil {
			where = n.FullPath()
			if i := strings.IndexByte(where, '<'); i > 0 { // without its arguments
				where = strings.TrimSpace(where[:i])
			}
		}
	}
	_, _ = fmt.Fprintf(errw, "broadsheet: %s. Usage: %s --help\n", inWords(strings.TrimRight(err.Error(), ".")), where)
	return 2
}

// parserWords are sentences of the flag parser that speak of its own types, and
// what is said to people instead.
var parserWords = []struct {
	pattern *regexp.Regexp
	plain   string
}{
	{regexp.MustCompile(`^(.+): expected \S+ value but got "(.*)" \((?:short|long)[^)]*flag\).*$`), `$1 wants a value; one that begins with a dash is written $1="$2"`},
	{regexp.MustCompile(`^unknown flag (-[0-9]\S*?)(?:, did you mean .*)?$`), `there is no flag $1, and no number here is negative`},
	{regexp.MustCompile(`^expected "(<\S+>)[^"]*"$`), `$1 is missing`},
	{regexp.MustCompile(`^(.+): expected \S+ value but got "EOL".*$`), `$1 wants a value after it`},
	{regexp.MustCompile(`^(.+): expected (?:a valid \d+ bit (?:u?int)|an? int) but got (".*").*$`), `$1 is $2; it must be a whole number`},
	{regexp.MustCompile(`^(.+): expected (?:a|a valid \d+ bit) float but got (".*").*$`), `$1 is $2; it must be a number`},
	{regexp.MustCompile(`^(.+): expected duration but got ("[^"]*").*$`), `$1 is $2; it must be a length of time, such as 90m or 24h`},
}

func inWords(said string) string {
	for _, w := range parserWords {
		if w.pattern.MatchString(said) {
			return w.pattern.ReplaceAllString(said, w.plain)
		}
	}
	return said
}

func complain(errw io.Writer, err error, code int) int {
	_, _ = fmt.Fprintf(errw, "broadsheet: %s\n", strings.TrimRight(err.Error(), "\n"))
	return code
}
