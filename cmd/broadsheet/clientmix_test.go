package main

import (
	"strings"
	"testing"
)

// TestClientMixOnTheCommandLine: a newsletter keeps its mix, and findings
// follow it.
func TestClientMixOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	s.newsletter("smtp://127.0.0.1:2525", 1)
	s.ok("newsletter", "edit", "weekly", "--client-mix", "Gmail=40, outlook.com=12.5%")
	var n struct {
		Mix string `json:"client_mix"`
	}
	s.json(&n, "newsletter", "show", "weekly", "--json")
	if n.Mix != "gmail=40,outlook.web=12.5" {
		t.Errorf("the mix is %q", n.Mix)
	}
	s.article("scalp-care.md")
	for mix, want := range map[string]string{"outlook.windows=100": "the old Outlook for Windows: square corners", "apple-mail=100": "nobody"} {
		out := s.ok("article", "lint", "scalp-care.md", "--programs", "--client-mix", mix)
		line := ""
		for l := range strings.Lines(out) {
			if strings.HasPrefix(l, "border-radius") {
				line = l
			}
		}
		if !strings.Contains(line, want) {
			t.Errorf("%s: %q lacks %q in\n%s", mix, line, want, out)
		}
	}
}
