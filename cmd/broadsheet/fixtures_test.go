package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/ingest"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/newsletter"
)

var mails = flag.String("mails", "", "write the mail and the web page of every fixture into this folder, for make validate")

// fixture is one article that there is, as an issue of its own.
type fixture struct {
	name string
	mail *newsletter.Compiled
}

// fixtures are the issues of every article that package ingest is held to, each
// by itself and in digests of five, and of those in shared/articles/dev where
// that folder is beside the tree. They are made once.
func fixtures(t testing.TB) []fixture {
	t.Helper()
	all, err := everyFixture()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var everyFixture = sync.OnceValues(func() ([]fixture, error) {
	files, err := articleFiles()
	if err != nil {
		return nil, err
	}
	var out []fixture
	var several []*article.Article
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		results, err := ingest.ParseAll(context.Background(), f, bytes.NewReader(source), ingest.Options{BaseURL: "https://example.org/articles/one"})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		for _, r := range results {
			if strings.TrimSpace(r.Article.Title) == "" {
				r.Article.Title = "A Title That Somebody Gave"
			}
			one, err := issueOf(filepath.Base(f)+": "+r.Article.Title, r.Article)
			if err != nil {
				return nil, err
			}
			out = append(out, one)
			if several = append(several, r.Article); len(several) < 5 {
				continue
			}
			if one, err = issueOf("digest up to "+filepath.Base(f), several...); err != nil {
				return nil, err
			}
			out, several = append(out, one), nil
		}
	}
	return out, nil
})

// articleFiles are the sources of all fixtures.
func articleFiles() ([]string, error) {
	var files []string
	for _, pattern := range []string{"../../internal/ingest/testdata/[0-9]*", "../../internal/ingest/testdata/feeds/[0-9]*", "../../../shared/articles/dev/*-d[0-9]*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return slices.DeleteFunc(files, func(f string) bool {
		ext := filepath.Ext(f)
		return ext == ".readme" || ext == ".golden" || ext == ".json" && filepath.Base(filepath.Dir(f)) == "testdata"
	}), nil
}

// issueOf compiles an issue as article lint does.
func issueOf(name string, articles ...*article.Article) (fixture, error) {
	m, err := newsletter.Compile(newsletter.Input{
		Newsletter: sampleNewsletter("Your Newsletter", "Example Media, 100 Example Street, Portland, OR 97201, USA", "", ""),
		Articles:   articles, IssueID: 1, PublicURL: "https://mail.example.org", DoubleOptIn: true,
	})
	if err != nil {
		return fixture{}, fmt.Errorf("%s can't be rendered: %w", name, err)
	}
	return fixture{name, m}, nil
}

// TestEveryFixtureIsProvenOrBlocked: an issue of each article discloses what
// it has to or is kept back for a stated reason, and one that is too large
// says what to do about it.
func TestEveryFixtureIsProvenOrBlocked(t *testing.T) {
	all := fixtures(t)
	if len(all) < 40 {
		t.Errorf("only %d articles", len(all))
	}
	blocked, rules := 0, map[string]int{}
	for i, f := range all {
		f.write(t, i)
		errs := f.mail.Errors()
		blocked += min(len(errs), 1)
		for _, d := range f.mail.Diagnostics {
			if _, ok := lint.Find(d.Rule); !ok || d.Message == "" || d.Fix == "" {
				t.Errorf("%s: %+v tells nobody what to do", f.name, d)
			}
		}
		for _, d := range errs {
			rules[d.Rule]++
		}
		proof := f.mail.Proof()
		if !proof.OK() && !slices.ContainsFunc(errs, func(d article.Diagnostic) bool { return d.Rule == "LAW-6" || d.Rule == "DISC-1" }) {
			t.Errorf("%s is neither proven nor blocked: %+v", f.name, proof)
		}
		if proof.OK() && slices.ContainsFunc(errs, func(d article.Diagnostic) bool { return d.Rule == "LAW-6" }) {
			t.Errorf("%s is proven and blocked", f.name)
		}
		large := slices.ContainsFunc(errs, func(d article.Diagnostic) bool {
			return d.Rule == "HTML-4" && strings.Contains(d.Fix, "--layout excerpt")
		})
		if size := encodedHTML(f.mail.Sample); size > 100_000 && !large {
			t.Errorf("%s: the HTML part has %d bytes and nobody proposes an excerpt", f.name, size)
		}
	}
	t.Logf("%d articles, %d blocked: %v", len(all), blocked, rules)
}

// write leaves the mail and its web page where make validate wants them.
func (f fixture) write(t *testing.T, n int) {
	blocked := func(d article.Diagnostic) bool { return d.Rule == "HTML-7" && d.Severity == article.Error }
	if *mails == "" || slices.ContainsFunc(f.mail.Diagnostics, blocked) { // what lacks an alt text isn't valid, and isn't sent
		return
	}
	for part, page := range map[string]string{"mail": f.mail.HTML, "web": f.mail.Mail.Web} {
		if err := os.WriteFile(filepath.Join(*mails, fmt.Sprintf("%s-%d.html", part, n)), []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// encodedHTML is the size of a message's HTML part as it is sent.
func encodedHTML(message []byte) int {
	_, part, _ := bytes.Cut(message, []byte("Content-Type: text/html"))
	_, body, _ := bytes.Cut(part, []byte("\r\n\r\n"))
	end := bytes.LastIndex(body, []byte("\r\n--"))
	return len(body[:max(end, 0)])
}
