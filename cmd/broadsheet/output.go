package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// say prints a line of chatter to standard error.
func (a *app) say(format string, args ...any) {
	_, _ = fmt.Fprintf(a.errw, format+"\n", args...)
}

// print prints a line of the result to standard output.
func (a *app) print(format string, args ...any) {
	_, _ = fmt.Fprintf(a.out, format+"\n", args...)
}

// json prints v as the result, indented.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// jsonLine prints v as one line.
func (a *app) jsonLine(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// table prints rows under a head; cells lose control characters, since they
// can hold what a stranger wrote.
func (a *app) table(head []string, rows [][]string) {
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, row := range rows {
		for i, c := range row {
			row[i] = printable(c)
		}
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush()
}

// printable keeps a terminal from obeying what it shows.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04 MST")
}

// progress shows how far something has come: a bar on a terminal, a line each
// ten seconds otherwise. max is -1 when unknown.
type progress struct {
	bar  *progressbar.ProgressBar
	w    io.Writer
	what string
	max  int64
	now  func() time.Time
	last time.Time
}

func (a *app) progress(what string, max int64) *progress {
	p := &progress{w: a.errw, what: what, max: max, now: a.now, last: a.now()}
	if f, ok := a.errw.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(max,
			progressbar.OptionSetWriter(a.errw), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())
	}
	return p
}

// set says that n of max are done.
func (p *progress) set(n int64) {
	if p.bar != nil {
		_ = p.bar.Set64(n)
		return
	}
	if t := p.now(); t.Sub(p.last) >= 10*time.Second {
		p.last = t
		if p.max > 0 {
			_, _ = fmt.Fprintf(p.w, "%s: %d of %d\n", p.what, n, p.max)
		} else {
			_, _ = fmt.Fprintf(p.w, "%s: %d\n", p.what, n)
		}
	}
}

func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
