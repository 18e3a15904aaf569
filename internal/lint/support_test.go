package lint

import (
	"os"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/internal/lint/clients"
)

// TestFeatures: caniemail knows every feature that is looked for, and only
// those are kept.
func TestFeatures(t *testing.T) {
	list, err := os.ReadFile("clients/features.txt")
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]bool{}
	for slug := range strings.FieldsSeq(string(list)) {
		wanted[slug] = false
	}
	for f := range allFeatures {
		if _, ok := clients.Find(f.slug); !ok {
			t.Errorf("%s is not in the data", f.slug)
		}
		if f.instead == "" {
			t.Errorf("%s: nobody knows what is seen instead", f.slug)
		}
		wanted[f.slug] = true
	}
	wanted[anchors] = true
	for slug, used := range wanted {
		if !used {
			t.Errorf("%s is kept and not looked for", slug)
		}
	}
}

// TestUses: what a mail uses, and what stands ready instead.
func TestUses(t *testing.T) {
	for source, want := range map[string]string{
		`<p style="border-radius:4px">x</p>`:                                                              "css-border-radius",
		`<p style="display:flex">x</p>`:                                                                   "css-display-flex",
		`<p style="display:block;display:flex">x</p>`:                                                     "css-display (ready) css-display-flex (ready)",
		`<p style="display:INLINE-GRID">x</p>`:                                                            "css-display-grid",
		`<p style="color:var(--x)">x</p>`:                                                                 "css-variables",
		`<p style="color:#000000;color:var(--x)">x</p>`:                                                   "css-variables (ready)",
		`<p style="width:calc(1px + 2px)">x</p>`:                                                          "css-unit-calc css-width",
		`<p style="width:50vw">x</p>`:                                                                     "css-unit-vw css-width",
		`<p style="position:relative">x</p>`:                                                              "",
		`<p style="position:absolute">x</p>`:                                                              "css-position",
		`<td background="https://x.example/a.png" bgcolor="#fff">`:                                        "html-background",
		`<td style="background-image:url(https://x.example/a.png)">`:                                      "css-background-image",
		`<td bgcolor="#ffffff" style="background-image:url(https://x.example/a.png)">`:                    "css-background-image (ready)",
		`<img src="https://x.example/a.webp?x=.png">`:                                                     "image-webp",
		`<img src="https://x.example/a.png?x=.webp">`:                                                     "",
		`<picture><source srcset="https://x.example/a.webp 2x"><img src="https://x.example/a"></picture>`: "html-picture html-srcset image-webp (ready)",
		`<style>@media (max-width:9px){.a{display:flex}}</style>`:                                         "html-style css-at-media (ready) css-display-flex (ready)",
		`<style>@media(prefers-color-scheme:dark){.a{display:flex}}</style>`:                              "html-style css-at-media (ready) css-at-media-prefers-color-scheme (ready) css-display-flex (ready)",
		`<style>@supports (display:grid){.a{display:grid}} .b{display:grid}</style>`:                      "html-style css-at-supports (ready) css-display-grid",
		`<style>.a:hover{opacity:.5} .a:before{content:"x"}</style>`:                                      "html-style css-pseudo-class-hover css-opacity (ready) css-pseudo-element-before",
		`<style>[data-ogsc] .a{color:#ffffff}</style>`:                                                    "html-style css-selector-attribute",
		`<!--[if mso]><p style="display:flex">x</p><![endif]-->`:                                          "",
		`<!--[if !mso]><!--><p style="border-radius:4px">x</p><!--<![endif]-->`:                           "css-border-radius (not for Word)",
		`<!--[if !mso]><!--><b style="opacity:1">x</b><!--<![endif]--><b style="opacity:1">x</b>`:         "css-opacity",
		`<p style="mso-line-height-rule:exactly">x</p>`:                                                   "",
	} {
		var got []string
		for _, u := range featuresOf(tokens(source, 0)) {
			s := u.slug
			if u.fallback {
				s += " (ready)"
			}
			if u.notWord {
				s += " (not for Word)"
			}
			got = append(got, s)
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s\n\thas  %s\n\twant %s", source, g, want)
		}
	}
}

// TestMixCounts: what readers don't use is no reason for a finding.
func TestMixCounts(t *testing.T) {
	s := good()
	s.NoMessage = true
	s.HTML = inBody(`<p style="opacity:.5">x</p>`)
	const rule = "HTML-2"
	of := func(mix string) string {
		var err error
		if s.Policy.Mix, err = ParseMix(mix); err != nil {
			t.Fatal(err)
		}
		for _, d := range Mail(s.input(t)) {
			if d.Rule == rule {
				return d.Message
			}
		}
		return ""
	}
	if got := of("outlook.windows=20,gmail.web=80"); !strings.Contains(got, "old Outlook for Windows: about 20 %") {
		t.Errorf("%q", got)
	}
	for _, mix := range []string{"apple-mail=100", "outlook.windows=4,gmail.web=96"} {
		if got := of(mix); got != "" {
			t.Errorf("%s: %q", mix, got)
		}
	}
}

// TestPrograms: the table says of each feature who doesn't know it.
func TestPrograms(t *testing.T) {
	s := good()
	s.NoMessage = true
	rows := Programs(s.input(t))
	if len(rows) < 10 {
		t.Fatalf("%d features", len(rows))
	}
	found := false
	for i, r := range rows {
		if i > 0 && r.Lost > rows[i-1].Lost {
			t.Errorf("%s comes after %s", r.Feature, rows[i-1].Feature)
		}
		if r.Feature == "" || r.URL == "" || r.Instead == "" || r.Uses < 1 {
			t.Errorf("%+v", r)
		}
		if r.Feature == "border-radius" {
			found = true
		}
	}
	if !found {
		t.Error("the button's round corners are not told")
	}
}

// allFeatures yields every feature that can be told.
func allFeatures(yield func(feature) bool) {
	for _, m := range []map[string]feature{byProperty, byElement, byAttribute, byExtension, byRule} {
		for _, f := range m {
			if !yield(f) {
				return
			}
		}
	}
	for _, f := range []feature{dark, flex, grid, displayNone, displayAny, positioned, variables, lightDark, calculated, minimum, maximum, clamped,
		viewWidth, viewHeight, rootEm, rgbColour, rgbaColour, systemFont, groundPicture, linearGradient, radialGradient, conicGradient,
		before, after, hover, checked, nthChild, byAttributes} {
		if !yield(f) {
			return
		}
	}
}
