//go:build ignore

// Excerpt writes caniemail.json from the file that the environment variable
// CANIEMAIL names, with the features that features.txt lists: see the
// package's documentation.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// families of programs that package clients knows; the others are left out.
const families = "gmail apple-mail outlook yahoo aol samsung-email thunderbird gmx web-de orange sfr laposte protonmail fastmail hey mail-ru"

func main() {
	if err := run(os.Getenv("CANIEMAIL")); err != nil {
		fmt.Fprintln(os.Stderr, "excerpt:", err)
		os.Exit(1)
	}
}

type feature struct {
	Slug   string                                  `json:"slug"`
	Title  string                                  `json:"title"`
	URL    string                                  `json:"url"`
	Tested string                                  `json:"last_test_date"`
	Stats  map[string]map[string]map[string]string `json:"stats"`
	Notes  map[string]string                       `json:"notes_by_num,omitempty"`
}

func run(name string) error {
	if name == "" {
		return fmt.Errorf("set CANIEMAIL to the file data/caniemail.json of the npm package caniemail")
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var in struct {
		Updated string    `json:"last_update_date"`
		Data    []feature `json:"data"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	wanted, err := os.ReadFile("features.txt")
	if err != nil {
		return err
	}
	var lines []string
	for _, f := range in.Data {
		if !strings.Contains("\n"+string(wanted), "\n"+f.Slug+"\n") {
			continue
		}
		for family := range f.Stats {
			if !strings.Contains(" "+families+" ", " "+family+" ") {
				delete(f.Stats, family)
			}
		}
		line, err := json.Marshal(f)
		if err != nil {
			return err
		}
		lines = append(lines, string(line))
	}
	out := fmt.Sprintf("{\"last_update_date\":%q,\"data\":[\n%s\n]}\n", in.Updated, strings.Join(lines, ",\n"))
	return os.WriteFile("caniemail.json", []byte(out), 0o644)
}
