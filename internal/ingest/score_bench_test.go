package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/article"
)

// labelled is an article somebody else wrote and labelled; only what is needed
// here of its label.
type labelled struct {
	ID        string   `json:"id"`
	File      string   `json:"file"`
	Format    string   `json:"format"` // "md", "feed-rss", …
	Takeaways []string `json:"takeaways"`
	FeedItem  *struct {
		Index int `json:"index"`
	} `json:"feed_item"`

	src []byte
}

// kind is the format without its variety: "feed".
func (l labelled) kind() string {
	kind, _, _ := strings.Cut(l.Format, "-")
	return kind
}

// articlesDir is ../shared/articles seen from the root of the repository.
func articlesDir(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "articles")
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the package")
		}
		dir = up
	}
}

// labelledArticles reads the labelled articles beside the checkout; none, and
// a word about it, when they are not there. They are for measuring alone:
// nothing of them belongs into the repository.
func labelledArticles(t testing.TB) []labelled {
	t.Helper()
	dev := filepath.Join(articlesDir(t), "dev")
	labels, err := os.ReadFile(filepath.Join(dev, "labels.json"))
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("\n../shared/articles/dev is not beside this checkout: no labelled articles to measure with.")
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []labelled
	if err := json.Unmarshal(labels, &out); err != nil {
		t.Fatal(err)
	}
	for i, l := range out {
		if out[i].src, err = os.ReadFile(filepath.Join(dev, l.File)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (l labelled) parse() (Result, error) {
	if l.FeedItem == nil {
		return Parse(context.Background(), l.File, bytes.NewReader(l.src), Options{})
	}
	all, err := ParseAll(context.Background(), l.File, bytes.NewReader(l.src), Options{})
	if err != nil {
		return Result{}, err
	}
	if l.FeedItem.Index >= len(all) {
		return Result{}, fmt.Errorf("article %d of the feed is wanted, it has %d", l.FeedItem.Index, len(all))
	}
	return all[l.FeedItem.Index], nil
}

// BenchmarkLabelled reads the labelled articles, prints the scorer's table (per
// field, for all and for each format) and what could not be read, and measures
// how fast each format is read.
func BenchmarkLabelled(b *testing.B) {
	all := labelledArticles(b)
	if len(all) == 0 {
		return
	}
	score(b, all)
	var kinds []string
	for _, l := range all {
		if !slices.Contains(kinds, l.kind()) {
			kinds = append(kinds, l.kind())
		}
	}
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			var size int64
			for _, l := range all {
				if l.kind() == kind {
					size += int64(len(l.src))
				}
			}
			b.SetBytes(size)
			for b.Loop() {
				for _, l := range all {
					if l.kind() == kind {
						_, _ = l.parse() // score has said what cannot be read
					}
				}
			}
		})
	}
}

// score writes every article as the scorer wants it and has it print its table.
func score(b *testing.B, all []labelled) {
	b.Helper()
	dir := b.TempDir()
	fmt.Println()
	for _, l := range all {
		res, err := l.parse()
		if err != nil {
			fmt.Printf("%s is not read: %v\n", l.ID, err)
			continue
		}
		out, err := json.Marshal(article.Report(res.Article))
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, l.ID+".json"), out, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		fmt.Println("python3 is not here: the scorer's table is left out.")
		return
	}
	cmd := exec.CommandContext(b.Context(), python, filepath.Join(articlesDir(b), "score.py"), dir, "--per-article")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Printf("The scorer failed: %v\n", err)
	}
}
