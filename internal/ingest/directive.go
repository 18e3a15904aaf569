package ingest

import "strings"

// directiveOpen opens a container directive: ":::tip", "::: warning Title",
// ":::note[Title]", ":::product{name="…"}", "::: {.callout-note}".
var directiveOpen = compile(`^[ \t]{0,3}:{3,}[ \t]*(?:\{[ \t]*\.([A-Za-z][\w-]*)[^{}]*\}|([A-Za-z][\w-]*)(?:\[([^\[\]\n]*)\])?(?:\{([^{}\n]*)\})?(?:[ \t]+([^\n]*))?)[ \t]*$`)

// directives writes container directives, as several generators of sites have
// them, as the paired codes they are in others. Lines stay lines; what stands
// in a block of code, and a directive that is never closed, stays too.
func directives(src string) string {
	if !strings.Contains(src, ":::") {
		return src
	}
	lines := strings.Split(src, "\n")
	type open struct {
		line       int
		name, code string
	}
	var stack []open
	fence := ""
	for i, l := range lines {
		t := strings.TrimSpace(l)
		if mark := clip(t, 3); mark == "```" || mark == "~~~" {
			switch fence {
			case "":
				fence = mark
			case mark:
				fence = ""
			}
		}
		if fence != "" || !strings.HasPrefix(t, ":::") {
			continue
		}
		if strings.Trim(t, ":") == "" {
			if n := len(stack); n > 0 {
				o := stack[n-1]
				stack = stack[:n-1]
				lines[o.line], lines[i] = o.code, "{{% /"+o.name+" %}}"
			}
			continue
		}
		if m := directiveOpen.FindStringSubmatch(l); m != nil {
			name, title, values := m[1]+m[2], m[3], m[4]
			if title == "" {
				title = m[5]
			}
			code := "{{% " + name
			if title = strings.NewReplacer(`"`, "”", "%", "％", "{", "", "}", "").Replace(title); title != "" {
				code += ` title="` + title + `"`
			}
			if values != "" {
				code += " " + strings.ReplaceAll(values, "%}", "")
			}
			stack = append(stack, open{i, name, code + " %}}"})
		}
	}
	return strings.Join(lines, "\n")
}
