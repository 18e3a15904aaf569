package public_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/keyring"
)

var pages = flag.String("pages", "", "write every page into this folder, for make validate")

// TestEveryPageIsWhole: each page says what it is, in which language, and ends.
func TestEveryPageIsWhole(t *testing.T) {
	f := setUp(t)
	before := []string{f.link(keyring.Unsubscribe), f.link(keyring.Preferences), "/unsubscribe/wrong", "/preferences/wrong", "/", "/archive/4", "/nowhere"}
	n := 0
	look := func(path string) {
		page := f.get(t, path).body
		for _, want := range []string{"<!DOCTYPE html>", "<html lang=", "<title>", "</html>"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		if n++; *pages != "" {
			if err := os.WriteFile(filepath.Join(*pages, fmt.Sprintf("public-%d.html", n)), []byte(page), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, p := range before {
		look(p)
	}
	f.post(t, f.link(keyring.OneClick), "act", "leave").want(t, 200)
	for _, p := range before[:2] {
		look(p)
	}
}
