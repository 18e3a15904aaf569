package clients

import (
	_ "embed" // the data
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// Verdict is whether a program shows a feature.
type Verdict string

// Verdicts.
const (
	Yes     Verdict = "yes"
	Partly  Verdict = "partly"
	No      Verdict = "no"
	Unknown Verdict = "unknown"
)

// Cell is what a program makes of a feature.
type Cell struct {
	Verdict Verdict
	// Version is the newest version that was tested, as caniemail names it.
	Version string
	// Notes are caniemail's remarks, in its words.
	Notes []string
}

// Feature is one thing that HTML or CSS can do.
type Feature struct {
	// Slug is caniemail's name: "css-border-radius".
	Slug string
	// Title is what it is called: "border-radius".
	Title string
	// URL is its page at caniemail.com.
	URL string
	// Tested is the day of the last test, "2021-03-09".
	Tested string

	cells map[string]Cell
}

// On is what a program makes of it.
func (f *Feature) On(program string) Cell {
	if c, ok := f.cells[program]; ok {
		return c
	}
	return Cell{Verdict: Unknown}
}

//go:embed caniemail.json
var data []byte

// file is the form of caniemail.json.
type file struct {
	Updated  string `json:"last_update_date"`
	Features []struct {
		Slug   string                                  `json:"slug"`
		Title  string                                  `json:"title"`
		URL    string                                  `json:"url"`
		Tested string                                  `json:"last_test_date"`
		Stats  map[string]map[string]map[string]string `json:"stats"`
		Notes  map[string]string                       `json:"notes_by_num"`
	} `json:"data"`
}

type library struct {
	updated  string
	features map[string]*Feature
}

// read reads the data; they are part of the program, so they can be read.
var read = sync.OnceValue(func() library {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		panic("clients: " + err.Error())
	}
	out := library{f.Updated, make(map[string]*Feature, len(f.Features))}
	for _, x := range f.Features {
		one := &Feature{Slug: x.Slug, Title: x.Title, URL: x.URL, Tested: x.Tested, cells: map[string]Cell{}}
		for _, p := range programs {
			if versions := x.Stats[p.key[0]][p.key[1]]; len(versions) > 0 {
				one.cells[p.ID] = newest(p.ID, versions, x.Notes)
			}
		}
		out.features[x.Slug] = one
	}
	return out
})

// newest is the verdict of the newest version about which something is known.
func newest(program string, versions, notes map[string]string) Cell {
	keys := make([]string, 0, len(versions))
	for k := range versions {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return older(program, b, a) })
	for _, k := range keys {
		words := strings.Fields(versions[k])
		if len(words) == 0 {
			continue
		}
		verdict, known := map[string]Verdict{"y": Yes, "a": Partly, "n": No}[words[0]]
		if !known {
			continue
		}
		c := Cell{Verdict: verdict, Version: k}
		for _, w := range words[1:] {
			if note := notes[strings.TrimPrefix(w, "#")]; note != "" {
				c.Notes = append(c.Notes, note)
			}
		}
		return c
	}
	return Cell{Verdict: Unknown}
}

// Find is the feature of a name.
func Find(slug string) (*Feature, bool) {
	f, ok := read().features[slug]
	return f, ok
}

// Updated is the day of the data, "2026-05-13".
func Updated() string {
	day, _, _ := strings.Cut(read().updated, " ")
	return day
}
