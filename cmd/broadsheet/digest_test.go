package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDigestOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	s.newsletter("smtp://127.0.0.1:2525", 1)
	one, two := s.article("scalp-care.md"), s.ok("article", "add", s.write("note.md", "---\ntitle: A Note\nauthor: Ada\ncanonical_url: https://example.org/note\n---\n\nWash with water, and with nothing else, for a week.\n"))
	s.ok("newsletter", "edit", "weekly", "--layout", "excerpt", "--articles", "5", "--at-least", "2")
	var n struct {
		Layout            string
		Articles, AtLeast int
		Raw               json.RawMessage `json:"at_least"`
	}
	s.json(&n, "newsletter", "show", "weekly", "--json")
	if n.Layout != "excerpt" || n.Articles != 5 || string(n.Raw) != "2" {
		t.Errorf("the newsletter is %+v", n)
	}
	issue := s.ok("issue", "draft", "weekly", "--article", two, "--article", one, "--subject", "Two short reads", "--intro", "Good morning, all.")
	s.ok("issue", "preview", issue, "--out", filepath.Join(s.dir, "preview"))
	s.holds("preview/message.txt", "In this issue", "1. A Note", "2. ", "Good morning, all.", "/archive/"+issue+"#story-2")
	s.ok("issue", "edit", issue, "--article", one)
	s.ok("issue", "preview", issue, "--out", filepath.Join(s.dir, "preview"))
	s.holds("preview/message.txt", "Continue reading the article:", "Good morning, all.")
	s.ok("issue", "edit", issue, "--layout", "letter", "--intro", "")
	s.ok("issue", "preview", issue, "--out", filepath.Join(s.dir, "preview"))
	if text := s.holds("preview/message.txt", "Unsubscribe:"); strings.Contains(text, "Continue reading") || strings.Contains(text, "Good morning") {
		t.Errorf("the letter reads:\n%s", text)
	}
}

func TestRenderLayouts(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	s.article("scalp-care.md")
	note := s.write("note.md", "---\ntitle: A Note\n---\n\nWash with water, and with nothing else, for a week.\n")
	for args, want := range map[string]string{
		"scalp-care.md": "Key takeaways", "scalp-care.md|--layout|excerpt": "Continue reading the article:", "scalp-care.md|--layout|letter|--intro|Hello.": "Hello.",
		note + "|scalp-care.md|--subject|Two reads": "Two reads\n=========", "scalp-care.md|--layout|digest": "Read the full article:",
	} {
		s.ok(append([]string{"article", "render", "--out", filepath.Join(s.dir, "out")}, strings.Split(args, "|")...)...)
		s.holds("out/message.txt", want)
	}
}

// holds reads a file that a command wrote and wants words in it.
func (s *site) holds(file string, words ...string) string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, file))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, w := range words {
		if !strings.Contains(string(data), w) {
			s.t.Errorf("%s lacks %q:\n%s", file, w, data)
		}
	}
	return string(data)
}
