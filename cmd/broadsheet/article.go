package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/newsletter"
)

// articleSource is where an article is read from, shared by the commands that
// need no database.
type articleSource struct {
	File  string `arg:"" name:"file" help:"The article: a file or a web address; - reads standard input."`
	Title string `help:"Title, when the source has none or another one is wanted."`
	Base  string `help:"Address that relative links belong to." placeholder:"URL"`
	Item  *int   `help:"Which article of a feed or an export, from 0." placeholder:"N"`
}

// readAll parses the source: every article of a feed, or the one there is.
func (s *articleSource) readAll(a *app) ([]ingest.Result, error) {
	if isAddress(s.File) {
		return s.fetch(a)
	}
	in, name := a.in, "standard input"
	if s.File != "-" {
		f, err := os.Open(s.File)
		if err != nil {
			return nil, fmt.Errorf("%s can't be read: %s", s.File, reason(err))
		}
		defer func() { _ = f.Close() }()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s is a directory; name one article's file", s.File)
		}
		in, name = f, s.File
	}
	return ingest.ParseAll(a.ctx, name, in, ingest.Options{Title: s.Title, BaseURL: s.Base})
}

// parseArticle reads an article from memory.
func parseArticle(ctx context.Context, name string, source []byte, title string) (ingest.Result, error) {
	return ingest.Parse(ctx, name, bytes.NewReader(source), ingest.Options{Title: title})
}

type articleParseCmd struct {
	articleSource
	JSON bool `help:"Print everything as JSON: an array for a feed."`
}

func (articleParseCmd) Help() string {
	return "Examples:\n  broadsheet article parse article.txt --json --title \"A Title\"\n  broadsheet article parse https://example.org/an-article\n  broadsheet article parse feed.xml --item 0"
}

func (c *articleParseCmd) Run(a *app) error {
	rs, err := c.chosen(a)
	if err != nil {
		return err
	}
	r := rs[0]
	if r.Format.Feed() && c.Item == nil {
		return c.parseFeed(a, rs)
	}
	if c.JSON {
		return a.json(report(r))
	}
	a.show(r.Article)
	if r.SuggestedTitle != "" {
		a.say("the article has no title; give it one with --title, for example --title %q", printable(r.SuggestedTitle))
	}
	a.findings(r.Article.Diagnostics)
	return nil
}

// compile makes the mail of a source as an issue of n.
func (s *articleSource) compile(a *app, n newsletter.Newsletter, m measuring) (*newsletter.Compiled, error) {
	r, err := s.read(a)
	if err != nil {
		return nil, err
	}
	if m.wanted(s.File) {
		if err := a.measureLoose(r.Article); err != nil {
			return nil, err
		}
	}
	return a.compile(newsletter.Input{Newsletter: n}, r)
}

// compile makes the mail of articles that no library keeps.
func (a *app) compile(in newsletter.Input, rs ...ingest.Result) (*newsletter.Compiled, error) {
	themes, err := a.themes()
	if err != nil {
		return nil, err
	}
	in.IssueID, in.PublicURL, in.DoubleOptIn, in.Themes = 1, "https://mail.example.org", true, themes
	for _, r := range rs {
		in.Articles = append(in.Articles, r.Article)
	}
	m, err := newsletter.Compile(in)
	if r := rs[0]; err == nil && len(rs) == 1 && r.SuggestedTitle != "" {
		a.say("the article has no title; give it one with --title, for example --title %q", printable(r.SuggestedTitle))
	}
	return m, err
}

// sampleNewsletter stands in for a newsletter where there is none.
func sampleNewsletter(name, postal, theme, amazon string) newsletter.Newsletter {
	return newsletter.Newsletter{
		Slug: "sample", Name: name, FromName: name, FromEmail: "letter@example.org", PostalAddress: postal,
		Theme: theme, AmazonMode: amazon, HomeURL: "https://example.org/", DisclosureURL: "https://example.org/disclosure",
	}
}

type articleLintCmd struct {
	articleSource
	measuring
	ClientMix string `help:"Which mail programs readers use, in percent, such as gmail=40,apple-mail=35. Default: the usual mix." placeholder:"MIX"`
	Programs  bool   `help:"List what the mail uses and which mail programs don't know it, instead."`
	JSON      bool   `help:"Print JSON."`
}

func (articleLintCmd) Help() string {
	return "Examples:\n  broadsheet article lint article.txt --title \"A Title\"\n  broadsheet article lint article.md --programs --client-mix gmail=40,outlook.windows=20"
}

func (c *articleLintCmd) Run(a *app) error {
	n := sampleNewsletter("Your Newsletter", "Example Media, 100 Example Street, Portland, OR 97201, USA", "", "")
	n.ClientMix = c.ClientMix
	m, err := c.compile(a, n, c.measuring)
	if err != nil {
		return err
	}
	if c.Programs {
		return a.programs(m.Programs(), c.JSON)
	}
	found := m.Diagnostics
	if c.JSON {
		if found == nil {
			found = []article.Diagnostic{}
		}
		if err := a.json(found); err != nil {
			return err
		}
	} else {
		for _, d := range found {
			a.print("%s", printable(d.String()))
			a.print("    %s", printable(d.Fix))
		}
	}
	if n := len(m.Errors()); n > 0 {
		a.say("%s", plural(int64(n), "error", "errors"))
		return errSilent
	}
	if !c.JSON {
		a.say("no errors")
	}
	return nil
}

// programs shows what the readers' mail programs make of a mail.
func (a *app) programs(list []lint.Support, asJSON bool) error {
	if asJSON {
		return a.json(list)
	}
	rows := make([][]string, 0, len(list))
	for _, s := range list {
		lost, who := "nobody", ""
		if len(s.Programs) > 0 {
			lost, who = fmt.Sprintf("%.1f %%", s.Lost), strings.Join(s.Programs, ", ")
			if s.Fallback {
				who += " (with a fallback)"
			}
			who += ": " + s.Instead
		}
		rows = append(rows, []string{s.Feature, lost, who})
	}
	a.table([]string{"FEATURE", "READERS WITHOUT", "WHERE, AND WHAT THEY SEE"}, rows)
	return nil
}

// ask puts a question on the terminal, if there is somebody to answer.
func (a *app) ask(question, suggestion string) (string, error) {
	a.say("%s [%s]", question, printable(suggestion))
	line, err := readLine(a.in)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("the answer can't be read: %s", reason(err))
	}
	if line = strings.TrimSpace(line); line == "" {
		return suggestion, nil
	}
	return line, nil
}

// readLine reads up to a line break, byte by byte, so that nothing after it is lost.
func readLine(r io.Reader) (string, error) {
	var b strings.Builder
	one := make([]byte, 1)
	for b.Len() < 4096 {
		n, err := r.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				return b.String(), nil
			}
			b.WriteByte(one[0])
		}
		if err != nil {
			return b.String(), err
		}
	}
	return b.String(), nil
}
